"""P4, P14: what became of letters is recorded once, and whoever cannot be reached is marked in the same transaction."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import Connection, event, select

from bot import waiting
from bot.arrivals import TELEGRAM
from bot.telegram.album import Album
from bot.telegram.pacer import Pacer
from bot.telegram.sender import Sender
from bot.waiting import Waiter, Waiting
from storage import schema
from storage.letters.outbox import FAILED, PENDING, Letter, Settled
from tests.road.indoors import Indoors, indoors
from tests.sending.afternoon import SAY
from tests.sending.flood import Flood, Weather

LETTER = Letter(1, None, 77, "say", SAY, "reminder", "never-twice")


@pytest.fixture
def inside(database: str, tmp_path: Path) -> Iterator[Indoors]:
    with indoors(database, tmp_path) as made:
        yield made


class FirstFails(Waiting):
    """The first transaction fails; `recorded` is what the others recorded."""

    recorded: Counter[Settled] | None = None

    async def _commit(self, batch: Sequence[Waiter], settled: list[Settled]) -> None:
        if self.recorded is None:
            self.recorded = Counter()
            raise OSError("gone")
        self.recorded.update(settled)
        await super()._commit(batch, settled)


async def settle(made: Waiting, *outcomes: Settled) -> None:
    """Have these recorded, and wait until they are."""
    taking = asyncio.create_task(made.run())
    for outcome in outcomes:
        made.settle(outcome)
    while any(made.settles(outcome.id) for outcome in outcomes) or made.trouble:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    made.stop()
    await taking


def make(inside: Indoors, kind: type[Waiting], *more: Any) -> Any:
    return kind(inside.base.engine, inside.base.house, inside.base.clock.now, lambda _out: None, *more)


@pytest.mark.promise("P14")
def test_what_is_committed_is_recorded_once_though_looking_back_fails(inside: Indoors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "_TROUBLE", (0.01,))
    looked: list[str] = []

    async def look_back() -> None:
        looked.append("back")
        if len(looked) < 3:
            raise OSError("gone again")

    made = make(inside, FirstFails, look_back)
    inside.runner.run(settle(made, outcome := LETTER.became(PENDING)))
    assert made.recorded == {outcome: 1}
    assert len(looked) == 3, "until it succeeds, and then no more"


@pytest.mark.promise("P14")
def test_all_who_cannot_be_reached_are_marked_at_once_though_the_first_try_fails(
    inside: Indoors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "_TROUBLE", (0.01,))
    people = [inside.person() for _ in range(20)]
    inside.take([person.types("/start") for person in people])
    inside.take([person.types("18 or over") for person in people])
    made = make(inside, FirstFails)
    commits: list[Any] = []
    event.listen(inside.base.engine.sync_engine, "commit", commits.append)
    lost = [Settled(n, FAILED, "blocked", lost=person.chat_id) for n, person in enumerate(people[1:], 1)]
    inside.runner.run(settle(made, *lost))
    house = inside.base.house

    def states(db: Connection) -> dict[bytes, str]:
        return {row.lookup: row.state for row in db.execute(select(schema.addresses.c.lookup, schema.addresses.c.state))}

    assert len(commits) == 1
    found = inside.do(states)
    told = [found[house.keys.lookup(house.bot_id, TELEGRAM, str(person.chat_id))] for person in people]
    assert told == ["open"] + ["blocked"] * 19


async def test_the_sender_says_whom_it_cannot_reach() -> None:
    outcomes: list[Settled] = []
    sender = Sender(Flood(Weather(blocked=1), seed=1), Pacer(25), outcomes.append, cast("Album", None))
    sender.post([LETTER])
    await asyncio.sleep(0)  # or nothing has begun
    await sender.close(2)
    assert [(one.state, one.reason, one.lost) for one in outcomes] == [(FAILED, "blocked", 77)]
