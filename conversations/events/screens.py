"""What people see of events: the card with its dates, what they have of one, and what they can choose."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from conversations.effects import Button, Facts, Rows
from conversations.events.views import GONE, Date, Event
from conversations.faces import line
from conversations.inputs import Attend, Begin, Dates, Input, Open
from conversations.text import NEXT_LINE, PARAGRAPH, SAME_LINE, Line, Text

NO_KIND = "-"
"""Of those places are kept for, none."""

LONGEST_KIND = 20
"""Letters of a kind that a button carries."""

MOST_COMPANIONS = 2
SHOWN = 12
"""Dates shown at once."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be tapped, or typed by its number or words; `label` is without its number."""

    label: Line
    brings: Input
    told: tuple[Line, ...] = ()  # what stands beside it in the message

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
    """Each on a line of its own, with what stands beside it."""
    found = []
    for number, choice in enumerate(choices, 1):
        first, *rest = choice.told or (choice.label,)
        found += [_numbered(number, first, PARAGRAPH if number == 1 else NEXT_LINE), *rest]
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


# --- The card of an event


def card(event: Event, facts: Facts) -> Screen:
    """What it is, why, who comes, access, payment, what it will change; then every date."""
    flow, charter = event.flow, event.flow.charter
    own = {key: getattr(flow.event, name, {}) for key, name in OWN.items()}
    choices = _dates(event, facts)
    ahead = [date for date in event.dates if date.is_ahead(facts.now)]
    reply = min((date.reply_by for date in ahead if date.reply_by and date.takes(facts.now)), default=None)
    lines = (
        line("meeting-card" if event.meeting else "event-card"),
        line("event-what", title=_whole(flow.title), settles=_whole(charter.settles)),
        *((Line(flow.welcome),) if flow.welcome else ()),
        *(line(key, what=words) for key, words in own.items() if words),
        line(
            "intro-decides",
            decided_by=_whole(charter.decided_by),
            can_change=_whole(charter.can_change),
            cannot_change=_whole(charter.cannot_change),
        ),
        *((line("event-reply-by", moment=reply.astimezone(ahead[0].starts.tzinfo)),) if reply else ()),
        _invites(event, facts, choices),
        *((line("meeting-points"),) if event.meeting and event.member else ()),
    )
    return lines, choices


OWN = {"event-why": "why_you", "event-who": "who_comes", "event-access": "access", "event-payment": "payment"}
"""Phrase -> what it tells of `[event]`."""


def _whole(text: Text) -> Text:
    """A text without its full stop: it stands within a sentence."""
    return {tag: words.rstrip().rstrip(".。۔") for tag, words in text.items()}


def _invites(event: Event, facts: Facts, choices: Sequence[Choice]) -> Line:
    if not choices:
        return line("event-no-dates")
    if event.meeting:
        return line("meeting-how")
    if event.held() and not event.several:
        return line("event-how-other")
    return line("event-how" if any(date.takes(facts.now) for date in event.dates) else "event-how-look")


def _dates(event: Event, facts: Facts) -> tuple[Choice, ...]:
    """Every date still ahead; one tap takes a place, or shows what one has."""
    ahead = [date for date in event.dates if date.is_ahead(facts.now)][:SHOWN]
    return tuple(
        Choice(
            line("event-date", starts=date.starts),
            _brings(event, date, facts),
            (when(date), *where(date), *room(date, facts.now)),
        )
        for date in ahead
    )


def _brings(event: Event, date: Date, facts: Facts) -> Input:
    taken = event.held(besides=date.code)
    if event.meeting or date.standing not in GONE or not date.takes(facts.now):
        return Attend("see", date.code)
    return Attend("swap" if taken and not event.several else "take", date.code)


# --- What somebody has of one date


def place(event: Event, date: Date, facts: Facts) -> Screen:
    """When, where, what they have, and what they can do about it."""
    if date.standing == "asked":  # nothing more before they say yes
        return (line("event-stand-in"), when(date), *_stands(date, facts)), _choices(event, date, facts)
    if event.meeting and not event.member and date.standing in GONE:  # nor when they need not come, or said no
        return (when(date),), ()
    what = (line("event-title", title=event.flow.title), *where(date, NEXT_LINE))
    return (when(date), *_stands(date, facts), *what), _choices(event, date, facts)


