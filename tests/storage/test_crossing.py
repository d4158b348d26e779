"""Tables of groups: rows and columns obey the small-numbers rule together, and no star in them can be worked out."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from storage.figures import crossing, small_numbers
from storage.figures.cells import ALL
from storage.figures.small_numbers import FEWEST, STAR, STRICT, total
from tests.storage.attacker import Town, find_double, find_stars
from tests.storage.test_small_numbers import tables

corners = st.sampled_from((0, 0, 1, 2, 3, 5, 7, 8, 9, 12, 15, 20)) | st.integers(0, 40)
towns = st.tuples(*[corners] * 8)


def show(*rows: Sequence[int], apart: bool = True, exclusive: bool = True, **more: object) -> list[str]:
    """Each row as it is shown, "-" for a group of which there is too little to say."""
    counts = {f"g{number}": {ALL: max(sum(row) if exclusive else max(row), 0), **_named(row)} for number, row in enumerate(rows)}
    options = [str(option) for option in range(len(rows[0]))]
    told = crossing.hide(counts, options, apart=apart, exclusive=exclusive, **more)  # type: ignore[arg-type]
    return [" ".join(cell.shown for cell in group.values()) if group else "-" for group in told.groups.values()]


def _named(row: Sequence[int]) -> dict[str, int]:
    return {str(option): count for option, count in enumerate(row)}


def test_a_group_of_fewer_than_ten_shows_nothing_and_the_next_smallest_with_it() -> None:
    assert show((30, 30), (4, 5), (20, 20)) == ["30 30", "-", "-"]
    assert show((30, 30), (4, 5), (20, 20), (3, 5)) == ["30 30", "-", "20 20", "-"]


def test_all_but_a_few_show_nothing_when_there_is_nobody_else_to_hide_them() -> None:
    assert show((30, 30), (2, 1)) == ["-", "-"]


def test_a_star_is_never_alone_in_its_row_or_its_column() -> None:
    assert show((30, 20, 40), (3, 25, 30), (40, 35, 20)) == ["* * 40", "* * 30", "40 35 20"]


def test_a_nought_is_shown_unless_a_star_stands_beside_it() -> None:
    assert show((30, 0, 40), (35, 25, 30)) == ["30 0 40", "35 25 30"]
    assert show((30, 0, 3, 25), (35, 25, 30, 40))[0] == "30 * * *"


def test_none_or_all_of_a_small_group_is_not_told_in_a_table() -> None:
    assert show((14, 0), (40, 40)) == ["* *", "* *"]


def test_an_option_of_fewer_than_ten_people_shows_nothing_either() -> None:
    assert show((40, 8), (40, 1)) == ["* *", "* *"]


def test_nearly_all_who_picked_one_of_many_ticks_are_hidden_with_the_rest() -> None:
    assert show((30, 30), (20, 20), apart=False, exclusive=False, everyone=35) == ["-", "20 20"]


def test_groups_may_be_shut_whatever_their_size() -> None:
    assert show((30, 30), (20, 20), (25, 25), shut={"g1"})[1] == "-"


def test_under_18s_are_starred_below_ten() -> None:
    assert show((9, 40), (60, 60)) == ["10 40", "60 60"]
    assert show((9, 40), (60, 60), least=STRICT)[0] == "* *"


@given(st.lists(st.lists(st.sampled_from((0, 1, 3, 7, 8, 12, 30)), min_size=3, max_size=3), min_size=2, max_size=5))
def test_no_line_of_any_table_holds_one_star_alone_or_a_small_number(rows: list[list[int]]) -> None:
    shown = show(*rows)
    told = [row for row in shown if row != "-"]
    for row, counts in zip(shown, rows, strict=True):
        if row != "-":
            assert sum(counts) >= FEWEST
            assert row.split().count(STAR) != 1
            assert all(word == STAR or count == 0 or count > 7 for word, count in zip(row.split(), counts, strict=True))
    if len(told) == len(shown):
        assert all(column.count(STAR) != 1 for column in zip(*(row.split() for row in told), strict=True))


# --- Whoever knows the rule


@pytest.mark.parametrize(
    "options, people", [(2, 24), pytest.param(2, 44, marks=pytest.mark.long), pytest.param(3, 22, marks=pytest.mark.long)]
)
def test_whoever_tries_every_table_finds_no_star_that_only_one_number_fits(options: int, people: int) -> None:
    assert find_told(options, people) == []


def test_the_search_finds_what_a_table_without_company_for_its_stars_would_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    go_without(monkeypatch)
    assert find_told(2, 24)


def go_without(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave secondary suppression out."""
    monkeypatch.setattr(crossing, "_spread", lambda *_: None)
    monkeypatch.setattr(small_numbers, "_companions", lambda *_: set())
    monkeypatch.setattr(crossing, "_hidden_groups", lambda sizes, *_, **__: {one for one in sizes if sizes[one] < FEWEST})


def find_told(options: int, people: int) -> list[object]:
    """The displays of all tables of two groups, with the totals of both questions, that give a small star away."""
    behind: dict[object, list[set[int]]] = {}
    largest: dict[object, int] = {}
    for everyone in range(FEWEST, people + 3):  # a little beyond, so that every table behind a display is there
        for cells in tables(2 * options, everyone):
            rows = cells[:options], cells[options:]
            shown = " ".join(row if row != "-" else " ".join([STAR] * options) for row in show(*rows))
            display = (_margin(tuple(map(sum, rows))), _margin(tuple(map(sum, zip(*rows, strict=True)))), shown)
            fits = behind.setdefault(display, [set() for _ in cells])
            for cell, number in zip(fits, cells, strict=True):
                cell.add(number)
            largest[display] = everyone
    return [
        (display, cell)
        for display, fits in behind.items()
        if largest[display] <= people
        for word, cell in zip(display[2].split(), fits, strict=True)  # type: ignore[index]
        if word == STAR and len(cell) == 1 and 1 <= min(cell) <= 7
    ]


def _margin(counts: tuple[int, ...]) -> tuple[str, ...]:
    row = small_numbers.row(dict(enumerate(counts)), sum(counts), exclusive=True) or {}
    return (total(sum(counts)), *(cell.shown for cell in row.values()))


@settings(max_examples=60, deadline=None)
@given(towns)
@example((9, 0, 1, 20, 3, 0, 12, 8))
def test_all_tables_together_give_no_star_away(town: Town) -> None:
    for star in find_stars([town]):
        assert find_double([town], star)


@settings(max_examples=15, deadline=None)
@given(towns, st.tuples(*[st.integers(0, 6)] * 8))
@example((7, 0, 15, 9, 1, 16, 15, 2), (6, 6, 5, 0, 3, 0, 1, 0))
def test_two_releases_together_give_no_star_away(town: Town, more: Town) -> None:
    later = tuple(before + new for before, new in zip(town, more, strict=True))
    if sum(town) >= FEWEST:
        for star in [*find_stars([town]), *find_stars([town, later])][:3]:
            assert find_double([town, later], star)


def test_an_attacker_finds_stars_that_have_no_company(monkeypatch: pytest.MonkeyPatch) -> None:
    go_without(monkeypatch)
    told = [town for town in ALONE for star in find_stars([town]) if not find_double([town], star)]
    assert told


ALONE: tuple[Town, ...] = ((12, 7, 3, 0, 12, 2, 0, 5), (5, 0, 15, 1, 3, 8, 9, 3))
"""Towns whose tables want secondary suppression."""
