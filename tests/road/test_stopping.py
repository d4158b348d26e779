"""P22: asked to stop, the bot finishes what it holds, says so, and is gone within ten seconds."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable

import pytest

from tests.faults.disks import locked
from tests.road.conftest import MakeHouse
from tests.road.crowd import ENGAGEMENT, Crowd, check, make_plans
from tests.road.house import PATIENCE, House

STOPS = 6
LISTENED = {"polling": "call", "webhook": "delivery"}
"""Door -> what the log shows when somebody has come in by it."""


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
    code = house.stop()
    known = code == 0 or not house.said()  # before it has begun to work it may end as any program does
    assert known, f"it ended with {code}: {house.said()}"
    assert time.monotonic() - began < 10, house.said()


@pytest.mark.promise("P22")
def test_what_is_on_its_way_is_finished_before_the_end(make_house: MakeHouse) -> None:
    end_in_the_middle_of_sending(make_house(), stop_in_time)


@pytest.mark.promise("P22", control=True)
@pytest.mark.parametrize("variant", ["", "tests.road.variants:stop_at_once"])
def test_a_bot_that_drops_what_it_holds_is_caught(make_house: MakeHouse, variant: str) -> None:
    house = make_house(variant=variant)
    with pytest.raises(AssertionError, match="Hello"):
        end_in_the_middle_of_sending(house, stop_in_time if variant else House.kill)


@pytest.mark.promise("P22")
@pytest.mark.parametrize("receive", ["polling", "webhook"])
def test_stopping_under_load_at_any_moment_loses_and_repeats_nothing(make_house: MakeHouse, receive: str) -> None:
    house = make_house(receive)
    chance = random.Random(receive)
    with Crowd(house.telegram, house.open(ENGAGEMENT)) as crowd:
        for number in range(STOPS):
            crowd.add(make_plans(3, seed=number))
            time.sleep(chance.uniform(0, 0.3))  # any moment: while it starts, too
            stop_in_time(house)
            assert "Traceback" not in house.said(), "a stop is no fault"
            house.begin()
    house.await_ready()
    house.settle()
    check(house, crowd.plans)
    for person in crowd.people:
        heard = Counter(message["text"] for message in person.chat()["messages"] if message["from"] == "bot")
        assert max(heard.values()) == 1, f"{heard} came twice, so it was unknown whether it had gone out"


@pytest.mark.promise("P22")
@pytest.mark.parametrize("receive", ["polling", pytest.param("webhook", marks=pytest.mark.long)])
def test_it_stops_in_time_while_the_database_is_locked_and_loses_nothing(make_house: MakeHouse, receive: str) -> None:
    house = make_house(receive)
    person = house.telegram.person()
    with locked(house):
        at = house.telegram.state()["log"]
        person.starts(house.links.get(ENGAGEMENT, ""))
        house.telegram.await_log(LISTENED[receive], after=at, wait=PATIENCE)
        stop_in_time(house)
    house.start()
    assert "how old" in person.hears(wait=PATIENCE).text
    person.hears_nothing()


@pytest.mark.promise("P22")
def test_told_again_and_again_it_stops_in_the_same_good_order(make_house: MakeHouse) -> None:
    def insist(house: House) -> None:
        os.kill(house.pid, signal.SIGTERM)
        os.kill(house.pid, signal.SIGINT)
        stop_in_time(house)

    end_in_the_middle_of_sending(make_house(), insist)


@pytest.mark.parametrize("method", ["sendMessage", pytest.param("*", marks=pytest.mark.long)])
def test_a_bot_that_cannot_reach_telegram_still_stops_in_time(make_plain_house: MakeHouse, method: str) -> None:
    house = make_plain_house()
    person = house.telegram.person()
    house.telegram.faults([{"kind": "hang", "method": "sendMessage"}])
    at = house.telegram.state()["log"]
    person.starts()
    house.telegram.await_log("call", after=at, wait=PATIENCE, method="sendMessage")
    house.telegram.faults([{"kind": "hang", "method": method}])
    stop_in_time(house)
    if method == "*":  # and while it asks who it is
        house.begin()
        house.await_ready()
        stop_in_time(house)
    house.telegram.faults([])
    house.start()
    assert "how old" in person.hears(wait=PATIENCE).text
