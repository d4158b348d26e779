"""What answers add up to, and that nothing small can be found behind bands and places put together."""

import datetime as dt
import itertools
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations import figures
from conversations.flow import Bound, Option, Step
from storage.figures import results, small_numbers
from storage.figures.releases import ANSWERED
from storage.figures.small_numbers import LEAST, OTHERS, gather_rare, nearest

whole_numbers = st.integers(-5000, 5000)
counted = st.dictionaries(whole_numbers.map(str), st.integers(1, 30), min_size=1, max_size=30)
DAY = Step("d", "date", {}, at_least=dt.date(2000, 1, 1), at_most="today")


def number(at_least: Bound | None = None, at_most: Bound | None = None, **more: bool) -> Step:
    return Step("n", "number", {}, at_least=at_least, at_most=at_most, **more)  # type: ignore[arg-type]


def labels(step: Step, values: Iterable[object], fewest: int = 8) -> list[str]:
    amounts = figures.spread(Counter(map(str, values)), figures.MEASURES[step.kind])
    parting = figures.part(step, amounts, fewest)
    return [band.label for band in parting.bands(step)] if parting else []


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


@given(counted, st.integers(1, 40), whole_numbers | st.none(), whole_numbers | st.none())
def test_every_number_lies_in_one_band_and_bands_follow_each_other(
    counts: dict[str, int], fewest: int, least: int | None, most: int | None
) -> None:
    amounts = figures.spread(counts, figures.amount)
    parting = figures.part(number(least, most), amounts, fewest)
    if parting is None:
        return
    bands = parting.bands(number(least, most))
    assert 2 <= len(bands) <= 10
    assert [band.low for band in bands[1:]] == [band.high for band in bands[:-1]] == sorted(set(parting.edges))
    for band in bands:
        low, high = (amounts[0][0] if band.low is None else band.low), (amounts[-1][0] + 1 if band.high is None else band.high)
        inside = [people for value, people in amounts if low <= value < high]
        assert band.count == sum(inside) >= fewest
        assert band.label
    assert sum(parting.counts) == sum(counts.values())


