"""Room for people of several kinds, reckoned without a database."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.places import Room, position, promote

KINDS = ("", "carer", "young")
kinds = st.sampled_from(KINDS)
reserved = st.dictionaries(st.sampled_from(KINDS[1:]), st.integers(0, 4))


@st.composite
def rooms(draw: st.DrawFn) -> Room:
    """Any room, also one whose places were made fewer afterwards."""
    kept = draw(reserved)
    capacity = sum(kept.values()) + draw(st.integers(0, 6))
    return Room(capacity, kept, dict(Counter(draw(st.lists(kinds, max_size=12)))))


def _fits(room: Room, kind: str) -> bool:
    """As the rule is written: one of their own is left, or the general ones are not all used; and there is room at all."""
    assert room.capacity is not None
    beyond = sum(max(0, number - room.reserved.get(each, 0)) for each, number in room.held.items())
    own = room.held.get(kind, 0) < room.reserved.get(kind, 0)
    return (own or beyond < room.capacity - sum(room.reserved.values())) and sum(room.held.values()) < room.capacity


@pytest.mark.promise("P7")
@given(rooms(), kinds)
def test_somebody_fits_by_the_rule_and_so_often_as_places_are_left(room: Room, kind: str) -> None:
    left = room.left(kind)
    assert left is not None
    for _ in range(left):
        assert _fits(room, kind)
        room.take(kind)
    assert not _fits(room, kind)
    assert not room.fits(kind)


@pytest.mark.promise("P7")
@given(rooms(), st.lists(kinds, max_size=20))
def test_a_line_is_served_in_its_order_as_far_as_there_is_room(room: Room, line: list[str]) -> None:
    before, numbered = room.taken, list(enumerate(line))
    served = list(promote(room, numbered, lambda one: one[1]))
    assert room.taken <= max(before, room.capacity or 0)
    assert served == sorted(served)
    for number, kind in numbered:
        if (number, kind) not in served:
            assert not _fits(room, kind), "somebody who fits still waits"
            assert all(other != kind or place < number for place, other in served), "somebody behind them was served"


@given(rooms(), kinds)
def test_whoever_gives_a_place_back_can_have_it_again(room: Room, kind: str) -> None:
    if room.fits(kind):
        room.take(kind)
        room.free(kind)
        assert room.fits(kind)


def test_without_a_limit_everybody_has_room() -> None:
    room = Room(None, {}, {"": 9_999})
    assert (room.left(), room.over, room.fits("carer")) == (None, 0, True)
    assert list(promote(room, [1, 2], lambda _: "")) == [1, 2]


def test_fewer_places_than_are_taken_are_told_as_too_many() -> None:
    assert Room(3, {"carer": 1}, {"": 5}).over == 2


@given(st.sets(st.integers(1, 99), min_size=1))
def test_places_in_line_are_counted_from_one(numbers: set[int]) -> None:
    assert [position(one, numbers) for one in sorted(numbers)] == list(range(1, len(numbers) + 1))
