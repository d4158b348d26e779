"""Every way through a flow without walking each: how long the shortest and the longest are, and routes that cover it.

Steps are taken in order, for all people at once. What someone answered matters only as far as a `when` still to come
asks about it, so all who agree in that are one *state*; there are few, however many the ways. Where there are too many
for the time allowed, the comparison asked least is forgotten and both outcomes are counted: the bounds stay safe.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from conversations.flow import Flow, Option, Step, path
from conversations.session import Answer
from conversations.states import Move, Web
from conversations.text import Text, choose

MOST_STATES = 150
"""At once while measuring; with more, something is forgotten."""

MOST_TRIED = 2_000
"""States at once while looking for routes; with more, those that have covered least are dropped."""

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


@dataclass(frozen=True, slots=True)
class Route:
    """The steps somebody meets, in order, and answers that lead along them.

    `ways`: for each question, all options with which, as far as the conditions go, it can be answered on this route.
    """

    steps: tuple[str, ...]
    answers: Mapping[str, Answer]
    ways: Mapping[str, tuple[str, ...]]
    person: Mapping[str, str]


def measure(flow: Flow, language: str = "en", most_states: int = MOST_STATES) -> Measure:
    """The shortest and longest way through: questions, taps (or typed answers), and seconds of reading and typing.

    Putting an option like "something else" into words is part of its question.
    """
    web = Web(flow, flow.charter.feedback_by)
    costs = _Costs(flow, language)
    spans: dict[int, _Span] = dict.fromkeys(web.people(), costs.around())
    for place in range(len(flow.steps)):
        after: dict[int, _Span] = {}
        for state, span in spans.items():
            for move in web.moves(place, state):
                total = _add(span, costs.of(place, move))
                known = after.get(move.onward)
                after[move.onward] = total if known is None else _widest(known, total)
        while len(after) > most_states:
            after = _forgetting(web, place + 1, after)
        spans = after
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


def _forgetting(web: Web, place: int, spans: Mapping[int, _Span]) -> dict[int, _Span]:
    web.forget(place)
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

    def around(self) -> _Span:
        """The opening and the end, which everybody reads."""
        charter = self._flow.charter
        texts = [self._flow.title, charter.settles, charter.decided_by, charter.can_change, charter.cannot_change]
        seconds = self._seconds([*texts, self._flow.welcome, self._flow.thanks])
        return (0, 0, -seconds, 0, 0, seconds)

    def of(self, place: int, move: Move) -> _Span:
        """What a move asks of a person."""
        if not move.met:
            return (0, 0, 0, 0, 0, 0)
        step, sample = self._flow.steps[place], move.sample
        read = self._read(step, move.offered)
        if sample is None:
            return (0, 0, -read, 0, 0, read)
        least, most = sample.taps
        seconds = read + sample.seconds
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
    while len(found) < limit:
        trail, fresh = _best(web, covered)
        if not fresh:
            break
        covered |= fresh
        found.append(_route(web, trail))
    return found


_Item = tuple[int, str]
"""Something to cover, by the place of its step: "met", "unmet", "+option" picked, "-option" not offered."""


def _items(flow: Flow, place: int, move: Move) -> set[_Item]:
    step = flow.steps[place]
    if not move.met:
        return {(place, "unmet")}
    offered = {option.id for option in move.offered}
    hidden = {(place, f"-{option.id}") for option in step.options if option.id not in offered}
    picked = {(place, f"+{option}") for option in move.sample.options} if move.sample else set()
    return {(place, "met")} | hidden | picked


@dataclass(frozen=True, slots=True)
class _Trail:
    """How one came to where one stands: by `move`, from where `before` led."""

    state: int
    gained: int = 0
    before: _Trail | None = None
    move: Move | None = None


def _best(web: Web, covered: set[_Item]) -> tuple[_Trail, set[_Item]]:
    """The way through that meets most of what is not covered yet, and what that is."""
    ahead = {state: _Trail(state) for state in web.people()}
    start = _Trail(0)
    for place in range(len(web.flow.steps)):
        after: dict[int, _Trail] = {}
        for trail in ahead.values():
            for move in web.moves(place, trail.state):
                gained = trail.gained + len(_items(web.flow, place, move) - covered)
                if move.onward not in after or gained > after[move.onward].gained:
                    after[move.onward] = _Trail(move.onward, gained, trail, move)
        ahead = after
        if len(ahead) > MOST_TRIED:
            ahead = dict(sorted(ahead.items(), key=lambda entry: -entry[1].gained)[:MOST_TRIED])
    best = max(ahead.values(), key=lambda trail: trail.gained, default=start)
    met = (_items(web.flow, place, move) for place, move in enumerate(_moves(best)))
    return best, set().union(*met) - covered


def _moves(trail: _Trail) -> list[Move]:
    """The moves of a trail, from the first step on."""
    found: list[Move] = []
    at: _Trail | None = trail
    while at and at.move:
        found.append(at.move)
        at = at.before
    return found[::-1]


def _route(web: Web, trail: _Trail) -> Route:
    given = {web.flow.steps[place].id: move.sample for place, move in enumerate(_moves(trail)) if move.sample}
    answers = {step: sample.answer for step, sample in given.items()}
    ways = {step: sample.options for step, sample in given.items() if sample.options}
    first = trail
    while first.before:
        first = first.before
    person = web.people()[first.state]
    return Route(tuple(step.id for step in path(web.flow, answers, person)), answers, ways, person)
