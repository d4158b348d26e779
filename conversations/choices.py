"""What somebody wants to hear from us, when not, and for how long not at all: the screens, and what follows from them."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from conversations import reading
from conversations.effects import Attention, Button, Effect, Facts, Mark, Quieten, Rest, Rows, Say, Switch, Toast, Turn
from conversations.faces import line
from conversations.flow import Option
from conversations.inputs import Ask, Hear, Input, Pause, Quieter, Words
from conversations.phrases import PHRASES
from conversations.reading import breaks
from conversations.records import PURPOSES
from conversations.session import Session
from conversations.text import NEXT_LINE, Line

HOURS = {
    "00:00-16:00": "quiet-after-four",
    "12:00-00:00": "quiet-mornings",
    "17:00-12:00": "quiet-afternoons",
    "": "quiet-usual",
}
"""Hours somebody can ask to be left in peace, besides everybody's -> what is left, in words."""

BREAKS = (Pause(1, "week"), Pause(2, "week"), Pause(1, "month"), Pause(3, "month"))
"""The breaks that are offered. Any other can be typed."""

LONGEST = dt.timedelta(days=366)

_MONTHS = 12


def understand(asking: str, words: str, attention: Attention) -> Input | None:
    """Words typed under one of these screens; None when they are no answer to it."""
    if asking == "pause":
        return breaks.read(words) or _pick(words, [f"break-{each.number}-{each.unit}" for each in BREAKS], [*BREAKS])
    if asking == "quiet":
        return _pick(words, [*HOURS.values()], [Quieter(hours) for hours in HOURS])
    turned = [Hear(purpose, purpose not in attention.given, typed=True) for purpose in PURPOSES]
    return _pick(words, [f"hear-{purpose}" for purpose in PURPOSES], turned)


def _pick(words: str, keys: Sequence[str], means: Sequence[Input]) -> Input | None:
    """What the entry of a list means that `words` name, by its number or its own words."""
    options = [Option(str(place), PHRASES[key]) for place, key in enumerate(keys)]
    found = reading.find_option(options, words)
    return means[int(found.id)] if found else None


def receive(session: Session | None, given: Input, facts: Facts) -> Turn | None:
    """What follows from what is brought by these screens, or asks for one of them; None when it is neither."""
    match given:
        case Ask(topic) if topic in SCREENS:
            return _shown(session, topic, facts)
        case Hear(purpose, wanted, typed) if purpose in PURPOSES:
            return _hear(session, purpose, facts, wanted=wanted, typed=typed)
        case Pause(number, unit):
            return _pause(session, number, unit, facts)
        case Words() if session is None and facts.person.asking in SCREENS:
            return _shown(session, facts.person.asking, facts, line("pick-one"))
        case Quieter(hours) if hours in HOURS:
            told = line("quiet-set", hours=PHRASES[HOURS[hours]])
            return _settled(session, facts, Quieten(hours), Say((told, line("quiet-see"))))
        case _:
            return None


def stop(session: Session | None, facts: Facts) -> Turn:
    """Nothing is started for them from now on, and nothing comes back by itself."""
    person = facts.person
    off = (Switch(dict.fromkeys(PURPOSES, False)),) if person.age_band else ()  # nothing is kept before the age is known
    return Turn(session, (*off, Say((line("stop"), line("stop-stays")))), replace(person, stopped=True))


def _shown(session: Session | None, topic: str, facts: Facts, *before: Line) -> Turn:
    lines, rows = SCREENS[topic](facts)
    return Turn(session, (Say((*before, *lines), rows),), replace(facts.person, asking=topic))


def _settled(session: Session | None, facts: Facts, *effects: Effect) -> Turn:
    return Turn(session, effects, replace(facts.person, asking=""))


