"""Calendar files: two other programs read in them what was meant, nothing can be smuggled in, and a reply is what it is."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import vobject  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from whenever import ZonedDateTime

from bot import calendars, doors, tickets
from conversations.hours import instant
from storage.events.feeds import Entry

NOW = dt.datetime(2027, 1, 4, 9, tzinfo=dt.UTC)
LONDON = "Europe/London"


def entry(local_at: str = "2027-02-26T18:00", zone: str = LONDON, **changed: object) -> Entry:
    starts = instant(local_at, ZoneInfo(zone))
    ends = starts + dt.timedelta(minutes=90)
    made = Entry("place@here", 3, "event", "date", local_at, zone, 90, starts, ends, "The Hall", online=False, kept="confirmed")
    return replace(made, **changed)  # type: ignore[arg-type]


def spans(content: bytes) -> list[tuple[dt.datetime, dt.datetime]]:
    """Start and end in UTC, as each of two programs reads them."""
    first: Any = Calendar.from_ical(content).walk("VEVENT")[0]
    second = vobject.readOne(content.decode()).vevent
    read = [(first.DTSTART, first.DURATION), (second.dtstart.value, second.duration.value)]
    return [(start.astimezone(dt.UTC), start.astimezone(dt.UTC) + lasts) for start, lasts in read]


CHANGES = [
    ZonedDateTime(year, month, day, hour, minute, tz=LONDON)
    for year in range(2026, 2031)
    for month in (3, 10)
    for day in (max(day for day in range(25, 32) if dt.date(year, month, day).weekday() == 6),)
    for hour, minute in ((0, 30), (2, 0), (2, 30), (18, 0))
]


@pytest.mark.parametrize("at", CHANGES, ids=str)
def test_two_programs_read_the_right_hour_on_days_when_the_clocks_change(at: ZonedDateTime) -> None:
    content = calendars.write(entry(f"{at.to_stdlib():%Y-%m-%dT%H:%M}"), NOW)
    meant = at.to_stdlib().astimezone(dt.UTC)
    assert spans(content) == [(meant, meant + dt.timedelta(minutes=90))] * 2


@pytest.mark.parametrize("zone", ["America/New_York", "Australia/Sydney", "Asia/Karachi", "UTC"])
def test_two_programs_read_the_right_hour_in_other_zones(zone: str) -> None:
    one = entry("2027-03-28T09:00", zone)
    assert spans(calendars.write(one, NOW)) == [(one.starts_at, one.ends_at)] * 2


def test_the_change_of_a_zone_is_told_by_the_clock_before_it() -> None:
    content = calendars.write(entry("2027-02-26T18:00", "America/New_York"), NOW)
    assert b"RDATE:20270314T020000" in content


@given(st.text(max_size=200))
def test_nothing_written_in_a_place_becomes_a_line_of_its_own(room: str) -> None:
    content = calendars.write(entry(room=f"x{room}\r\nATTENDEE:mailto:a@b\r\nEND:VEVENT; x, y"), NOW)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert [part.name for part in Calendar.from_ical(content).walk() if part.name == "VEVENT"] == ["VEVENT"]
    assert "ATTENDEE" not in Calendar.from_ical(content).walk("VEVENT")[0]


@pytest.mark.parametrize("kind, title", [("event", "Workshop"), ("meeting", "Meeting")])
def test_a_title_tells_nobody_what_it_is_about(kind: str, title: str) -> None:
    assert str(Calendar.from_ical(calendars.write(entry(kind=kind), NOW)).walk("VEVENT")[0]["summary"]) == title


def test_a_cancelled_date_is_taken_out_under_the_same_name_and_a_higher_number() -> None:
    put, gone = (Calendar.from_ical(calendars.write(one, NOW)) for one in (entry(), entry(kept="cancelled", sequence=4)))
    assert (str(put["method"]), str(gone["method"])) == ("PUBLISH", "CANCEL")
    before: Any = put.walk("VEVENT")[0]
    after: Any = gone.walk("VEVENT")[0]
    assert (before["uid"], str(after["status"])) == (after["uid"], "CANCELLED")
    assert int(after["sequence"]) > int(before["sequence"])


def reply(uid: str = "place@here", said: str = "DECLINED", method: str = "REPLY", more: str = "", sequence: int = 3) -> bytes:
    lines = f"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Else//EN
METHOD:{method}
BEGIN:VEVENT
UID:{uid}
SEQUENCE:{sequence}
DTSTAMP:20270104T090000Z
DTSTART:20270226T180000Z
ATTENDEE;PARTSTAT={said};CN="A; B":mailto:a@example.org
{more}END:VEVENT
END:VCALENDAR
"""
    return lines.replace("\n", "\r\n").encode()


@pytest.mark.parametrize("said", calendars.PARTSTATS)
def test_a_reply_is_read(said: str) -> None:
    assert calendars.read_reply(reply(said=said)) == ("place@here", said, 3)


