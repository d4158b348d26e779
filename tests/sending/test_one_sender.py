"""P4, P12: of several bots one sends what the bot starts; when it dies another goes on, and nobody gets anything twice."""

from __future__ import annotations

import pytest

from bot.telegram.dispatch import MOST
from storage.letters.outbox import PENDING, SENDING, SENT, UNKNOWN
from tests.road.conftest import MakeHouse
from tests.road.house import House, until
from tests.sending.desk import at_desk, meet, times_seen


@pytest.mark.promise("P4")
def test_what_a_dead_bot_left_waiting_is_sent_by_the_next_and_what_it_had_in_its_hands_is_listed(make_house: MakeHouse) -> None:
    first: House = make_house()
    second = House(first.folder.with_name("second"), first.telegram, first.nursery, first.database, keys=first.keys)
    people = meet(first, 40)
    several = first.database.startswith("postgresql")
    if several:
        second.begin()
        second.await_ready()
    with at_desk(first) as desk:
        desk.keep([person.id for person in people])
        until(lambda: SENT in desk.states().values(), first.said)
        first.kill()
        if not several:
            second.begin()
        until(lambda: not {PENDING, SENDING} & set(desk.states().values()), second.said)
        states = desk.states()
    assert second.stop() == 0
    unknown = [letter for letter, state in states.items() if state == UNKNOWN]
    assert len(unknown) <= MOST
    seen = [times_seen(person) for person in people]
    assert max(seen) == 1
    assert [letter for letter, times in enumerate(seen, 1) if not times and letter not in unknown] == []


@pytest.mark.promise("P4", "P22")
def test_a_bot_asked_to_stop_leaves_nothing_unknown(make_house: MakeHouse) -> None:
    house: House = make_house()
    people = meet(house, 30)
    with at_desk(house) as desk:
        desk.keep([person.id for person in people])
        for _ in range(3):
            number = list(desk.states().values()).count(SENT)
            until(lambda number=number: list(desk.states().values()).count(SENT) > number, house.said)  # type: ignore[misc]
            assert house.stop() == 0
            assert set(desk.states().values()) <= {SENT, PENDING}
            house.start()
        until(lambda: set(desk.states().values()) == {SENT}, house.said)
    assert [times_seen(person) for person in people] == [1] * 30
