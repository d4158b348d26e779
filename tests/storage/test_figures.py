"""What answers add up to, and that nothing small can be found behind bands and places put together."""

import datetime as dt
import itertools
import statistics
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations import figures
from conversations.flow import Bound, Option, Step
from storage import results, small_numbers
from storage.releases import ANSWERED
from storage.small_numbers import OTHERS, gather_rare, join_neighbours, nearest

whole_numbers = st.integers(-5000, 5000)
counted = st.dictionaries(whole_numbers.map(str), st.integers(1, 30), min_size=1, max_size=30)
days = st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)).map(str)


def number(at_least: Bound | None = None, at_most: Bound | None = None, **more: bool) -> Step:
    return Step("n", "number", {}, at_least=at_least, at_most=at_most, **more)  # type: ignore[arg-type]


def labels(step: Step, *values: str) -> list[str]:
    return [band.label for band in figures.scheme(step, figures.spread(Counter(values), figures.MEASURES[step.kind])).bands()]


def test_a_ranking_is_counted_by_option_and_place() -> None:
    assert figures.tally("rank", ("b", "a")) == ["b.1", "a.2"]
    assert figures.tally("choices", ("b", "a")) == ["b", "a"]


@given(st.lists(st.lists(st.sampled_from("abc"), min_size=1, unique=True), min_size=1))
def test_an_average_place_is_the_mean_of_places_with_those_left_out_last(said: list[list[str]]) -> None:
    counts = Counter(key for order in said for key in figures.tally("rank", order))
    for option, place in figures.average_places(counts, "abc", len(said)).items():
        places = [order.index(option) + 1 if option in order else 3 for order in said]
        assert place == Decimal(sum(places)) / len(places)


@given(counted)
def test_mean_and_median_are_those_of_all_answers_one_by_one(counts: dict[str, int]) -> None:
    amounts = figures.spread(counts, figures.amount)
    everyone = [Decimal(value) for value, people in counts.items() for _ in range(people)]
    assert figures.median(amounts) == statistics.median(everyone)
    assert figures.mean(amounts) == sum(everyone) / len(everyone)


@given(counted, whole_numbers | st.none(), whole_numbers | st.none())
def test_every_number_lies_in_one_band_and_bands_follow_each_other(
    counts: dict[str, int], least: int | None, most: int | None
) -> None:
    amounts = figures.spread(counts, figures.amount)
    scheme = figures.scheme(number(least, most), amounts)
    bands, held = scheme.bands(), scheme.count(amounts)
    assert sum(held) == sum(counts.values())
    assert [band.low for band in bands[1:]] == [band.high for band in bands[:-1]] == sorted(set(scheme.edges))
    assert len(bands) <= 9
    for value, people in amounts:
        inside = [band for band in bands if (band.low is None or band.low <= value) and (band.high is None or value < band.high)]
        assert len(inside) == 1
        assert held[bands.index(inside[0])] >= people


@given(st.lists(days, min_size=1), st.dates().map(str) | st.none())
def test_every_day_lies_in_a_band_that_has_a_name(said: list[str], least: str | None) -> None:
    step = Step("d", "date", {}, at_least=dt.date.fromisoformat(least) if least else None)
    amounts = figures.spread(Counter(said), figures.month)
    scheme = figures.scheme(step, amounts)
    assert sum(scheme.count(amounts)) == len(said)
    assert all(band.label for band in scheme.bands())


@pytest.mark.parametrize(
    "step, said, bands",
    [
        (number(0, 110), ("5",), ["0 to 19", "20 to 39", "40 to 59", "60 to 79", "80 to 99", "100 to 110"]),
        (number(1, 4), (), ["1", "2", "3", "4"]),
        (number(0, 2, whole=False), (), ["0 to under 0.5", "0.5 to under 1", "1 to under 1.5", "1.5 to under 2", "2"]),
        (number(), ("4",) * 10 + ("10000",), ["under 4", "4", "5 or more"]),
        (number(), (), ["Any number"]),
        (
            Step("d", "date", {}),
            ("2026-03-01", "2026-04-30"),
            ["before March 2026", "March 2026", "April 2026", "May 2026 or later"],
        ),
        (
            Step("d", "date", {}, at_least=dt.date(2024, 5, 1), at_most=dt.date(2026, 2, 1)),
            (),
            ["2024", "2025", "2026"],
        ),
    ],
)
def test_bands_are_round_and_open_where_the_step_has_no_bound(step: Step, said: tuple[str, ...], bands: list[str]) -> None:
    assert labels(step, *said) == bands


