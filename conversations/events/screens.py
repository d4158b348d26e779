"""What people see of a date: when and where it is, what they have of it, and how a list of choices is shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from conversations.effects import Button, Facts, Rows
from conversations.events.views import GONE, Date, Event
from conversations.faces import line
from conversations.inputs import Input
from conversations.text import NEXT_LINE, PARAGRAPH, SAME_LINE, Line, Text

NO_KIND = "-"
"""Of those places are kept for, none."""

LONGEST_KIND = 20
"""Letters of a kind that a button carries."""

SHOWN = 12
"""Dates shown at once."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be tapped, or typed by its number or words; `label` is without its number."""

    label: Line
    brings: Input
    told: tuple[Line, ...] = ()  # what stands beside it in the message
    named: bool = False  # the words above the list tell of it, with its number

    @property
    def words(self) -> Text:
        """What can be typed for it: nothing of its own where it is a day."""
        return {} if self.label.fields else self.label.text


Screen = tuple[tuple[Line, ...], tuple[Choice, ...]]
"""The words, without the list of choices; and the choices."""


def rows(choices: Sequence[Choice]) -> Rows:
    """A button for each."""
    return tuple((Button(_numbered(number, choice.label), choice.brings),) for number, choice in enumerate(choices, 1))


def listed(choices: Sequence[Choice]) -> list[Line]:
    """Each that is not named above on a line of its own, with what stands beside it."""
    return listing([(number, choice) for number, choice in enumerate(choices, 1) if not choice.named])


def listing(choices: Sequence[tuple[int, Choice]]) -> list[Line]:
    """These choices with their numbers, one a line."""
    found: list[Line] = []
    for number, choice in choices:
        first, *rest = choice.told or (choice.label,)
        found += [_numbered(number, first, NEXT_LINE if found else PARAGRAPH), *rest]
    return found


def _numbered(number: int, words: Line, parting: str = PARAGRAPH) -> Line:
    return Line({tag: f"{number}. {said}" for tag, said in words.text.items()}, words.fields, parting=parting)


# --- Dates


def when(date: Date, parting: str = PARAGRAPH) -> Line:
    """Day, time and end; of another clock than the organisation's, whose."""
    ends, zone = date.ends.timetz(), date.starts.tzinfo
    if date.elsewhere and zone:
        return line("event-when-there", parting, starts=date.starts, ends=ends, zone=zone)
    return line("event-when", parting, starts=date.starts, ends=ends)


def where(date: Date, parting: str = SAME_LINE) -> tuple[Line, ...]:
    """Room, online, or either; never how to join."""
    if date.place:
        return (line("event-where-both" if date.online else "event-where", parting, place=date.place),)
    return (line("event-online", parting),) if date.online else ()


def lasts(minutes: int, parting: str = SAME_LINE) -> Line:
    """How long it is, as people say it."""
    if minutes in LENGTHS:
        return line(LENGTHS[minutes], parting)
    if minutes < HOUR:
        return line("event-lasts-minutes", parting, count=minutes)
    hours, over = divmod(minutes, HOUR)
    if over == HOUR // 2:
        return line("event-lasts-half", parting, count=hours)
    return line("event-lasts-about" if over else "event-lasts", parting, count=round(minutes / HOUR))


HOUR = 60
LENGTHS = {30: "event-lasts-half-hour", 60: "event-lasts-hour", 90: "event-lasts-hour-half"}
"""Minutes that have words of their own."""


def room(date: Date, now: dt.datetime) -> tuple[Line, ...]:
    """What somebody has of a date, or how many places there still are, in words."""
    if date.state == "cancelled":
        return (line("event-is-cancelled", SAME_LINE),)
    if date.state == "postponed":
        return (line("event-is-postponed", SAME_LINE),)
    if not date.is_ahead(now):
        return (line("event-is-past", SAME_LINE),)
    if date.standing in MINE:
        return (line(MINE[date.standing], SAME_LINE),)
    if not date.takes(now):
        return (line("event-is-closed", SAME_LINE),)
    if date.left is None:
        return ()
    if date.left > 0:
        return (line("event-left", SAME_LINE, count=date.left),)
    waiting = (line("event-in-line", SAME_LINE, count=date.waiting),) if date.waiting else ()
    return (line("event-full", SAME_LINE), *waiting)


