"""The answers to a question that make a difference to what follows, each standing for all that are like it."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal

from conversations import questions
from conversations.conditions import Compare, met
from conversations.flow import Option, Step
from conversations.questions import KINDS
from conversations.reading import amounts
from conversations.session import Answer

MOST_GROUPS = 6
"""Of options that conditions tell apart: with more, only selections of one or two of them and of all are tried."""

WRITING, FILLING_IN = 20, 5
"""Seconds to write freely, and to type a number, a day or a place."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One answer; `options` are all that some answer like it picks, `taps` the fewest and most it takes."""

    answer: Answer
    options: tuple[str, ...] = ()
    taps: tuple[int, int] = (1, 1)
    seconds: int = 0  # of typing


def draw(step: Step, offered: Sequence[Option], compares: Sequence[Compare], today: dt.date) -> list[Sample]:
    """One sample of each sort of answer that `compares`, all of them about this step, can tell apart."""
    kind = KINDS[step.kind]
    found: Iterator[Sample]
    if kind.ordered:
        found = _orders(step, offered)
    elif kind.many:
        found = _several(step, offered, compares)
    elif step.kind in _TYPED:
        found = _typed(step, compares, today)
    elif kind.picks:
        found = (Sample(Answer(chosen=(option.id,)), (option.id,)) for option in offered)
    else:
        found = iter((Sample(Answer(text="Something in their own words"), seconds=WRITING),))
    skipped = (Sample(Answer(skipped=True)),) if step.optional else ()
    return _sorted_out(step, compares, (*found, *skipped))


def _sorted_out(step: Step, compares: Sequence[Compare], samples: Sequence[Sample]) -> list[Sample]:
    """The first of each sort, with the options and taps of all of it; typing and skipping stay apart."""
    sorts: dict[tuple[object, ...], Sample] = {}
    for sample in samples:
        truths = tuple(met(compare, {step.id: sample.answer}) for compare in compares)
        sort = (truths, sample.answer.skipped)
        known = sorts.setdefault(sort, sample)
        if known is not sample:
            options = tuple(dict.fromkeys(known.options + sample.options))
            taps = (min(known.taps[0], sample.taps[0]), max(known.taps[1], sample.taps[1]))
            sorts[sort] = replace(known, options=options, taps=taps)
    return list(sorts.values())


def _several(step: Step, offered: Sequence[Option], compares: Sequence[Compare]) -> Iterator[Sample]:
    """Ticks and Done: for each selection of the groups that conditions tell apart, as few as will do."""
    groups: dict[tuple[object, ...], list[str]] = {}
    for option in offered:
        if not option.alone:
            groups.setdefault(_told_by(option, compares), []).append(option.id)
    others = groups.pop((), [])
    order = [option.id for option in offered]
    least_of_all, most_of_all = questions.how_many(step, len(order))
    for some in _selections(list(groups.values())):
        pool = [*itertools.chain.from_iterable(some), *others]
        least, most = max(len(some), least_of_all), min(len(pool), most_of_all)
        if least <= most and most:
            firsts = [group[0] for group in some]
            picked = [*firsts, *(each for each in pool if each not in firsts)][:least]
            chosen = tuple(sorted(picked, key=order.index))
            yield Sample(Answer(chosen=chosen), tuple(sorted(pool, key=order.index)), (least + 1, most + 1))
    yield from (Sample(Answer(chosen=(each.id,)), (each.id,), (2, 2)) for each in offered if each.alone)


def _told_by(option: Option, compares: Sequence[Compare]) -> tuple[object, ...]:
    """What tells an option from others: the comparisons that name it. Empty when none does."""
    naming = [place for place, compare in enumerate(compares) if option.id in compare.with_]
    together = any(compares[place].how == "includes_all" for place in naming)
    return (*naming, option.id) if together else tuple(naming)


def _selections(groups: list[list[str]]) -> Iterator[tuple[list[str], ...]]:
    sizes = range(len(groups) + 1) if len(groups) <= MOST_GROUPS else (0, 1, 2, len(groups))
    for size in sizes:
        yield from itertools.combinations(groups, size)


def _orders(step: Step, offered: Sequence[Option]) -> Iterator[Sample]:
    """Each option first, and as many behind it as must be or may be, then Done."""
    ids = [option.id for option in offered]
    least, most = questions.how_many(step, len(ids))
    for size in dict.fromkeys((least, most)) if least <= most else ():
        for first in ids:
            rest = [each for each in ids if each != first]
            yield Sample(Answer(chosen=(first, *rest[: size - 1])), tuple(ids), (size + 1, size + 1))


def _typed(step: Step, compares: Sequence[Compare], today: dt.date) -> Iterator[Sample]:
    for value in dict.fromkeys(_TYPED[step.kind](step, compares, today)):
        yield Sample(Answer(chosen=(value,)), seconds=FILLING_IN)


def _numbers(step: Step, compares: Sequence[Compare], today: dt.date) -> Iterator[str]:  # noqa: ARG001
    """A number in the middle, and those at and beside each bound that something is compared with."""
    grain = Decimal(1) if step.whole else Decimal("0.1")
    least, most = _amount(step.at_least), _amount(step.at_most)
    near = [_amount(bound) for compare in compares if compare.how != "answered" for bound in compare.with_]
    plain = least if least is not None else most if most is not None else Decimal(1)
    for value in (plain, most, *(each + side * grain for each in near if each is not None for side in (0, -1, 1))):
        told = value if value is None or not step.whole else value.to_integral_value(ROUND_FLOOR)
        if told is not None and (least is None or told >= least) and (most is None or told <= most):
            yield amounts.spell(told)


def _amount(bound: object) -> Decimal | None:
    return None if bound is None else Decimal(str(bound))


def _days(step: Step, compares: Sequence[Compare], today: dt.date) -> Iterator[str]:
    least, most = questions.day_bound(step.at_least, today), questions.day_bound(step.at_most, today)
    near = [dt.date.fromisoformat(bound) for compare in compares if compare.how != "answered" for bound in compare.with_]
    plain = [bound for bound in (least, most, today) if bound]
    for value in (*plain, *(day + dt.timedelta(side) for day in near for side in (0, -1, 1))):
        if (not least or value >= least) and (not most or value <= most):
            yield value.isoformat()


def _places(step: Step, compares: Sequence[Compare], today: dt.date) -> Iterator[str]:  # noqa: ARG001
    yield "ME14"
    yield from (place for compare in compares if compare.how != "answered" for place in compare.with_)


_TYPED: dict[str, Callable[[Step, Sequence[Compare], dt.date], Iterator[str]]] = {
    "number": _numbers,
    "date": _days,
    "place": _places,
}
"""Kinds with neither options nor free words -> canonical answers worth trying."""
