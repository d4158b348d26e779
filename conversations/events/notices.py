"""What the bot says by itself about events: each kind of follow-up as messages with buttons.

The first line may stand on a locked screen, so it names nothing. What people can choose is what `screens.place` offers, in its
order, so that a number typed means what it would mean there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from conversations.effects import Button, Facts, Say
from conversations.events import lists, screens
from conversations.events.screens import Choice
from conversations.events.views import Date, Event, Paper
from conversations.faces import line
from conversations.inputs import Dates, Open
from conversations.text import FALLBACK, NEXT_LINE, PARAGRAPH, Line

LONGEST = 3_000  # letters of one message that staff wrote


@dataclass(frozen=True, slots=True)
class Told:
    """Everything a notice may tell. `words` is what staff wrote, or the person; a kind takes what it needs."""

    event: Event | None = None
    date: Date | None = None
    link: str = ""  # the way in
    phone: str = ""
    calendar: str = ""  # where the newest entry is
    feedback: str = ""  # the engagement that asks afterwards, where it is open
    next_day: dt.date | None = None  # by which people hear what happens next
    came: bool | None = None
    state: str = ""  # of a claim, a need, a correction
    words: str = ""
    why: str = ""
    papers: tuple[Paper, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """What goes out; `asks`: the code of the date that a number typed next is about, under `screen`."""

    says: tuple[Say, ...]
    asks: str = ""
    screen: str = "place"


def write(kind: str, told: Told, now: dt.datetime) -> Notice:
    """The messages of one follow-up. Raises KeyError for a kind that nobody is told."""
    return WRITERS[kind](told, Facts(now))


# --- About a date


def _about_date(first: str, *more: str) -> Callable[[Told, Facts], Notice]:
    def write(told: Told, facts: Facts) -> Notice:
        return _place(told, facts, line(first), tuple(line(key) for key in more))

    return write


def _place(told: Told, facts: Facts, first: Line, more: Sequence[Line] = ()) -> Notice:
    """A first line, the date as it stands for this person, and what they can do."""
    if told.event is None or told.date is None:
        return Notice((Say((first, *more)),))
    lines, choices = screens.place(told.event, told.date, facts)
    shown = (first, _apart(lines[0]), *lines[1:], *more)
    return Notice((_offer(shown, choices),), told.date.code if choices else "")


def _offer(lines: Sequence[Line], choices: Sequence[Choice]) -> Say:
    return Say((*lines, *screens.listed(choices)), screens.rows(choices))


def _apart(one: Line) -> Line:
    return Line(one.text, one.fields, one.bold)


def _stood_down(told: Told, _facts: Facts) -> Notice:
    """To somebody who has no business with the meeting any more: nothing of it but the day they kept free."""
    day = (_apart(screens.when(told.date)),) if told.date else ()
    return Notice((Say((line("notice-stood-down"), *day, line("notice-stood-down-thanks"))),))


def _morning(told: Told, facts: Facts) -> Notice:
    link = (line("morning-link"), _written(told.link, NEXT_LINE)) if told.link else ()
    return _place(told, facts, line("morning"), (*link, *_phone(told)))


def _phone(told: Told) -> tuple[Line, ...]:
    return (line("morning-phone" if told.link else "morning-phone-only", NEXT_LINE, phone=told.phone),) if told.phone else ()


def _changed(first: str, *more: str) -> Callable[[Told, Facts], Notice]:
    """A date that is not what it was: with the newest entry for their calendar."""

    def write(told: Told, facts: Facts) -> Notice:
        again = (line("calendar-again", link=told.calendar),) if told.calendar else ()
        return _place(told, facts, line(first), (*(line(key) for key in more), *again))

    return write


def _several(state: str, first: str, *more: str) -> Callable[[Told, Facts], Notice]:
    """All their dates that are so now, in one letter; not the day of each again."""

    def write(told: Told, facts: Facts) -> Notice:
        event = told.event
        theirs = [date for date in event.dates if date.standing in screens.MINE] if event else []
        found = [date for date in theirs if date.state == state and date.is_ahead(facts.now)]
        days = sorted(found, key=lambda date: date.starts)
        lines = [part for date in days for part in (screens.when(date, NEXT_LINE), *screens.where(date))]
        why = (line("event-reason", why=told.date.why),) if told.date and told.date.why else ()
        opens = event and event.open and state == "planned"
        buttons = ((Button(line("event-others"), Dates(event.slug)),),) if event and opens else ()
        return Notice((Say((line(first), *lines, *why, *(line(key) for key in more)), buttons),))

    return write


def _after(told: Told, facts: Facts) -> Notice:
    next_day = (line("after-next", day=told.next_day),) if told.next_day and told.next_day >= facts.now.date() else ()
    if told.came is False:
        return _missed(told, facts, next_day)
    if not told.feedback:
        return Notice((Say((line("after-thanks"), *next_day)),))
    button = Button(line("after-open"), Open(told.feedback))
    return Notice((Say((line("after"), line("after-asks"), *next_day), ((button,),)),))


def _missed(told: Told, facts: Facts, next_day: tuple[Line, ...]) -> Notice:
    event = told.event
    dates = event.dates if event else ()
    ahead = next((date for date in dates if date.is_ahead(facts.now) and date.state == "planned"), None)
    if event is None or ahead is None or not event.open:
        return Notice((Say((line("after-missed"), *next_day)),))
    button = Button(line("event-others"), Dates(event.slug))
    return Notice((Say((line("after-missed"), line("after-missed-next", starts=ahead.starts), *next_day), ((button,),)),))


# --- About what somebody asked for, raised or corrected


def _state(name: str) -> Callable[[Told, Facts], Notice]:
    def write(told: Told, _facts: Facts) -> Notice:
        why = (_written(told.why, NEXT_LINE),) if told.why else ()
        return Notice((Say((line(f"notice-{name}"), *_heard(told), line(f"notice-{name}-{told.state}"), *why)),))

    return write


def _heard(told: Told) -> tuple[Line, ...]:
    return (line("notice-said", words=told.words),) if told.words else ()


def _raised(told: Told, _facts: Facts) -> Notice:
    return Notice((Say((line("notice-told"), *_heard(told), _written(told.why))),))


def _papers(told: Told, facts: Facts) -> Notice:
    date, files = told.date, tuple(one for one in told.papers if one.code)
    lines = [line("notice-papers")]
    if told.event and told.date:
        lines += screens.place(told.event, told.date, facts)[0][:2]
        lines[1] = _apart(lines[1])
    for paper in told.papers:
        lines += [Line({FALLBACK: paper.title}, bold=True), Line({FALLBACK: paper.summary}, parting=NEXT_LINE)]
        lines += [line("notice-papers-late", NEXT_LINE)] if paper.late else []
    if date is None or not files:
        return Notice((Say(tuple(lines)),))
    return Notice((_offer(lines, lists.papers(date, files)),), date.code, "papers")


def _minutes(told: Told, _facts: Facts) -> Notice:
    first, *rest = _cut(told.words)
    says = [(line("notice-minutes"), _written(first)), *((line("notice-minutes-more"), _written(part)) for part in rest)]
    if told.date is None:
        return Notice(tuple(map(Say, says)))
    last = _offer((*says[-1], line("minutes-wrong-how")), lists.minutes(told.date)[1])
    return Notice((*map(Say, says[:-1]), last), told.date.code, "minutes")


def _cut(words: str) -> list[str]:
    """Words in pieces that fit into a message, cut between paragraphs where that can be."""
    pieces = [""]
    for paragraph in words.split("\n"):
        for at in range(0, max(1, len(paragraph)), LONGEST):
            part = paragraph[at : at + LONGEST]
            if len(pieces[-1]) + len(part) >= LONGEST:
                pieces.append("")
            pieces[-1] += f"\n{part}" if pieces[-1] else part
    return pieces


def _written(words: str, parting: str = PARAGRAPH) -> Line:
    """Words of staff, whole; a field would be cut short."""
    return Line({FALLBACK: words}, parting=parting)


WRITERS: dict[str, Callable[[Told, Facts], Notice]] = {
    "reminder-7": _about_date("remind", "remind-free"),
    "reminder-2": _about_date("remind", "remind-free"),
    "morning": _morning,
    "after": _after,
    "offer": _about_date("notice-offer"),
    "lapsed": _about_date("notice-lapsed", "notice-lapsed-how"),
    "place": _about_date("notice-place"),
    "cancelled": _changed("notice-cancelled"),
    "cancelled-all": _several("cancelled", "notice-cancelled"),
    "moved-all": _several("planned", "notice-moved", "notice-moved-now"),
    "postponed": _changed("notice-postponed", "notice-postponed-next"),
    "moved": _changed("notice-moved", "notice-moved-now"),
    "need": _state("need"),
    "claim": _state("claim"),
    "deputy": _about_date("notice-deputy"),
    "stood-down": _stood_down,
    "no-deputy": _about_date("notice-no-deputy", "notice-no-deputy-how"),
    "papers": _papers,
    "minutes": _minutes,
    "told": _raised,
    "corrected": _state("corrected"),
}
"""Each kind that people are told -> who writes it."""
