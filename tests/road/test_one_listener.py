"""P12: one process for a SQLite file, one listener for a token; what a dead one leaves is taken over."""

from __future__ import annotations

import pytest

from tests.faults.disks import shut
from tests.road.conftest import MakeHouse
from tests.road.crowd import END, ENGAGEMENT, Crowd, check, hear, make_plans, type_all
from tests.road.house import House, until


@pytest.mark.promise("P12")
def test_only_one_bot_listens_and_the_next_takes_its_place_when_it_dies(make_house: MakeHouse) -> None:
    first: House = make_house()
    second = House(first.folder.with_name("second"), first.telegram, first.nursery, first.database, keys=first.keys)
    code = first.open(ENGAGEMENT)
    plans = make_plans(6, seed=8)
    with Crowd(first.telegram, code) as crowd:
        crowd.add(plans[:3])
        second.begin()
        if first.database.startswith("sqlite"):
            assert second.nursery.wait(second.pid) == 1
            assert "Another bot is running" in second.said()
        else:
            second.await_ready()
        crowd.add(plans[3:])
        first.kill()
        if first.database.startswith("sqlite"):
            second.begin()
            second.await_ready()
    person = first.telegram.person()
    type_all(person, last := make_plans(1, seed=9)[0], code)
    hear(person, END)
    first.settle()
    check(second, [*plans, last])
    polls = first.telegram.log(0, "call", method="getUpdates")
    assert {poll["status"] for poll in polls} <= {0, 200}
    assert second.stop() == 0


@pytest.mark.promise("P12")
def test_a_bot_that_lost_its_place_with_its_connection_takes_it_again(make_house: MakeHouse) -> None:
    house: House = make_house()
    code = house.open(ENGAGEMENT)
    if house.database.startswith("postgresql"):  # a lock file is not lost
        with shut(house):
            until(lambda: "says this process lives is lost" in house.said(), house.said)
        until(lambda: "known to be alive again" in house.said(), house.said)
    person = house.telegram.person()
    type_all(person, make_plans(1, seed=10)[0], code)
    hear(person, END)
