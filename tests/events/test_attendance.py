"""Who came: by staff, by a code at the door that is good once, and without a place."""

from __future__ import annotations

import datetime as dt

from storage.events import attendance, occasions
from tests.events.stage import announce, do, enrol, look
from tests.storage.world import NOON, World

HOUR = dt.timedelta(hours=1)


def test_a_code_at_the_door_is_good_once(world: World) -> None:
    _, [one] = announce(world, 2)
    [person] = enrol(world, 1)
    do(world, person, one, "join")
    at = one.starts_at - HOUR
    assert [world.do(lambda db: attendance.check_in(db, one, person, at)) for _ in range(2)] == ["came", "already"]
    assert look(world, one)[person].came is True


def test_a_code_is_good_only_around_its_time(world: World) -> None:
    _, [one, other] = announce(world, 2, 2, several=True)
    [person] = enrol(world, 1)
    times = [one.starts_at - 3 * HOUR, one.ends_at + 3 * HOUR]
    assert [world.do(lambda db, at=at: attendance.check_in(db, one, person, at)) for at in times] == ["too-early", "over"]  # type: ignore[misc]
    world.do(lambda db: occasions.cancel(db, other, "No heating", NOON))
    assert world.do(lambda db: attendance.check_in(db, other, person, other.starts_at)) == "cancelled"


def test_who_walks_in_has_a_free_place_but_not_somebody_elses(world: World) -> None:
    _, [one] = announce(world, 2)
    first, second, third = enrol(world, 3)
    do(world, first, one, "join")
    told = [world.do(lambda db, who=who: attendance.check_in(db, one, who, one.starts_at)) for who in (second, third)]  # type: ignore[misc]
    assert told == ["walk-in", "no-place"]
    world.do(lambda db: attendance.walk_in(db, one, third, one.starts_at))  # staff let them in all the same
    assert [place.came for place in look(world, one).values()] == [None, True, True]


def test_once_all_are_noted_whoever_was_not_is_known_not_to_have_come(world: World) -> None:
    _, [one] = announce(world, 3)
    came, missed, waits = enrol(world, 3)
    for person in (came, missed):
        do(world, person, one, "join")
    do(world, waits, one, "unsure")
    world.do(lambda db: attendance.note(db, one, {came: True}, one.ends_at))
    world.do(lambda db: attendance.count_walk_ins(db, one, 4))
    world.do(lambda db: attendance.record(db, one, one.ends_at))
    assert {who: place.came for who, place in look(world, one).items()} == {came: True, missed: False, waits: None}
    now = world.do(lambda db: occasions.find(db, world.organisation_id, one.code))
    assert now
    assert (now.walk_ins, now.recorded_at) == (4, one.ends_at)
