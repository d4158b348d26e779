"""P5 on the whole road: a broadcast that Telegram will not have holds up nobody who talks, and the pace is found again."""

from __future__ import annotations

import time

import pytest

from storage.letters import paces
from storage.letters.outbox import PENDING
from tests.road.conftest import MakeHouse
from tests.road.house import PATIENCE, House, until
from tests.sending.desk import at_desk, meet


@pytest.mark.promise("P5")
def test_someone_who_talks_is_answered_while_a_broadcast_is_refused(make_house: MakeHouse) -> None:
    house: House = make_house()
    people = meet(house, 200)
    until(lambda: all(len(person.chat()["messages"]) > 1 for person in people[-3:]), house.said)
    rules = [{"kind": "429", "method": "sendMessage", "chat": person.id, "retry_after": 5} for person in people]
    house.telegram.faults(rules)
    with at_desk(house) as desk:
        desk.keep([person.id for person in people])
        until(lambda: "asked to wait" in house.said(), house.said)
        waits = []
        for _ in range(8):
            somebody, began = house.telegram.person(), time.monotonic()
            somebody.starts()
            assert "how old" in somebody.hears(wait=PATIENCE).text
            waits.append(time.monotonic() - began)
        assert sorted(waits)[-2] <= 2, waits
        assert list(desk.states().values()).count(PENDING) >= 190
        assert house.stop() == 0
        kept = desk.do(lambda db: paces.find(db, desk.base.house.bot_id))
    assert kept
    assert kept.pace < 25


def longest_beside_two_refused(house: House) -> float:
    """Two people are told to wait again and again; how long others wait for their first answer meanwhile, at most."""
    two = [house.telegram.person() for _ in range(2)]
    house.telegram.faults([{"kind": "429", "chat": person.id, "retry_after": 3} for person in two])
    waits: list[float] = []
    for again in range(12):
        for person in two if again % 3 == 0 else ():
            person.starts()
        somebody, began = house.telegram.person(), time.monotonic()
        somebody.starts()
        assert "how old" in somebody.hears(wait=PATIENCE).text
        waits.append(time.monotonic() - began)
    assert house.said().count("asked to wait") >= 2
    return max(waits)


@pytest.mark.promise("P5")
def test_someone_new_is_answered_at_once_while_two_others_are_refused(make_house: MakeHouse) -> None:
    assert longest_beside_two_refused(make_house()) <= 1.5


@pytest.mark.long
@pytest.mark.promise("P5", control=True)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_bot_that_two_refusals_silence_is_caught_on_the_road(make_house: MakeHouse) -> None:
    assert longest_beside_two_refused(make_house(variant="tests.sending.variants:wait_for_two")) > 1.5
