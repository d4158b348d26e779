"""Every way through a flow without walking each: how long the shortest and the longest are, and routes that cover it.

Steps are taken in order, for all people at once. What someone answered matters only as far as a `when` still to come
asks about it, so all who agree in that are one *state*; there are few, however many the ways. Where there are too many
for the time allowed, the comparison asked least is forgotten and both outcomes are counted: the bounds stay safe.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil

from conversations.flow import Flow, Option, Step, path
from conversations.session import Answer
from conversations.states import Way, Web
from conversations.text import Text, choose

MOST_STATES = 150
"""At once while measuring; with more, something is forgotten."""

MOST_TRIED = 2_000
"""States at once while looking for routes; with more, those that have covered least are dropped."""

MOST_MEASURED, MOST_LOOKED, ROUTES_LOOKED = 150_000, 400_000, 6
"""Work while measuring, while looking for routes, and among how many routes what is left of that is shared out."""

AIMED = 1_000
"""How many times more what is aimed at counts."""

MOVES_A_STATE = 4
"""As many as there mostly are."""

WORDS_A_MINUTE = {"en-x-easy": 120}
ADULT_PACE = 200


@dataclass(frozen=True, slots=True)
class Measure:
    """The shortest and longest way; each figure by itself. Not `exact`: at least and at most so much."""

    questions_least: int
    questions_most: int
    taps_least: int
    taps_most: int
    seconds_least: int
    seconds_most: int
    exact: bool

    @property
    def minutes_least(self) -> int:
        """Begun minutes, as people are told."""
        return max(1, ceil(self.seconds_least / 60))

    @property
    def minutes_most(self) -> int:
        """Begun minutes, as people are told."""
        return max(1, ceil(self.seconds_most / 60))


@dataclass(frozen=True, slots=True)
class Route:
    """The steps somebody meets, in order, and answers that lead along them.

    `ways`: for each question, all options with which, as far as the conditions go, it can be answered on this route.
    """

    steps: tuple[str, ...]
    answers: Mapping[str, Answer]
    ways: Mapping[str, tuple[str, ...]]
    person: Mapping[str, str]


def measure(flow: Flow, language: str = "en", most_states: int = MOST_STATES, web: Web | None = None) -> Measure:
    """The shortest and longest way through: questions, taps (or typed answers), and seconds of reading and typing.

    Putting an option like "something else" into words is part of its question.
    """
    web = web or Web(flow, flow.charter.feedback_by)
    costs = _Costs(flow, language)
    spans: dict[int, _Span] = dict.fromkeys(web.people(), costs.around())
    for place, step in enumerate(flow.steps):
        after: dict[int, _Span] = {}
        for state, span in spans.items():
            for onward, way in web.moves(place, state):
                total = _add(span, costs.of(step, way))
                known = after.get(onward)
                after[onward] = total if known is None else _widest(known, total)
        most = min(most_states, _share(MOST_MEASURED - web.work, len(flow.steps) - place))
        spans = after if len(after) <= most else _forgetting(web, place + 1, after, most)
    if not spans:  # nobody gets to the end: `check` tells the author
        return Measure(0, 0, 0, 0, 0, 0, exact=False)
    least_q, least_t, least_s, questions, taps, seconds = map(max, zip(*spans.values(), strict=True))
    return Measure(-least_q, questions, -least_t, taps, -least_s, seconds, web.sure)


_Span = tuple[int, int, int, int, int, int]
"""Questions, taps and seconds: the least of each with a minus, then the most; so the widest of two is their maximum."""


def _add(one: _Span, other: _Span) -> _Span:
    a, b, c, d, e, f = one
    u, v, w, x, y, z = other
    return (a + u, b + v, c + w, d + x, e + y, f + z)


def _widest(one: _Span, other: _Span) -> _Span:
    a, b, c, d, e, f = map(max, one, other)
    return (a, b, c, d, e, f)


def _share(work: int, steps: int) -> int:
    """How many states at once are in reach with so much work for so many steps."""
    return max(1, work // (steps * MOVES_A_STATE))


def _forgetting(web: Web, place: int, spans: Mapping[int, _Span], most: int) -> dict[int, _Span]:
    web.forget(place, spans, most)
    merged: dict[int, _Span] = {}
    for state, span in spans.items():
        merged[state & web.known] = _widest(merged.get(state & web.known, span), span)
    return merged


class _Costs:
    """What each move costs, worked out once."""

    def __init__(self, flow: Flow, language: str) -> None:
        self._flow, self._language = flow, language
        self._pace = WORDS_A_MINUTE.get(language, ADULT_PACE)
        self._reading: dict[tuple[str, ...], int] = {}
        self._spans: dict[tuple[str, Way], _Span] = {}

    def around(self) -> _Span:
        """The opening and the end, which everybody reads."""
        charter = self._flow.charter
        texts = [self._flow.title, charter.settles, charter.decided_by, charter.can_change, charter.cannot_change]
        seconds = self._seconds([*texts, self._flow.welcome, self._flow.thanks])
        return (0, 0, -seconds, 0, 0, seconds)

    def of(self, step: Step, way: Way) -> _Span:
        """What a way past a step asks of a person."""
        known = self._spans.get((step.id, way))
        if known is None:
            known = self._spans[step.id, way] = self._span(step, way)
        return known

    def _span(self, step: Step, way: Way) -> _Span:
        if not way.met:
            return (0, 0, 0, 0, 0, 0)
        read = self._read(step, way.offered)
        if way.sample is None:
            return (0, 0, -read, 0, 0, read)
        least, most = way.sample.taps
        seconds = read + way.sample.seconds
        question = 0 if step.other_of else 1
        return (-question, -least, -seconds, question, most, seconds)

    def _read(self, step: Step, offered: tuple[Option, ...]) -> int:
        key = (step.id, *(option.id for option in offered))
        if key not in self._reading:
            texts = [step.title, step.sensitive, step.says, step.ask, step.hint]
            self._reading[key] = self._seconds([*texts, *(option.label for option in offered)])
        return self._reading[key]

    def _seconds(self, texts: Iterable[Text]) -> int:
        return round(sum(len(choose(text, self._language).split()) for text in texts) * 60 / self._pace)


def routes(flow: Flow, limit: int = 100, today: dt.date | None = None) -> list[Route]:
    """Few routes on which every step, option and condition, met and not met, lies; the one that covers most comes first."""
    web = Web(flow, today or flow.charter.feedback_by)
    found: list[Route] = []
    covered: set[_Item] = set()
    aims = itertools.chain([None], range(len(flow.steps)))
    aim = next(aims)
    while len(found) < limit and web.work < MOST_LOOKED:
        trail, fresh = _best(web, covered, aim)
        if fresh:
            covered |= fresh
            found.append(_route(web, trail))
        elif (
            aim := next((place for place in aims if place is not None and _lacks(flow.steps[place], place, covered)), None)
        ) is None:
            break
    return found


def _lacks(step: Step, place: int, covered: set[_Item]) -> bool:
    """Whether a step was always met so far, or never."""
    return step.when is not None and not {(place, "met"), (place, "unmet")} <= covered


_Item = tuple[int, str]
"""Something to cover, by the place of its step: "met", "unmet", "+option" picked, "-option" not offered."""


def _items(step: Step, place: int, way: Way) -> set[_Item]:
    if not way.met:
        return {(place, "unmet")}
    offered = {option.id for option in way.offered}
    hidden = {(place, f"-{option.id}") for option in step.options if option.id not in offered}
    picked = {(place, f"+{option}") for option in way.sample.options} if way.sample else set()
    return {(place, "met")} | hidden | picked


@dataclass(frozen=True, slots=True)
class _Trail:
    """How one came to where one stands: by `way`, from where `before` led."""

    state: int
    gained: int = 0
    before: _Trail | None = None
    way: Way | None = None


def _best(web: Web, covered: set[_Item], aim: int | None) -> tuple[_Trail, set[_Item]]:
    """The way through that meets most of what is not covered yet, and what that is.

    `aim`: the place of a step that comes first; where not all can be followed, those stay that differ in what it hangs on.
    """
    ahead = {state: _Trail(state) for state in web.people()}
    start, allowed = _Trail(0), web.work + (MOST_LOOKED - web.work) // ROUTES_LOOKED
    for place, step in enumerate(web.flow.steps):
        after: dict[int, _Trail] = {}
        gains: dict[Way, int] = {}
        for trail in ahead.values():
            for onward, way in web.moves(place, trail.state):
                if way not in gains:
                    gains[way] = len(_items(step, place, way) - covered) * (len(web.bits) * AIMED if place == aim else 1)
                gained = trail.gained + gains[way]
                if onward not in after or gained > after[onward].gained:
                    after[onward] = _Trail(onward, gained, trail, way)
        ahead = after
        most = min(MOST_TRIED, _share(allowed - web.work, len(web.flow.steps) - place))
        if len(ahead) > most:
            ahead = _leading(ahead, most, web.behind(aim) if aim is not None and place < aim else 0)
    best = max(ahead.values(), key=lambda trail: trail.gained, default=start)
    met = (_items(step, place, way) for place, (step, way) in enumerate(zip(web.flow.steps, _ways(best), strict=False)))
    return best, set().union(*met) - covered


def _leading(ahead: Mapping[int, _Trail], most: int, apart: int) -> dict[int, _Trail]:
    """Those that have gained most; first of all one for each state of the bits that are to be kept `apart`."""
    ordered = sorted(ahead.items(), key=lambda entry: -entry[1].gained)
    firsts = {state & apart: (state, trail) for state, trail in reversed(ordered)}
    return dict([*firsts.values(), *ordered][:most])


def _ways(trail: _Trail) -> list[Way]:
    """The ways of a trail, from the first step on."""
    found: list[Way] = []
    at: _Trail | None = trail
    while at and at.way:
        found.append(at.way)
        at = at.before
    return found[::-1]


def _route(web: Web, trail: _Trail) -> Route:
    given = {step.id: way.sample for step, way in zip(web.flow.steps, _ways(trail), strict=False) if way.sample}
    answers = {step: sample.answer for step, sample in given.items()}
    ways = {step: sample.options for step, sample in given.items() if sample.options}
    first = trail
    while first.before:
        first = first.before
    person = web.people()[first.state]
    return Route(tuple(step.id for step in path(web.flow, answers, person)), answers, ways, person)