@given(counted)
def test_the_least_and_the_most_anyone_said_part_no_bands(counts: dict[str, int]) -> None:
    amounts = figures.spread(counts, figures.amount)
    outlier = [*amounts, (Decimal(10**9), 1)] if sum(counts.values()) > 4 else amounts
    assert all(edge < 10**8 for edge in figures.scheme(number(), outlier).edges)


def test_a_median_is_told_in_half_bands() -> None:
    scheme = figures.scheme(number(0, 110), [])
    assert scheme.about(Decimal("46.5")) == 50


# --- Nothing small can be found


@given(st.lists(st.integers(0, 40), max_size=9))
def test_no_joined_band_holds_fewer_than_eight_and_none_is_lost(counts: list[int]) -> None:
    joined = join_neighbours(counts)
    assert all(sum(counts[place] for place in part) >= 8 for part in joined)
    assert len(joined) != 1
    assert [place for part in joined for place in part] == list(range(len(counts)) if joined else ())


@given(st.dictionaries(st.sampled_from("ABCDEFGH"), st.integers(1, 40)))
def test_no_place_is_named_where_fewer_than_eight_are_and_none_has_a_star(counts: dict[str, int]) -> None:
    people = sum(counts.values())
    cells = gather_rare(counts, people)
    assert (cells is None) == (people < 10)
    for place, cell in (cells or {}).items():
        assert cell.rounded is not None
        assert cell.rounded >= 10
        assert place == OTHERS or counts[place] >= 8


def test_where_all_of_a_small_group_live_is_not_told() -> None:
    assert gather_rare({"ME14": 18}, 18) == {}


def bands_shown(table: tuple[int, ...], people: int) -> object:
    joined = join_neighbours(table)
    return tuple((part, nearest(sum(table[place] for place in part))) for part in joined), small_numbers.total(people)


def places_shown(table: tuple[int, ...], people: int) -> object:
    cells = gather_rare({str(place): count for place, count in enumerate(table) if count}, people)
    return tuple((place, cell.shown) for place, cell in (cells or {}).items()), small_numbers.total(people)


def plain_places(table: tuple[int, ...], people: int) -> object:
    cells = tuple((place, nearest(count)) for place, count in enumerate(table) if count > 7)
    return cells, sum(count for count in table if count <= 7), small_numbers.total(people)


def find_told(show: object, parts: int, most: int) -> list[tuple[object, set[int]]]:
    """What is shown for any table and lets only one figure from 1 to 7 stand in one place."""
    behind: dict[object, list[set[int]]] = {}
    reach: dict[object, int] = {}
    for table in _tables(parts, most + 3):
        shown = show(table, sum(table))  # type: ignore[operator]
        for held, count in zip(behind.setdefault(shown, [set() for _ in table]), table, strict=True):
            held.add(count)
        reach[shown] = max(reach.get(shown, 0), sum(table))
    return [
        (shown, held)
        for shown, cells in behind.items()
        if reach[shown] <= most
        for held in cells
        if len(held) == 1 and 1 <= min(held) <= 7
    ]


def _tables(parts: int, most: int) -> Iterator[tuple[int, ...]]:
    return (table for table in itertools.product(range(most + 1), repeat=parts) if 10 <= sum(table) <= most)


@pytest.mark.parametrize("show", [bands_shown, places_shown])
@pytest.mark.parametrize("parts, most", [(2, 60), (3, 40)])
def test_whoever_tries_every_table_finds_no_small_figure_behind_bands_or_places(show: object, parts: int, most: int) -> None:
    assert find_told(show, parts, most) == []


def test_the_search_finds_what_showing_the_rest_as_it_is_would_tell() -> None:
    assert find_told(plain_places, 2, 40) != []


def ranking_shown(table: tuple[int, ...], people: int) -> object:
    """A ranking in which people put only one option first: its order is that of its figures."""
    options = tuple(Option(str(place), {}) for place in range(len(table)))
    counts = {f"{place}.1": count for place, count in enumerate(table)} | {ANSWERED: people}
    shown = results._released_ranking(Step("r", "rank", {}, options), counts, people)["options"]
    return tuple((option["id"], option["count"]) for option in shown), small_numbers.total(people)


@pytest.mark.parametrize("parts, most", [(2, 60), (3, 30)])
def test_the_order_of_a_ranking_tells_no_star(parts: int, most: int) -> None:
    assert find_told(ranking_shown, parts, most) == []


def test_the_order_beside_stars_would_tell_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "_has_star", lambda _shown: False)
    assert find_told(ranking_shown, 3, 26) != []