MINE = {
    "confirmed": "event-mine-confirmed",
    "offered": "event-mine-offered",
    "waiting": "event-mine-waiting",
    "unsure": "event-mine-unsure",
    "deputised": "event-mine-deputised",
    "asked": "event-mine-asked",
}
"""What somebody has of a date -> how a list says it."""


# --- What somebody has of one date


def place(event: Event, date: Date, facts: Facts) -> tuple[Line, ...]:
    """When, where, and what they have."""
    if date.standing == "asked":  # nothing more before they say yes
        return (line("event-stand-in"), when(date), *_stands(event, date, facts))
    if event.meeting and not event.member and date.standing in GONE:  # nor when they need not come, or said no
        return (when(date),)
    return (when(date), *_stands(event, date, facts), *_what(event, date))


def taken(event: Event, date: Date, facts: Facts, *more: Line) -> tuple[Line, ...]:
    """That they have a place, first of all; then where, and what comes next."""
    return (line(f"event-got{_way(date)}"), when(date, SAME_LINE), *more, *_what(event, date), *_ahead(date, facts))


def _what(event: Event, date: Date) -> tuple[Line, ...]:
    return (line("event-title", title=event.flow.title), *where(date, NEXT_LINE))


def _ahead(date: Date, facts: Facts) -> list[Line]:
    """What the bot will send before it, as far as there is time for that."""
    if facts.person.stopped:
        return [line("event-stopped")]
    found = next((key for least, key in REMINDS if date.starts - facts.now >= least), None)
    link = [line("event-link", SAME_LINE if found else PARAGRAPH)] if date.online and _way(date) != "-room" else []
    return [*([line(found)] if found else []), *link]


REMINDS = (
    (dt.timedelta(days=8), "event-reminds-twice"),
    (dt.timedelta(days=3), "event-reminds-once"),
    (dt.timedelta(days=2), "event-notes"),
)
"""So long before it begins -> what is certain to be sent. Reminders go out at ten, so a part of a day is not counted."""


def _stands(event: Event, date: Date, facts: Facts) -> list[Line]:
    mine = date.mine
    if date.state != "planned":
        told = [line("event-cancelled" if date.state == "cancelled" else "event-postponed")]
        return [*told, line("event-reason", SAME_LINE, why=date.why)] if date.why else told
    if not date.is_ahead(facts.now):
        return [line("event-past")]
    match date.standing:
        case "waiting" if mine:
            return [line("event-number", number=mine.number), line("event-number-how", SAME_LINE), *_to_answer(event)]
        case "offered" if mine:
            until = mine.until.astimezone(date.starts.tzinfo) if mine.until else None
            return [line("event-offered"), *([line("event-offered-until", SAME_LINE, moment=until)] if until else [])]
        case "confirmed" if mine:
            brings = [line("event-brings", SAME_LINE, count=mine.companions)] if mine.companions else []
            return [line(f"event-coming{_way(date)}"), *brings]
        case standing if standing in SAYS:
            return [line(SAYS[standing])]
    if not date.takes(facts.now):
        return [line("event-closed")]
    first, *rest = room(date, facts.now) or (line("event-takes"),)
    return [replace(first, parting=PARAGRAPH), *rest]


def _to_answer(event: Event) -> tuple[Line, ...]:
    """How long somebody has who is offered a place."""
    hours, minutes = divmod(event.answer_minutes, HOUR)
    if not event.answer_minutes:
        return ()
    if minutes:
        return (line("event-answer-minutes", SAME_LINE, count=event.answer_minutes),)
    return (line("event-answer-hours", SAME_LINE, count=hours),)


SAYS = {"unsure": "meeting-unsure", "deputised": "meeting-deputised", "declined": "meeting-declined", "asked": "event-asked"}


def _way(date: Date) -> str:
    """In which way they come, as keys end with it; nothing where there is but one, or they have not said."""
    return f"-{date.mine.how}" if date.mine and date.mine.how and date.place and date.online else ""
