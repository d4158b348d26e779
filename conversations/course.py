"""The course of a flow: where on it somebody stands after their answers.

Questions without a condition are the same for everybody, so they are counted once an edition. A turn looks for the first
of them without an answer, and tries the conditions before it; of those behind it, only the ones whose outcome may be known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, filterfalse
from typing import TYPE_CHECKING

from conversations.conditions import PERSON, Condition, Test, comparisons
from conversations.questions import KINDS, how_many
from conversations.session import Answer
from conversations.values import swift

if TYPE_CHECKING:
    from conversations.flow import Step

Answers = Mapping[str, Answer]
Person = Mapping[str, str]


@swift
@dataclass(frozen=True, slots=True)
class Walk:
    """How far the answers `given` lead: `place` is that of the present question, or the end.

    `turns` counts the steps with a condition answered before it, `detours` the questions among them: not options put into
    words. `last` is the place of the last step answered, or -1.
    """

    given: Answers
    place: int = 0
    turns: int = 0
    detours: int = 0
    last: int = -1


@dataclass(frozen=True, slots=True)
class _Tail:
    """What a question has ahead whatever was answered: `number`, were there no detours; `more` questions; none of them in doubt.

    `tried` are those whose condition says more, in order: id, condition, whether others hang on it. `ahead` are the ids,
    from the question itself on, that conditions hang on.
    """

    number: int
    more: int
    certain: bool
    tried: tuple[tuple[str, Test, bool], ...]
    ahead: frozenset[str]


class Course:
    """The steps as they are walked, each under conditions on earlier ones only; `positions` is id -> place."""

    def __init__(self, steps: Sequence[Step], positions: Mapping[str, int]) -> None:
        """Count what is the same for everybody."""
        self._steps, self._positions = steps, positions
        asked = [step for step in steps if step.asks]
        self._always = tuple(step.id for step in asked if step.when is None)
        self._places = (-1, *(positions[step] for step in self._always))
        self._passed = tuple(accumulate((step.asks and step.when is None for step in steps), initial=0))
        self._sometimes = tuple(
            (positions[step.id], step.id, step.when.holds, not step.other_of) for step in asked if step.when is not None
        )
        self._tried = tuple(accumulate((step.asks and step.when is not None for step in steps), initial=0))
        self._watched = [step for step in asked if step.when is not None or step.varies]
        self._named = {compare.subject for step in steps for when in _conditions(step) for compare in comparisons(when)}
        self.personal = any(subject.startswith(PERSON) for subject in self._named)
        self._tails: dict[int, _Tail] = {}

    def walk(self, given: Answers, person: Person, since: Walk | None = None) -> Walk:
        """How far answers lead, of which `kept` would drop none; `since` is a walk with the same ones before its place."""
        start, turns, detours, last = (since.place, since.turns, since.detours, since.last) if since else (0, 0, 0, -1)
        missing = next(filterfalse(given.__contains__, self._always[self._passed[start] :]), None)
        place = len(self._steps) if missing is None else self._positions[missing]
        for at, step, holds, counts in self._sometimes[self._tried[start] :]:
            if at > place:
                break
            if step in given:
                turns += 1
                detours += counts
                last = at
            elif holds(given, person, ()):
                place = at
                break
        return Walk(given, place, turns, detours, max(last, self._places[self._passed[place]]))

    def answer(self, walk: Walk, step: Step, answer: Answer, person: Person) -> Walk:
        """The walk with one answer more, or another one, less those that fall away for it."""
        answers = {**walk.given, step.id: answer}
        if self._positions[step.id] != walk.place or self._beyond(walk) or self.personal:
            return self.walk(self.kept(answers, person), person)
        return self.walk(answers, person, walk)

    def kept(self, answers: Answers, person: Person, *, offered: bool = True) -> Answers:
        """`answers` less those whose step is no longer met, or what was picked no longer `offered`.

        Those after a question that has newly come up stay: nobody is asked twice what still stands.
        """
        given = answers
        for step in self._watched:
            answer = given.get(step.id)
            if answer is None:
                continue
            whens = _picked(step, answer) if offered else ()
            met = all(when.holds(given, person, ()) for when in (step.when, *whens) if when)
            if not met or (offered and step.varies and _falls_short(step, answer, given, person)):
                given = {other: answer for other, answer in given.items() if other != step.id}
        return given

    def progress(self, walk: Walk, person: Person) -> tuple[int, int, bool]:
        """(number of the present question, of how many at most, whether that is certain).

        Putting an option into words counts as part of its question.
        """
        tail = self._tail(walk.place)
        given, ahead = walk.given, tail.ahead
        if self._beyond(walk):  # they may yet fall away
            given = {step: answer for step, answer in given.items() if self._positions[step] < walk.place}
        possible, certain = tail.more, tail.certain
        for step, holds, decides in tail.tried:
            chance = holds(given, person, ahead)
            if chance is not False:
                possible += 1
                certain = certain and chance is True
            elif decides:
                ahead -= {step}
        number = tail.number + walk.detours
        return number, number + possible, certain

    def _beyond(self, walk: Walk) -> bool:
        """Whether there are answers behind the present question."""
        return len(walk.given) > self._passed[walk.place] + walk.turns

    def _tail(self, place: int) -> _Tail:
        if place not in self._tails:
            self._tails[place] = self._look_ahead(place)
        return self._tails[place]

    def _look_ahead(self, place: int) -> _Tail:
        here, behind = self._steps[place : place + 1], self._steps[place + 1 :]
        ahead = frozenset(step.id for step in (*here, *behind) if step.id in self._named)
        unknown, more, certain = set(ahead), 0, True
        tried: list[tuple[str, Test, bool]] = []
        for step in behind:
            if not step.asks or step.other_of:
                continue
            subjects = {compare.subject for compare in comparisons(step.when)} if step.when else set[str]()
            if step.when and not (subjects and subjects <= unknown):
                tried.append((step.id, step.when.holds, step.id in self._named))
                unknown.discard(step.id)
            else:
                more += 1
                certain = certain and not step.when
        counts = any(step.asks and not step.other_of for step in here)
        return _Tail(self._passed[place] + counts, more, certain, tuple(tried), ahead)


def _conditions(step: Step) -> Iterator[Condition]:
    whens = (step.when, *(option.when for option in step.options))
    return (when for when in whens if when)


def _picked(step: Step, answer: Answer) -> Iterator[Condition | None]:
    """The conditions of the options that were picked."""
    return (option.when for option in step.options if option.id in answer.chosen)


def _falls_short(step: Step, answer: Answer, given: Answers, person: Person) -> bool:
    """Whether more is offered now than when several were picked, and so more must be picked."""
    if answer.skipped or not KINDS[step.kind].many:
        return False
    offers = [option for option in step.options if option.when is None or option.when.holds(given, person, ())]
    alone = any(option.alone for option in offers if option.id in answer.chosen)
    return len(answer.chosen) < how_many(step, len(offers))[0] and not alone
