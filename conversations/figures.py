"""What the answers to one question add up to: places of a ranking, the middle of numbers and days, and round bands of them.

Counts are of the values people chose: "4", "2027-02-26", or of a ranking an option with its place, "nearer.2".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal, InvalidOperation
from itertools import groupby, pairwise

from conversations.flow import Step
from conversations.questions import KINDS

Counts = Mapping[str, int]

MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905 - one line
)
_YEAR = 12
_MONTHS_WIDE = tuple(map(Decimal, (100 * _YEAR, 10 * _YEAR, _YEAR, 3, 1)))
_FEW, _MOST = 4, 10  # bands


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
    """Amounts from `low` to below `high`, None where it is open, and how many are in it. `label` is English."""

    low: Decimal | None
    high: Decimal | None
    label: str
    count: int

    @property
    def id(self) -> str:
        """Its ends: "20..40", "..20", "40.."."""
        return "..".join("" if end is None else format(end, "f") for end in (self.low, self.high))


@dataclass(frozen=True, slots=True)
class Parting:
    """Bands of one width, some of them joined: where they part, and how many each holds."""

    width: Decimal
    edges: tuple[Decimal, ...]
    counts: tuple[int, ...]

    @property
    def worth(self) -> int:
        """How many bands there are; when some between the ends are joined they count as few."""
        few = any(high - low > self.width for low, high in pairwise(self.edges))
        return min(len(self.counts), _FEW) if few else len(self.counts)

    def bands(self, step: Step) -> list[Band]:
        ends = pairwise((None, *self.edges, None))
        return [Band(low, high, self.name(step, low, high), count) for (low, high), count in zip(ends, self.counts, strict=True)]

    def name(self, step: Step, low: Decimal | None, high: Decimal | None) -> str:
        return (_days if step.kind == "date" else _numbers)(step, self.width, low, high)


def part(
    step: Step,
    amounts: Sequence[tuple[Decimal, int]],
    fewest: int,
    fits: Callable[[Sequence[int]], bool] = lambda _counts: True,
) -> Parting | None:
    """Bands with round ends that follow the answers: as many as can be made, and of those the widest.

    Each holds `fewest` people or more, and `fits` agrees to what all hold. None when there would not be two. What only a
    few said, such as the least and the most, parts no bands: it would be told by where they part.
    """
    best = None
    for width in _widths(step, amounts):
        parting = _join(amounts, width, fewest)
        if len(parting.counts) > _MOST:
            break
        if parting.edges and _suits(step, parting) and fits(parting.counts) and (best is None or parting.worth > best.worth):
            best = parting
    larger = fewest + (fewest + 1) // 2
    if best is None and 2 * larger <= sum(people for _, people in amounts):
        return part(step, amounts, larger, fits)
    return best


def _join(amounts: Iterable[tuple[Decimal, int]], width: Decimal, fewest: int) -> Parting:
    """Bands of this width, each joined with the next until it holds `fewest`."""
    edges: list[Decimal] = []
    counts: list[int] = []
    held = 0
    for place, group in groupby(amounts, lambda one: (one[0] / width).to_integral_value(ROUND_FLOOR)):
        held += sum(people for _, people in group)
        if held >= fewest:
            edges.append((place + 1) * width)
            counts.append(held)
            held = 0
    if counts:
        counts[-1] += held
    return Parting(width, tuple(edges[:-1]), tuple(counts))


def _widths(step: Step, amounts: Sequence[tuple[Decimal, int]]) -> Iterable[Decimal]:
    """From the widest: a round number, or so many months."""
    if step.kind == "date":
        return _MONTHS_WIDE
    highest = max((value.adjusted() for value, _ in amounts), default=0)
    lowest = 0 if step.whole else min((_exponent(value) for value, _ in amounts), default=0)
    return reversed(list(_round_widths(min(lowest, highest), highest + 1)))


def _round_widths(lowest: int, highest: int) -> Iterable[Decimal]:
    """1, 2 and 5 with so many noughts, from the least."""
    return (Decimal(times).scaleb(noughts) for noughts in range(lowest, highest + 1) for times in (1, 2, 5))


def _exponent(value: Decimal) -> int:
    return int(value.as_tuple().exponent)


def _suits(step: Step, parting: Parting) -> bool:
    """Days are told by months only when they lie within two years."""
    return step.kind != "date" or parting.width >= _YEAR or parting.edges[-1] - parting.edges[0] <= 2 * _YEAR


def _ends(step: Step, width: Decimal, low: Decimal | None, high: Decimal | None) -> tuple[Decimal | None, Decimal | None]:
    """The first and the last amount of a band; where it is open the bound of the step, when that is no further than usual."""
    measure = month if step.kind == "date" else amount
    least, most = (None if bound is None else measure(str(bound)) for bound in (step.at_least, step.at_most))
    if low is None and least is not None and high is not None and high - width <= least < high:
        low = least
    if high is not None:
        return low, high - 1 if step.whole else high
    return low, most if most is not None and low is not None and low <= most < low + width else None


def _numbers(step: Step, width: Decimal, low: Decimal | None, high: Decimal | None) -> str:
    first, last = _ends(step, width, low, high)
    if first is None:
        return f"under {_said(high)}"
    if last is None:
        return f"{_said(first)} or more"
    if first == last:
        return _said(first)
    return f"{_said(first)} to {'under ' if last == high else ''}{_said(last)}"


def _said(value: Decimal | None) -> str:
    return "" if value is None else f"{value:,f}"


def _days(step: Step, width: Decimal, low: Decimal | None, high: Decimal | None) -> str:
    first, last = _ends(step, width, low, high)
    name = _year if width >= _YEAR else _month
    if first is None:
        return f"before {name(high)}" if high is not None else ""
    if last is None:
        return f"{name(first)} or later"
    if name(first) == name(last):
        return name(first)
    begin = name(first).split()[0] if _year(first) == _year(last) else name(first)
    return f"{begin} to {name(last)}"


def _year(months: Decimal) -> str:
    return str(int(months) // _YEAR)


def _month(months: Decimal) -> str:
    return f"{MONTHS[int(months) % _YEAR]} {int(months) // _YEAR}"


MEASURES: dict[str, Callable[[str], Decimal | None]] = {"scale": amount, "number": amount, "date": month}
"""Kind -> how its answers are measured."""

BANDED = ("number", "date")
"""Kinds whose answers are shown in bands."""
