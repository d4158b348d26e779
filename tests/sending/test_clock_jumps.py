"""P10: the computer's clock jumps a day or a year, and neither does all go out at once nor does anything stand still."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Awaitable, Callable
from email.utils import format_datetime
from pathlib import Path
from typing import Any, NamedTuple, cast

import pytest
from sqlalchemy import true

from bot.broadcasting import Broadcasting
from bot.campaigns import Press
from bot.clock import Clock
from bot.telegram.pile import Pile
from bot.upkeep import Upkeep
from storage.broadcasting import broadcasts
from storage.broadcasting.broadcast_rows import HELD, RUNNING
from storage.letters import lateness, outbox
from storage.letters.outbox import NEVER_TWICE, REMINDER, SENT, Letter, Settled
from tests.road.indoors import Indoors, indoors
from tests.sending.afternoon import NOON, live
from tests.sending.mailing import enrol, launch

HOUR, DAY, YEAR = dt.timedelta(hours=1), dt.timedelta(days=1), dt.timedelta(days=365)
JUMPS = pytest.mark.parametrize(
    "jump", [DAY, -DAY, YEAR, -YEAR], ids=["a day ahead", "a day back", "a year ahead", "a year back"]
)

SAY = {"text": "Tomorrow at ten", "bold": [], "rows": []}
HOURS, GAP = 60, 3  # of the time looked at, and between two letters
WRONG = range(20, 26)  # the hours in which the clock is
A_DAY_OF_THEM = 24 // GAP + 1


class Hands:
    """A computer's two clocks, one of which can jump."""

    def __init__(self) -> None:
        self.hour = 0.0
        self.jump = dt.timedelta()
        self.clock = Clock(wall=lambda: self.true + self.jump, steady=lambda: self.hour * 3600)

    @property
    def true(self) -> dt.datetime:
        return NOON + self.hour * HOUR


class Sending(NamedTuple):
    """A letter that went out: the hour it was due, and the hour it went."""

    due: float
    at: float


def pass_time(inside: Indoors, hands: Hands, jump: dt.timedelta, *, heard: bool) -> list[Sending]:
    """Let hours go by in which the clock jumps and jumps back; Telegram is `heard` to say the time, or never does."""
    base, went = inside.base, list[Sending]()
    due = {float(hour): NOON + hour * HOUR for hour in (*range(0, HOURS, GAP), *range(365 * 24 - 240, 365 * 24 + 240, GAP))}
    inside.do(_keep, inside, due)

    async def work() -> None:
        pile = Pile(base.engine, base.house, base.clock.now)
        for hour in range(HOURS):
            hands.hour, hands.jump = hour, jump if hour in WRONG else dt.timedelta()
            if heard:
                base.clock.hear(format_datetime(hands.true, usegmt=True))
            letters = await pile.claim(99, 99)
            went.extend(Sending(letter.chat_id, hour) for letter in letters)
            done = [Settled(letter.id, SENT, "", REMINDER) for letter in letters]
            async with base.engine.begin() as connection:
                await connection.run_sync(outbox.settle, done, base.clock.now())

    inside.runner.run(work())
    return went


def _keep(db: object, inside: Indoors, due: dict[float, dt.datetime]) -> None:
    house = inside.base.house
    for number, (hour, at) in enumerate(due.items(), 1):
        letter = Letter(number, None, int(hour), "say", SAY, REMINDER, NEVER_TWICE)
        outbox.keep(db, house.keys, (house.organisation_id, house.bot_id), [letter], NOON, at)  # type: ignore[arg-type]


def look_over(went: list[Sending]) -> None:
    """Raises AssertionError when too much went out at once, or something stood still."""
    burst = max(Counter(one.at for one in went).values())
    assert burst <= A_DAY_OF_THEM, f"{burst} letters went out at once"
    at = {one.due: one.at for one in went}
    stood = [due for due in range(0, HOURS - len(WRONG), GAP) if at.get(due, HOURS) > due + len(WRONG)]
    assert not stood, f"what was due at {stood} stood still"


