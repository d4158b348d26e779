"""The card of an event: what, when, how long and where before all else; the rest in short, and whole behind a button."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import accumulate

from conversations.effects import Facts
from conversations.event_words import MONEY, OF_AGE
from conversations.events import screens, ways
from conversations.events.screens import SHOWN, Choice, Screen, room, when, where
from conversations.events.views import Date, Event
from conversations.faces import line
from conversations.inputs import Attend, Dates
from conversations.screens import decides, unstopped
from conversations.text import NEXT_LINE, Line, Text, choose

MOST_WORDS = 130
"""Of a card: more is too much for somebody tired, on a phone."""

A_MOMENT = 4  # words, as it is told, but for one


def card(event: Event, facts: Facts) -> Screen:
    """Every date, and what fits of the rest; without dates, all of it."""
    choices = _dates(event, facts)
    first = line("meeting-card" if event.meeting else "event-card")
    if not choices:
        return (first, *_whole(event, facts), line("event-no-dates")), ()
    more = Choice(line("event-more"), Attend("about", _ahead(event, facts)[0].code))
    head = (first, _title(event), *_lasts(event, facts), *screens.listing(list(enumerate(choices, 1))))
    foot = (*_paid(event, facts), *_reply_by(event, facts), _invites(event, facts))
    count = partial(_words, language=facts.person.language)
    left = MOST_WORDS - sum(map(count, (*head, *foot, more.label)))
    kept = []
    for one in _brief(event):
        if (needs := count(one)) <= left:
            kept.append(one)
            left -= needs
    return (*head, *reversed(kept), *foot), (*choices, more)


def about(event: Event, _date: Date, facts: Facts) -> Screen:
    """All that the card leaves out or cuts short."""
    points = (line("meeting-points"),) if event.meeting and event.member else ()
    return (line("event-about"), *_whole(event, facts), *points), (Choice(line("event-dates"), Dates(event.slug)),)


def _whole(event: Event, facts: Facts) -> tuple[Line, ...]:
    hears = (line("event-hears", day=event.hears_by),) if event.hears_by >= facts.now.date() else ()
    return (
        _title(event),
        line("event-settles", NEXT_LINE, settles=unstopped(event.flow.charter.settles)),
        *(line(key, what=words) for key, words in _own(event).items() if words),
        *_young(event, facts),
        decides(event.flow),
        *hears,
    )


def _brief(event: Event) -> list[Line]:
    """What else people ask but for the payment, each in its first words, what is missed most before the rest."""
    own = _own(event)
    told = [line(key, what=brief(own[key])) for key in ("event-access", "event-who") if own[key]]
    return [*told, line("event-settles", settles=unstopped(event.flow.charter.settles))]


def _own(event: Event) -> dict[str, Text]:
    return {key: getattr(event.flow.event, name, {}) for key, name in OWN.items()}


OWN = {"event-why": "why_you", "event-who": "who_comes", "event-access": "access", "event-payment": "payment"}
"""Phrase -> what it tells of `[event]`."""


def _paid(event: Event, facts: Facts) -> tuple[Line, ...]:
    payment = _own(event)["event-payment"]
    return (*((line("event-payment", what=brief(payment)),) if payment else ()), *_young(event, facts))


def _young(event: Event, facts: Facts) -> tuple[Line, ...]:
    """Nobody under 18 is paid in money, whatever is said to everybody."""
    offers = event.flow.event.offers if event.flow.event else ()
    if facts.person.age_band == OF_AGE or not {*MONEY}.intersection(offers):
        return ()
    return (line("event-payment-voucher" if "voucher" in offers else "event-payment-no-money", NEXT_LINE),)


def _title(event: Event) -> Line:
    return line("event-title", bold=True, title=event.flow.title)


def _lasts(event: Event, facts: Facts) -> tuple[Line, ...]:
    """How long it is, where that is the same on each date."""
    lengths = {date.minutes for date in _ahead(event, facts)}
    return (screens.lasts(lengths.pop(), NEXT_LINE),) if len(lengths) == 1 else ()


def _reply_by(event: Event, facts: Facts) -> tuple[Line, ...]:
    ahead = [date for date in event.dates if date.is_ahead(facts.now)]
    reply = min((date.reply_by for date in ahead if date.reply_by and date.takes(facts.now)), default=None)
    return (line("event-reply-by", moment=reply.astimezone(ahead[0].starts.tzinfo)),) if reply else ()


def _invites(event: Event, facts: Facts) -> Line:
    if event.meeting:
        return line("meeting-how")
    if event.held() and not event.several:
        return line("event-how-other")
    return line("event-how" if any(date.takes(facts.now) for date in event.dates) else "event-how-look")


def _ahead(event: Event, facts: Facts) -> Sequence[Date]:
    return [date for date in event.dates if date.is_ahead(facts.now)][:SHOWN]


def _dates(event: Event, facts: Facts) -> tuple[Choice, ...]:
    """Every date still ahead; one tap takes a place, or shows what one has."""
    alike = bool(_lasts(event, facts))
    return tuple(
        Choice(
            line("event-date", starts=date.starts),
            ways.brings(event, date, facts),
            (when(date), *(() if alike else (screens.lasts(date.minutes),)), *where(date), *room(date, facts.now)),
            named=True,
        )
        for date in _ahead(event, facts)
    )


# --- Few words


def brief(text: Text) -> Text:
    """The first sentence of a text, and those that fit beside it."""
    return {tag: _first(SENTENCE.split(words.strip())) for tag, words in text.items()}


def _first(sentences: Sequence[str]) -> str:
    """Up to SHORT words, but one sentence at least."""
    so_far = list(accumulate(len(one.split()) for one in sentences))
    return " ".join(sentences[: max(1, sum(number <= SHORT for number in so_far))])


SHORT = 16
SENTENCE = re.compile(r"(?<=[.!?۔؟])(?<!\b[A-Z]\.)(?<!\b[A-Z]\w\.)(?<!\b[A-Z]\w\w\.)\s+(?![a-z])")
"""Between two sentences; a short word with a capital and a stop, as in St. or Mrs., ends none."""


def _words(told: Line, language: str) -> int:
    """How many words a line has."""
    own = len(choose(told.text, language).split())
    for field in told.fields.values():
        if isinstance(field, Mapping):
            own += len(choose(field, language).split()) - 1
        elif isinstance(field, str):
            own += len(field.split()) - 1
        elif isinstance(field, dt.datetime):
            own += A_MOMENT
    return own
