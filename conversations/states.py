"""A flow as states: what of all the answers so far still matters, as the truth of the comparisons some `when` will ask.

A state is a whole number with a bit for each comparison that holds. All who are in one state meet the same from there on.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from conversations import samples, screens
from conversations.conditions import PERSON, All, Any_, Compare, Condition, Not, comparisons, met
from conversations.flow import Flow, Option, Step
from conversations.reception import admits
from conversations.samples import Sample


@dataclass(frozen=True, slots=True)
class Move:
    """One way past a step: the state it leads to, whether the step is met, what is offered there and how it is answered."""

    onward: int
    met: bool
    offered: tuple[Option, ...] = ()
    sample: Sample | None = None


@dataclass
class Web:
    """The states of a flow. `known`: the bits not forgotten; `sure`: no verdict was missed for one that was."""

    flow: Flow
    today: dt.date
    bits: dict[Compare, int] = field(default_factory=dict)
    about: dict[str, list[Compare]] = field(default_factory=dict)
    live: list[int] = field(default_factory=list)  # at each place, the bits that some `when` from there on asks
    known: int = -1
    sure: bool = True

    def __post_init__(self) -> None:
        self._masks: dict[int, int] = {}
        self._verdicts: dict[tuple[int, int], bool | None] = {}
        self._drawn: dict[tuple[str, ...], list[tuple[int, Sample]]] = {}
        live = [0]
        for step in reversed(self.flow.steps):
            asked = [when for when in (step.when, *(option.when for option in step.options)) if when]
            live.append(live[-1] | self._mask(asked))
        self.live = live[::-1]

    def _mask(self, whens: Iterable[Condition]) -> int:
        mask = 0
        for compare in itertools.chain.from_iterable(map(comparisons, whens)):
            if compare not in self.bits:
                self.bits[compare] = 1 << len(self.bits)
                self.about.setdefault(compare.subject, []).append(compare)
            mask |= self.bits[compare]
        return mask

    def people(self) -> dict[int, Mapping[str, str]]:
        """The state each sort of person begins in, and one of them."""
        facts = sorted(subject for subject in self.about if subject.startswith(PERSON))
        found: dict[int, Mapping[str, str]] = {}
        for values in itertools.product(*(self._values(fact) for fact in facts)):
            person = {fact.removeprefix(PERSON): value for fact, value in zip(facts, values, strict=True)}
            compares = itertools.chain.from_iterable(self.about[fact] for fact in facts)
            state = sum(self.bits[compare] for compare in compares if met(compare, {}, person))
            found.setdefault(state, person)
        return found

    def _values(self, fact: str) -> list[str]:
        named = sorted({value for compare in self.about[fact] for value in compare.with_})
        if fact == f"{PERSON}age_band":
            return [band for band in reversed(screens.AGE_BANDS) if admits(self.flow.audience, band)]
        return list(self.flow.languages) if fact == f"{PERSON}language" else ["", *named]

    def verdict(self, when: Condition | None, state: int) -> bool | None:
        """Whether a condition holds in a state; None when that was forgotten."""
        if when is None:
            return True
        mask = self._masks.setdefault(id(when), self._mask([when]))
        key = (id(when), state & mask)
        if key not in self._verdicts:
            self._verdicts[key] = self._holds(when, state)
        return self._verdicts[key]

    def _holds(self, when: Condition, state: int) -> bool | None:
        match when:
            case Compare():
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
        step, live = self.flow.steps[place], self.live[place + 1] & self.known
        verdict = self.verdict(step.when, state)
        self.sure = self.sure and verdict is not None
        if verdict is not True:
            unanswered = sum(self.bits[compare] for compare in self.about.get(step.id, ()) if met(compare, {}))
            yield Move((state | unanswered) & live, met=False)
        if verdict is False:
            return
        if not step.asks:
            yield Move(state & live, met=True)
            return
        for offered in self._offers(step, state):
            for bits, sample in self._draw(step, offered):
                yield Move((state | bits) & live, True, offered, sample)

    def _offers(self, step: Step, state: int) -> Iterator[tuple[Option, ...]]:
        """The options offered; with and without those that depend on something forgotten."""
        verdicts = [self.verdict(option.when, state) for option in step.options]
        pairs = list(zip(step.options, verdicts, strict=True))
        yield tuple(option for option, verdict in pairs if verdict is not False)
        if None in verdicts:
            self.sure = False
            yield tuple(option for option, verdict in pairs if verdict)

    def _draw(self, step: Step, offered: tuple[Option, ...]) -> list[tuple[int, Sample]]:
        """Samples of the answers, each with the bits it sets."""
        key = (step.id, *(option.id for option in offered))
        if key not in self._drawn:
            compares = self.about.get(step.id, [])
            self._drawn[key] = [
                (sum(self.bits[each] for each in compares if met(each, {step.id: sample.answer})), sample)
                for sample in samples.draw(step, offered, compares, self.today)
            ]
        return self._drawn[key]

    def forget(self, place: int) -> None:
        """Leave out of account, from `place` on, the comparison that the fewest conditions ask."""
        live = self.live[place] & self.known
        asked = [when for step in self.flow.steps[place:] for when in (step.when, *(o.when for o in step.options)) if when]
        uses = {bit: sum(bool(self._mask([when]) & bit) for when in asked) for bit in self.bits.values() if bit & live}
        self.known &= ~min(uses, key=lambda bit: (uses[bit], -bit))
        self._verdicts.clear()
