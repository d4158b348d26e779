"""P4: whatever point the bot dies at, what it starts by itself reaches somebody once, or is listed as unsure."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import config_file
from bot.foundation import foundation
from emulator.client import Someone
from emulator.server import running
from storage import outbox, schema
from storage.engines import connect_plainly
from storage.outbox import NEVER_TWICE, PENDING, REMINDER, SENDING, SENT, UNKNOWN, Letter
from tests.crashes.conftest import Ground
from tests.crashes.lives import LOOK_EVERY, Lives
from tests.crashes.loop import DIED, Account, for_every_point
from tests.crashes.points import COMMIT, SEND
from tests.road.house import PATIENCE, House
from tests.road.nursery import Nursery

PEOPLE = 6
IN_FLIGHT = 8


class Post:
    """A house whose bot has a reminder for each of some people, in a fresh copy each time it is begun."""

    def __init__(self, house: House, ground: Ground, broken: str) -> None:
        self._first, self._ground, self._broken = house, ground, broken
        self._numbers = itertools.count(1)
        self._people = [house.telegram.person() for _ in range(PEOPLE)]
        house.start()
        for person in self._people:
            person.starts()
            person.hears(wait=PATIENCE)
        assert house.stop() == 0

    def send(self, variant: str, _account: Account) -> int:
        """Have the reminders sent by a bot that dies, and see what came; DIED if it did."""
        words = f"Reminder number {next(self._numbers)}"
        with self._house(words) as house:
            _write(house, self._people, words)
            lives = Lives(house, iter([variant]), self._broken)
            states = _await_end(house, lives)
            lives.end()
        for person, state in zip(self._people, states, strict=True):
            times = sum(message["text"] == words for message in person.chat()["messages"])
            assert times in SEEN[state], f"{state}, and seen {times} times"
        assert states.count(UNKNOWN) <= min(IN_FLIGHT, PEOPLE * lives.deaths)
        return DIED if lives.deaths else 0

    @contextmanager
    def _house(self, name: str) -> Iterator[House]:
        first = self._first
        folder = first.folder / name
        folder.mkdir()
        with self._ground.lay(folder) as database:
            house = House(folder, first.telegram, first.nursery, database, keys=first.keys)
            try:
                yield house
            finally:
                if house.pid:
                    house.kill()


SEEN = {SENT: {1}, UNKNOWN: {0, 1}}
"""What is kept of a letter -> how often it may have been seen."""


def _write(house: House, people: list[Someone], words: str) -> None:
    content = {"text": words, "bold": [], "rows": []}
    letters = [Letter(number, None, one.id, "say", content, REMINDER, NEVER_TWICE) for number, one in enumerate(people, 1)]

    async def work() -> None:
        async with foundation(config_file.read(house.settings, {})) as base, base.engine.begin() as db:
            place = (base.house.organisation_id, base.house.bot_id)
            await db.run_sync(outbox.keep, base.house.keys, place, letters, base.clock.now())

    asyncio.run(work())


def _await_end(house: House, lives: Lives) -> list[str]:
    """The states of the letters, in order, once none is waiting or on its way."""
    engine = connect_plainly(house.database)
    deadline = time.monotonic() + PATIENCE
    states = [PENDING]
    while {PENDING, SENDING} & set(states) and time.monotonic() < deadline:
        time.sleep(LOOK_EVERY)
        lives.look()
        with engine.connect() as db:
            states = list(db.scalars(select(schema.outbox.c.state).order_by(schema.outbox.c.id)))
    engine.dispose()
    assert not {PENDING, SENDING} & set(states), f"some wait for ever: {states}, {house.said()}"
    return states


def post(ground: Ground, nursery: Nursery, folder: Path, variant: str, *, every: int) -> Account:
    with running() as telegram:
        office = Post(House(folder, telegram, nursery, ground.first), ground, variant)
        return for_every_point(office.send, [COMMIT, SEND], first=every, every=every)


@pytest.mark.promise("P4")
def test_wherever_the_bot_dies_what_it_starts_comes_once_or_is_listed(ground: Ground, nursery: Nursery, tmp_path: Path) -> None:
    account = post(ground, nursery, tmp_path, "", every=2 if ground.first.startswith("sqlite") else 5)
    assert len(account.deaths) > 3, account


@pytest.mark.promise("P4", control=True)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_bot_that_sends_all_of_it_again_after_a_crash_is_caught(ground: Ground, nursery: Nursery, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="seen 2 times"):
        post(ground, nursery, tmp_path, "tests.road.variants:send_everything_again", every=2)
