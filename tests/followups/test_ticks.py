"""What people hear of an event by itself, and what they do not."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import insert, update

from storage.events import occasions
from storage.followups import planning
from storage.letters import pauses
from storage.schema import occasions as date_rows
from storage.schema import switches
from tests.followups.hall import LONDON, START, Hall

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
REMIND = "A reminder from us: something you have a place at is coming up."
MORNING = "A short note from us: something you have a place at starts soon."
THANKS = "Thank you for coming. We are glad that you took the time for this."
FRIDAY = "2027-02-26T18:00"


def times(hall: Hall, who: str = "Amina") -> list[str]:
    return [f"{one.at.astimezone(LONDON):%m-%d %H:%M}" for one in hall.heard if one.who == who]


def test_whoever_has_a_place_hears_a_week_before_two_days_before_on_the_day_and_after(hall: Hall) -> None:
    hall.enrol("Amina")
    one = hall.date(hall.hold("tests-workshop"), FRIDAY)
    hall.deed("Amina", one, "join")
    hall.wait_until(START + 60 * DAY)
    assert hall.first_lines("Amina") == [REMIND, REMIND, MORNING, THANKS]
    assert times(hall) == ["02-19 10:00", "02-24 10:00", "02-26 09:00", "02-27 10:00"]
    assert hall.heard[0].labels[:2] == ["1. Keep my place", "2. I can’t come"]


def test_whoever_signs_up_late_hears_only_what_is_still_ahead(hall: Hall) -> None:
    hall.enrol("Amina")
    one = hall.date(hall.hold("tests-workshop"), FRIDAY)
    hall.now = dt.datetime(2027, 2, 23, 12, tzinfo=dt.UTC)
    hall.deed("Amina", one, "join")
    hall.wait_until(START + 60 * DAY)
    assert hall.first_lines("Amina") == [REMIND, MORNING, THANKS]


def test_an_offer_nobody_else_waits_for_lapses_with_the_place_told_as_free(hall: Hall) -> None:
    hall.enrol("Amina", "Ben")
    one = hall.date(hall.hold("tests-workshop"), FRIDAY, capacity=1)
    hall.deed("Amina", one, "join")
    hall.deed("Ben", one, "join")
    hall.deed("Amina", one, "leave")
    hall.wait_until(START + 9 * DAY)
    [lapsed] = [said for said in hall.heard if said.who == "Ben" and "time to answer" in said.text]
    assert "1 place left." in lapsed.text
    assert "next in line" not in lapsed.text
    assert lapsed.labels[0] == "1. Take a place"


def test_somebody_who_waits_is_told_their_number_when_the_date_changes(hall: Hall) -> None:
    hall.enrol("Amina", "Ben")
    one = hall.date(hall.hold("tests-workshop"), FRIDAY, capacity=1)
    hall.deed("Amina", one, "join")
    hall.deed("Ben", one, "join")
    hall.replan(one, "2027-02-27T18:00", capacity=1)
    hall.wait_until(START + 2 * DAY)
    [moved] = [said for said in hall.heard if said.who == "Ben"]
    assert "You are number 1 on the waiting list." in moved.text


def test_whoever_gives_the_place_back_hears_nothing_more(hall: Hall) -> None:
    hall.enrol("Amina")
    one = hall.date(hall.hold("tests-workshop"), FRIDAY)
    hall.deed("Amina", one, "join")
    hall.wait_until(dt.datetime(2027, 2, 20, tzinfo=dt.UTC))
    hall.deed("Amina", one, "leave")
    hall.wait_until(START + 60 * DAY)
    assert hall.first_lines("Amina") == [REMIND]


def test_a_cancelled_date_is_told_once_and_nothing_else_of_it_comes(hall: Hall) -> None:
    hall.enrol("Amina", "Ben")
    one = hall.date(hall.hold("tests-workshop"), FRIDAY)
    for who in ("Amina", "Ben"):
        hall.deed(who, one, "join")
    hall.do(lambda db: occasions.cancel(db, one, "The room is flooded.", hall.now))
    hall.wait_until(START + 60 * DAY)
    assert sorted(one.who for one in hall.heard) == ["Amina", "Ben"]
    assert all("The room is flooded." in one.text and "is cancelled" in one.text for one in hall.heard)


def test_a_date_that_is_moved_is_told_and_reminded_of_by_its_new_time(hall: Hall) -> None:
    hall.enrol("Amina")
    one = hall.date(hall.hold("tests-workshop"), FRIDAY)
    hall.deed("Amina", one, "join")
    hall.replan(one, "2027-03-05T18:00")
    hall.wait_until(START + 60 * DAY)
    assert times(hall) == ["02-01 12:00", "02-26 10:00", "03-03 10:00", "03-05 09:00", "03-06 10:00"]
    assert "5 Mar" in hall.heard[1].text


def test_an_offer_goes_out_and_on_to_the_next_when_nobody_answers(hall: Hall) -> None:
    hall.enrol("Amina", "Ben", "Cara")
    one = hall.date(hall.hold("tests-workshop"), FRIDAY, capacity=1)
    for who in ("Amina", "Ben", "Cara"):
        hall.deed(who, one, "join")
    hall.deed("Amina", one, "leave")
    hall.wait_until(START + 4 * DAY)
    offered = [(one.who, one.labels) for one in hall.heard if one.text.startswith("Good news")]
    assert offered == [(who, ["1. Yes, I’ll take it", "2. No, thank you"]) for who in ("Ben", "Cara")]
    assert any(one.text.startswith("A short note from us: the time to answer") for one in hall.heard if one.who == "Ben")


def test_nothing_comes_in_quiet_hours_and_the_reminder_still_comes_before_the_event(hall: Hall) -> None:
    hall.enrol("Amina", quiet="00:00-16:00")
    one = hall.date(hall.hold("tests-workshop"), "2027-02-28T18:00")  # a Sunday: the day itself is quiet
    hall.deed("Amina", one, "join")
    hall.wait_until(START + 60 * DAY)
    assert times(hall) == ["02-22 16:00", "02-26 16:00", "02-27 16:00", "03-01 16:00"]


def test_whoever_said_stop_or_cannot_be_reached_is_told_to_staff_when_it_matters(hall: Hall) -> None:
    stopped, _ = hall.enrol("Amina", "Ben")
    one = hall.date(hall.hold("tests-workshop"), FRIDAY)
    for who in ("Amina", "Ben"):
        hall.deed(who, one, "join")
    hall.change([stopped], stopped=True)
    hall.do(lambda db: occasions.cancel(db, one, "The room is flooded.", hall.now))
    hall.wait_until(START + 60 * DAY)
    assert [one.who for one in hall.heard] == ["Ben"]
    assert hall.do(planning.untold, one.id) == {"stopped": [stopped]}


def test_whoever_switched_reminders_off_still_hears_of_the_day_and_of_changes(hall: Hall) -> None:
    [person] = hall.enrol("Amina")
    said = {"purpose": "reminders", "given": False, "source": "chat", "language": "en", "on_day": START.date()}
    hall.do(lambda db: db.execute(insert(switches).values(person_id=person, **said)))
    one = hall.date(hall.hold("tests-workshop"), FRIDAY)
    hall.deed("Amina", one, "join")
    hall.wait_until(START + 60 * DAY)
    assert hall.first_lines("Amina") == [MORNING, THANKS]


def test_while_everything_is_paused_nothing_goes_out_and_what_is_over_is_reported(hall: Hall) -> None:
    hall.enrol("Amina")
    one = hall.date(hall.hold("tests-workshop"), FRIDAY)
    hall.deed("Amina", one, "join")
    organisation = hall.inside.base.house.organisation_id
    hall.do(pauses.begin, organisation, pauses.EVERYTHING, "a fire", "Sam", hall.now)
    hall.wait_until(START + 26 * DAY)
    assert not hall.heard
    hall.do(pauses.end, organisation, pauses.EVERYTHING)
    hall.now = dt.datetime(2027, 2, 27, 9, 30, tzinfo=dt.UTC)
    hall.tick()
    assert {(kind, state) for kind, state, _ in hall.rows()} == {
        ("reminder-7", "missed"), ("reminder-2", "missed"), ("morning", "missed"), ("after", "waiting")
    }  # fmt: skip


def test_the_way_in_goes_only_to_whoever_has_a_place_and_on_the_day(hall: Hall) -> None:
    hall.enrol("Amina", "Ben")
    joining = {"link": "https://meet.example/42", "phone": "01632 960 001"}
    one = hall.date(hall.hold("tests-workshop"), "2027-02-26T10:00", online=True, place="", joining=joining, capacity=1)
    for who in ("Amina", "Ben"):
        hall.deed(who, one, "join")
    hall.wait_until(START + 60 * DAY)
    ways = [(one.who, f"{one.at:%m-%d %H:%M}") for one in hall.heard if "meet.example" in one.text or "01632" in one.text]
    assert ways == [("Amina", "02-25 16:00")]


def test_whoever_has_a_place_hears_that_staff_will_help_when_the_way_in_does_not_open(hall: Hall) -> None:
    hall.enrol("Amina")
    joining = {"link": "https://meet.example/42", "phone": "01632 960 001"}
    one = hall.date(hall.hold("tests-workshop"), "2027-02-26T10:00", online=True, joining=joining)
    hall.deed("Amina", one, "join")
    hall.do(lambda db: db.execute(update(date_rows).values(joining=b"\x01" + bytes(60))))
    hall.wait_until(START + 60 * DAY)
    [told] = [one.text for one in hall.heard if "Staff will tell you how to join." in one.text]
    assert "10:00" in told


def test_what_is_told_twice_on_one_day_is_said_once(hall: Hall) -> None:
    [person] = hall.enrol("Amina")
    one = hall.date(hall.hold("tests-workshop"), FRIDAY)
    hall.deed("Amina", one, "join")
    for _ in range(2):
        hall.do(lambda db: planning.tell(db, "moved", [person], one.id, one.code, hall.now))
        hall.tick()
    assert len(hall.heard) == 1


def test_several_dates_that_are_cancelled_together_are_told_in_one_letter(hall: Hall) -> None:
    hall.enrol("Amina")
    event = hall.hold("tests-workshop", several=True)
    for day in ("2027-02-26", "2027-03-05", "2027-03-12"):
        hall.deed("Amina", hall.date(event, f"{day}T18:00"), "join")
    hall.do(lambda db: occasions.cancel_event(db, event, "The room is flooded.", hall.now))
    hall.wait_until(START + 60 * DAY)
    [told] = hall.heard
    assert all(day in told.text for day in ("26 Feb", "5 Mar", "12 Mar", "The room is flooded."))