@pytest.mark.promise("P10")
@JUMPS
@pytest.mark.parametrize("heard", [True, False], ids=["Telegram tells the time", "nobody tells the time"])
def test_a_jump_of_the_clock_neither_hurries_nor_stops_what_is_due(
    database: str, tmp_path: Path, jump: dt.timedelta, *, heard: bool
) -> None:
    hands = Hands()
    with indoors(database, tmp_path, hands.clock) as inside:
        went = pass_time(inside, hands, jump, heard=heard)
    look_over(went)
    if heard:
        assert all(one.at >= one.due for one in went)  # nor is anything early


@pytest.mark.promise("P10", control=True)
def test_a_bot_that_sends_what_is_a_year_late_is_caught(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lateness, "is_in_time", lambda *_: true())
    hands = Hands()
    with indoors(database, tmp_path, hands.clock) as inside, pytest.raises(AssertionError, match="letters went out at once"):
        look_over(pass_time(inside, hands, YEAR, heard=False))


@pytest.mark.promise("P10")
@JUMPS
def test_a_broadcast_goes_out_at_its_time_or_is_held(database: str, tmp_path: Path, jump: dt.timedelta) -> None:
    hands = Hands()
    with indoors(database, tmp_path, hands.clock) as inside:
        base = inside.base
        place = (base.house.organisation_id, base.house.bot_id)
        inside.do(enrol, base.house.keys, place, range(1000, 1020), NOON.date())
        code = inside.do(launch, place, NOON).code
        look = Broadcasting(base.engine, base.house, base.clock.now).look
        pile = Pile(base.engine, base.house, base.clock.now, Press(base.house).write)
        inside.runner.run(look())
        assert len(inside.runner.run(pile.claim(5, 50))) == 5
        hands.jump = jump
        assert not inside.runner.run(pile.claim(50, 50))
        inside.runner.run(look())
        found = inside.do(broadcasts.find, base.house.organisation_id, code)
        assert found.state == (HELD if jump > dt.timedelta() else RUNNING)
        hands.jump = dt.timedelta()
        inside.runner.run(look())
        assert len(inside.runner.run(pile.claim(50, 50))) == (0 if found.state == HELD else 15)


# --- Waiting


def count_looks(jump: dt.timedelta) -> list[float]:
    """When a piece of regular work is done in an hour of looking each minute, in whose middle the clock jumps; in minutes."""
    looks: list[float] = []

    async def work() -> None:
        began = asyncio.get_running_loop().time()

        async def note() -> None:
            looks.append((asyncio.get_running_loop().time() - began) / 60)

        def wall() -> dt.datetime:
            passed = dt.timedelta(seconds=asyncio.get_running_loop().time() - began)
            return NOON + passed + (jump if passed > HOUR / 2 else dt.timedelta())

        upkeep = Upkeep(cast("Any", None), cast("Any", None), wall, *[note] * 5)
        looking = asyncio.create_task(upkeep._repeat(note, 60))
        await asyncio.sleep(3600)
        looking.cancel()

    live(work())
    return looks


async def sleep_by_the_wall(self: Upkeep, work: Callable[[], Awaitable[None]], seconds: float) -> None:
    """What not to do."""
    at = self._clock()
    while True:
        at += dt.timedelta(seconds=seconds)
        while self._clock() < at:  # noqa: ASYNC110 - a second costs nothing here
            await asyncio.sleep(1)
        await work()
        await asyncio.sleep(0.01)


def is_steady(looks: list[float]) -> bool:
    return len(looks) in range(55, 65)


@pytest.mark.promise("P10")
@JUMPS
def test_regular_work_goes_on_at_its_pace_when_the_clock_jumps(jump: dt.timedelta) -> None:
    assert is_steady(count_looks(jump))


@pytest.mark.promise("P10", control=True)
@JUMPS
def test_regular_work_that_waits_for_a_time_of_day_is_caught(jump: dt.timedelta, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Upkeep, "_repeat", sleep_by_the_wall)
    assert not is_steady(count_looks(jump))
