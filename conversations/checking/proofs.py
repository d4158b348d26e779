"""What can be proved of a flow without running it: every step and option can be met, and every question answered.

A step far down is tried against all that the earlier steps it depends on could bring, by the same `met` that decides
in a conversation. Where that would be too much to try, nothing is said: a problem is told only when it is certain.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from conversations.checking.places import Path
from conversations.checking.problems import Findings, quote
from conversations.conditions import PERSON, All, Any_, Compare, Condition, Not, comparisons, met
from conversations.flow import Bound, Flow, Option, Step, offered
from conversations.questions import KINDS, TODAY, Misread, how_many, weigh
from conversations.reading import amounts
from conversations.reception import admits
from conversations.screens import AGE_BANDS
from conversations.session import Answer

TRIES_A_FLOW = 20_000
TRIES_A_CONDITION = 2_000
MOST_COMBINATIONS = 64

SURE_BANDS = ("16-17", "18", "unsaid")
"""The ages that no minimum age turns away."""

_LISTABLE = {f"{PERSON}age_band", f"{PERSON}language", f"{PERSON}place"}
"""Facts that hold one value, so that all they could be can be tried; others may hold several."""


class _TooManyError(Exception):
    """Nothing was proved within the tries allowed."""


def check(flow: Flow, findings: Findings) -> None:
    """Note the steps and options nobody can meet, and the questions that some could not answer."""
    budget = Budget()
    anyone, surely = _Crowd(flow, surely=False), _Crowd(flow, surely=True)
    closed = set[str]()  # sections nobody meets: what stands in them is told once
    for place, step in enumerate(flow.steps):
        path: Path = ("steps", step.place)
        here = (step.when,) if step.when else ()
        if step.other_of or step.section in closed:
            continue
        if here and can_be_met(anyone, place, All(here), budget) is False:
            findings.add((*path, "when"), f"{quote(step.id)} can never be asked", "change this `when`, or take the step out")
            closed.add(step.id)
            continue
        for position, option in enumerate(step.options):
            if option.when and can_be_met(anyone, place, All((*here, option.when)), budget) is False:
                what = f"{quote(option.id)} can never be offered"
                at = (*path, "options", position, "when")
                findings.add(at, what, "change this `when`, or take the option out")
        stuck = _unanswerable(step)
        if stuck and can_be_met(surely, place, All((*here, stuck)), budget):
            what = f"some people would find too few options under {quote(step.id)}"
            findings.add((*path, "options"), what, "keep one option without a `when`, or write optional = true")


def may_lack(flow: Flow, step: str, name: str, budget: Budget) -> bool:
    """Whether it is certain that some people are asked the step `step` without having answered the earlier `name`."""
    place = flow.positions[step]
    asked, lacking = flow.steps[place].when, Compare(name, "answered", ("false",))
    needed = flow.steps[flow.positions[name]]
    if needed.when is None and not needed.optional:
        return False
    return bool(can_be_met(_Crowd(flow, surely=True), place, All((asked, lacking) if asked else (lacking,)), budget))


def _unanswerable(step: Step) -> Condition | None:
    """When a question cannot be answered: fewer options are met than must be picked. None: it always can."""
    always = [option for option in step.options if option.when is None]
    needed = how_many(step, 1)[0] - len(always)
    if step.optional or not KINDS[step.kind].picks or needed <= 0 or any(option.alone for option in always):
        return None
    conditional = [option for option in step.options if option.when]
    enough: list[tuple[Option, ...]] = list(itertools.islice(itertools.combinations(conditional, needed), MOST_COMBINATIONS + 1))
    if len(enough) > MOST_COMBINATIONS:
        return None
    enough += [(option,) for option in conditional if option.alone]
    return Not(Any_(tuple(All(tuple(option.when for option in some if option.when)) for some in enough)))


def can_be_met(crowd: _Crowd, place: int, condition: Condition, budget: Budget) -> bool | None:
    """Whether the steps before `place` could bring `condition` about; None when that was too much to find out."""
    if budget.flow <= 0:
        return None
    steps, facts = _depended_on(crowd.flow, place, condition)
    if not facts.keys() <= _LISTABLE:
        return None
    budget.flow -= len(steps)  # a long chain of conditions takes its time before anything is tried
    budget.begin()
    named: dict[str, set[str]] = {}
    whens = [condition, *_conditions(steps)]
    for compare in itertools.chain.from_iterable(map(comparisons, whens)):
        named.setdefault(compare.subject, set()).update(compare.with_)
    try:
        return any(_Search(condition, steps, person, named, budget).found() for person in crowd.people(facts))
    except _TooManyError:
        return None


def _depended_on(flow: Flow, place: int, condition: Condition) -> tuple[list[Step], Mapping[str, set[str]]]:
    """The earlier steps that have a say in `condition`, in order, and the facts compared with what."""
    waiting, places, facts = [condition], set[int](), dict[str, set[str]]()
    while waiting:
        for compare in comparisons(waiting.pop()):
            if compare.subject.startswith(PERSON):
                facts.setdefault(compare.subject, set()).update(compare.with_)
                continue
            before = flow.positions[compare.subject]
            if before < place and before not in places:
                places.add(before)
                waiting += _conditions([flow.steps[before]])
    return [flow.steps[each] for each in sorted(places)], facts


def _conditions(steps: Sequence[Step]) -> list[Condition]:
    whens = [when for step in steps for when in (step.when, *(option.when for option in step.options))]
    return [when for when in whens if when]


_NOBODY_S_DAY = dt.date(2000, 6, 15)
"""The day on which proofs are made: any will do."""


def _around(value: str) -> list[str]:
    """A value a step is compared with, and its neighbours on both sides."""
    try:
        day = dt.date.fromisoformat(value)
        return [value, *((day + dt.timedelta(days=shift)).isoformat() for shift in (-1, 1))]
    except (ValueError, OverflowError):
        number = amounts.read(value)
    return [value] if number is None else [amounts.spell(number + shift) for shift in (0, -1, 1, Decimal("0.5"), Decimal("-0.5"))]


def _lasting(bound: Bound | None) -> Bound | None:
    """A bound that is the same whenever it is asked."""
    return None if bound == TODAY else bound


def _arranged(step: Step, named: Sequence[Option], size: int) -> Iterator[tuple[Option, ...]]:
    """Ways to pick so many of the named options: where order is the answer, each of them first once."""
    for some in itertools.combinations(named, size):
        turns = range(size) if KINDS[step.kind].ordered else range(min(size, 1))
        yield from ((some[turn], *some[:turn], *some[turn + 1 :]) for turn in turns)
        if not some:
            yield ()


@dataclass(frozen=True, slots=True)
class _Crowd:
    """Everyone the engagement may meet or, `surely`, those it meets wherever it runs."""

    flow: Flow
    surely: bool

    def people(self, facts: Mapping[str, set[str]]) -> Iterator[Mapping[str, str]]:
        """These people, as far as `facts` tell them apart."""
        names = sorted(facts)
        values = [self._values(name, facts[name]) for name in names]
        for each in itertools.product(*values):
            yield dict(zip((name.removeprefix(PERSON) for name in names), each, strict=True))

    def _values(self, fact: str, named: set[str]) -> list[str]:
        if fact == f"{PERSON}age_band":
            bands = SURE_BANDS if self.surely else ("", *AGE_BANDS)
            return [band for band in bands if admits(self.flow.audience, band)]
        if self.surely:
            return list(self.flow.languages) if fact == f"{PERSON}language" else [""]
        return ["", "another", *sorted(named)]


@dataclass(slots=True)
class Budget:
    """How much may still be tried."""

    flow: int = TRIES_A_FLOW
    condition: int = 0

    def begin(self) -> None:
        self.condition = min(self.flow, TRIES_A_CONDITION)

    def spend(self) -> None:
        if self.condition <= 0:
            raise _TooManyError
        self.condition -= 1
        self.flow -= 1


@dataclass(frozen=True, slots=True)
class _Ahead:
    """The steps from `place` on; a set for every place would be large."""

    order: Mapping[Any, int]
    place: int

    def __contains__(self, step: object) -> bool:
        return self.order.get(step, -1) >= self.place


@dataclass(frozen=True, slots=True)
class _Search:
    """All that `steps` could bring, tried in order until `condition` is met; `named` says which options matter."""

    condition: Condition
    steps: Sequence[Step]
    person: Mapping[str, str]
    named: Mapping[str, set[str]]
    budget: Budget
    order: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "order", {step.id: place for place, step in enumerate(self.steps)})

    def found(self, place: int = 0, answers: Mapping[str, Answer] | None = None) -> bool:
        """Whether some answers from `place` on meet the condition."""
        self.budget.spend()
        given = answers or {}
        verdict = met(self.condition, given, self.person, _Ahead(self.order, place))
        if verdict is not None:
            return verdict
        step = self.steps[place]
        if not met(step.when, given, self.person):
            return self.found(place + 1, given)
        return any(self.found(place + 1, {**given, step.id: answer}) for answer in self._answers(step, given))

    def _answers(self, step: Step, answers: Mapping[str, Answer]) -> Iterator[Answer]:
        """One of each sort of answer that makes a difference, the likeliest to matter first."""
        kind, options = KINDS[step.kind], offered(step, answers, self.person)
        if kind.many:
            yield from self._several(step, options)
        elif step.kind == "scale":
            yield from (Answer(chosen=(option.id,)) for option in options)
        elif kind.picks:
            named, others = self._apart(step, options)
            yield from (Answer(chosen=(option.id,)) for option in (*named, *others[:1]))
        else:
            yield from self._spoken(step)
        if step.optional:
            yield Answer(skipped=True)

    def _spoken(self, step: Step) -> Iterator[Answer]:
        """Typed answers on both sides of everything the answer is compared with, and one of no special kind."""
        words = ["words", "ZE1", "BT1", "KW17", _NOBODY_S_DAY.isoformat(), "1"]
        words += [str(bound) for bound in (step.at_least, step.at_most) if bound is not None]
        words += [near for value in sorted(self.named.get(step.id, ())) for near in _around(value)]
        lasting = replace(step, at_least=_lasting(step.at_least), at_most=_lasting(step.at_most))
        read = (KINDS[step.kind].read(lasting, (), each, _NOBODY_S_DAY) for each in words)
        yield from dict.fromkeys(one for one in read if not isinstance(one, Misread))

    def _several(self, step: Step, options: Sequence[Option]) -> Iterator[Answer]:
        named, others = self._apart(step, options)
        beside = [option for option in others if not option.alone][: how_many(step, len(options))[0]]
        fills = [tuple(beside[:size]) for size in range(len(beside) + 1)]
        fills += [(option,) for option in others if option.alone][:1]
        for size in range(len(named) + 1):
            for some in _arranged(step, named, size):
                for fill in fills:
                    self.budget.spend()
                    read = weigh(step, options, tuple(option.id for option in (*some, *fill)))
                    if not isinstance(read, Misread):
                        yield read
                        break

    def _apart(self, step: Step, options: Sequence[Option]) -> tuple[list[Option], list[Option]]:
        """The options some condition names, and the others, which are all alike."""
        names = self.named.get(step.id, set())
        return [o for o in options if o.id in names], [o for o in options if o.id not in names]
