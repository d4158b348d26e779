"""The small-numbers rule: what of a count may leave the team. Pure arithmetic, section by section of the rule.

Fewer than 10 people: nothing. A cell of 1-7 is starred, 8 and more is rounded to the nearest 5, 0 is shown. When just
one cell of a row is starred and the total is shown, the next smallest is starred too. A cell that holds all or none of
a small group is withheld. Percentages come from rounded figures, and only for 40 people and more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FEWEST = 10
"""Respondents before anything is shown."""
STEP = 8
"""How many more respondents before figures are renewed: fewer would show what those few said."""

_STARRED_TO = 7
_NEAREST = 5
_SMALL_GROUP = 20
_PERCENT_FROM = 40

STAR = "*"
NOTE = (
    f"Figures are rounded to the nearest {_NEAREST}, so they may not add up. A star (*) hides a number: it is small, or it "
    "would give a small number away. This is so that nobody can be recognised."
)
"""What everyone who sees figures is told about them."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure as it may be shown: `shown` is "0", a rounded number or a star; `percent` is None when not shown."""

    shown: str
    rounded: int | None = None
    percent: int | None = None


def row(counts: Mapping[str, int], total: int, *, exclusive: bool) -> dict[str, Cell] | None:
    """The cells of one question answered by `total` people; None when the whole row is withheld.

    `exclusive` says that each person is in one cell only, so that cells add up to the total.
    """
    if total < FEWEST or _gives_away(counts, total):
        return None
    fewest = 0 if total < _SMALL_GROUP else 1  # that nobody of a small group said something tells about each of them
    starred = {option for option, count in counts.items() if fewest <= count <= _STARRED_TO}
    if exclusive and len(starred) == 1:
        others = [(count, option) for option, count in counts.items() if option not in starred and count > 0]
        starred |= {min(others)[1]} if others else set()
    base = nearest(total)
    return {option: _cell(count, base, starred=option in starred) for option, count in counts.items()}


def _gives_away(counts: Mapping[str, int], total: int) -> bool:
    """All of a small group said the same: showing that tells what each of them said."""
    return total < _SMALL_GROUP and any(count == total for count in counts.values())


def _cell(count: int, base: int, *, starred: bool) -> Cell:
    if starred:
        return Cell(STAR)
    rounded = nearest(count)
    percent = round(100 * rounded / base) if base >= _PERCENT_FROM else None
    return Cell(str(rounded), rounded, min(percent, 100) if percent is not None else None)


def total(count: int) -> str:
    """How a number of people is said outside the team."""
    if count < FEWEST:
        return f"fewer than {FEWEST}"
    return str(nearest(count))


def nearest(count: int) -> int:
    """`count` rounded to the nearest 5; a whole number never ties."""
    return _NEAREST * round(count / _NEAREST)


def may_renew(last: int | None, now: int) -> bool:
    """Whether `now` respondents are enough for the first release, or enough more than `last` for the next."""
    return now >= FEWEST if last is None else now - last >= STEP
