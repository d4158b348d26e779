"""Several changes that somebody is to hear of at one time make one letter, and none is lost because another came after it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from sqlalchemy import ColumnElement, true

from conversations.events import notices
from conversations.events.notices import Told
from conversations.events.views import Date
from storage.events import occasions, series
from storage.events.occasions import Occasion
from storage.followups import due, planning
from tests.followups.hall import START, Hall, make_plan
from tests.followups.test_once import MANY, check_once, in_small_slices, look_at_once

DAY = dt.timedelta(days=1)
EVENING = START.replace(hour=21)  # in quiet hours
MORNING = START.replace(hour=9) + DAY
DAYS = ("2027-02-26T18:00", "2027-03-05T18:00", "2027-03-12T18:00")
CHANGED = "A change to your plans: something you signed up for has changed."
OFF = "A change to your plans: something you signed up for is cancelled."
PUT_OFF = "A change to your plans: something you signed up for is put off."


def dates(hall: Hall, *who: str) -> list[Occasion]:
    """Several dates of one event, and who comes to all of them; it is evening now."""
    event = hall.hold("tests-workshop", several=True)
    hall.enrol(*who)
    made = [hall.date(event, day) for day in DAYS]
    for name in who:
        for one in made:
            hall.deed(name, one, "join")
    hall.now = EVENING
    return made


def move(hall: Hall, wanted: Sequence[Occasion], place: str) -> None:
    for one in wanted:
        hall.replan(one, one.local_at, place=place)


def cancel(hall: Hall, one: Occasion, why: str) -> None:
    hall.do(lambda db: occasions.cancel(db, one, why, hall.now))


def test_what_changes_before_it_is_told_takes_nothing_with_it(hall: Hall) -> None:
    made = dates(hall, "Amina")
    move(hall, made, "Library")
    cancel(hall, made[2], "The chair is ill.")
    hall.wait_until(MORNING)
    assert sorted(hall.first_lines("Amina")) == [CHANGED, OFF]
    [moved, off] = sorted((one.text for one in hall.heard), key=OFF.__eq__)
    assert [day in moved for day in ("26 Feb", "5 Mar", "12 Mar")] == [True, True, False]
    assert "12 Mar" in off


def test_dates_put_off_one_by_one_in_one_night_are_told_together_each_with_its_reason(hall: Hall) -> None:
    made = dates(hall, "Amina")
    for one, why in zip(made, ("The hall is shut.", "The hall is shut.", "A strike."), strict=True):
        hall.do(lambda db, one=one, why=why: occasions.postpone(db, one, why, hall.now))
        hall.now += dt.timedelta(minutes=20)
    hall.wait_until(MORNING)
    [told] = hall.heard
    assert told.text.startswith(PUT_OFF)
    assert (told.text.count("The hall is shut."), told.text.count("A strike.")) == (2, 1)


def test_a_series_moved_by_a_year_of_dates_is_one_letter(hall: Hall) -> None:
    event = hall.hold("tests-workshop", several=True)
    hall.enrol("Amina")
    keys, first = hall.inside.base.house.keys, make_plan(DAYS[0])
    made = hall.do(lambda db: series.make(db, keys, event, first, "FREQ=MONTHLY;COUNT=12", hall.now))
    for one in made:
        hall.deed("Amina", one, "join")
    later = make_plan(DAYS[0], place="Library")
    hall.do(lambda db: series.change_later(db, keys, made[0], later, made[0].version, hall.now))
    hall.tick()
    [told] = hall.heard
    assert told.text.count("Library") == 12


def test_more_dates_than_a_message_holds_are_told_in_several() -> None:
    days = tuple(Date(str(number), START + number * DAY, 90, "Town Hall", online=False, why="A strike.") for number in range(25))
    says = notices.write("cancelled", Told(dates=days), START).says
    told = [sum("starts" in one.fields for one in said.lines) for said in says]
    assert told == [20, 5]
    assert [said.lines[0].text["en"] for said in says] == [OFF, OFF]
    assert [sum("why" in one.fields for one in said.lines) for said in says] == [0, 1]


def test_changes_of_two_events_are_two_letters(hall: Hall) -> None:
    hall.enrol("Amina")
    for slug in ("tests-workshop", "tests-meeting"):
        one = hall.date(hall.hold(slug), DAYS[0])
        hall.deed("Amina", one, "come")
        hall.replan(one, DAYS[0], place="Library")
    hall.tick()
    assert hall.first_lines("Amina") == [CHANGED, CHANGED]


def test_whoever_leaves_before_they_are_told_hears_nothing_of_the_change(hall: Hall) -> None:
    made = dates(hall, "Amina", "Ben")
    move(hall, made[:1], "Library")
    cancel(hall, made[1], "The chair is ill.")
    hall.do(lambda db: occasions.postpone(db, made[2], "The hall is shut.", hall.now))
    hall.deed("Amina", made[0], "leave")
    hall.deed("Amina", made[2], "leave")
    hall.wait_until(MORNING)
    assert hall.first_lines("Amina") == [OFF]  # she had that one when it was cancelled, and still has
    assert sorted(hall.first_lines("Ben")) == [CHANGED, OFF, PUT_OFF]


def test_a_letter_that_comes_due_while_its_date_is_put_off_waits_until_that_stands_again(hall: Hall) -> None:
    [one, *_] = dates(hall, "Amina")
    person = hall.people["Amina"]
    hall.do(lambda db: planning.tell(db, "place", [person], one.id, one.code, hall.now))
    hall.do(lambda db: occasions.postpone(db, one, "The hall is shut.", hall.now))
    hall.wait_until(MORNING)
    assert hall.first_lines("Amina") == [PUT_OFF]
    assert ("place", planning.ASIDE, person) in hall.rows()
    hall.replan(one, "2027-04-09T18:00")
    hall.tick()
    assert len(hall.heard) == 3
    assert any("you have a place now" in told.text and "9 Apr" in told.text for told in hall.heard)


def cancel_all(hall: Hall) -> None:
    """Many people who hear now that several dates are cancelled."""
    made = dates(hall, *(f"person {number}" for number in range(MANY)))
    hall.now = START
    hall.do(lambda db: occasions.cancel_all(db, made, "The room is flooded.", hall.now))


@pytest.mark.promise("P9")
def test_one_letter_for_several_dates_stays_one_over_slices_and_processes(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    in_small_slices(monkeypatch, due.take)
    cancel_all(hall)
    look_at_once(hall)
    check_once(hall)
    assert {state for kind, state, _ in hall.rows() if kind == "cancelled"} == {"done"}


@pytest.mark.promise("P9", control=True)
def test_slices_that_cut_through_a_letter_are_caught(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    def all_of_them(_now: dt.datetime) -> ColumnElement[bool]:
        return true()

    monkeypatch.setattr(due, "_leads", all_of_them)
    monkeypatch.setattr(due, "_joined", lambda *_arguments: [])
    in_small_slices(monkeypatch, due.take)
    cancel_all(hall)
    look_at_once(hall, 1)
    with pytest.raises(AssertionError, match="told twice"):
        check_once(hall)
