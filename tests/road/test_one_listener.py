"""P12: one process for a SQLite file, one listener for a token; what a dead one leaves is taken over."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from emulator.client import Telegram
from tests.faults.disks import shut
from tests.faults.outage import health_says, is_well
from tests.road.conftest import MakeHouse
from tests.road.crowd import END, ENGAGEMENT, Crowd, check, hear, make_plans, type_all
from tests.road.house import PATIENCE, House, until


def run_two(first: House) -> None:
    """Start a second bot beside the first, then kill the first: one listens at any time, and nothing is lost or doubled."""
    second = House(first.folder.with_name("second"), first.telegram, first.nursery, first.database, keys=first.keys)
    second.variant = first.variant
    code = first.open(ENGAGEMENT)
    plans = make_plans(6, seed=8)
    with Crowd(first.telegram, code) as crowd:
        crowd.add(plans[:3])
        second.begin()
        try:
            _see_one_listen(first, second)
            crowd.add(plans[3:])
        finally:
            first.kill()
            if not second.pid:
                second.begin()
                second.await_ready()
    if not first.database.startswith("sqlite"):  # both are there, and have nothing to do but to listen
        at = first.telegram.state()["log"]
        first.begin()
        first.telegram.await_log("call", after=at, wait=PATIENCE, method="setMyShortDescription")
    person = first.telegram.person()
    type_all(person, last := make_plans(1, seed=9)[0], code)
    hear(person, END)
    first.settle()
    check(second, [*plans, last])
    polls = first.telegram.log(0, "call", method="getUpdates")
    assert {poll["status"] for poll in polls} <= {0, 200}, "two bots poll with one token"
    assert second.stop() == 0


def _see_one_listen(first: House, second: House) -> None:
    """On SQLite the second says why it does not start; on PostgreSQL it waits for its turn."""
    if first.database.startswith("sqlite"):
        until(lambda: '"ready"' in second.said() or "Another bot is running" in second.said(), second.said)
        assert "Another bot is running" in second.said(), "two bots share a SQLite file"
        assert second.nursery.wait(second.pid) == 1
        second.pid = 0
    else:
        second.await_ready()


@pytest.mark.promise("P12")
def test_only_one_bot_listens_and_the_next_takes_its_place_when_it_dies(make_house: MakeHouse) -> None:
    run_two(make_house())


@pytest.mark.promise("P12", control=True)
def test_bots_that_do_not_ask_whether_there_are_others_are_caught(make_house: MakeHouse) -> None:
    with pytest.raises(AssertionError, match="two bots"):
        run_two(make_house(variant="tests.road.variants:share_everything"))


@pytest.mark.promise("P12")
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # a lock file is not lost
def test_a_bot_that_lost_its_place_with_its_connection_takes_it_again(make_house: MakeHouse) -> None:
    house: House = make_house()
    code = house.open(ENGAGEMENT)
    with shut(house):
        until(lambda: "says this process lives is lost" in house.said(), house.said)
    until(lambda: "known to be alive again" in house.said(), house.said)
    person = house.telegram.person()
    type_all(person, make_plans(1, seed=10)[0], code)
    hear(person, END)


@pytest.mark.promise("P12")
def test_another_program_that_polls_with_the_token_is_told_of_and_outlived(make_plain_house: MakeHouse) -> None:
    house: House = make_plain_house()
    with another_poller(house.telegram):
        until(lambda: health_says(house, "another program takes this bot's news"), house.said)
        assert "/revoke" in house.said()
    answer_all(house)
    until(lambda: is_well(house), house.said)


@pytest.mark.promise("P12")
def test_a_webhook_that_somebody_sets_for_a_polling_bot_is_removed_and_told_of(make_plain_house: MakeHouse) -> None:
    house: House = make_plain_house()
    assert house.telegram.bot("setWebhook", url=f"{house.url}/elsewhere")["ok"]
    answer_all(house)
    assert "another program had set a webhook" in house.said()
    assert house.telegram.bot("getWebhookInfo")["result"]["url"] == ""
    until(lambda: is_well(house), house.said)


def answer_all(house: House) -> None:
    """Somebody comes, answers everything, and all of it is kept."""
    person = house.telegram.person()
    type_all(person, plan := make_plans(1, seed=11)[0], house.open(ENGAGEMENT))
    hear(person, END)
    check(house, [plan])


@contextmanager
def another_poller(telegram: Telegram) -> Iterator[None]:
    """Another program that polls with the same token, and tries again whenever it is turned away."""
    over = threading.Event()

    def poll() -> None:
        while not over.is_set():
            if not telegram.bot("getUpdates", timeout=1)["ok"]:
                over.wait(0.2)

    program = threading.Thread(target=poll)
    program.start()
    try:
        yield
    finally:
        over.set()
        program.join()
