"""Calling off more than one date, answers of calendars that came by mail, and people who could not be told."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from sqlalchemy import Connection, insert, select

from bot import calendars
from storage import schema
from storage.events import feeds, occasions
from storage.events.occasions import Occasion
from tests.console import workshops
from tests.console.office import Browser, Office
from tests.console.test_events import DATE, EVENT, begin, dates, path, sign_up, standing
from tests.storage.world import NOON

ROW = DATE | {"rule": "weekly", "count": "3", "kept-care": ""}


def test_this_and_all_later_dates_are_cancelled_and_each_person_hears_once(either: Office) -> None:
    lead = begin(either)
    lead.post(f"{EVENT}/settings", {"several": "yes", "hours": "24", "version": "0"})
    lead.post(f"{EVENT}/series", ROW)
    first, second, third = dates(either)
    person, _ = either.world.meet()
    for one in (first, second, third):
        either.world.do(lambda db, one=one: _join(db, person, one))  # type: ignore[misc]
    assert f'href="{path(second, "cancel-later")}"' in lead.get(path(second)).text
    here = path(second, "cancel-later")
    shown = lead.press(here, here, {"why": "The hall is sold.", "do": "look"}).text
    assert "1 person is told once" in shown
    assert "each with their own dates" in shown
    assert "Why: The hall is sold." in shown
    assert lead.press(here, here, {"why": "The hall is sold.", "do": "act"}).status_code == 303
    assert [one.state for one in dates(either)] == ["planned", "cancelled", "cancelled"]
    assert told(either) == [person]


def test_a_whole_event_is_cancelled_unless_a_date_changed_meanwhile(either: Office) -> None:
    lead = begin(either)
    for day in ("2027-03-09", "2027-03-16"):
        lead.post(f"{EVENT}/add", DATE | {"day": day, "reply_day": ""})
    one, other = dates(either)
    sign_up(either, one)
    sign_up(either, other)
    here = f"{EVENT}/cancel-all"
    shown = lead.get(here)
    assert "2 people are told once" in shown.text
    stand = re.search(r'name="stand" value="([^"]+)"', shown.text)
    assert stand
    lead.post(path(one, "close"))
    either.world.do(lambda db: occasions.postpone(db, other, "A strike.", NOON))
    act = {"why": "Nobody can lead it.", "do": "act"}
    stale = lead.post(here, act | {"stand": stand[1]})
    assert (stale.status_code, "Somebody else changed a date" in stale.text) == (422, True)
    assert lead.press(here, here, act).status_code == 303
    assert {each.state for each in dates(either)} == {"cancelled"}
    assert len(told(either)) == 2
    assert "nothing to cancel" in lead.get(here).text
    assert cancelled(either) == ["cancel-dates"]


def cancelled(office: Office) -> list[str]:
    return [what for _, what, _ in office.noted() if what.startswith("cancel")]


def told(office: Office) -> list[int]:
    """Who is to hear that something is cancelled."""
    wanted = select(schema.followups.c.person_id).where(schema.followups.c.kind == "cancelled").distinct()
    return list(office.world.do(lambda db: db.scalars(wanted.order_by(schema.followups.c.person_id)).all()))


def _join(db: Connection, person: int, one: Occasion) -> None:
    workshops.sign_up(db, person, one)


# --- Answers that came by mail


def answer(office: Office, place: str, said: str = "DECLINED", **more: str) -> bytes:
    """The file that a calendar makes when its owner answers."""
    entry = office.world.do(lambda db: feeds.find(db, office.world.organisation_id, [place]))[place]
    head = ("BEGIN:VCALENDAR", "VERSION:2.0", f"METHOD:{more.get('method', 'REPLY')}", "BEGIN:VEVENT")
    body = (f"UID:{more.get('uid', entry.uid)}", f"SEQUENCE:{more.get('sequence', entry.sequence)}")
    asked = (f"ATTENDEE;PARTSTAT={said}:mailto:a@example.org", "DTSTAMP:20270201T120000Z", "END:VEVENT", "END:VCALENDAR", "")
    return "\r\n".join((*head, *body, *asked)).encode()


def send(lead: Browser, one: Occasion, content: bytes) -> tuple[int, str]:
    found = lead.post(path(one, "reply"), files={"file": ("reply.ics", content, "text/calendar")})
    shown = re.search(r'id="file-error">(?:<span[^>]*>.*?</span>)?(.*?)</p>', found.text, re.DOTALL)
    return found.status_code, shown[1].strip() if shown else ""


def test_an_answer_of_a_calendar_gives_the_place_back_as_a_tap_would(either: Office) -> None:
    lead = begin(either)
    lead.post(f"{EVENT}/add", DATE | {"kept-care": "", "capacity": "1"})
    (one,) = dates(either)
    sign_up(either, one, 2)
    (place,), _ = standing(either, "code")
    assert send(lead, one, answer(either, str(place), "TENTATIVE")) == (303, "")
    assert standing(either, "state") == [("confirmed",), ("waiting",)]
    assert send(lead, one, answer(either, str(place))) == (303, "")
    assert standing(either, "state") == [("withdrawn",), ("offered",)]
    assert [about for _, _, about in either.noted("take-calendar-reply")][-1] == f"{one.code} {place}: declined"


def test_an_answer_that_cannot_be_taken_is_refused_in_plain_words_and_changes_nothing(office: Office) -> None:
    lead = begin(office)
    for day in ("2027-03-09", "2027-03-16"):
        lead.post(f"{EVENT}/add", DATE | {"day": day, "reply_day": ""})
    one, other = dates(office)
    sign_up(office, one)
    sign_up(office, other)
    mine, theirs = (str(row[0]) for row in standing(office, "code"))
    cases = {
        b"": calendars.UNREADABLE,
        b"\x00\xff": calendars.UNREADABLE,
        bytes(calendars.LARGEST + 1): calendars.TOO_LARGE,
        answer(office, mine, method="REQUEST"): calendars.NO_REPLY,
        answer(office, mine, uid="somebody@elsewhere"): "That file does not answer one of our dates.",
        answer(office, theirs): "That file answers another date.",
        answer(office, mine, sequence="-1"): "That file answers an older version",
    }
    assert "Choose the file that came with the mail." in lead.post(path(one, "reply")).text
    for content, words in cases.items():
        status, said = send(lead, one, content)
        assert (status, said.startswith(words[:30])) == (422, True), (said, words)
    assert standing(office, "state") == [("confirmed",)] * 2
    office.world.do(lambda db: occasions.cancel(db, one, "A strike.", NOON))
    status, said = send(lead, one, answer(office, mine, "ACCEPTED"))
    assert (status, said.startswith("Nothing was done")) == (422, True)
    assert office.noted("take-calendar-reply") == []


# --- Who could not be told


@pytest.mark.parametrize("state, why", [("unreachable", "have blocked it"), ("stopped", "asked the bot to stop")])
def test_whoever_could_not_be_told_is_named_by_code_with_the_reason(office: Office, state: str, why: str) -> None:
    lead = begin(office)
    lead.post(f"{EVENT}/add", DATE)
    (one,) = dates(office)
    assert "Could not be told" not in lead.get(path(one)).text
    person, code = office.world.meet()
    row = {"organisation_id": office.world.organisation_id, "person_id": person, "kind": "moved", "rule": "moved:x"}
    row |= {"local_day": NOON.date(), "due_at": NOON - dt.timedelta(hours=1), "occasion_id": one.id, "state": state}
    office.world.do(lambda db: db.execute(insert(schema.followups).values(row)).rowcount)
    shown = lead.get(path(one)).text
    assert re.search(rf"<dt>[^<]*{why}[^<]*</dt><dd><a href=\"/console/people/{code}\">", shown)