def _stands(date: Date, facts: Facts) -> list[Line]:
    mine = date.mine
    if date.state != "planned":
        told = [line("event-cancelled" if date.state == "cancelled" else "event-postponed")]
        return [*told, line("event-reason", SAME_LINE, why=date.why)] if date.why else told
    if not date.is_ahead(facts.now):
        return [line("event-past")]
    match date.standing:
        case "waiting" if mine:
            return [line("event-number", number=mine.number), line("event-number-how", SAME_LINE)]
        case "offered" if mine:
            until = mine.until.astimezone(date.starts.tzinfo) if mine.until else None
            return [line("event-offered"), *([line("event-offered-until", SAME_LINE, moment=until)] if until else [])]
        case "confirmed" if mine:
            brings = [line("event-brings", SAME_LINE, count=mine.companions)] if mine.companions else []
            return [line(_coming(date)), *brings]
        case standing if standing in SAYS:
            return [line(SAYS[standing])]
    if not date.takes(facts.now):
        return [line("event-closed")]
    first, *rest = room(date, facts.now) or (line("event-takes"),)
    return [replace(first, parting=PARAGRAPH), *rest]


SAYS = {"unsure": "meeting-unsure", "deputised": "meeting-deputised", "declined": "meeting-declined", "asked": "event-asked"}


def _coming(date: Date) -> str:
    how = date.mine.how if date.mine else ""
    return f"event-coming-{how}" if how and date.place and date.online else "event-coming"


def _choices(event: Event, date: Date, facts: Facts) -> tuple[Choice, ...]:
    """What can be done now, the likeliest first."""
    if not date.is_ahead(facts.now) or date.state == "cancelled":
        return _others(event, date, facts)
    make = _for(date)
    match date.standing:
        case "asked":
            return (make("event-yes-stand-in", "accept"), make("event-no-thanks", "decline"))
        case "offered":
            return (make("event-accept", "accept"), make("event-no-thanks", "decline"))
        case "confirmed" if date.mine and date.mine.stands_in:
            return (make("event-keep", "keep"), make("event-leave", "decline"), make("event-calendar", "calendar"))
    if event.meeting:
        return _replies(event, date, facts)
    if date.standing == "confirmed":
        return (make("event-keep", "keep"), make("event-leave", "leave"), *_others(event, date, facts), *_details(event, date))
    if date.standing == "waiting":
        return (make("event-stop-waiting", "leave"), *_others(event, date, facts))
    take = Choice(line("event-take" if date.left != 0 else "event-wait"), _brings(event, date, facts))
    return (*((take,) if date.takes(facts.now) else ()), *_others(event, date, facts))


def _for(date: Date) -> Callable[[str, str], Choice]:
    def make(key: str, verb: str) -> Choice:
        return Choice(line(key), Attend(verb, date.code))

    return make


def _others(event: Event, date: Date, facts: Facts) -> tuple[Choice, ...]:
    """The other dates, where there are any to go to."""
    there = [other for other in event.dates if other.code != date.code and other.is_ahead(facts.now) and other.state == "planned"]
    return (Choice(line("event-others"), Dates(event.slug)),) if there and event.open else ()


def _details(event: Event, date: Date) -> tuple[Choice, ...]:
    make = _for(date)
    how = date.mine.how if date.mine else ""
    both = (make("event-go-room" if how == "online" else "event-go-online", "room" if how == "online" else "online"),)
    return (
        *(both if date.place and date.online else ()),
        *(() if date.mine and date.mine.stands_in else (make("event-bring", "bring"),)),
        *((Choice(line("event-questions"), Begin(event.slug)),) if event.begin else ()),
        *((Choice(line("event-needs"), Open(event.needs)),) if event.needs else ()),
        make("event-calendar", "calendar"),
    )


def _replies(event: Event, date: Date, facts: Facts) -> tuple[Choice, ...]:
    """The five answers to a meeting; the one they gave is ticked by its words above."""
    make = _for(date)
    open_ = date.takes(facts.now) or date.standing == "confirmed"
    come = (
        *((make("meeting-room", "room"),) if date.place or not date.online else ()),
        *((make("meeting-online", "online"),) if date.online else ()),
    )
    rest = (make("meeting-deputy", "deputy"), make("meeting-no", "no"), make("meeting-not-sure", "unsure"))
    more: tuple[Choice, ...] = ()
    if date.standing == "confirmed":
        needs = (Choice(line("event-needs"), Open(event.needs)),) if event.needs else ()
        more = (*needs, make("event-calendar", "calendar"))
    raises = (make("meeting-raise", "raise"),) if event.member else ()
    return (*(come if open_ else ()), *rest, *raises, *more)