def _hear(session: Session | None, purpose: str, facts: Facts, *, wanted: bool, typed: bool) -> Turn:
    given = facts.attention.given
    after = given | {purpose} if wanted else given - {purpose}
    changed = replace(facts, attention=replace(facts.attention, given=after))
    stopped = facts.person.stopped and not wanted
    changed = replace(changed, person=replace(facts.person, stopped=stopped))
    told = line("hearing" if wanted else "not-hearing", what=PHRASES[f"hear-{purpose}"])
    switch = Switch({purpose: wanted})
    if typed:
        shown = _shown(session, "choices", changed, told)
        return replace(shown, effects=(switch, *shown.effects))
    return Turn(session, (switch, Toast(told), Mark(_choices(changed)[1])), replace(changed.person, asking="choices"))


def _pause(session: Session | None, number: int, unit: str, facts: Facts) -> Turn:
    if unit not in breaks.UNITS or number <= 0:
        return _settled(session, facts, Rest(None), Say((line("break-over"),)))
    today = facts.today or facts.now.date()
    day = _after(today, number, unit)
    if day is None or day - today > LONGEST:
        return _shown(session, "pause", facts, line("break-too-long"))
    told = Say((line("break-begun", day=day), line("break-meanwhile")))
    return _settled(session, facts, Rest(facts.now + (day - today)), told)


def _after(today: dt.date, number: int, unit: str) -> dt.date | None:
    """The day so much later; the last of a month that has no such day. None past the end of the calendar."""
    try:
        if unit != "month":
            return today + dt.timedelta(days=number * (7 if unit == "week" else 1))
        years, month = divmod(today.month - 1 + number, _MONTHS)
        year = today.year + years
        return dt.date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))
    except (ValueError, OverflowError):
        return None


# --- The screens


def _choices(facts: Facts) -> tuple[tuple[Line, ...], Rows]:
    """The five switches."""
    labels = [PHRASES[f"hear-{purpose}"] for purpose in PURPOSES]
    given = facts.attention.given
    rows = tuple(
        (
            Button(
                line("button-ticked" if purpose in given else "button", number=place, label=label),
                Hear(purpose, purpose not in given),
            ),
        )
        for place, (purpose, label) in enumerate(zip(PURPOSES, labels, strict=True), 1)
    )
    stopped = (line("choices-stopped"),) if facts.person.stopped else ()
    lines = (line("choices"), line("choices-how"), *_listed(labels), *stopped, *_break_now(facts), line("choices-foot"))
    return lines, rows


def _break(facts: Facts) -> tuple[tuple[Line, ...], Rows]:
    """How long to leave somebody in peace."""
    labels = [PHRASES[f"break-{each.number}-{each.unit}"] for each in BREAKS]
    rows = _buttons(labels, BREAKS)
    now = _break_now(facts)
    if now:
        rows = (*rows, (Button(line("break-end"), Pause()),))
    return (line("break"), line("break-how"), *_listed(labels), *now), rows


def _break_now(facts: Facts) -> tuple[Line, ...]:
    until = facts.attention.paused_until
    if until is None or until <= facts.now:
        return ()
    return (line("break-now", day=(facts.today or facts.now.date()) + (until.date() - facts.now.date())),)


def _quiet(facts: Facts) -> tuple[tuple[Line, ...], Rows]:
    """The hours in which we may write."""
    labels = [PHRASES[key] for key in HOURS.values()]
    now = line("quiet-now", hours=PHRASES[HOURS.get(facts.attention.quiet, "quiet-usual")])
    return (line("quiet"), now, line("quiet-how"), *_listed(labels)), _buttons(labels, [Quieter(hours) for hours in HOURS])


def _listed(labels: Sequence[Mapping[str, str]]) -> list[Line]:
    entries = [line("option-line", number=place, label=label) for place, label in enumerate(labels, 1)]
    return [*entries[:1], *(replace(entry, parting=NEXT_LINE) for entry in entries[1:])]


def _buttons(labels: Sequence[Mapping[str, str]], brings: Sequence[Input]) -> Rows:
    paired = enumerate(zip(labels, brings, strict=True), 1)
    return tuple((Button(line("button", number=place, label=label), each),) for place, (label, each) in paired)


SCREENS: dict[str, Callable[[Facts], tuple[tuple[Line, ...], Rows]]] = {
    "choices": _choices,
    "pause": _break,
    "quiet": _quiet,
}
"""What can be asked for -> its words and buttons."""
