"""What staff change about dates, and what people said of them meanwhile: told once, and nobody has two places of one."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import icalendar
import pytest
from sqlalchemy import select, update

from bot import calendars
from conversations.places import Room
from storage import schema
from storage.events import attendance, feeds, occasions, series
from tests.events.stage import announce, do, enrol, look, plan, states, waits
from tests.storage.world import NOON, World

FIRST = plan(local_at="2027-02-09T18:00")
HOUR = dt.timedelta(hours=1)


def test_a_change_of_all_later_dates_is_told_once_and_what_was_put_off_stays_so(world: World) -> None:
    event, _ = announce(world, several=True)
    made = world.do(lambda db: series.make(db, world.keys, event, FIRST, "FREQ=WEEKLY;COUNT=4", NOON))
    [person] = enrol(world, 1)
    for one in made:
        do(world, person, one, "join")
    put_off = world.do(lambda db: occasions.postpone(db, made[2], "The hall is shut.", NOON))
    elsewhere = replace(FIRST, local_at=made[1].local_at, place="Library")
    world.do(lambda db: series.change_later(db, world.keys, made[1], elsewhere, made[1].version, NOON))
    now = world.do(lambda db: occasions.load(db, [made[0].event_id]))
    assert [one.state for one in now] == ["planned", "planned", "postponed", "planned"]
    assert now[2].version == put_off.version
    assert [(kind, who) for kind, who, _ in waits(world, "moved")] == [("moved", person)] * 2  # which make one letter


def test_an_offer_ends_in_time_for_a_date_that_begins_sooner(world: World) -> None:
    _, [one] = announce(world, 1)
    first, second = enrol(world, 2)
    do(world, first, one, "join")
    do(world, second, one, "join")
    do(world, first, one, "leave")
    sooner = plan(local_at=f"{NOON.astimezone(ZoneInfo(one.zone)) + 5 * HOUR:%Y-%m-%dT%H:%M}", capacity=1)
    moved = world.do(lambda db: occasions.change(db, world.keys, one, sooner, one.version, NOON))
    until = look(world, one)[second].offered_until
    assert until == moved.starts_at - HOUR
    assert waits(world, "lapse") == [("lapse", second, until)]


def test_a_change_not_told_yet_is_still_told_when_the_rules_of_a_zone_change(world: World) -> None:
    _, [one] = announce(world, 5)
    [person] = enrol(world, 1)
    do(world, person, one, "join")
    later = plan(local_at="2027-02-27T18:00", capacity=5)
    moved = world.do(lambda db: occasions.change(db, world.keys, one, later, one.version, NOON))
    by_old_rules = update(schema.occasions).where(schema.occasions.c.id == one.id).values(starts_at=moved.starts_at + HOUR)
    world.do(lambda db: db.execute(by_old_rules).rowcount)
    [right] = world.do(lambda db: occasions.realign(db, NOON))
    rows = select(schema.followups.c.sequence).where(schema.followups.c.kind == "moved", schema.followups.c.state == "waiting")
    assert world.do(lambda db: db.scalars(rows).all()) == [right.sequence]
    assert right.sequence == moved.sequence + 1


def test_a_calendar_knows_the_second_of_two_half_past_ones(world: World) -> None:
    event, _ = announce(world)
    twice = plan(local_at="2027-10-31T01:30", fold=1)
    one = world.do(lambda db: occasions.make(db, world.keys, event, twice, NOON))
    [person] = enrol(world, 1)
    place = do(world, person, one, "join").place
    assert place
    entry = world.do(lambda db: feeds.find(db, world.organisation_id, [place.code]))[place.code]
    [shown] = icalendar.Calendar.from_ical(calendars.write(entry, NOON).decode()).walk("VEVENT")
    assert shown.decoded("dtstart") == one.starts_at


# --- Nobody has two, and nobody's place is taken from them


def test_whoever_takes_one_of_two_offers_gives_back_all_else_they_had(world: World) -> None:
    _, [one, two, three] = announce(world, 1, 1, 1)
    first, second, person = enrol(world, 3)
    for who, date in ((person, two), (first, one), (second, three), (person, one), (person, three)):
        do(world, who, date, "join")
    do(world, first, one, "leave")
    do(world, second, three, "leave")
    done = do(world, person, three, "accept")
    assert (done.result, done.left) == ("swapped", two.code)
    assert [states(world, date)[person] for date in (one, two, three)] == ["withdrawn", "withdrawn", "confirmed"]


def test_a_member_who_comes_after_all_has_the_deputys_place_though_it_is_full(world: World) -> None:
    _, [one] = announce(world, 2)
    member, deputy, other = enrol(world, 3)
    do(world, member, one, "deputy", deputy_id=deputy)
    do(world, deputy, one, "accept")
    do(world, other, one, "join")
    assert do(world, member, one, "come").result == "placed"
    assert states(world, one) == {member: "confirmed", deputy: "withdrawn", other: "confirmed"}


@pytest.mark.parametrize("verb", ["no", "leave", "decline_deputy"])
def test_a_member_hears_that_their_deputy_cannot_come_however_that_is_said(world: World, verb: str) -> None:
    _, [one] = announce(world, 5)
    member, deputy = enrol(world, 2)
    do(world, member, one, "deputy", deputy_id=deputy)
    do(world, deputy, one, "accept")
    do(world, deputy, one, verb)
    assert [who for _, who, _ in waits(world, "no-deputy")] == [member]


def test_a_deputy_asked_again_on_the_same_day_hears_of_it_again(world: World) -> None:
    _, [one] = announce(world, 5)
    member, deputy = enrol(world, 2)
    do(world, member, one, "deputy", deputy_id=deputy)
    world.do(lambda db: db.execute(update(schema.followups).values(state="done")).rowcount)
    do(world, member, one, "come", NOON + HOUR)
    do(world, member, one, "deputy", NOON + HOUR, deputy_id=deputy)
    assert [who for _, who, _ in waits(world, "deputy")] == [deputy]


def test_whoever_was_offered_a_place_is_let_in_at_the_door(world: World) -> None:
    _, [one] = announce(world, 1)
    first, second = enrol(world, 2)
    do(world, first, one, "join")
    do(world, second, one, "join")
    do(world, first, one, "leave", one.starts_at - 2.5 * HOUR)
    assert states(world, one)[second] == "offered"
    at_the_door = one.starts_at - 1.5 * HOUR
    assert world.do(lambda db: attendance.check_in(db, one, second, at_the_door)) == "walk-in"


def test_a_place_kept_for_one_kind_is_not_had_by_another_who_changes_their_word(world: World) -> None:
    _, [one] = announce(world, 4, reserved={"carer": 2})
    first, second, carer = enrol(world, 3)
    do(world, first, one, "join")
    do(world, second, one, "join")
    do(world, carer, one, "join", kind="carer")
    do(world, carer, one, "note", kind="young")
    assert look(world, one)[carer].kind == "carer"
    do(world, first, one, "note", kind="carer")  # but a place of theirs is free for whoever is one
    assert look(world, one)[first].kind == "carer"
    assert Room(2, {"carer": 1}, {"": 2}).may_be("", "carer")
