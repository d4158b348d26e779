"""P3: a broadcast dies at every commit and every send: everybody gets it once, but for at most three who are listed by name."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from benchmarks import broadcast as benchmark
from emulator.client import Telegram
from emulator.server import running
from storage.broadcasting import broadcasts, reports
from storage.broadcasting.broadcast_rows import DONE, Broadcast
from storage.letters.outbox import SENT, UNKNOWN
from storage.schema import outbox
from tests.crashes.conftest import Ground
from tests.crashes.loop import DIED, Account, for_every_point
from tests.crashes.points import COMMIT, SEND
from tests.road.house import House, until
from tests.road.nursery import Nursery
from tests.sending.desk import Desk, at_desk, meet, times_seen
from tests.sending.mailing import find, keep_hours, mail
from tests.sending.variants import AT_ONCE

MANY = 12
PLAIN = "tests.sending.variants:few_at_once"


@dataclass
class Stage:
    """Where the same broadcast is begun again and again. Its audience is frozen four people at a time."""

    ground: Ground
    nursery: Nursery
    folder: Path
    telegram: Telegram
    broken: str = PLAIN
    plays: int = 0

    def play(self, variant: str, account: Account) -> int:  # noqa: ARG002 - as for_every_point calls it
        """One broadcast, its bot started again if it died; then what must hold."""
        self.plays += 1
        folder = self.folder / str(self.plays)
        folder.mkdir()
        with self.ground.lay(folder) as database:
            house = House(folder, self.telegram, self.nursery, database)
            try:
                return self._play(house, variant)
            finally:
                if house.pid:
                    house.kill()

    def _play(self, house: House, variant: str) -> int:
        keep_hours(house)
        people = meet(house, MANY)
        house.telegram.bot("deleteWebhook", drop_pending_updates=True)  # their beginnings are another test's matter
        with at_desk(house) as desk:
            code, chats = mail(desk, [person.id for person in people])
            deaths = 0
            for way in (f"{self.broken}:{variant}", f"{self.broken}:"):
                house.variant = way
                house.begin()
                if not _await_end(desk, code):
                    break
                house.pid, deaths = 0, deaths + 1
            states = desk.do(lambda db: {row[0]: row[1] for row in db.execute(select(outbox.c.person_id, outbox.c.state))})
            listed = desk.do(lambda db: reports.lines(db, _found(db, desk, code), [UNKNOWN]))
        times = {person.id: times_seen(person) for person in people}
        check({chats[person]: state for person, state in states.items()}, times, AT_ONCE * deaths)
        assert len(listed) == list(states.values()).count(UNKNOWN)
        assert all(line.person for line in listed), "somebody is not listed by name"
        return DIED if deaths else 0


def check(states: Mapping[int, str], times: Mapping[int, int], most: int) -> None:
    """Everybody got it once and is told so, but for at most so many unknown, of whom nobody got it twice.

    `states` and `times` by chat. Raises AssertionError.
    """
    twice = [chat for chat, seen in times.items() if seen > 1]
    assert not twice, f"{len(twice)} people got it twice"
    lost = [chat for chat, seen in times.items() if not seen and states.get(chat) != UNKNOWN]
    assert not lost, f"{len(lost)} people lost theirs, and nobody was told"
    assert states.keys() == times.keys(), "not everybody is accounted for"
    unknown = list(states.values()).count(UNKNOWN)
    assert unknown <= most, f"{unknown} are unknown"
    assert set(states.values()) <= {SENT, UNKNOWN}, Counter(states.values())


def _found(db: Connection, desk: Desk, code: str) -> Broadcast:
    one = broadcasts.find(db, desk.base.house.organisation_id, code)
    assert one
    return one


def _await_end(desk: Desk, code: str) -> bool:
    """Wait until the broadcast is done, or the bot has died; whether it died."""
    house, died = desk.house, False

    def over() -> bool:
        nonlocal died
        died = house.nursery.ended(house.pid)
        return died or find(desk, code).state == DONE

    until(over, house.said)
    return died


MakeStage = Callable[..., Stage]


@pytest.fixture
def make_stage(ground: Ground, nursery: Nursery, tmp_path: Path) -> Iterator[MakeStage]:
    with running(retry_scale=0.05) as telegram:
        yield lambda *more, **named: Stage(ground, nursery, tmp_path, telegram, *more, **named)


@pytest.mark.promise("P3")
@pytest.mark.timeout(300)
def test_wherever_a_broadcast_dies_everybody_gets_it_once_or_is_listed(make_stage: MakeStage) -> None:
    account = for_every_point(make_stage().play, first=5, every=9, kinds=(COMMIT, SEND))
    assert len(account.deaths) >= 5, account


@pytest.mark.long
@pytest.mark.promise("P3")
@pytest.mark.timeout(3600)
def test_at_every_single_point_of_a_broadcast_everybody_gets_it_once_or_is_listed(make_stage: MakeStage) -> None:
    account = for_every_point(make_stage().play, kinds=(COMMIT, SEND))
    assert len(account.deaths) >= 45, account


@pytest.mark.long
@pytest.mark.promise("P3")
@pytest.mark.timeout(1800)
def test_ten_thousand_people_and_twenty_kills_and_everybody_is_accounted_for(database: str, tmp_path: Path) -> None:
    way = next(way for way in benchmark.ways(quick=False) if way.kills)
    run = benchmark.Run(way, tmp_path, database)
    asyncio.run(run.measure())  # raises Broken when somebody is not
    assert run.killed == way.kills


@pytest.mark.promise("P3", control=True)
@pytest.mark.timeout(300)
@pytest.mark.parametrize("broken, caught", [("mark_at_fetch", "lost"), ("mark_after_send", "twice")])
def test_a_bot_that_marks_too_early_or_too_late_is_caught(make_stage: MakeStage, broken: str, caught: str) -> None:
    with pytest.raises(AssertionError, match=caught):
        for_every_point(make_stage(f"tests.sending.variants:{broken}").play, first=14, kinds=(SEND,))
