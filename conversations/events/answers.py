"""What follows from what somebody wants with an event. What came of it is told by its outcome, never before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from conversations import reading
from conversations.effects import Act, Calendar, Document, Facts, Go, Say, Toast, Turn
from conversations.events import lists, screens
from conversations.events.screens import Screen
from conversations.events.views import GONE, Date, Event
from conversations.faces import line
from conversations.flow import Option
from conversations.inputs import Ask, Attend, Begin, Dates, Input, Outcome, Words
from conversations.session import Session
from conversations.text import Line, clean

DEEDS = frozenset({"take", "leave", "accept", "decline", "swap", "bring", "room", "online", "no", "unsure", "deputy"})
"""Verbs that change something: the bot does them, and says what came of it."""

LOOKS = frozenset({"see", "keep", "calendar", "paper"})
"""Verbs that change nothing."""

SPOKEN = frozenset({"raise", "correct"})
"""Verbs that bring words of their own: a point for the group, a mistake in its minutes."""

FEEDS = frozenset({"calendar", "new-calendar"})
"""Asked for anywhere: the address by which a calendar reads all that somebody has coming up, or another one."""

LONGEST = 1000
"""Letters of those words."""

VERBS = DEEDS | LOOKS | SPOKEN


def understand(words: str, facts: Facts) -> Input | None:
    """Words typed under one of these screens; None when they are no answer to it."""
    shown = _shown(facts)
    if shown is None:
        return None
    _, choices = shown
    found = reading.find_option([Option(str(at), choice.words) for at, choice in enumerate(choices)], words)
    if found is None and facts.person.asking in SPOKEN:
        return Attend(facts.person.asking, facts.person.about, clean(words))
    return choices[int(found.id)].brings if found else None


def _shown(facts: Facts) -> Screen | None:
    """The screen somebody is at, as it stands now."""
    make = SCREENS.get(facts.person.asking)
    return make(facts) if make else None


def receive(session: Session | None, given: Input, facts: Facts) -> Turn | None:
    """What follows from what is brought by these screens, or asks for one of them; None when it is neither."""
    event = facts.event
    match given:
        case Ask("events"):
            return _show(session, "events", "", facts)
        case Ask("points"):
            return _say(session, lists.points(facts.points), replace(facts, person=replace(facts.person, asking="", about="")))
        case Ask(topic) if topic in FEEDS:
            return Turn(session, (Act(topic, ""),), facts.person)
        case Outcome(verb, address) if verb in FEEDS:
            told = (
                (line("feed-address"), line("feed-link", link=address), line("feed-secret")) if address else (line("feed-none"),)
            )
            return Turn(session, (Say(told),), facts.person)
        case Dates(slug) if event:
            return _show(session, "dates", slug, facts)
        case Attend(verb, code, about) if event and verb in VERBS and (date := event.find(code)):
            return _attend(session, Attend(verb, code, about), event, date, facts)
        case Outcome(verb, result, code) if event and verb in DEEDS | SPOKEN and (date := event.find(code)):
            return _tell(session, Outcome(verb, result, code), event, date, facts)
        case Words() if session is None and (screen := _shown(facts)):
            return _say(session, screen, facts, line("pick-one"))
    return None


def _attend(session: Session | None, given: Attend, event: Event, date: Date, facts: Facts) -> Turn:
    kept = date.kinds and not given.about and not (date.mine and date.mine.kind)
    if given.verb in {"take", "swap"} and kept and event.kinds and date.standing in GONE and date.takes(facts.now):
        return _show(session, "kind", date.code, facts)
    if given.verb == "bring" and not given.about and date.standing not in GONE:
        return _show(session, "bring", date.code, facts)
    if given.verb in SPOKEN and (not given.about or len(given.about) > LONGEST):
        return _show(session, given.verb, date.code, facts, *((line("point-too-long"),) if given.about else ()))
    if given.verb in DEEDS | SPOKEN:
        return Turn(session, (Act(given.verb, given.occasion, given.about),), facts.person)
    before = (line("event-kept"),) if given.verb == "keep" and date.standing == "confirmed" and date.state == "planned" else ()
    if given.verb == "calendar" and date.mine and date.standing in IN_CALENDAR:
        return Turn(session, (Calendar(date.mine.code),), facts.person)
    if given.verb == "paper" and date.standing == "confirmed" and any(one.code == given.about for one in facts.papers):
        return Turn(session, (Document(date.code, given.about),), facts.person)
    return _show(session, "place", date.code, facts, *(before or _first(date)))


def _first(date: Date) -> tuple[Line, ...]:
    """What stands above a date: on a locked screen nobody reads more."""
    return () if date.standing == "asked" else (line("event-here"),)


IN_CALENDAR = frozenset({"confirmed", "unsure"})


def _tell(session: Session | None, outcome: Outcome, event: Event, date: Date, facts: Facts) -> Turn:
    """What came of it, and where one stands now."""
    key = RESULTS.get((outcome.action, outcome.result)) or RESULTS.get(("", outcome.result))
    told = (line(key),) if key else _first(date)
    if outcome.result in BEGINS and facts.person.stopped:
        told = (*told, line("event-stopped"))
    begins = event.begin and outcome.result in BEGINS and not event.meeting
    shown = replace(facts, event=replace(event, begin=event.begin and not begins))
    turn = _show(session, "place", date.code, shown, *told)
    toast = (Toast(line(key)),) if key else ()
    return replace(turn, effects=(*toast, *turn.effects, *((Go(Begin(event.slug)),) if begins else ())))


BEGINS = frozenset({"placed", "waiting", "swapped"})
"""What is followed by the questions of an event, for whoever has not answered them."""

RESULTS: dict[tuple[str, str], str] = {
    ("", "placed"): "event-got",
    ("", "kept"): "event-same",
    ("", "waiting"): "event-waits",
    ("", "swapped"): "event-swapped",
    ("", "swap-waiting"): "event-swap-waits",
    ("", "left"): "event-left-now",
    ("", "refused"): "event-declined",
    ("", "noted"): "event-changed",
    ("", "lapsed"): "event-lapsed",
    ("", "full"): "event-no-place",
    ("", "nothing"): "event-nothing",
    ("", "declined"): "meeting-not-this-time",
    ("", "unsure"): "meeting-take-your-time",
    ("", "deputy-asked"): "meeting-deputy-asked",
    ("", "no-deputy"): "meeting-no-deputy",
    ("", "deputy-member"): "meeting-deputy-comes",
    ("room", "noted"): "event-noted",
    ("online", "noted"): "event-noted",
    ("room", "kept"): "event-noted",
    ("online", "kept"): "event-noted",
    ("accept", "placed"): "event-accepted",
    ("decline", "declined"): "event-declined",
    ("decline", "left"): "event-declined",
    ("raise", "heard"): "point-raised",
    ("correct", "heard"): "correction-sent",
    ("correct", "too-late"): "correction-too-late",
    ("", "not-yours"): "meeting-not-yours",
}
"""(verb, what came of it) -> how it is told, above what one has now; without a verb, of any."""


def _show(session: Session | None, screen: str, about: str, facts: Facts, *before: Line) -> Turn:
    there = replace(facts, person=replace(facts.person, asking=screen, about=about))
    return _say(session, SCREENS[screen](there) or lists.diary(facts.diary, facts), there, *before)


def _say(session: Session | None, screen: Screen, facts: Facts, *before: Line) -> Turn:
    lines, choices = screen
    return Turn(session, (Say((*before, *lines, *screens.listed(choices)), screens.rows(choices)),), facts.person)


# --- Screens, from what a person is asked and about what


def _dates(facts: Facts) -> Screen | None:
    return screens.card(facts.event, facts) if facts.event else None


def _of_date(make: Callable[[Event, Date, Facts], Screen]) -> Callable[[Facts], Screen | None]:
    def screen(facts: Facts) -> Screen | None:
        date = facts.event.find(facts.person.about) if facts.event else None
        return make(facts.event, date, facts) if facts.event and date else None

    return screen


SCREENS: dict[str, Callable[[Facts], Screen | None]] = {
    "events": lambda facts: lists.diary(facts.diary, facts),
    "dates": _dates,
    "place": _of_date(screens.place),
    "kind": _of_date(lambda event, date, _facts: lists.kinds(event, date)),
    "bring": _of_date(lambda _event, date, _facts: lists.companions(date)),
    "papers": _of_date(lambda _event, date, facts: ((line("papers-here"),), lists.papers(date, facts.papers))),
    "minutes": _of_date(lambda _event, date, _facts: lists.minutes(date)),
    "raise": _of_date(lambda _event, date, _facts: lists.words_for("point-ask", date)),
    "correct": _of_date(lambda _event, date, _facts: lists.words_for("correction-ask", date)),
}
"""What somebody can be asked, in `people.asking` -> its words and choices."""