def spread_out(least: int, most: int, people: int = 200) -> list[int]:
    return [least + (most - least) * place // people for place in range(people)]


@pytest.mark.parametrize(
    "step, said, bands",
    [
        (number(0, 5000), spread_out(5, 30), ["under 10", "10 to 14", "15 to 19", "20 to 24", "25 or more"]),
        (
            number(16, 110),
            spread_out(16, 90),
            ["16 to 19", "20 to 29", "30 to 39", "40 to 49", "50 to 59", "60 to 69", "70 to 79", "80 or more"],
        ),
        (number(1, 4), spread_out(1, 5), ["1", "2", "3", "4"]),
        (number(), spread_out(0, 60_000), ["under 10,000", *(f"{n}0,000 to {n}9,999" for n in range(1, 5)), "50,000 or more"]),
        (number(0, 2, whole=False), [0.2, 0.7] * 9, ["0 to under 0.5", "0.5 or more"]),
        (number(), [-3] * 9 + [4] * 9, ["under 0", "0 or more"]),
        (number(), [4] * 10 + [10_000], []),
        (number(), [12] * 40, []),
        (number(), [], []),
        (DAY, ["2015-01-31"] * 9 + ["2015-02-01"] * 9, ["before February 2015", "February 2015 or later"]),
        (DAY, [f"{year}-05-01" for year in range(2011, 2016)] * 9, ["before 2012", "2012", "2013", "2014", "2015 or later"]),
        (
            DAY,
            [f"2025-{month:02}-01" for month in range(1, 13)] * 9,
            ["before April 2025", "April to June 2025", "July to September 2025", "October 2025 or later"],
        ),
    ],
)
def test_bands_are_round_and_follow_the_answers_rather_than_the_bounds(step: Step, said: list[object], bands: list[str]) -> None:
    assert labels(step, said) == bands


@given(st.lists(st.integers(0, 10**6) | st.integers(0, 100), min_size=1), st.integers(0, 10**9))
def test_the_least_and_the_most_anyone_said_part_no_bands(said: list[int], outlier: int) -> None:
    if sum(1 for each in said if each > 1000) >= 8:
        said = said[:7]
    edges = figures.part(number(), figures.spread(Counter(map(str, [*said, outlier])), figures.amount), 8)
    few = sorted([*said, outlier])[-8:]
    assert edges is None or edges.edges[-1] - edges.width <= few[0]


def test_where_the_sum_of_narrow_bands_would_tell_each_wider_ones_are_shown() -> None:
    years = {f"{year}-05-01": 18 for year in range(2011, 2017)}
    told = results._released_bands(DAY, years, 108, LEAST)["options"]
    assert [(one["label"], one["count"]) for one in told] == [
        ("before 2014", "55"),
        ("2014 or later", "55"),
    ]


@given(st.lists(st.integers(8, 400), min_size=2, max_size=10))
def test_the_middle_is_told_only_where_it_surely_is(counts: list[int]) -> None:
    found = small_numbers.find_middle(counts)
    everyone = [place for place, count in enumerate(counts) for _ in range(count)]
    assert found is None or found.start <= statistics.median_low(everyone) <= statistics.median_high(everyone) < found.stop


def test_the_middle_is_told_as_one_band_or_two_where_it_could_be_in_either() -> None:
    assert small_numbers.find_middle([10, 40, 10]) == range(1, 2)
    assert small_numbers.find_middle([10, 10, 10, 10, 15]) == range(2, 4)
    assert small_numbers.find_middle([10, 10]) is None


# --- Nothing small can be found


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


def bands_shown(table: tuple[int, ...], people: int, values: tuple[int, ...] = (5, 12, 40)) -> object:
    counts = {str(value): count for value, count in zip(values, table, strict=False) if count}
    told = results._released_bands(number(0, 5000), counts, people, LEAST)
    return tuple((one["id"], one["count"]) for one in told["options"]), told.get("median"), small_numbers.total(people)


def beside_each_other(table: tuple[int, ...], people: int) -> object:
    return bands_shown(table, people, (5, 6, 7))


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


@pytest.mark.parametrize("show", [bands_shown, beside_each_other, places_shown])
@pytest.mark.parametrize("parts, most", [(2, 60), (3, 40)])
def test_whoever_tries_every_table_finds_no_small_figure_behind_bands_or_places(show: object, parts: int, most: int) -> None:
    assert find_told(show, parts, most) == []


@pytest.mark.parametrize("show", [bands_shown, beside_each_other, places_shown])
@pytest.mark.parametrize("parts, most", [(2, 45), (3, 30)])
def test_whoever_tries_every_two_releases_finds_no_few_who_answered_between_them(show: object, parts: int, most: int) -> None:
    assert find_told_between(show, parts, most) == []


@pytest.mark.parametrize("show", [bands_shown, places_shown])
def test_the_search_finds_what_figures_rounded_the_same_way_tell_of_the_few_between(
    show: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(small_numbers, "is_loose", lambda _counts, _total: True)
    assert find_told_between(show, 2, 30) != []


def find_told_between(show: object, parts: int, most: int) -> list[tuple[object, object]]:
    """Two releases, at least 8 people apart, that let only one figure from 1 to 7 stand between them in some parts."""
    behind: dict[object, list[tuple[int, ...]]] = {}
    for table in _tables(parts, most + 3):
        behind.setdefault(show(table, sum(table)), []).append(table)  # type: ignore[operator]
    whole = {shown: tables for shown, tables in behind.items() if max(map(sum, tables)) <= most}
    return [
        (first, second)
        for first, second in itertools.permutations(whole, 2)
        if any(len(few) == 1 and 1 <= min(few) <= 7 for few in _between(whole[first], whole[second]))
    ]


def _between(first: list[tuple[int, ...]], second: list[tuple[int, ...]]) -> list[set[int]]:
    """For every choice of parts, how many more people there can be in them; no further than is needed."""
    parts = len(first[0])
    found: list[set[int]] = [set() for _ in range(1, 2**parts - 1)]
    if max(map(sum, second)) < min(map(sum, first)) + small_numbers.STEP:
        return found
    for before, after in itertools.product(first, second):
        more = [late - early for early, late in zip(before, after, strict=True)]
        if min(more) >= 0 and sum(more) >= small_numbers.STEP:
            for chosen, few in enumerate(found, 1):
                few.add(sum(count for place, count in enumerate(more) if chosen >> place & 1))
            if all(len(few) > 1 for few in found):
                break
    return found


def test_the_search_finds_what_showing_the_rest_as_it_is_would_tell() -> None:
    assert find_told(plain_places, 2, 40) != []


def ranking_shown(table: tuple[int, ...], people: int) -> object:
    """A ranking in which people put only one option first: its order is that of its figures."""
    options = tuple(Option(str(place), {}) for place in range(len(table)))
    counts = {f"{place}.1": count for place, count in enumerate(table)} | {ANSWERED: people}
    shown = results._released_ranking(Step("r", "rank", {}, options), counts, people, LEAST)["options"]
    return tuple((option["id"], option["count"]) for option in shown), small_numbers.total(people)


@pytest.mark.parametrize("parts, most", [(2, 60), (3, 30)])
def test_the_order_of_a_ranking_tells_no_star(parts: int, most: int) -> None:
    assert find_told(ranking_shown, parts, most) == []


def test_the_order_beside_stars_would_tell_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "_has_star", lambda _shown: False)
    assert find_told(ranking_shown, 3, 26) != []
