"""What somebody can do about a date, in the order it is shown. What changes nothing comes first: a number may be typed twice."""

from __future__ import annotations

from collections.abc import Callable

from conversations.effects import Facts
from conversations.events.screens import Choice
from conversations.events.views import GONE, Date, Event
from conversations.faces import line
from conversations.inputs import Attend, Begin, Dates, Input, Open

Ways = tuple[Choice, ...]


def of_place(event: Event, date: Date, facts: Facts) -> Ways:
    """What can be done now."""
    if event.meeting and not event.member and date.standing in GONE:
        return ()
    if not date.is_ahead(facts.now) or date.state == "cancelled":
        return _others(event, date, facts)
    make = _for(date)
    match date.standing:
        case "asked":
            return (make("event-yes-stand-in", "accept"), make("event-no-thanks", "decline"))
        case "offered":
            return (make("event-accept", "accept"), make("event-no-thanks", "decline"))
        case "waiting":
            return (make("event-stop-waiting", "leave"), *_others(event, date, facts))
        case "confirmed":
            return _of_confirmed(event, date)
    if event.meeting:
        return (*_replies(date, facts), *_raises(event, date))
    take = Choice(line("event-take" if date.left != 0 else "event-wait"), brings(event, date, facts))
    return (*((take,) if date.takes(facts.now) else ()), *_others(event, date, facts))


def _of_confirmed(event: Event, date: Date) -> Ways:
    make = _for(date)
    if date.mine and date.mine.stands_in:
        return (make("event-calendar", "calendar"), make("event-leave", "decline"))
    both = (make("event-calendar", "calendar"), make("event-change", "change"))
    if event.meeting:
        return (*both, *_raises(event, date))
    questions = (Choice(line("event-questions"), Begin(event.slug)),) if event.begin else ()
    return (*both, make("event-leave", "leave"), *questions)


def of_reminder(event: Event, date: Date, facts: Facts) -> Ways:
    """Answers to the question whether they still come."""
    make = _for(date)
    if date.standing != "confirmed" or not date.is_ahead(facts.now) or date.state != "planned":
        return of_place(event, date, facts)
    if date.mine and date.mine.stands_in:
        return (make("event-keep", "keep"), make("event-leave", "decline"), make("event-calendar", "calendar"))
    leave = make("meeting-no", "no") if event.meeting else make("event-leave", "leave")
    return (make("event-keep", "keep"), leave, make("event-change", "change"), make("event-calendar", "calendar"))


def of_change(event: Event, date: Date, facts: Facts) -> Ways:
    """What of a place can be otherwise."""
    if date.standing != "confirmed" or not date.is_ahead(facts.now) or date.state == "cancelled":
        return of_place(event, date, facts)
    needs = (Choice(line("event-needs"), Open(event.needs)),) if event.needs else ()
    if event.meeting:
        return (*_replies(date, facts), *needs)
    return (*_others(event, date, facts), *_other_way(event, date), _for(date)("event-bring", "bring"), *needs)


def brings(event: Event, date: Date, facts: Facts) -> Input:
    """What a tap on a date in a list brings: a place, or what one has there."""
    has = event.held(besides=date.code)
    if event.meeting or date.standing not in GONE or not date.takes(facts.now):
        return Attend("see", date.code)
    return Attend("swap" if has and not event.several else "take", date.code)


def _for(date: Date) -> Callable[[str, str], Choice]:
    def make(key: str, verb: str) -> Choice:
        return Choice(line(key), Attend(verb, date.code))

    return make


def _others(event: Event, date: Date, facts: Facts) -> Ways:
    """The other dates, where there are any to go to."""
    there = [other for other in event.dates if other.code != date.code and other.is_ahead(facts.now) and other.state == "planned"]
    return (Choice(line("event-others"), Dates(event.slug)),) if there and event.open else ()


def _other_way(event: Event, date: Date) -> Ways:
    """Room or online; not while a question that waits for them asks the same."""
    how = date.mine.how if date.mine else ""
    if not (date.place and date.online) or (event.asks_how and not how):
        return ()
    return (_for(date)("event-go-room", "room") if how == "online" else _for(date)("event-go-online", "online"),)


def _replies(date: Date, facts: Facts) -> Ways:
    """The five answers to a meeting; the one they gave is told by the words above."""
    make = _for(date)
    come = (
        *((make("meeting-room", "room"),) if date.place or not date.online else ()),
        *((make("meeting-online", "online"),) if date.online else ()),
    )
    rest: Ways = (make("meeting-deputy", "deputy"), make("meeting-no", "no"), make("meeting-not-sure", "unsure"))
    if date.standing == "deputised":  # who sends a deputy can take that back
        rest = (*rest, make("meeting-nobody", "nobody"))
    return (*(come if date.takes(facts.now) or date.standing == "confirmed" else ()), *rest)


def _raises(event: Event, date: Date) -> Ways:
    return (_for(date)("meeting-raise", "raise"),) if event.member else ()
