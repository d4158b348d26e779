"""Staff give an event its dates, watch who signs up, call one off, and say who came; every form says what is wrong beside it."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from storage import schema
from storage.events import occasions
from storage.events.occasions import Occasion
from tests.console import workshops
from tests.console.office import Browser, Office
from tests.console.workshops import SLUG

LIST, EVENT = "/console/events", f"/console/events/{SLUG}"
LINK = "https://meet.example.org/secret-room"
DATE = {
    "day": "2027-03-09",
    "at": "18:00",
    "zone": "Europe/London",
    "minutes": "90",
    "place": "Trinity Hall",
    "online": "yes",
    "link": LINK,
    "phone": "",
    "capacity": "3",
    "kept-care": "1",
    "kept-use": "",
    "reply_day": "2027-03-08",
}


def dates(office: Office) -> list[Occasion]:
    """All there are, in order of time."""
    codes = select(schema.occasions.c.code).order_by(schema.occasions.c.starts_at)
    here = office.world.organisation_id
    return office.world.do(lambda db: [one for code in db.scalars(codes) if (one := occasions.find(db, here, code))])


def path(one: Occasion, *more: str) -> str:
    return "/".join(("/console/dates", one.code, *more))


def standing(office: Office, *columns: str) -> list[tuple[object, ...]]:
    """Columns of all places, in the order they were made."""
    wanted = select(*(schema.places.c[name] for name in columns)).order_by(schema.places.c.id)
    return [tuple(row) for row in office.world.do(lambda db: db.execute(wanted).all())]


def sign_up(office: Office, one: Occasion, number: int = 1, kind: str = "") -> list[str]:
    """So many new people ask for a place; their codes."""
    met = [office.world.meet() for _ in range(number)]
    for person, _ in met:
        office.world.do(lambda db, person=person: workshops.sign_up(db, person, one, kind))  # type: ignore[misc]
    return [code for _, code in met]


def begin(office: Office) -> Browser:
    """A secretary, and an open workshop without dates."""
    office.world.engage(source=workshops.SOURCE)
    return office.staff("secretary")


def furnish(office: Office) -> dict[str, str]:
    """The workshop with eight people; returns what stands for it in addresses."""
    for _ in range(8):
        office.world.meet()
    return workshops.furnish(office.world)


# --- The calendar


def test_a_calendar_without_events_says_how_to_begin(office: Office) -> None:
    page = office.staff().get(LIST).text
    assert "No event yet" in page
    assert 'href="/console/engagements/+new?event=yes"' in page


def test_the_calendar_says_how_full_each_date_is_and_what_it_waits_for(either: Office) -> None:
    furnish(either)
    page = either.staff("safeguarding").get(LIST).text
    assert "4 of 4 places taken, 2 waiting" in page
    assert "BSL interpreter for 1 person. It had to be booked by" in page
    assert "3 more than places" not in page
    assert LINK not in page
    assert "February 2027" in either.staff().get(f"{LIST}?event={SLUG}").text
    assert "Nothing is over yet" in either.staff().get(f"{LIST}?past=yes").text


def test_a_workshop_without_an_evening_gets_advice(office: Office) -> None:
    lead = begin(office)
    lead.post(f"{EVENT}/add", DATE | {"at": "10:00"})
    assert "Add an evening or weekend one" in lead.get(EVENT).text
    lead.post(f"{EVENT}/add", DATE)
    assert "Worth a look" not in lead.get(EVENT).text


# --- Dates


def test_a_date_is_made_with_its_joining_link_sealed(either: Office) -> None:
    lead = begin(either)
    assert lead.post(f"{EVENT}/add", DATE).status_code == 303
    (one,) = dates(either)
    assert (one.local_at, one.capacity, one.reserved, one.joins) == ("2027-03-09T18:00", 3, {"care": 1}, True)
    assert LINK not in lead.get(path(one)).text + lead.get(EVENT).text
    assert LINK in lead.get(path(one, "edit")).text
    assert [about for _, _, about in either.noted("read-joining-link")] == [one.code]
    assert [about for _, _, about in either.noted("make-date")] == [f"{SLUG} {one.code}"]


FAULTS = {
    "a day that is over": ({"day": "2027-01-09", "reply_day": ""}, "at", "That time is over"),
    "an hour that does not exist": ({"day": "2027-03-28", "at": "01:30"}, "at", "there is no 01:30"),
    "an hour that comes twice": ({"day": "2027-10-31", "at": "01:30", "reply_day": ""}, "fold", "comes twice"),
    "more kept than places": ({"kept-care": "4"}, "kept-care", "there are only 3"),
    "nowhere": ({"place": "", "online": "", "link": ""}, "place", "Say where it is"),
    "a link that is none": ({"link": "javascript:alert(1)"}, "link", "no address"),
    "no number": ({"capacity": "many"}, "capacity", "Write how many places"),
    "a reply after the day": ({"reply_day": "2027-03-10"}, "reply_day", "before it begins"),
    "a zone that is none": ({"zone": "Mars/Olympus"}, "zone", "Choose a time zone"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_with_a_date_stands_beside_its_field_and_nothing_typed_is_lost(office: Office, fault: str) -> None:
    changed, field, words = FAULTS[fault]
    answer = begin(office).post(f"{EVENT}/add", DATE | changed)
    assert answer.status_code == 422
    assert re.search(rf'id="{field}-error">[^\n]*{words}', answer.text), answer.text
    assert 'value="18:00"' in answer.text or "at" in changed
    assert dates(office) == []


def test_an_hour_that_comes_twice_can_be_told_apart(office: Office) -> None:
    lead = begin(office)
    twice = DATE | {"day": "2027-10-31", "at": "01:30", "reply_day": "", "fold": "1"}
    assert lead.post(f"{EVENT}/add", twice).status_code == 303
    (one,) = dates(office)
    assert f"{one.starts_at:%H:%M}" == "01:30"  # after the clocks went back, there as in UTC


def test_a_row_of_dates_is_made_by_its_rule_and_its_later_ones_change_together(office: Office) -> None:
    lead = begin(office)
    row = DATE | {"rule": "monthly-weekday", "count": "3", "reply_day": ""}
    assert lead.post(f"{EVENT}/series", row).status_code == 303
    made = dates(office)
    assert [one.local_at for one in made] == ["2027-03-09T18:00", "2027-04-13T18:00", "2027-05-11T18:00"]
    changed = row | {"day": "2027-04-13", "place": "The library", "which": "later", "version": str(made[1].version)}
    assert lead.post(path(made[1], "edit"), changed).status_code == 303
    assert [one.place for one in dates(office)] == ["Trinity Hall", "The library", "The library"]


def test_a_stale_save_shows_both_and_loses_nothing(office: Office) -> None:
    lead = begin(office)
    lead.post(f"{EVENT}/add", DATE)
    (one,) = dates(office)
    lead.post(path(one, "edit"), DATE | {"place": "The library", "version": str(one.version)})
    answer = lead.post(path(one, "edit"), DATE | {"place": "The church", "version": str(one.version)})
    assert answer.status_code == 409
    assert "The library" in answer.text
    assert 'value="The church"' in answer.text
    assert dates(office)[0].place == "The library"


def test_fewer_places_than_people_remove_nobody_and_say_so(office: Office) -> None:
    lead = begin(office)
    lead.post(f"{EVENT}/add", DATE | {"kept-care": ""})
    (one,) = dates(office)
    sign_up(office, one, 3)
    fewer = DATE | {"kept-care": "", "capacity": "1", "version": str(one.version)}
    assert lead.post(path(one, "edit"), fewer).status_code == 303
    assert "2 more than places. Nobody is removed" in lead.get(path(one)).text
    assert standing(office, "state") == [("confirmed",)] * 3


def test_a_date_is_called_off_with_the_words_people_are_sent(either: Office) -> None:
    lead = begin(either)
    lead.post(f"{EVENT}/add", DATE)
    (one,) = dates(either)
    sign_up(either, one, 2)
    here = path(one, "cancel")
    assert "2 people are told once" in lead.get(here).text
    assert lead.press(here, here, {"why": "", "do": "act"}).status_code == 422
    shown = lead.press(here, here, {"why": "The hall is flooded.", "do": "look"}).text
    assert "something you signed up for is cancelled" in shown
    assert "Why: The hall is flooded." in shown
    assert dates(either)[0].state == "planned"
    assert lead.press(here, here, {"why": "The hall is flooded.", "do": "act"}).status_code == 303
    assert (dates(either)[0].state, dates(either)[0].why) == ("cancelled", "The hall is flooded.")
    told = select(schema.followups.c.person_id).where(schema.followups.c.kind == "cancelled")
    assert len(either.world.do(lambda db: db.scalars(told).all())) == 2
    assert [about for _, _, about in either.noted("cancel-date")] == [one.code]


def test_only_a_date_that_nobody_had_anything_of_is_deleted(office: Office) -> None:
    lead = begin(office)
    lead.post(f"{EVENT}/add", DATE)
    lead.post(f"{EVENT}/add", DATE | {"day": "2027-03-16"})
    one, other = dates(office)
    sign_up(office, one)
    lead.post(path(one, "delete"))
    lead.post(path(other, "delete"))
    assert [left.code for left in dates(office)] == [one.code]


def test_sign_up_is_closed_and_opened_again(office: Office) -> None:
    lead = begin(office)
    lead.post(f"{EVENT}/add", DATE)
    (one,) = dates(office)
    lead.post(path(one, "close"))
    sign_up(office, one)
    assert standing(office, "state") == []
    lead.post(path(one, "reopen"))
    sign_up(office, one)
    assert standing(office, "state") == [("confirmed",)]


def test_what_holds_for_all_dates_is_settled_once(office: Office) -> None:
    lead = begin(office)
    fields = {"several": "yes", "hours": "36", "feedback": "", "next_day": "2027-04-01", "group": "", "version": "0"}
    assert lead.post(f"{EVENT}/settings", fields | {"hours": "soon"}).status_code == 422
    assert lead.post(f"{EVENT}/settings", fields).status_code == 303
    assert 'value="36"' in lead.get(EVENT).text
    stale = lead.post(f"{EVENT}/settings", fields | {"hours": "12"})
    assert (stale.status_code, 'value="12"' in stale.text, "36" in stale.text) == (409, True, True)