HOSTILE = {
    "too large": reply(more="X-FILL:" + "x" * calendars.LARGEST + "\n"),
    "another method": reply(method="REQUEST"),
    "no answer in it": reply(said="DELEGATED"),
    "thousands of parts": reply(more="BEGIN:VALARM\nEND:VALARM\n" * 2000),
    "two events": reply().replace(b"END:VCALENDAR", b"BEGIN:VEVENT\r\nUID:x\r\nEND:VEVENT\r\nEND:VCALENDAR"),
    "two people": reply(more="ATTENDEE;PARTSTAT=ACCEPTED:mailto:b@example.org\n"),
    "no calendar": b"PK\x03\x04 a document",
    "not closed": b"BEGIN:VCALENDAR\r\n" * 5,
    "a number that is none": reply().replace(b"SEQUENCE:3", b"SEQUENCE:many"),
    "two names": reply(more="UID:other\n"),
    "nothing": b"",
    "not UTF-8": reply().replace(b"A; B", b"\xff\xfe"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_clear_words(name: str) -> None:
    with pytest.raises(calendars.ReplyError, match=r"^That file"):
        calendars.read_reply(HOSTILE[name])


@given(st.binary(max_size=300))
def test_no_file_at_all_breaks_the_reading(junk: bytes) -> None:
    for content in (junk, b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\n" + junk + b"\r\nEND:VCALENDAR\r\n"):
        try:
            calendars.read_reply(content)
        except calendars.ReplyError:
            continue


def test_only_our_own_entries_name_a_place() -> None:
    assert calendars.place_of("abc234@here", "here") == "abc234"
    assert [calendars.place_of(uid, "here") for uid in ("abc@there", "abc", "@here", "a-b@here", "a@b@here")] == [""] * 5


def sign(chat: int, data: str) -> str:
    return f"{hash((chat, data)) & 0xFFFFFFFFFFFFFFFF:016x}"


def test_a_ticket_opens_what_it_was_written_for_and_nothing_else() -> None:
    ticket = tickets.write(sign, tickets.CALENDAR, "abc234")
    assert tickets.read(sign, tickets.CALENDAR, ticket) == "abc234"
    others = [ticket[:-1] + "x", f"abd234-{ticket.rpartition('-')[2]}", "abc234", "-", ""]
    assert [tickets.read(sign, tickets.CALENDAR, other) for other in others] == [""] * 5
    assert tickets.read(sign, tickets.JOINING, ticket) == ""


def test_a_code_at_the_door_is_good_for_two_minutes_at_most() -> None:
    code = doors.write(sign, "abc234", NOW)
    assert len(doors.write(sign, "a" * 16, NOW)) <= 32
    after = [doors.read(sign, code, NOW + dt.timedelta(seconds=seconds)) for seconds in (0, 119, 120, 3600, -61)]
    assert [door.occasion for door in after] == [*["abc234"] * 4, ""]
    assert [door.fresh for door in after] == [True, True, False, False, False]


@given(st.text(max_size=70))
def test_a_code_that_was_not_made_here_opens_no_door(made_up: str) -> None:
    for code in (made_up, f"in-{made_up}", f"in-abc234000{made_up}"):
        assert doors.read(sign, code, NOW) == ("", False)


@pytest.mark.parametrize("zone", ["Europe", "x" * 300, "../../etc/passwd"])
def test_a_reply_that_names_a_zone_no_computer_can_open_is_refused_and_stops_nobody(zone: str) -> None:
    hostile = reply("code@ours", "ACCEPTED").replace(
        b"BEGIN:VEVENT", f"BEGIN:VEVENT\r\nDTSTART;TZID={zone}:20270209T180000".encode()
    )
    with suppress(calendars.ReplyError):
        calendars.read_reply(hostile)


@pytest.mark.parametrize("state", ["withdrawn", "declined", "lapsed", "asked"])
@pytest.mark.parametrize("room", ["A house nobody may know", ""])
def test_a_file_for_a_place_that_was_given_back_or_never_taken_tells_neither_where_nor_when(state: str, room: str) -> None:
    gone = entry(state=state, kept="cancelled", room=room, sequence=4)
    content = calendars.write(gone, NOW)
    calendar = Calendar.from_ical(content)
    [told] = calendar.walk("VEVENT")
    assert (str(calendar["method"]), str(told["uid"]), int(str(told["sequence"]))) == ("CANCEL", gone.uid, 4)
    assert set(told) == {"UID", "SEQUENCE", "DTSTAMP", "SUMMARY", "STATUS", "CLASS", "TRANSP"}
    assert vobject.readOne(content.decode()).vevent.uid.value == gone.uid


def test_a_date_that_was_called_off_is_still_told_whole_to_whoever_had_a_place() -> None:
    [told] = Calendar.from_ical(calendars.write(entry(state="confirmed", kept="cancelled"), NOW)).walk("VEVENT")
    assert str(told["location"]) == "The Hall"
