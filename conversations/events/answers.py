"""What follows from what somebody wants with an event. What came of it is told by its outcome, never before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from conversations import reading
from conversations.effects import Act, Calendar, Document, Facts, Go, Renew, Say, Toast, Turn
from conversations.events import cards, lists, screens, ways
from conversations.events.screens import Choice, Screen
from conversations.events.views import GONE, NEEDS, Date, Event
from conversations.faces import line
from conversations.flow import Option
from conversations.inputs import Ask, Attend, Begin, Dates, Input, Outcome, Words
from conversations.session import Session
from conversations.text import SAME_LINE, Line, clean

DEEDS = frozenset({"take", "leave", "accept", "decline", "swap", "bring"}) | frozenset(
    {"room", "online", "deputy", "nobody", "no", "unsure"}
)
"""Verbs that change something: the bot does them, and says what came of it."""

LOOKS = frozenset({"see", "keep", "change", "about", "calendar", "paper"})
"""Verbs that change nothing."""

SPOKEN = frozenset({"raise", "correct"})
"""Verbs that bring words of their own: a point for the group, a mistake in its minutes."""

RENEWALS = frozenset({"needs-right", "needs-forget"})
"""What somebody can say of what is kept of what helps them: it is still right, or it is to go."""

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
        case Ask(topic) if topic in RENEWALS:
            return _renew(session, topic, facts)
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


def _renew(session: Session | None, topic: str, facts: Facts) -> Turn:
    still = topic == "needs-right"
    done = (Renew(still), Say((line("needs-stay" if still else "needs-gone"),)))
    said = done if facts.needs else (Say(lists.needs((), "")[0]),)
    return Turn(session, said, replace(facts.person, asking="", about=""))


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
    if given.verb in {"about", "change"} and (event.member or date.standing not in GONE):
        return _show(session, given.verb, date.code, facts)
    return _show(session, "place", date.code, facts, *(before or _first(date)))


def _first(date: Date) -> tuple[Line, ...]:
    """What stands above a date: on a locked screen nobody reads more."""
    return () if date.standing == "asked" else (line("event-here"),)


IN_CALENDAR = frozenset({"confirmed", "unsure"})


def _tell(session: Session | None, outcome: Outcome, event: Event, date: Date, facts: Facts) -> Turn:
    """What came of it, and where one stands now. Nothing new is shown to whoever had it: the question that stands last stays."""
    if (outcome.action, outcome.result) in AGAIN:
        return Turn(session, (Toast(line("event-same")),), facts.person)
    if outcome.result in PLACED and date.standing == "confirmed":
        return _tell_placed(session, outcome, event, date, facts)
    key = RESULTS.get((outcome.action, outcome.result)) or RESULTS.get(("", outcome.result))
    told = (line(key),) if key else _first(date)
    stopped = (line("event-stopped"),) if outcome.result == "waiting" and facts.person.stopped else ()
    turn = _show(session, "place", date.code, facts, *told, *stopped)
    return replace(turn, effects=(*((Toast(line(key)),) if key else ()), *turn.effects))


def _tell_placed(session: Session | None, outcome: Outcome, event: Event, date: Date, facts: Facts) -> Turn:
    """The place they have now; then the questions of an event, for whoever has not answered them.

    Nobody who waits is asked any: what helps somebody to take part is not kept of those who may never come.
    """
    begins = event.begin and not event.meeting
    choices = ways.of_place(replace(event, begin=event.begin and not begins), date, facts)
    swapped = (line("event-swapped", SAME_LINE),) if outcome.result == "swapped" else ()
    there = replace(facts, person=replace(facts.person, asking="place", about=date.code))
    turn = _say(session, (screens.taken(event, date, facts, *swapped), choices), there)
    toast = Toast(line("event-mine-confirmed"))
    return replace(turn, effects=(toast, *turn.effects, *((Go(Begin(event.slug)),) if begins else ())))


PLACED = frozenset({"placed", "swapped"})
"""What somebody has a place by."""

AGAIN = frozenset({("take", "kept"), ("swap", "kept"), ("accept", "kept")})
"""A second tap on what took a place."""

RESULTS: dict[tuple[str, str], str] = {
    ("", "kept"): "event-same",
    ("", "waiting"): "event-waits",
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
    ("", "deputy-stays"): "meeting-deputy-stays",
    ("", "deputy-freed"): "meeting-deputy-freed",
    ("", "member-comes"): "meeting-member-comes",
    ("room", "noted"): "event-noted",
    ("online", "noted"): "event-noted",
    ("room", "kept"): "event-noted",
    ("online", "kept"): "event-noted",
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
    return cards.card(facts.event, facts) if facts.event else None


def _needs(facts: Facts) -> Screen:
    asks = next((one.engagement for one in facts.offers if one.engagement == NEEDS), "")
    return lists.needs(facts.needs, asks)


def _of_date(make: Callable[[Event, Date, Facts], Screen]) -> Callable[[Facts], Screen | None]:
    def screen(facts: Facts) -> Screen | None:
        date = facts.event.find(facts.person.about) if facts.event else None
        return make(facts.event, date, facts) if facts.event and date else None

    return screen


def _place(choose: Callable[[Event, Date, Facts], tuple[Choice, ...]]) -> Callable[[Facts], Screen | None]:
    """What somebody has of a date, with these choices."""
    return _of_date(lambda event, date, facts: (screens.place(event, date, facts), choose(event, date, facts)))


SCREENS: dict[str, Callable[[Facts], Screen | None]] = {
    "events": lambda facts: lists.diary(facts.diary, facts),
    "dates": _dates,
    "needs": _needs,
    "about": _of_date(cards.about),
    "place": _place(ways.of_place),
    "reminded": _place(ways.of_reminder),
    "change": _of_date(
        lambda event, date, facts: ((line("event-change-what"), screens.when(date)), ways.of_change(event, date, facts))
    ),
    "kind": _of_date(lambda event, date, _facts: lists.kinds(event, date)),
    "bring": _of_date(lambda _event, date, _facts: lists.companions(date)),
    "papers": _of_date(lambda _event, date, facts: ((line("papers-here"),), lists.papers(date, facts.papers))),
    "minutes": _of_date(lambda _event, date, _facts: lists.minutes(date)),
    "raise": _of_date(lambda _event, date, _facts: lists.words_for("point-ask", date)),
    "correct": _of_date(lambda _event, date, _facts: lists.words_for("correction-ask", date)),
}
"""What somebody can be asked, in `people.asking` -> its words and choices."""
