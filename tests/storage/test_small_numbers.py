"""What of a count may be shown, tried on every table of a few options and on many larger ones."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.figures.small_numbers import FEWEST, STAR, Cell, may_renew, nearest, row, total

counts = st.lists(st.integers(0, 400), min_size=1, max_size=9)


def shown(*numbers: int, people: int | None = None, exclusive: bool = True) -> tuple[str, ...]:
    """The words of a row of counts, answered by their sum unless told otherwise."""
    cells = row(dict(enumerate_names(numbers)), sum(numbers) if people is None else people, exclusive=exclusive)
    assert cells is not None
    return tuple(cell.shown for cell in cells.values())


def enumerate_names(numbers: tuple[int, ...] | list[int]) -> Iterator[tuple[str, int]]:
    return ((str(place), number) for place, number in enumerate(numbers))


@pytest.mark.parametrize("people", range(FEWEST))
def test_fewer_than_ten_people_show_nothing_at_all(people: int) -> None:
    assert row({"yes": people, "no": 0}, people, exclusive=True) is None
    assert total(people) == "fewer than 10"


def test_a_small_cell_is_a_star_and_a_larger_one_is_rounded_to_five() -> None:
    assert shown(0, 3, 5, 41) == ("0", STAR, STAR, "40")


@pytest.mark.parametrize("true, said", [(10, "10"), (12, "10"), (13, "15"), (17, "15"), (18, "20"), (1003, "1005")])
def test_a_total_is_rounded_by_itself(true: int, said: str) -> None:
    assert total(true) == said


def test_the_only_star_of_a_row_gets_a_companion() -> None:
    assert shown(30, 3, 20) == ("30", STAR, STAR)


def test_a_question_with_many_ticks_needs_no_companion() -> None:
    assert shown(30, 3, 20, people=40, exclusive=False) == ("30", STAR, "20")


@pytest.mark.parametrize("exclusive", [True, False])
def test_none_or_all_of_a_small_group_is_not_told(exclusive: bool) -> None:  # noqa: FBT001  pytest hands it over by name
    assert set(shown(0, 14, people=14, exclusive=exclusive)) == {STAR}


def test_nobody_is_said_of_a_large_group() -> None:
    assert shown(0, 30, 30) == ("0", "30", "30")


def test_four_sevens_are_not_told_by_their_sum() -> None:
    assert shown(7, 7, 7, 7) == shown(8, 7, 7, 6) == (STAR,) * 4


def test_ones_are_not_told_by_their_sum() -> None:
    assert shown(23, 1, 1, 1, 1) == shown(23, 2, 1, 1, 0) == ("25", STAR, STAR, STAR, STAR)


def test_a_companion_is_not_told_from_its_like_by_their_sum() -> None:
    assert shown(12, 12, 7, 12) == (STAR,) * 4
    assert shown(12, 12, 6, 12) == (STAR, "10", STAR, "10")


@pytest.mark.parametrize("people, percent", [(37, None), (38, 50), (120, 50)])
def test_percentages_come_from_rounded_figures_of_forty_people_and_more(people: int, percent: int | None) -> None:
    half = people // 2
    cells = row({"yes": half, "no": people - half}, people, exclusive=True)
    assert cells is not None
    assert cells["yes"].percent == percent


@given(counts)
def test_every_cell_is_a_star_a_nought_or_the_nearest_five(numbers: list[int]) -> None:
    people = sum(numbers)
    cells = row(dict(enumerate_names(numbers)), people, exclusive=True)
    assert (cells is None) == (people < FEWEST)
    for cell, number in zip((cells or {}).values(), numbers, strict=False):
        if 1 <= number <= 7 or (people < 20 and number in {0, people}):
            assert cell == Cell(STAR)
        if cell.shown != STAR:
            assert cell.shown == str(nearest(number))
        assert cell.percent is None or (nearest(people) >= 40 and cell.percent == round(100 * nearest(number) / nearest(people)))


@given(counts)
def test_a_row_never_holds_one_star_alone(numbers: list[int]) -> None:
    if len(numbers) > 1 and sum(numbers) >= FEWEST:
        assert shown(*numbers).count(STAR) != 1


@given(st.lists(st.integers(0, 60), min_size=2, max_size=9))
def test_taking_figures_from_the_total_pins_no_star_to_one_number(numbers: list[int]) -> None:
    people = sum(numbers)
    if people < FEWEST:
        return
    words = shown(*numbers)
    figures = [int(word) for word in words if word != STAR]
    stars = [number for number, word in zip(numbers, words, strict=True) if word == STAR]
    slack = 2 * len([figure for figure in figures if figure])
    most = nearest(people) + 2 - sum(figures) + slack
    least = max(nearest(people) - 2, FEWEST) - sum(figures) - slack
    if stars and max(stars) <= 7:
        lowest = 0 if people < 20 or ("0" not in words and 0 in numbers) else 1
        assert most > lowest * len(stars)
        assert least < 7 * len(stars) or max(numbers) <= 8  # an eight can be behind a star then


@pytest.mark.parametrize("options, people", [(2, 70), (3, 45), (4, 36)])
def test_whoever_knows_the_rule_finds_no_star_that_only_one_number_fits(options: int, people: int) -> None:
    assert find_told_stars(options, people) == []


def find_told_stars(options: int, people: int) -> list[tuple[tuple[str, ...], set[int]]]:
    """The displays of every possible table that give a starred cell away to someone who can try all tables."""
    behind: dict[tuple[str, ...], list[set[int]]] = {}
    largest: dict[tuple[str, ...], int] = {}
    for everyone in range(FEWEST, people + 3):  # a little beyond, so that every table behind a display is there
        for table in tables(options, everyone):
            display = (total(everyone), *shown(*table))
            cells = behind.setdefault(display, [set() for _ in range(options)])
            for cell, number in zip(cells, table, strict=True):
                cell.add(number)
            largest[display] = everyone
    return [
        (display, cell)
        for display, cells in behind.items()
        if largest[display] <= people
        for word, cell in zip(display[1:], cells, strict=True)
        if word == STAR and len(cell) == 1 and 1 <= min(cell) <= 7
    ]


def tables(options: int, people: int) -> Iterator[tuple[int, ...]]:
    """Every way `people` can be spread over options."""
    if options == 1:
        yield (people,)
        return
    for first in range(people + 1):
        yield from ((first, *rest) for rest in tables(options - 1, people - first))


def test_the_search_finds_what_the_plain_rule_would_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    def plain(counts: dict[str, int], *_: object, **__: object) -> set[str]:
        return {option for option, count in counts.items() if 1 <= count <= 7}

    monkeypatch.setattr("storage.figures.small_numbers.small", plain)
    assert (("30", STAR, STAR, STAR, STAR), {7}) in find_told_stars(4, 32)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_figures_are_renewed_from_ten_people_and_then_eight_more(before: int, now: int) -> None:
    assert may_renew(None, now) == (now >= 10)
    assert may_renew(before, now) == (now - before >= 8)
