"""P22: asked to stop, the bot finishes what it holds, says so, and is gone within ten seconds."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

import pytest

from tests.road.conftest import MakeHouse
from tests.road.crowd import ENGAGEMENT, Crowd, check, make_plans
from tests.road.house import PATIENCE, House


def end_in_the_middle_of_sending(house: House, end: Callable[[House], None]) -> None:
    """End the bot while ten messages are on their way, and see that none comes twice when it is back."""
    telegram = house.telegram
    people = [telegram.person() for _ in range(10)]
    telegram.faults([{"kind": "late", "method": "sendMessage", "seconds": 0.7}])
    at = telegram.state()["log"]
    for person in people:
        person.starts()
    telegram.await_log("call", after=at, count=len(people), wait=PATIENCE, method="sendMessage")
    end(house)
    telegram.faults([])
    house.start()
    for person in people:
        person.says("/privacy")
        heard = [person.hears(wait=PATIENCE).text.partition("\n")[0] for _ in range(2)]
        assert heard == ["Hello. First, one quick question: how old are you?", "Your privacy, in short."], Counter(heard)


def stop_in_time(house: House) -> None:
    began = time.monotonic()
    assert house.stop() == 0
    assert time.monotonic() - began < 10


@pytest.mark.promise("P22")
def test_what_is_on_its_way_is_finished_before_the_end(make_house: MakeHouse) -> None:
    end_in_the_middle_of_sending(make_house(), stop_in_time)


@pytest.mark.promise("P22", control=True)
def test_a_bot_that_drops_what_it_holds_is_caught(make_house: MakeHouse) -> None:
    house = make_house()
    with pytest.raises(AssertionError, match="Hello"):
        end_in_the_middle_of_sending(house, House.kill)


@pytest.mark.promise("P22")
@pytest.mark.parametrize("receive", ["polling", "webhook"])
def test_stopping_under_load_loses_nothing(make_house: MakeHouse, receive: str) -> None:
    house = make_house(receive)
    with Crowd(house.telegram, house.open(ENGAGEMENT)) as crowd:
        for number in range(3):
            crowd.add(make_plans(6, seed=number))
            house.telegram.await_log("call", after=house.telegram.state()["log"], count=3, wait=PATIENCE, method="sendMessage")
            stop_in_time(house)
            house.start()
    house.settle()
    check(house, crowd.plans)
    assert "Traceback" not in house.said(), "a stop is no fault"


def test_a_bot_that_cannot_reach_telegram_still_stops_in_time(make_plain_house: MakeHouse) -> None:
    house = make_plain_house()
    person = house.telegram.person()
    house.telegram.faults([{"kind": "hang", "method": "sendMessage"}])
    at = house.telegram.state()["log"]
    person.starts()
    house.telegram.await_log("call", after=at, wait=PATIENCE, method="sendMessage")
    stop_in_time(house)
    house.telegram.faults([])
    house.start()
    assert "how old" in person.hears(wait=PATIENCE).text
