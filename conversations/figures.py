"""What the answers to one question add up to: places of a ranking, the middle of numbers and days, and round bands of them.

Counts are of the values people chose: "4", "2027-02-26", or of a ranking an option with its place, "nearer.2".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal, InvalidOperation
from itertools import pairwise

from conversations.flow import Step
from conversations.questions import KINDS

Counts = Mapping[str, int]

MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905 - one line
)
_YEAR = 12
_FEW_MONTHS, _FEW_YEARS = 8, 8 * _YEAR
_BANDS, _INNER = 7, 3  # at most so many between two bounds, and about so many around the middle half of the answers


def tally(kind: str, chosen: Sequence[str]) -> list[str]:
    """Under what one answer is counted."""
    return [f"{option}.{place}" for place, option in enumerate(chosen, 1)] if KINDS[kind].ordered else list(chosen)


# --- Rankings


def first_places(counts: Counts, options: Iterable[str]) -> dict[str, int]:
    """Option -> how many put it first."""
    return {option: counts.get(f"{option}.1", 0) for option in options}


def average_places(counts: Counts, options: Sequence[str], answered: int) -> dict[str, Decimal]:
    """Option -> its place on average; whoever left it out is taken to have put it last. Empty when nobody answered."""
    found = {}
    for option in options if answered else ():
        given = {place: counts.get(f"{option}.{place}", 0) for place in range(1, len(options) + 1)}
        left_out = answered - sum(given.values())
        total = sum(place * people for place, people in given.items()) + left_out * len(options)
        found[option] = Decimal(total) / answered
    return found


def ranked(counts: Counts) -> list[str]:
    """The options that anyone gave a place."""
    return sorted({key.rpartition(".")[0] for key in counts} - {""})


# --- The middle


def amount(value: str) -> Decimal | None:
    """A number as it was kept; None for what is none."""
    try:
        return Decimal(value)
    except InvalidOperation:
        return None


def month(value: str) -> Decimal | None:
    """The month of a day, counted from the year 0; None for what is no day."""
    try:
        day = dt.date.fromisoformat(value)
    except ValueError:
        return None
    return Decimal(day.year * _YEAR + day.month - 1)


def spread(counts: Counts, measure: Callable[[str], Decimal | None]) -> list[tuple[Decimal, int]]:
    """Amounts in order, each with how many said it; what cannot be measured is left out."""
    measured = ((measure(value), people) for value, people in counts.items() if people)
    return sorted((value, people) for value, people in measured if value is not None)


def mean(amounts: Sequence[tuple[Decimal, int]]) -> Decimal:
    return sum((value * people for value, people in amounts), Decimal()) / sum(people for _, people in amounts)


def median(amounts: Sequence[tuple[Decimal, int]]) -> Decimal:
    people = sum(number for _, number in amounts)
    return (_at(amounts, (people - 1) // 2) + _at(amounts, people // 2)) / 2


def _at(amounts: Sequence[tuple[Decimal, int]], place: int) -> Decimal:
    """The amount at a place, from 0, when everybody stands in order."""
    for value, people in amounts:
        place -= people
        if place < 0:
            return value
    return amounts[-1][0]


# --- Bands


@dataclass(frozen=True, slots=True)
class Band:
    """Amounts from `low` to below `high`; None where it is open. `label` is English."""

    low: Decimal | None
    high: Decimal | None
    label: str

    @property
    def id(self) -> str:
        """Its ends: "20..40", "..20", "40.."."""
        return "..".join("" if end is None else format(end, "f") for end in (self.low, self.high))


@dataclass(frozen=True, slots=True)
class Scheme:
    """How the answers to a step are put in bands: where they part, and how wide they are."""

    step: Step
    edges: tuple[Decimal, ...]
    width: Decimal

    def bands(self) -> list[Band]:
        """From the least to the most; the ends are open unless the step has a bound there."""
        return [self.band(low, high) for low, high in pairwise((None, *self.edges, None))]

    def band(self, low: Decimal | None, high: Decimal | None) -> Band:
        return Band(low, high, (_days if self.step.kind == "date" else _numbers)(self, low, high))

    def count(self, amounts: Iterable[tuple[Decimal, int]]) -> list[int]:
        """How many are in each band."""
        found = [0] * (len(self.edges) + 1)
        for value, people in amounts:
            found[sum(value >= edge for edge in self.edges)] += people
        return found

    def about(self, value: Decimal) -> Decimal:
        """`value` as it may be told: to the nearest half of a band, or the nearest band when half of one is no whole number."""
        half = self.width / 2
        if self.step.whole and half % 1:
            half = self.width
        return round(value / half) * half


def scheme(step: Step, amounts: Sequence[tuple[Decimal, int]]) -> Scheme:
    """Round bands between the bounds of the step, or around the middle half of the answers where it has not got both.

    The ends of what people said part no bands: they would tell of the least and the most.
    """
    least, most = _bounds(step)
    if least is not None and most is not None:
        width = _width(step, most - least, _BANDS)
        return Scheme(step, _edges(_floor(least, width) + width, most, width), width)
    if not amounts:
        return Scheme(step, (), Decimal(1))
    people = sum(number for _, number in amounts)
    low, high = _at(amounts, people // 4), _at(amounts, people - 1 - people // 4)
    width = _width(step, high - low, _INNER)
    edges = _edges(_floor(low, width), high + width, width)
    return Scheme(
        step, tuple(edge for edge in edges if (least is None or edge > least) and (most is None or edge <= most)), width
    )


def _bounds(step: Step) -> tuple[Decimal | None, Decimal | None]:
    measure = month if step.kind == "date" else amount
    least, most = (None if bound is None else measure(str(bound)) for bound in (step.at_least, step.at_most))
    return least, most


def _floor(value: Decimal, width: Decimal) -> Decimal:
    return (value / width).to_integral_value(ROUND_FLOOR) * width


def _edges(first: Decimal, last: Decimal, width: Decimal) -> tuple[Decimal, ...]:
    return tuple(first + width * number for number in range(int((last - first) // width) + 1)) if last >= first else ()


def _width(step: Step, span: Decimal, parts: int) -> Decimal:
    """A round width: 1, 2 or 5 with noughts; of days a month, a year, ten or a hundred."""
    if step.kind == "date":
        years = 1 if span <= _FEW_YEARS else 10 if span <= _FEW_YEARS * 10 else 100
        return Decimal(1 if span <= _FEW_MONTHS else years * _YEAR)
    least = span / parts
    if least <= 0 or (step.whole and least <= 1):
        return Decimal(1)
    unit = Decimal(1).scaleb(least.adjusted())
    return next(unit * times for times in (1, 2, 5, 10) if unit * times >= least)


def _numbers(scheme: Scheme, low: Decimal | None, high: Decimal | None) -> str:
    least, most = _bounds(scheme.step)
    bottom = least if low is None else low
    if high is None:
        return _range(bottom, most) if most is not None else f"{_said(low)} or more" if low is not None else "Any number"
    if bottom is None:
        return f"under {_said(high)}"
    if scheme.step.whole:
        return _range(bottom, high - 1)
    return f"{_said(bottom)} to under {_said(high)}"


def _range(low: Decimal | None, high: Decimal) -> str:
    if low is None:
        return f"up to {_said(high)}"
    return _said(low) if low == high else f"{_said(low)} to {_said(high)}"


def _said(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():,f}"


def _days(scheme: Scheme, low: Decimal | None, high: Decimal | None) -> str:
    least, most = _bounds(scheme.step)
    name = _year if scheme.width >= _YEAR else _month
    first = least if low is None else low
    last = most if high is None else high - 1
    if first is None:
        return "Any day" if high is None else f"before {name(high)}"
    if last is None:
        return f"{name(first)} or later"
    return name(first) if name(first) == name(last) else f"{name(first)} to {name(last)}"


def _year(months: Decimal) -> str:
    return str(int(months) // _YEAR)


def _month(months: Decimal) -> str:
    return f"{MONTHS[int(months) % _YEAR]} {int(months) // _YEAR}"


MEASURES: dict[str, Callable[[str], Decimal | None]] = {"scale": amount, "number": amount, "date": month}
"""Kind -> how its answers are measured."""

BANDED = ("number", "date")
"""Kinds whose answers are shown in bands."""
