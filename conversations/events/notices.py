"""What the bot says by itself about events: each kind of follow-up as messages with buttons.

The first line may stand on a locked screen, so it names nothing. What people can choose is what `screens.place` offers, in its
order, so that a number typed means what it would mean there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from conversations.effects import Button, Facts, Say
from conversations.events import lists, screens, ways
from conversations.events.screens import Choice
from conversations.events.views import NEEDS, Date, Event, Need, Paper
from conversations.faces import line
from conversations.inputs import Dates, Open
from conversations.text import FALLBACK, NEXT_LINE, PARAGRAPH, SAME_LINE, Line

LONGEST = 3_000  # letters of one message that staff wrote
MOST_LISTED = 20  # dates of one message


@dataclass(frozen=True, slots=True)
class Told:
    """Everything a notice may tell. `words` is what staff wrote, or the person; a kind takes what it needs."""

    event: Event | None = None
    date: Date | None = None
    dates: tuple[Date, ...] = ()  # where several are told of in one letter
    link: str = ""  # the way in
    phone: str = ""
    shut: bool = False  # the way in does not open here
    calendar: str = ""  # where the newest entry is
    feedback: str = ""  # the engagement that asks afterwards, where it is open
    next_day: dt.date | None = None  # by which people hear what happens next
    came: bool | None = None
    state: str = ""  # of a claim, a need, a correction
    words: str = ""
    why: str = ""
    papers: tuple[Paper, ...] = ()
    needs: tuple[Need, ...] = ()  # what is kept of what helps them
    asks: str = ""  # the engagement that asks for it, where it is open


@dataclass(frozen=True, slots=True)
class Notice:
    """What goes out; `asks`: the code of the date that a number typed next is about, under `screen`."""

    says: tuple[Say, ...]
    asks: str = ""
    screen: str = "place"


def write(kind: str, told: Told, now: dt.datetime) -> Notice:
    """The messages of one follow-up. Raises KeyError for a kind that nobody is told."""
    return (SEVERAL if told.dates else WRITERS)[kind](told, Facts(now))


# --- About a date


def _about_date(first: str, *more: str, screen: str = "place") -> Callable[[Told, Facts], Notice]:
    def write(told: Told, facts: Facts) -> Notice:
        return _place(told, facts, line(first), tuple(line(key) for key in more), screen)

    return write


def _place(told: Told, facts: Facts, first: Line, more: Sequence[Line] = (), screen: str = "place") -> Notice:
    """A first line, the date as it stands for this person, and what they can do."""
    if told.event is None or told.date is None:
        return Notice((Say((first, *more)),))
    lines = screens.place(told.event, told.date, facts)
    choices = CHOICES[screen](told.event, told.date, facts)
    shown = (first, _apart(lines[0]), *lines[1:], *more)
    return Notice((_offer(shown, choices),), told.date.code if choices else "", screen)


CHOICES = {"place": ways.of_place, "reminded": ways.of_reminder}
"""What somebody can do about a date, by the screen whose numbers they type."""


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
    shut = (line("join-shut"),) if told.shut else ()
    return _place(told, facts, line("morning"), (*link, *_phone(told), *shut))


def _phone(told: Told) -> tuple[Line, ...]:
    return (line("morning-phone" if told.link else "morning-phone-only", NEXT_LINE, phone=told.phone),) if told.phone else ()


def _changed(first: str, *more: str, screen: str = "place") -> Callable[[Told, Facts], Notice]:
    """A date that is not what it was: with the newest entry for their calendar."""

    def write(told: Told, facts: Facts) -> Notice:
        again = (line("calendar-again", link=told.calendar),) if told.calendar else ()
        return _place(told, facts, line(first), (*(line(key) for key in more), *again), screen)

    return write


def _several(first: str, *more: str) -> Callable[[Told, Facts], Notice]:
    """All these dates in one letter; a reason that is the same for all of them stands once."""

    def write(told: Told, _facts: Facts) -> Notice:
        event, reasons = told.event, {date.why for date in told.dates}
        listed = [_listed(date, why=len(reasons) > 1) for date in told.dates]
        parts = [sum(listed[at : at + MOST_LISTED], (line(first),)) for at in range(0, len(listed), MOST_LISTED)]
        why = (line("event-reason", why=told.dates[0].why),) if len(reasons) == 1 and told.dates[0].why else ()
        opens = event and event.open and any(date.state == "planned" for date in told.dates)
        buttons = ((Button(line("event-others"), Dates(event.slug)),),) if event and opens else ()
        last = Say((*parts[-1], *why, *(line(key) for key in more)), buttons)
        return Notice((*map(Say, parts[:-1]), last))

    return write


def _listed(date: Date, *, why: bool) -> tuple[Line, ...]:
    """One of several dates; whoever is only asked to stand in there hears of nothing but the day."""
    place = screens.where(date) if date.standing != "asked" else ()
    reason = (line("event-reason", SAME_LINE, why=date.why),) if why and date.why else ()
    return (screens.when(date, NEXT_LINE), *place, *reason)


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
        lines += screens.place(told.event, told.date, facts)[:2]
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


def _review(told: Told, _facts: Facts) -> Notice:
    """Once a year: whether what is kept of what helps them is still right."""
    lines, choices = lists.needs(told.needs, told.asks)
    return Notice((_offer((line("notice-review"), *lines), choices),), NEEDS, "needs")


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
    "reminder-7": _about_date("remind", "remind-free", screen="reminded"),
    "reminder-2": _about_date("remind", "remind-free", screen="reminded"),
    "morning": _morning,
    "after": _after,
    "offer": _about_date("notice-offer"),
    "lapsed": _about_date("notice-lapsed", "notice-lapsed-how"),
    "place": _about_date("notice-place"),
    "cancelled": _changed("notice-cancelled"),
    "postponed": _changed("notice-postponed", "notice-postponed-next"),
    "moved": _changed("notice-moved", "notice-moved-now", screen="reminded"),
    "need": _state("need"),
    "claim": _state("claim"),
    "deputy": _about_date("notice-deputy"),
    "stood-down": _stood_down,
    "no-deputy": _about_date("notice-no-deputy", "notice-no-deputy-how"),
    "papers": _papers,
    "minutes": _minutes,
    "told": _raised,
    "corrected": _state("corrected"),
    "review": _review,
}
"""Each kind that people are told -> who writes it."""

SEVERAL: dict[str, Callable[[Told, Facts], Notice]] = {
    "cancelled": _several("notice-cancelled"),
    "postponed": _several("notice-postponed", "notice-postponed-next"),
    "moved": _several("notice-moved", "notice-moved-now"),
}
"""The kinds that tell of several dates at once."""
