"""P1: whatever moment the process dies, every answer is there, once."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from emulator.client import Someone
from tests.road.conftest import MakeHouse
from tests.road.crowd import END, ENGAGEMENT, Crowd, check, hear, make_plans, type_all
from tests.road.house import PATIENCE, House

KILLS = 12


@pytest.mark.promise("P1")
@pytest.mark.parametrize("receive", ["polling", "webhook"])
def test_no_answer_is_lost_or_counted_twice_when_the_bot_is_killed_again_and_again(make_house: MakeHouse, receive: str) -> None:
    house = make_house(receive)
    chance = random.Random(receive)
    with Crowd(house.telegram, house.open(ENGAGEMENT)) as crowd:
        for number in range(KILLS):
            crowd.add(make_plans(3, seed=number))
            await_messages(house, chance.randint(1, 20))
            house.kill()
            house.start()
    house.settle()
    check(house, crowd.plans)
    for person in crowd.people:
        assert_nothing_came_thrice(person)


def await_messages(house: House, count: int) -> None:
    """Wait until the bot has sent so many more messages."""
    at = house.telegram.state()["log"]
    house.telegram.await_log("call", after=at, count=count, wait=PATIENCE, method="sendMessage")


def assert_nothing_came_thrice(person: Someone) -> None:
    """A reply may come again after a crash, once; and nobody was told that something failed."""
    heard = Counter(message["text"] for message in person.chat()["messages"] if message["from"] == "bot")
    assert max(heard.values()) <= 2, heard
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
    with pytest.raises(AssertionError):
        check(house, [*plans, last])
