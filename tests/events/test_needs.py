"""What helps people is said once, used again only if they agree, and shown to staff until they say what became of it."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from storage import schema
from storage.events import needs, occasions
from storage.events.needs import Said
from storage.events.occasions import Occasion
from tests.events.stage import announce, do, enrol, look
from tests.storage.world import NOON, World

TODAY = NOON.date()
AFTER = NOON + dt.timedelta(days=40)


def say(
    world: World,
    person: int,
    *chosen: str,
    keep: bool | None = None,
    event: int | None = None,
    words: dict[str, str] | None = None,
) -> None:
    code = world.do(lambda db: db.scalar(select(schema.people.c.code).where(schema.people.c.id == person))) or ""
    said = Said(person, code, event, TODAY, chosen, words or {}, keep)
    world.do(lambda db: needs.settle(db, world.keys, [said], NOON))


def shown(world: World, one: Occasion, person: int) -> dict[str, tuple[str, bool]]:
    """Need -> what staff see of it, and whether the person still says so."""
    place = look(world, one)[person].id or 0
    found = world.do(lambda db: needs.of_places(db, world.keys, [place]))
    return {need.code: (need.state, need.still) for need in found.get(place, [])}


def mark(world: World, one: Occasion, person: int, code: str, state: str, why: str = "") -> bool:
    place = look(world, one)[person].id or 0
    return world.do(lambda db: needs.mark(db, place, code, state, why, "STAFF", NOON))


def held(world: World) -> list[str]:
    return sorted(world.do(lambda db: db.scalars(select(schema.needs.c.need)).all()))


def test_what_somebody_agreed_to_goes_to_their_next_place_by_itself(world: World) -> None:
    _, [one] = announce(world, 5)
    [person] = enrol(world, 1)
    say(world, person, "bsl", "breaks", keep=True)
    do(world, person, one, "join")
    assert shown(world, one, person) == {"bsl": ("open", True), "breaks": ("open", True)}


def test_without_agreement_it_stays_with_the_event_it_was_said_for_and_all_its_dates(world: World) -> None:
    event, [one, later] = announce(world, 5, 5, several=True)
    [person] = enrol(world, 1)
    do(world, person, one, "join")
    say(world, person, "captions", keep=False, event=event.engagement_id)
    do(world, person, later, "join")
    assert [shown(world, date, person) for date in (one, later)] == [{"captions": ("open", True)}] * 2
    [other] = enrol(world, 1)
    say(world, other, "captions", keep=False, event=event.engagement_id)
    do(world, other, one, "join")
    assert shown(world, one, other) == {}


def test_saying_it_anew_takes_the_place_of_what_was_said_and_staff_see_it_at_once(world: World) -> None:
    _, [one] = announce(world, 5)
    [person] = enrol(world, 1)
    say(world, person, "bsl", "breaks", "quiet-space", keep=True)
    do(world, person, one, "join")
    mark(world, one, person, "bsl", "met")
    say(world, person, "large-print", "quiet-space")
    assert shown(world, one, person) == {
        "quiet-space": ("open", True), "bsl": ("met", False), "large-print": ("open", True)
    }  # fmt: skip
    assert held(world) == ["large-print", "quiet-space"]


def test_their_own_words_are_sealed_and_read_only_beside_their_place(world: World) -> None:
    _, [one] = announce(world, 5)
    [person] = enrol(world, 1)
    say(world, person, "interpreter", keep=True, words={"interpreter": "Polish", "other": "a chair by the door"})
    do(world, person, one, "join")
    place = look(world, one)[person].id or 0
    told = world.do(lambda db: needs.of_places(db, world.keys, [place]))[place]
    assert [(need.code, need.words) for need in told] == [("interpreter", "Polish"), ("other", "a chair by the door")]
    sealed = world.do(lambda db: db.scalars(select(schema.needs.c.sealed)).all())
    assert not any(b"Polish" in (row or b"") or b"chair" in (row or b"") for row in sealed)


def test_a_need_that_is_not_met_says_why(world: World) -> None:
    _, [one] = announce(world, 5)
    [person] = enrol(world, 1)
    say(world, person, "bsl", keep=True)
    do(world, person, one, "join")
    with pytest.raises(ValueError, match="Say why"):
        mark(world, one, person, "bsl", "not-met", "  ")
    assert mark(world, one, person, "bsl", "not-met", "Nobody was free.")
    assert not mark(world, one, person, "captions", "met")
    assert shown(world, one, person) == {"bsl": ("not-met", True)}


def test_what_may_not_be_used_again_goes_a_week_after_its_last_date_and_the_rest_stays(world: World) -> None:
    event, [one] = announce(world, 5)
    passing, lasting = enrol(world, 2)
    for person, keep in ((passing, False), (lasting, True)):
        do(world, person, one, "join")
        say(world, person, "breaks", keep=keep, event=event.engagement_id)
    last = one.ends_at + needs.FORGOTTEN_AFTER
    assert world.do(lambda db: needs.forget(db, last - dt.timedelta(minutes=1))) == 0
    assert world.do(lambda db: needs.forget(db, last)) == 1
    assert world.do(lambda db: db.scalars(select(schema.needs.c.person_id)).all()) == [lasting]
    assert shown(world, one, passing) == {}


def test_somebody_to_be_booked_is_told_with_the_day_and_a_cancellation_lets_nobody_go(world: World) -> None:
    _, [one] = announce(world, 5)
    first, second = enrol(world, 2)
    for person in (first, second):
        say(world, person, "bsl", "breaks", keep=True)
        do(world, person, one, "join")
    mark(world, one, first, "bsl", "met")
    do(world, first, one, "leave")
    [booking] = world.do(lambda db: needs.bookings(db, world.organisation_id, "ENG", NOON))
    assert (booking.code, booking.by, booking.waiting, booking.unneeded) == ("bsl", dt.date(2027, 2, 5), 1, 1)
    world.do(lambda db: occasions.cancel(db, one, "The room is flooded.", NOON))
    [booking] = world.do(lambda db: needs.bookings(db, world.organisation_id, "ENG", NOON))
    assert (booking.waiting, booking.unneeded) == (0, 1)


@pytest.mark.parametrize(
    "day, by",
    [
        (dt.date(2027, 2, 26), dt.date(2027, 2, 5)),
        (dt.date(2027, 4, 6), dt.date(2027, 3, 12)),
        (dt.date(2027, 1, 4), dt.date(2026, 12, 9)),
    ],
)  # fmt: skip
def test_a_booking_is_fifteen_working_days_before_without_bank_holidays(day: dt.date, by: dt.date) -> None:
    assert needs.book_by("bsl", day, "ENG") == by
    assert needs.late("bsl", day, by + dt.timedelta(days=1), "ENG")
    assert not needs.late("bsl", day, by, "ENG")
    assert not needs.late("breaks", day, day, "ENG")


def test_the_yearly_count_says_of_how_many_people_each_need_was_met(world: World) -> None:
    _, [one] = announce(world, 5)
    people = enrol(world, 3)
    for person in people:
        say(world, person, "breaks", keep=True)
        do(world, person, one, "join")
    mark(world, one, people[0], "breaks", "met")
    mark(world, one, people[1], "breaks", "not-met", "There was no time.")
    number, counted = world.do(lambda db: needs.counts(db, world.organisation_id, NOON, AFTER))
    assert number == 3
    assert counted["breaks"] == {"asked": 3, "open": 1, "met": 1, "not-met": 1}
    assert counted["bsl"] == {"asked": 0, "open": 0, "met": 0, "not-met": 0}
    number, counted = world.do(lambda db: needs.counts(db, world.organisation_id, AFTER, AFTER))
    assert (number, counted["breaks"]["met"]) == (0, 0)
