"""The small-numbers rule for tables of groups: what may be shown of several groups side by side. Pure arithmetic.

Whether somebody looks at one group, compares two or crosses two questions, they see parts of one table, starred once, so
that no two views of it can be taken from each other. A group of fewer than 10 shows nothing; where all such groups
together are fewer than 10 the next smallest shows nothing either, for taking what is shown from all would tell of them.
Within, rows and columns both obey the rule of one question; a star is never alone in either, and beside a star a nought
is a star too, so that a star may be none. Tests look for tables that give a star away, in all that are small.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from storage.figures import small_numbers
from storage.figures.cells import ALL
from storage.figures.small_numbers import FEWEST, LEAST, STAR, Cell

Place = tuple[str, str]
"""Group and option."""


@dataclass(frozen=True, slots=True)
class Crossed:
    """A table as it may be shown: group -> option -> cell, None for a group of whom there are too few to say."""

    groups: Mapping[str, Mapping[str, Cell] | None]
    answered: Mapping[str, str]  # as it is said outside the team


def hide(
    counts: Mapping[str, Mapping[str, int]],
    options: Sequence[str],
    *,
    apart: bool,
    exclusive: bool,
    everyone: int | None = None,
    shut: Collection[str] = (),
    least: int = LEAST,
) -> Crossed:
    """The table of `counts` (group -> option -> how many; ALL: how many of the group answered).

    `apart`: each person is in one group only; `exclusive`: picked one option only. Where they are in several groups,
    `everyone` is how many there are. Groups that are `shut` are hidden whatever their size.
    """
    sizes = {group: counts[group].get(ALL, 0) for group in counts}
    full = {(group, option): counts[group].get(option, 0) for group in counts for option in options}
    hidden = _hidden_groups(sizes, everyone, apart=apart) | set(shut)
    rows = [[(group, option) for option in options] for group in counts if options and group not in hidden]
    columns = [[(group, option) for group in counts] for option in options] if apart else []
    lines = [*(rows if exclusive else []), *columns]
    starred = {place for place in full if place[0] in hidden}
    starred |= set(_small_in_rows(full, rows, sizes, exclusive=exclusive, least=least))
    starred |= set(_small_in_columns(full, columns, hidden, exclusive=exclusive, least=least))
    _spread(full, lines, starred)
    shown = {group: None if group in hidden else _cells(full, group, sizes[group], options, starred) for group in counts}
    return Crossed(shown, {group: STAR if group in hidden else small_numbers.total(size) for group, size in sizes.items()})


def _hidden_groups(sizes: Mapping[str, int], everyone: int | None, *, apart: bool) -> set[str]:
    """Those of fewer than ten, and who would tell of those few, or of the few who are not in the group."""
    hidden = {group for group, size in sizes.items() if size < FEWEST}
    if not apart:
        return hidden | {group for group, size in sizes.items() if everyone is not None and 0 < everyone - size < FEWEST}
    seen = sorted((size, group) for group, size in sizes.items() if group not in hidden)
    if seen and 0 < sum(sizes[group] for group in hidden) < FEWEST:
        hidden.add(seen[0][1])
    return hidden


def _small_in_rows(
    full: Mapping[Place, int], rows: Sequence[Sequence[Place]], sizes: Mapping[str, int], *, exclusive: bool, least: int
) -> Iterator[Place]:
    for line in rows:
        cells = small_numbers.row({place: full[place] for place in line}, sizes[line[0][0]], exclusive=exclusive, least=least)
        yield from _stars(cells or {})


def _small_in_columns(
    full: Mapping[Place, int], columns: Sequence[Sequence[Place]], hidden: Collection[str], *, exclusive: bool, least: int
) -> Iterator[Place]:
    """An option that few picked is a group of few when the table is read the other way. Hidden groups are company enough."""
    for line in columns:
        size = sum(full[place] for place in line)
        counts = {place: full[place] for place in line}
        if size >= FEWEST and hidden:
            yield from small_numbers.small(counts, size, exclusive=True, least=least)
        elif size >= FEWEST:
            yield from _stars(small_numbers.row(counts, size, exclusive=True, least=least) or {})
        elif size and exclusive:
            yield from line


def _stars(cells: Mapping[Place, Cell]) -> Iterator[Place]:
    return (place for place, cell in cells.items() if cell.shown == STAR)


def _spread(full: Mapping[Place, int], lines: Sequence[Sequence[Place]], starred: set[Place]) -> None:
    """Star noughts beside stars, and a companion for each star that is alone in its line, until nothing changes."""
    before = -1
    while before < len(starred):
        before = len(starred)
        for line in lines:
            starred |= _beside(full, line, starred)


def _beside(full: Mapping[Place, int], line: Sequence[Place], starred: Collection[Place]) -> set[Place]:
    hidden = [place for place in line if place in starred]
    rest = [place for place in line if place not in starred]
    if not hidden or not rest:
        return set()
    noughts = {place for place in rest if full[place] == 0}
    if len(hidden) > 1:
        return noughts
    return noughts | {min(rest, key=lambda place: (full[place] == 0, full[place]))}


def _cells(
    full: Mapping[Place, int], group: str, size: int, options: Sequence[str], starred: Collection[Place]
) -> dict[str, Cell]:
    return {
        option: Cell(STAR) if (group, option) in starred else small_numbers.figure(full[group, option], size)
        for option in options
    }
