"""A flow as states: what of all the answers so far still matters, as the truth of the comparisons some `when` will ask.

A state is a whole number with a bit for each comparison that holds. All who are in one state meet the same from there on.
"""

from __future__ import annotations

import bisect
import datetime as dt
import functools
import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from conversations import samples, screens
from conversations.conditions import PERSON, All, Any_, Compare, Condition, Not, comparisons, met
from conversations.flow import Flow, Option, Step
from conversations.reception import admits
from conversations.samples import Sample
from conversations.session import Answer

MOST_PEOPLE = 200
"""Sorts of people told apart; with more, the fact that makes the most of them is forgotten."""


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """One way past a step, the same object each time: whether it is met, what is offered there and how it is answered."""

    met: bool
    offered: tuple[Option, ...] = ()
    sample: Sample | None = None


_UNMET, _PASSED = Way(met=False), Way(met=True)

Move = tuple[int, Way]
"""The state that a way leads to, and the way."""


@dataclass
class Web:
    """The states of a flow. `known`: the bits not forgotten; `sure`: no verdict was missed for one that was.

    `work`: moves looked at and comparisons tried so far, so that those who walk here can stop in time.
    """

    flow: Flow
    today: dt.date
    bits: dict[Compare, int] = field(default_factory=dict)
    about: dict[str, list[Compare]] = field(default_factory=dict)
    live: list[int] = field(default_factory=list)  # at each place, the bits that some `when` from there on asks
    known: int = -1
    sure: bool = True
    work: int = 0

    def __post_init__(self) -> None:
        self._ways: dict[tuple[int, int], list[tuple[int, Way]]] = {}
        self._drawn: dict[tuple[str, ...], list[tuple[int, Way]]] = {}
        self._uses: dict[int, list[int]] = {}  # bit -> the places where a condition asks it, in order
        self._asked: list[int] = [self._ask(place, step) for place, step in enumerate(self.flow.steps)]
        self._unanswered = {step: self._told(step, {}) for step in self.about}
        self.live = [*itertools.accumulate(reversed(self._asked), int.__or__, initial=0)][::-1]

    def _ask(self, place: int, step: Step) -> int:
        """The bits of what is asked at a step, each given its number where it comes up first."""
        asked = 0
        for when in (each for each in (step.when, *(option.when for option in step.options)) if each):
            for compare in dict.fromkeys(comparisons(when)):
                if compare not in self.bits:
                    self.bits[compare] = 1 << len(self.bits)
                    self.about.setdefault(compare.subject, []).append(compare)
                self._uses.setdefault(self.bits[compare], []).append(place)
                asked |= self.bits[compare]
        return asked

    def _told(self, subject: str, answers: Mapping[str, Answer], person: Mapping[str, str] = {}) -> int:
        """The bits of all comparisons with a step or fact that hold."""
        compares = self.about.get(subject, ())
        self.work += len(compares)
        return sum(self.bits[compare] for compare in compares if met(compare, answers, person))

    def people(self) -> dict[int, Mapping[str, str]]:
        """The state each sort of person begins in, and one of them."""
        facts = [subject for subject in sorted(self.about) if subject.startswith(PERSON)]
        sorts = {fact.removeprefix(PERSON): self._sorts(fact) for fact in facts}
        while math.prod(map(len, sorts.values())) > MOST_PEOPLE:
            most = max(sorts, key=lambda name: len(sorts[name]))
            self.known &= ~sum(self.bits[compare] for compare in self.about[PERSON + most])
            sorts[most] = dict([*sorts[most].items()][:1])
        found: dict[int, Mapping[str, str]] = {}
        for some in itertools.product(*(sort.items() for sort in sorts.values())):
            person = {name: value for name, (_, value) in zip(sorts, some, strict=True)}
            found.setdefault(sum(bits for bits, _ in some) & self.known, person)
        return found

    def _sorts(self, fact: str) -> dict[int, str]:
        """The bits that a fact sets, and one value with which it does."""
        found: dict[int, str] = {}
        for value in self._values(fact):
            found.setdefault(self._told(fact, {}, {fact.removeprefix(PERSON): value}), value)
        return found

    def _values(self, fact: str) -> list[str]:
        named = sorted({value for compare in self.about[fact] for value in compare.with_})
        if fact == f"{PERSON}age_band":
            return [band for band in reversed(screens.AGE_BANDS) if admits(self.flow.audience, band)]
        return list(self.flow.languages) if fact == f"{PERSON}language" else ["", *named]

    def _holds(self, when: Condition | None, state: int) -> bool | None:
        """Whether a condition holds in a state; None when that was forgotten."""
        match when:
            case None:
                return True
            case Compare():
                self.work += 1
                bit = self.bits[when]
                return bool(state & bit) if self.known & bit else None
            case Not(part):
                inner = self._holds(part, state)
                return None if inner is None else not inner
            case All(parts):
                found = [self._holds(part, state) for part in parts]
                return False if False in found else None if None in found else True
            case Any_(parts):
                found = [self._holds(part, state) for part in parts]
                return True if True in found else None if None in found else False

    def moves(self, place: int, state: int) -> Iterator[Move]:
        """Every way past the step at `place`, one for each sort of answer."""
        key = (place, state & self._asked[place])
        if key not in self._ways:
            self._ways[key] = list(self._past(self.flow.steps[place], state))
        ways, live = self._ways[key], self.live[place + 1] & self.known
        self.work += len(ways)
        return (((state | bits) & live, way) for bits, way in ways)

    def _past(self, step: Step, state: int) -> Iterator[tuple[int, Way]]:
        """The ways past a step, each with the bits it sets."""
        verdict = self._holds(step.when, state)
        self.sure = self.sure and verdict is not None
        if verdict is not True:
            yield self._unanswered.get(step.id, 0), _UNMET
        if verdict is False:
            return
        if not step.asks:
            yield 0, _PASSED
            return
        for offered in self._offers(step, state):
            yield from self._draw(step, offered)

    def _offers(self, step: Step, state: int) -> Iterator[tuple[Option, ...]]:
        """The options offered; with and without those that depend on something forgotten."""
        verdicts = [self._holds(option.when, state) for option in step.options]
        pairs = list(zip(step.options, verdicts, strict=True))
        yield tuple(option for option, verdict in pairs if verdict is not False)
        if None in verdicts:
            self.sure = False
            yield tuple(option for option, verdict in pairs if verdict)

    def _draw(self, step: Step, offered: tuple[Option, ...]) -> list[tuple[int, Way]]:
        """Samples of the answers, each with the bits it sets."""
        key = (step.id, *(option.id for option in offered))
        if key not in self._drawn:
            drawn = samples.draw(step, offered, self.about.get(step.id, ()), self.today)
            self._drawn[key] = [(self._told(step.id, {step.id: sample.answer}), Way(True, offered, sample)) for sample in drawn]
        return self._drawn[key]

    def behind(self, place: int) -> int:
        """The bits that have a say in what is asked at a step, by way of the steps it depends on, too."""
        bits, seen = self._asked[place], 0
        while bits != seen:
            fresh, seen = bits & ~seen, bits
            for compare in (each for each, bit in self.bits.items() if bit & fresh):
                bits |= self._asked[self.flow.positions[compare.subject]] if compare.subject in self.flow.positions else 0
        return bits

    def forget(self, place: int, states: Iterable[int], most: int) -> None:
        """Leave out of account, from `place` on, what the fewest conditions ask, until at most so many states differ."""
        some = list(states)
        differing = functools.reduce(int.__or__, some, 0) & ~functools.reduce(int.__and__, some, -1)
        bits = [bit for bit in self.bits.values() if bit & differing]
        bits.sort(key=lambda bit: (len(self._uses[bit]) - bisect.bisect_left(self._uses[bit], place), -bit))
        kept = [*itertools.accumulate(bits, lambda known, bit: known & ~bit, initial=self.known)]
        self.known = kept[bisect.bisect_left(kept, True, key=lambda known: len({state & known for state in some}) <= most)]
        self._ways.clear()
