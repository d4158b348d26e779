"""Taking, giving back, swapping and being offered a place: what somebody is told is so."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from conversations.hours import instant
from storage import erasure, schema
from storage.events import occasions, offers, registers
from storage.events.occasions import OccasionError, StaleError
from tests.events.stage import announce, do, enrol, look, plan, states, waits
from tests.storage.world import NOON, World

HOUR = dt.timedelta(hours=1)


def test_whoever_comes_while_there_are_places_has_one_and_the_next_waits(world: World) -> None:
    _, [one] = announce(world, 2)
    told = [do(world, person, one, "join") for person in enrol(world, 4)]
    assert [(done.result, done.position) for done in told] == [("placed", 0), ("placed", 0), ("waiting", 1), ("waiting", 2)]


def test_a_second_tap_changes_nothing(world: World) -> None:
    _, [one] = announce(world, 1)
    first, second = enrol(world, 2)
    assert [do(world, first, one, "join").result for _ in range(2)] == ["placed", "kept"]
    assert [do(world, second, one, "join").position for _ in range(2)] == [1, 1]


def test_a_place_that_is_given_back_is_offered_to_the_first_in_line(world: World) -> None:
    _, [one] = announce(world, 1)
    first, second, third = enrol(world, 3)
    for person in (first, second, third):
        do(world, person, one, "join")
    assert do(world, first, one, "leave").result == "left"
    assert states(world, one) == {first: "withdrawn", second: "offered", third: "waiting"}
    assert [kind for kind, person, _ in waits(world, "offer", "lapse") if person == second] == ["offer", "lapse"]
    assert do(world, second, one, "accept").result == "placed"
    assert waits(world, "offer", "lapse") == []


def test_an_offer_counts_only_hours_that_are_not_quiet(world: World) -> None:
    _, [one] = announce(world, 1, answer_minutes=12 * 60)
    first, second = enrol(world, 2)
    do(world, first, one, "join")
    do(world, second, one, "join")
    do(world, first, one, "leave", now=NOON.replace(hour=21))  # on a Monday, after eight
    wednesday = dt.datetime(2027, 2, 3, 10, tzinfo=dt.UTC)  # eleven hours of Tuesday, and one of Wednesday
    assert look(world, one)[second].offered_until == wednesday


def test_an_offer_that_is_not_answered_goes_to_the_next(world: World) -> None:
    _, [one] = announce(world, 1)
    first, second, third = enrol(world, 3)
    for person in (first, second, third):
        do(world, person, one, "join")
    do(world, first, one, "leave")
    place = look(world, one)[second]
    assert place.offered_until
    late, early = place.offered_until, place.offered_until - HOUR
    assert world.do(lambda db: offers.lapse(db, [place.code], early)) == []
    assert world.do(lambda db: offers.lapse(db, [place.code], late)) == [place.code]
    assert states(world, one) == {first: "withdrawn", second: "lapsed", third: "offered"}
    assert do(world, second, one, "accept", now=late).result == "lapsed"


def test_whoever_answers_late_and_finds_nobody_waiting_has_the_place(world: World) -> None:
    _, [one] = announce(world, 1)
    first, second = enrol(world, 2)
    do(world, first, one, "join")
    do(world, second, one, "join")
    do(world, first, one, "leave")
    until = look(world, one)[second].offered_until
    assert until
    assert do(world, second, one, "accept", now=until + HOUR).result == "placed"


def test_nothing_is_offered_when_there_is_no_time_left_to_answer(world: World) -> None:
    _, [one] = announce(world, 1)
    first, second, third = enrol(world, 3)
    do(world, first, one, "join")
    do(world, second, one, "join")
    soon = one.starts_at - dt.timedelta(minutes=90)
    assert do(world, first, one, "leave", now=soon).result == "left"
    assert states(world, one)[second] == "waiting"
    assert do(world, third, one, "join", now=soon).result == "placed"
    assert do(world, first, one, "join", now=soon).result == "full"


def test_a_swap_takes_the_other_date_and_gives_the_first_to_who_waits(world: World) -> None:
    _, [evening, day] = announce(world, 1, 1)
    first, second = enrol(world, 2)
    do(world, first, evening, "join")
    do(world, second, evening, "join")
    done = do(world, first, day, "swap")
    assert (done.result, done.left) == ("swapped", evening.code)
    assert states(world, evening) == {first: "withdrawn", second: "offered"}


def test_a_swap_to_a_full_date_keeps_the_place_until_the_other_is_free(world: World) -> None:
    _, [evening, day] = announce(world, 1, 1)
    first, second = enrol(world, 2)
    do(world, first, evening, "join")
    do(world, second, day, "join")
    assert do(world, first, day, "swap").result == "swap-waiting"
    assert states(world, evening) == {first: "confirmed"}
    do(world, second, day, "leave")
    done = do(world, first, day, "accept")
    assert (done.result, done.left, states(world, evening)) == ("swapped", evening.code, {first: "withdrawn"})


def test_who_may_come_to_several_dates_keeps_them_all(world: World) -> None:
    _, dates = announce(world, 1, 1, several=True)
    [person] = enrol(world, 1)
    assert [do(world, person, one, "join").result for one in dates] == ["placed", "placed"]


def test_reserved_places_wait_for_their_kind_and_companions_count_nothing(world: World) -> None:
    _, [one] = announce(world, 3, reserved={"carer": 1})
    people = enrol(world, 4)
    told = [do(world, person, one, "join", companions=2).result for person in people[:3]]
    assert told == ["placed", "placed", "waiting"]
    assert do(world, people[3], one, "join", kind="carer").result == "placed"
    assert do(world, people[2], one, "note", kind="carer").result == "noted"
    do(world, people[3], one, "leave")
    assert states(world, one)[people[2]] == "offered"


def test_who_stopped_is_passed_over_and_keeps_their_turn(world: World) -> None:
    _, [one] = announce(world, 1)
    first, second, third = enrol(world, 3)
    for person in (first, second, third):
        do(world, person, one, "join")
    world.do(lambda db: db.execute(update(schema.people).where(schema.people.c.id == second).values(stopped=True)))
    do(world, first, one, "leave")
    assert states(world, one) == {first: "withdrawn", second: "waiting", third: "offered"}
    do(world, third, one, "refuse")
    world.do(lambda db: db.execute(update(schema.people).values(stopped=False)))
    assert [world.do(lambda db: offers.tend(db, NOON)) for _ in range(2)] == [1, 0]
    assert states(world, one)[second] == "offered"


def test_fewer_places_than_people_throw_nobody_out_and_more_are_offered(world: World) -> None:
    _, [one] = announce(world, 2)
    people = enrol(world, 3)
    for person in people:
        do(world, person, one, "join")
    fewer = world.do(lambda db: occasions.change(db, world.keys, one, plan(capacity=1), one.version, NOON))
    assert sorted(states(world, one).values()) == ["confirmed", "confirmed", "waiting"]
    assert world.do(lambda db: registers.rooms(db, [fewer]))[one.id].over == 1
    world.do(lambda db: occasions.change(db, world.keys, one, plan(capacity=3), fewer.version, NOON))
    assert states(world, one)[people[2]] == "offered"


def test_two_who_edit_the_same_date_do_not_undo_each_other(world: World) -> None:
    _, [one] = announce(world, 2)
    world.do(lambda db: occasions.change(db, world.keys, one, plan(capacity=3), one.version, NOON))
    with pytest.raises(StaleError):
        world.do(lambda db: occasions.change(db, world.keys, one, plan(capacity=4), one.version, NOON))


def test_everybody_concerned_hears_once_that_an_event_is_cancelled(world: World) -> None:
    event, dates = announce(world, 1, 1, several=True)
    first, second = enrol(world, 2)
    for one in dates:
        do(world, first, one, "join")
    do(world, second, dates[0], "join")
    world.do(lambda db: occasions.cancel_event(db, event, "The hall is flooded.", NOON))
    world.do(lambda db: occasions.cancel_event(db, event, "Again.", NOON))
    told = [(kind, person) for kind, person, _ in waits(world, "cancelled")]
    assert told == [("cancelled", first), ("cancelled", first), ("cancelled", second)]  # the two make one letter
    assert waits(world, "reminder-7", "reminder-2", "morning", "after", "lapse", "offer") == []
    assert do(world, second, dates[1], "join").result == "cancelled"


def test_a_date_with_people_cannot_be_deleted_and_an_empty_one_can(world: World) -> None:
    _, [full, empty] = announce(world, 1, 1)
    [person] = enrol(world, 1)
    do(world, person, full, "join")
    do(world, person, full, "leave")
    with pytest.raises(OccasionError, match="Cancel it instead"):
        world.do(lambda db: occasions.remove(db, full))
    world.do(lambda db: occasions.remove(db, empty))
    assert world.do(lambda db: occasions.find(db, world.organisation_id, empty.code)) is None


def test_a_moved_date_is_told_and_a_closed_one_takes_nobody(world: World) -> None:
    _, [one] = announce(world, 1)
    first, second = enrol(world, 2)
    do(world, first, one, "join")
    moved = world.do(
        lambda db: occasions.change(db, world.keys, one, plan(local_at="2027-02-27T18:00", capacity=9), one.version, NOON)
    )
    assert (moved.sequence, [person for _, person, _ in waits(world, "moved")]) == (one.sequence + 1, [first])
    world.do(lambda db: occasions.close(db, moved, NOON))
    assert do(world, second, one, "join").result == "closed"
    assert do(world, first, one, "join").result == "kept"


def test_when_the_rules_of_a_zone_change_the_local_time_stays(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    _, [one] = announce(world, 1)
    [person] = enrol(world, 1)
    do(world, person, one, "join")
    later = one.starts_at + HOUR
    monkeypatch.setattr(occasions, "again", lambda *_: later)
    [moved] = world.do(lambda db: occasions.realign(db, NOON))
    assert (moved.starts_at, moved.ends_at, moved.local_at) == (later, one.ends_at + HOUR, one.local_at)
    assert moved.sequence == one.sequence + 1
    monkeypatch.undo()
    assert [one.starts_at for one in world.do(lambda db: occasions.realign(db, NOON))] == [one.starts_at]
    assert world.do(lambda db: occasions.realign(db, NOON)) == []


def test_a_deputy_has_a_place_only_once_they_accept(world: World) -> None:
    _, [one] = announce(world, None)
    member, deputy, other = enrol(world, 3)
    assert do(world, member, one, "deputy").result == "no-deputy"
    assert do(world, member, one, "deputy", deputy_id=deputy).result == "deputy-asked"
    assert states(world, one) == {member: "deputised", deputy: "asked"}
    assert look(world, one)[deputy].deputy_of == look(world, one)[member].id
    assert [person for _, person, _ in waits(world, "deputy")] == [deputy]
    assert do(world, deputy, one, "accept").result == "placed"
    assert do(world, other, one, "deputy", deputy_id=deputy).result == "deputy-member"
    assert do(world, member, one, "come").result == "placed"
    assert states(world, one)[deputy] == "withdrawn"


def test_a_deputy_who_cannot_come_is_told_to_the_member(world: World) -> None:
    _, [one] = announce(world, None)
    member, deputy = enrol(world, 2)
    do(world, member, one, "deputy", deputy_id=deputy)
    assert do(world, deputy, one, "refuse").result == "declined"
    assert [person for _, person, _ in waits(world, "no-deputy")] == [member]
    assert waits(world, "deputy") == []


def test_a_person_who_is_forgotten_leaves_their_place_to_the_next(world: World) -> None:
    _, [one] = announce(world, 1)
    people = [world.meet() for _ in range(2)]
    for person, _ in people:
        do(world, person, one, "join")
    world.do(lambda db: erasure.forget(db, world.keys, dict(people[:1]), [], NOON))
    assert states(world, one) == {people[1][0]: "offered"}


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"local_at": "2027-01-31T18:00"}, "local_at"),  # in the past
        ({"local_at": "2027-03-28T01:30"}, "local_at"),  # the clocks leap over it
        ({"local_at": "2027-10-31T01:30"}, "fold"),  # comes twice
        ({"local_at": "2127-02-26T18:00"}, "local_at"),
        ({"local_at": "26 February"}, "local_at"),
        ({"zone": "Europe/Lundun"}, "zone"),
        ({"zone": "../etc/passwd"}, "zone"),
        ({"minutes": 0}, "minutes"),
        ({"place": " "}, "place"),
        ({"capacity": 0}, "capacity"),
        ({"capacity": 2, "reserved": {"carer": 3}}, "reserved"),
        ({"reserved": {"carer": 3}}, "reserved"),
        ({"capacity": 2, "reserved": {"carer": -1}}, "reserved"),
        ({"reply_by": dt.datetime(2027, 3, 1, tzinfo=dt.UTC)}, "reply_by"),
    ],
)
def test_a_date_that_cannot_be_is_refused_with_its_field(world: World, changes: dict[str, object], field: str) -> None:
    event, _ = announce(world)
    with pytest.raises(OccasionError) as refused:
        world.do(lambda db: occasions.make(db, world.keys, event, plan(**changes), NOON))
    assert refused.value.field == field


def test_of_an_hour_that_comes_twice_the_one_that_was_meant_is_kept(world: World) -> None:
    event, _ = announce(world)
    twice = "2027-10-31T01:30"
    first = instant(twice, ZoneInfo("Europe/London"))
    made = [
        world.do(lambda db, fold=fold: occasions.make(db, world.keys, event, plan(local_at=twice, fold=fold), NOON))  # type: ignore[misc]
        for fold in (0, 1)
    ]
    assert [one.starts_at for one in made] == [first, first + HOUR]
    assert world.do(lambda db: occasions.realign(db, NOON)) == []
