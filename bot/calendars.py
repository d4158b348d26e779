"""Calendar files, written and read: RFC 5545 over `icalendar`, neutral titles, and nobody's name in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vDuration

from bot import speech
from conversations.phrases import PHRASES
from conversations.text import Line
from storage.events.feeds import CANCELLED, CONFIRMED, TENTATIVE, Entry

MEDIA_TYPE = "text/calendar; charset=utf-8"
LARGEST = 64 << 10  # bytes of a file that somebody sends
MOST = 32  # parts of a file that somebody sends; a reply has five or so
REFRESH = dt.timedelta(hours=6)  # how often a program may look at a feed again

PARTSTATS = ("ACCEPTED", "DECLINED", "TENTATIVE")


class ReplyError(Exception):
    """A file is no reply that can be read; the message says why, in plain words."""


class Reply(NamedTuple):
    """What somebody's calendar answers: to which entry, and as that stood at which number of changes."""

    uid: str
    partstat: str  # one of PARTSTATS
    sequence: int


def write(entry: Entry, now: dt.datetime, language: str = "") -> bytes:
    """The file of one entry: it puts it into a calendar, changes it there, or, once it is cancelled, takes it out."""
    method = "CANCEL" if entry.kept == CANCELLED else "PUBLISH"
    return _write([entry], method, now, language or entry.language, {})


def publish(entries: Sequence[Entry], now: dt.datetime, language: str) -> bytes:
    """A calendar to subscribe to."""
    refresh = vDuration(REFRESH, params={"VALUE": "DURATION"})
    more: dict[str, Any] = {"refresh-interval": refresh, "x-published-ttl": vDuration(REFRESH)}
    more |= dict.fromkeys(("name", "x-wr-calname"), _say("calendar-feed", language))
    return _write(entries, "PUBLISH", now, language, more)


def _write(entries: Sequence[Entry], method: str, now: dt.datetime, language: str, more: Mapping[str, Any]) -> bytes:
    calendar = Calendar()
    head = {"version": "2.0", "prodid": "-//With Us//With Us//EN", "calscale": "GREGORIAN", "method": method}
    for name, value in {**head, **more}.items():
        calendar.add(name, value)
    for entry in entries:
        calendar.add_component(_event(entry, now, language))
    if entries:
        years = [entry.starts_at.year for entry in entries]
        calendar.add_missing_timezones(dt.date(min(years) - 1, 1, 1), dt.date(max(years) + 2, 1, 1))
    for zone in calendar.timezones:
        _mend(zone)
    return bytes(calendar.to_ical())


def _event(entry: Entry, now: dt.datetime, language: str) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", now.astimezone(dt.UTC).replace(microsecond=0))
    if not entry.gone:  # else the name and the number are all a calendar needs to take it out (RFC 5546, 3.2.5)
        event.add("dtstart", _begins(entry))
        event.add("duration", dt.timedelta(minutes=entry.minutes))
        event.add("location", _say("calendar-online", language) if entry.comes_online else entry.room)
    event.add("summary", title(entry.kind, language))
    event.add("status", entry.kept.upper())
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT" if entry.kept == CANCELLED else "OPAQUE")
    return event


def _begins(entry: Entry) -> dt.datetime:
    """By its own clock; in UTC where that shows this time twice, for a calendar takes the first of them."""
    local = dt.datetime.fromisoformat(entry.local_at).replace(tzinfo=ZoneInfo(entry.zone))
    return local if local.astimezone(dt.UTC) == entry.starts_at else entry.starts_at.astimezone(dt.UTC)


def title(kind: str, language: str) -> str:
    """What an entry is called, on a screen that others may see: neither what it is about nor whose it is."""
    return _say("calendar-meeting" if kind == "meeting" else "calendar-event", language)


def _say(key: str, language: str) -> str:
    return speech.phrase(Line(PHRASES[key]), language)


def _mend(zone: Timezone) -> None:
    """Tell when clocks go forward as they stood before that, as RFC 5545 wants it; the library tells how they stand after."""
    zone.pop("comment", None)
    for part in zone.subcomponents:
        if not isinstance(part, TimezoneStandard | TimezoneDaylight):
            continue
        forward = part.TZOFFSETTO - part.TZOFFSETFROM
        if forward > dt.timedelta():
            part.DTSTART -= forward
            told: Any = part.pop("rdate", None)
            days = [one.dt - forward for one in told.dts] if told else []
            if days:
                part.add("rdate", days)


def read_reply(content: bytes) -> Reply:
    """The reply in a calendar file that somebody sent. Raises ReplyError."""
    if len(content) > LARGEST:
        raise ReplyError(TOO_LARGE)
    if content.upper().count(b"BEGIN:") > MOST:
        raise ReplyError(NO_REPLY)
    try:
        calendar = Calendar.from_ical(content.decode())
        return _read(calendar)
    except ReplyError:
        raise
    except Exception:  # noqa: BLE001 - anybody may send a file, and one that breaks its reader must not stop the bot
        raise ReplyError(UNREADABLE) from None


def _read(calendar: Calendar | list[Calendar]) -> Reply:
    if isinstance(calendar, list) or calendar.name != "VCALENDAR":
        raise ReplyError(UNREADABLE)
    if str(calendar.get("method", "")).upper() != "REPLY":
        raise ReplyError(NO_REPLY)
    events = calendar.walk("VEVENT")
    if len(events) != 1:
        raise ReplyError(NO_REPLY)
    event = events[0]
    people = event.get("attendee", [])
    people = people if isinstance(people, list) else [people]
    said = str(people[0].params.get("PARTSTAT", "")).upper() if len(people) == 1 else ""
    uid = event.get("uid", "")
    if said not in PARTSTATS or isinstance(uid, list):
        raise ReplyError(NO_REPLY)
    return Reply(str(uid), said, int(event.get("sequence", 0)))


def place_of(uid: str, organisation: str) -> str:
    """The code of the place an entry is of, if it is one of ours; else empty."""
    code, _, ours = uid.partition("@")
    return code if ours == organisation and code.isalnum() and code.isascii() else ""


TOO_LARGE = "That file is too large to be a reply from a calendar."
NO_REPLY = "That file is not a reply from a calendar. Use the one your calendar makes when you accept or decline."
UNREADABLE = "That file could not be read as a calendar file."

__all__ = [
    "CANCELLED", "CONFIRMED", "LARGEST", "MEDIA_TYPE", "TENTATIVE", "Reply", "ReplyError", "place_of", "publish", "read_reply",
    "title", "write",
]  # fmt: skip
