"""The small-numbers rule: what of a count may leave the team. Pure arithmetic.

Fewer than 10 people: nothing. A cell of 1-7 is starred, 8 and more is rounded to the nearest 5, 0 is shown. In a group
of fewer than 20, none and all are starred too: that all or none said something tells about each of them. Percentages
come from rounded figures, and only for 40 people and more.

That alone would not hide every starred cell. Someone who takes the shown figures from the shown total would find the
only star of a row, and find the four sevens behind 30 people and four stars. So more is starred where it must be, and
where that is so depends on nothing but what is shown then, for a rule that looked at the hidden figures would tell of
them. A test tries every table of a few options and looks for a star that only one figure fits.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

FEWEST = 10
"""Respondents before anything is shown."""
STEP = 8
"""How many more respondents before figures are renewed: fewer would show what those few said."""

LEAST, STRICT = 8, 10
"""People of whom a group can be named without a star; the second where they are under 18."""

PERCENT_FROM = 40
"""People, rounded, from which on percentages are told."""

_NEAREST = 5
_OFF = 2  # how far a rounded figure can be from the true one
_SMALL_GROUP = 20

K = TypeVar("K", bound=Hashable)

STAR = "*"
OTHERS = "others"
NOTE = (
    f"Figures are rounded to the nearest {_NEAREST}, so they may not add up. A star (*) hides a number: it is {LEAST - 1} or "
    f"less ({STRICT - 1} or less for under-18s), or it would give such a number away. This is so that nobody can be recognised."
)
"""What everyone who sees figures is told about them."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure as it may be shown: `shown` is "0", a rounded number or a star; `percent` is None when not shown."""

    shown: str
    rounded: int | None = None
    percent: int | None = None


def row(counts: Mapping[K, int], total: int, *, exclusive: bool, least: int = LEAST) -> dict[K, Cell] | None:
    """The cells of one question answered by `total` people; None when there are too few of them.

    `exclusive` says that each person is in one cell only, so that cells add up to the total; `least` is how many people
    can be named without a star.
    """
    if total < FEWEST:
        return None
    base = nearest(total)
    starred = small(counts, total, exclusive=exclusive, least=least)
    if exclusive and len(starred) == 1 < len(counts):
        starred |= _companions(counts, starred, base, least - 1)
    return {option: Cell(STAR) if option in starred else _cell(count, base) for option, count in counts.items()}


def small(counts: Mapping[K, int], total: int, *, exclusive: bool, least: int = LEAST) -> set[K]:
    """The cells starred for being small, and where that is not enough the eights, or the eights and noughts, as well."""
    base, most_hidden = nearest(total), least - 1
    whole = {0, total} if total < _SMALL_GROUP else set()
    eights = {option for option, count in counts.items() if 0 < count <= least or count in whole}
    noughts = eights | {option for option, count in counts.items() if count == 0}
    _, most = _behind(counts, noughts, base)
    if exclusive and most <= len(noughts):
        return noughts  # otherwise each star could only be a one
    fewest, _ = _behind(counts, eights, base)
    if fewest >= most_hidden * len(eights):
        return eights  # otherwise each star could only be a seven
    return {option for option, count in counts.items() if 0 < count < least or count in whole}


def _companions(counts: Mapping[K, int], starred: Collection[K], base: int, most: int) -> set[K]:
    """What is starred beside a single star: the next smallest, and its like where the sum behind both is too telling."""
    others = [option for option in counts if option not in starred]
    chosen = min(others, key=lambda option: (counts[option] == 0, counts[option]))
    rest = [nearest(counts[option]) for option in others if option != chosen and counts[option]]
    fewest, _ = _behind(counts, {*starred, chosen}, base)
    if rest and fewest >= most + min(rest) + _OFF:
        return {option for option in others if nearest(counts[option]) == nearest(counts[chosen])}
    return {chosen}


def _behind(counts: Mapping[K, int], starred: Collection[K], base: int) -> tuple[int, int]:
    """The least and the most that starred cells can add up to, by what is shown of the others and of the total."""
    shown = [nearest(count) for option, count in counts.items() if option not in starred and count]
    slack = _OFF * len(shown)
    return max(base - _OFF, FEWEST) - sum(shown) - slack, base + _OFF - sum(shown) + slack


def _cell(count: int, base: int) -> Cell:
    rounded = nearest(count)
    percent = round(100 * rounded / base) if base >= PERCENT_FROM else None
    return Cell(str(rounded), rounded, min(percent, 100) if percent is not None else None)


def threshold(audience: str) -> int:
    """How many people of an audience can be named without a star."""
    return STRICT if audience == "under-18s" else LEAST


def is_loose(counts: Collection[int], total: int) -> bool:
    """Whether each part of a total, both rounded, could still be one of three numbers.

    Where nearly all are rounded the same way the total tells them all, and two such releases what the few between said.
    """
    return abs(sum(map(nearest, counts)) - nearest(total)) <= _OFF * (len(counts) - 2)


def find_middle(counts: Sequence[int]) -> range | None:
    """The parts in order one of which surely holds the middle of all, by rounded figures; None when that could be any.

    It tells nothing more, for whoever sees them can work it out.
    """
    shown = [nearest(count) for count in counts]
    most = sum(shown) + _OFF * len(shown)
    could = [at for at in range(len(shown)) if 2 * max(sum(shown[:at]), sum(shown[at + 1 :])) <= most]
    return range(could[0], could[-1] + 1) if 0 < len(could) < len(shown) else None


def gather_rare(counts: Mapping[str, int], total: int, least: int = LEAST) -> dict[str, Cell] | None:
    """Named only where 8 or more are, for the name alone tells that someone is; the others together under OTHERS, last.

    When those are few the next smallest is put with them, so nothing needs a star; which that is, and the order, is found
    from rounded figures. None when there are too few people, nothing where that tells too much.
    """
    if total < FEWEST:
        return None
    named = sorted((-nearest(count), name, count) for name, count in counts.items() if count >= least)
    others = total - sum(count for *_, count in named)
    if named and 0 < others < least:
        others += named.pop()[-1]
    kept = {name: count for _, name, count in named} | ({OTHERS: others} if others else {})
    if total < _SMALL_GROUP or not named or not is_loose(kept.values(), total):
        return {}
    return {name: _cell(count, nearest(total)) for name, count in kept.items()}


def figure(count: int, total: int) -> Cell:
    """A figure that may be shown, among `total` people."""
    return _cell(count, nearest(total))


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
