"""P1: whatever moment the process dies, every answer is there, once."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from bot import waiting
from bot.waiting import Waiter
from emulator.client import Someone
from storage.letters.outbox import MOST_TAKEOVERS
from tests.road.conftest import MakeHouse
from tests.road.crowd import END, ENGAGEMENT, Crowd, Plan, check, compare, hear, make_plans, type_all, typed
from tests.road.house import PATIENCE, House
from tests.road.indoors import Indoors, indoors

KILLS = 12


@pytest.mark.promise("P1")
@pytest.mark.parametrize("receive", ["polling", "webhook"])
def test_no_answer_is_lost_or_counted_twice_when_the_bot_is_killed_again_and_again(make_house: MakeHouse, receive: str) -> None:
    house = make_house(receive)
    chance = random.Random(receive)
    with Crowd(house.telegram, house.open(ENGAGEMENT)) as crowd:
        for number in range(KILLS):
            crowd.add(make_plans(3, seed=number))
            await_messages(house, chance.randint(0, 20))
            house.kill()
            house.start()
    house.settle()
    check(house, crowd.plans)
    for person in crowd.people:
        assert_only_deaths_repeat(person)


def await_messages(house: House, count: int) -> None:
    """Wait until the bot has sent so many more messages."""
    at = house.telegram.state()["log"]
    house.telegram.await_log("call", after=at, count=count, wait=PATIENCE, method="sendMessage")


def assert_only_deaths_repeat(person: Someone) -> None:
    """Each death may repeat a reply that was in flight, and few come in a row; nobody was told that something failed."""
    heard = Counter(message["text"] for message in person.chat()["messages"] if message["from"] == "bot")
    assert max(heard.values()) <= 1 + MOST_TAKEOVERS, heard
    assert not any("did not work on our side" in words for words in heard)


@pytest.mark.promise("P1", control=True)
def test_a_bot_that_acknowledges_before_it_commits_is_caught(make_house: MakeHouse) -> None:
    house = make_house(variant="tests.road.variants:acknowledge_first")
    code = house.open(ENGAGEMENT)
    plans = make_plans(24, seed=2)
    for plan in plans:
        type_all(house.telegram.person(), plan, code)
    await_messages(house, 1)
    house.kill()
    house.start()
    last = make_plans(1, seed=3)[0]
    person = house.telegram.person()
    type_all(person, last, code)
    hear(person, END)  # so all that came before has been dealt with, too
    with pytest.raises(AssertionError, match="words number"):
        check(house, [*plans, last])


@pytest.mark.promise("P1")
def test_no_answer_is_lost_or_moved_when_commits_fail_or_their_answer_is_lost(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "_TROUBLE", (0.0,))
    with indoors(database, tmp_path) as house:
        answer_in_trouble(house, make_plans(12, seed=4))


@pytest.mark.promise("P1", control=True)
def test_a_bot_that_acknowledges_what_it_could_not_write_is_caught(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "_TROUBLE", (0.0,))
    monkeypatch.setattr(waiting, "_refuse", lambda batch, _error: _say_all_is_kept(batch))
    with indoors(database, tmp_path) as house, pytest.raises(AssertionError, match="words number"):
        answer_in_trouble(house, make_plans(12, seed=4))


def _say_all_is_kept(batch: Sequence[Waiter]) -> None:
    for _, future in batch:
        if not future.done():
            future.set_result(None)


def answer_in_trouble(house: Indoors, plans: list[Plan]) -> None:
    """Everybody types everything at once, it comes in one batch as after an outage, and a third of all commits fail.

    The third commit is the first that fails, and fails before it took effect.
    """
    engagement, code = house.open(ENGAGEMENT)
    updates = []
    for plan in plans:
        person = house.person()
        updates += [person.types(words) for words in (f"/start {code}", *typed(plan))]
    with broken_commits(house, random.Random(2)) as broken:
        house.take(updates)
    compare(house.results(engagement), plans)
    assert broken["before"]
    assert broken["after"]


@contextmanager
def broken_commits(house: Indoors, chance: random.Random) -> Iterator[Counter[str]]:
    """Have a third of all commits fail, half of those after they took effect."""
    broken: Counter[str] = Counter()

    def commit(connection: Connection) -> None:
        if chance.random() < 0.3:
            when = chance.choice(["before", "after"])
            broken[when] += 1
            if when == "after":
                connection.connection.commit()
            raise OperationalError("COMMIT", {}, OSError("the connection is gone"))

    event.listen(house.base.engine.sync_engine, "commit", commit)
    try:
        yield broken
    finally:
        event.remove(house.base.engine.sync_engine, "commit", commit)
