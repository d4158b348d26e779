"""Somebody who sees all that is published of two questions and a language, in two releases, and knows every rule.

They try to find a starred number. They fail when there is another town from which they would have seen the same, down to
the last star, in which that number is another one: `find_double` looks for it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from storage.figures import crossing, small_numbers
from storage.figures.cells import ALL
from storage.figures.small_numbers import FEWEST, STAR, STEP, may_renew

Town = tuple[int, ...]
"""How many people there are of each corner of the cube: (first answer, second answer, language)."""

Seen = tuple[object, ...]
Figures = Mapping[str, Mapping[str, int]]

CUBE = tuple(itertools.product((0, 1), repeat=3))
TABLES = ((0, 1), (2, 0), (2, 1))
"""The first question by the second, and each by language: whose answers make the groups, and what is told of them."""


def plain(town: Town, part: int) -> dict[str, int]:
    """One question by itself."""
    return {str(one): sum(n for corner, n in zip(CUBE, town, strict=True) if corner[part] == one) for one in (0, 1)}


def table(town: Town, by: int, step: int) -> dict[str, dict[str, int]]:
    """As `cells.read` has it."""
    found = {str(group): {ALL: 0, "0": 0, "1": 0} for group in (0, 1)}
    for corner, number in zip(CUBE, town, strict=True):
        found[str(corner[by])][ALL] += number
        found[str(corner[by])][str(corner[step])] += number
    return found


def renew(shown: Figures, now: Figures) -> dict[str, Mapping[str, int]]:
    """What `cells` has when more have come: shown anew when ten or eight more are in a group, and in none a few more."""
    last = {group: shown[group][ALL] if group in shown and shown[group][ALL] >= FEWEST else None for group in now}
    waits = any(before is not None and 0 < now[group][ALL] - before < STEP for group, before in last.items())
    if waits or not any(may_renew(before, now[group][ALL]) for group, before in last.items()):
        fewer = {group: {**of, ALL: min(of[ALL], FEWEST - 1)} for group, of in now.items()}
        return {group: fewer[group] if last[group] is None else shown[group] for group in now}
    return dict(now)


def show(counts: Figures) -> dict[str, tuple[str, ...] | None]:
    """A crossed table, and with it the comparison and every filter, as they are shown: how many answered, and the options."""
    full = {group: of for group, of in counts.items() if of[ALL]}
    told = crossing.hide(full, ("0", "1"), apart=True, exclusive=True)
    return {
        group: None if of is None else (*(cell.shown for cell in of.values()), told.answered[group])
        for group, of in told.groups.items()
    }


def see(counts: Figures) -> Seen:
    """The same to compare with."""
    return tuple(show(counts).items())


def publish(town: Town) -> Seen:
    """All that one release tells."""
    people = sum(town)
    if people < FEWEST:
        return (small_numbers.total(people),)
    rows = [small_numbers.row(plain(town, part), people, exclusive=True) for part in range(3)]
    told = [tuple(cell.shown for cell in (row or {}).values()) for row in rows]
    return (small_numbers.total(people), *told, *(see(table(town, *which)) for which in TABLES))


def publish_twice(before: Town, after: Town) -> Seen:
    """All that two releases tell; the second is made when 8 more have come."""
    first = publish(before)
    if not may_renew(sum(before) if sum(before) >= FEWEST else None, sum(after)):
        return (first,)
    second = [see(renew(table(before, *which), table(after, *which))) for which in TABLES]
    return (first, *publish(after)[:4], *second)


@dataclass(frozen=True, slots=True)
class Starred:
    """A star over 1 to 7 people: in which table of which release, its group and its option."""

    release: int
    which: tuple[int, int]
    group: int
    option: int


def find_stars(towns: Sequence[Town]) -> Iterator[Starred]:
    """The stars of the last of these releases that a few people are behind."""
    for which in TABLES:
        counts: Figures = {}
        for town in towns:
            counts = renew(counts, table(town, *which))
        shown = show(counts)
        for group, of in counts.items() if shown else ():
            for option in (0, 1) if of == table(towns[-1], *which)[group] else ():
                cells = shown.get(group)
                if (cells is None or cells[option] == STAR) and 1 <= of[str(option)] < small_numbers.LEAST:
                    yield Starred(len(towns) - 1, which, int(group), option)


def find_double(towns: Sequence[Town], star: Starred) -> list[Town] | None:
    """Another town that looks the same and has another number there; None when a few steps lead to none."""
    return _find_along(towns, star) or (_find_apart(towns, star) if len(towns) > 1 else None)


def _find_apart(towns: Sequence[Town], star: Starred) -> list[Town] | None:
    """The same, with other steps in each release."""
    seen = _look(towns)
    near = [[one, *(_move(one, step, times) for step in STEPS for times in (1, 2, 3))] for one in towns]
    doubles = [
        [one for one in around if min(one) >= 0 and publish(one)[:4] == publish(town)[:4]]
        for around, town in zip(near, towns, strict=True)
    ]
    was = _behind(towns[star.release], star)
    for tried in itertools.product(*doubles):
        if _behind(tried[star.release], star) != was and _grows(tried) and _look(tried) == seen:
            return list(tried)
    return None


def _behind(town: Town, star: Starred) -> int:
    """The number under a star."""
    at = (star.group, star.option)
    return sum(n for corner, n in zip(CUBE, town, strict=True) if (corner[star.which[0]], corner[star.which[1]]) == at)


def _find_along(towns: Sequence[Town], star: Starred) -> list[Town] | None:
    """A double a few equal steps away, in all releases or in some."""
    seen = _look(towns)
    for step in STEPS:
        moved = sum(
            number
            for corner, number in zip(CUBE, step, strict=True)
            if (corner[star.which[0]], corner[star.which[1]]) == (star.group, star.option)
        )
        for times in (1, 2, 3) if moved else ():
            for where in _moments(len(towns)):
                double = [_move(town, step, times) if moment in where else town for moment, town in enumerate(towns)]
                if star.release in where and _grows(double) and _look(double) == seen:
                    return double
    return None


def _look(towns: Sequence[Town]) -> Seen:
    return publish(towns[0]) if len(towns) == 1 else publish_twice(*towns)


def _moments(releases: int) -> Iterator[tuple[int, ...]]:
    """In which releases they could have been other numbers: all, or some."""
    for many in range(releases, 0, -1):
        yield from itertools.combinations(range(releases), many)


def _move(town: Town, step: Town, times: int) -> Town:
    return tuple(number + times * by for number, by in zip(town, step, strict=True))


def _grows(towns: Sequence[Town]) -> bool:
    return all(min(town) >= 0 for town in towns) and all(
        then <= now for early, late in itertools.pairwise(towns) for then, now in zip(early, late, strict=True)
    )


def _steps() -> Iterator[Town]:
    """Ways to another town: somebody more here and fewer there, in up to four corners or in all."""
    for many in (1, 2, 3, 4, 8):
        for corners in itertools.combinations(range(8), many):
            for signs in itertools.product((1, -1), repeat=many):
                yield tuple(dict(zip(corners, signs, strict=True)).get(corner, 0) for corner in range(8))


STEPS = tuple(_steps())
