"""People who answered beside a population: by figures that may be shown, in plain words, with honest uncertainty."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.figures import populations
from storage.figures.populations import TotalsError
from tests.storage.world import NOON, World

OPTIONS = {"north": "The north", "south": "The south", "none": "Rather not say"}


def told(**counts: str) -> dict[str, object]:
    options = [{"id": option, "label": OPTIONS[option], "count": count} for option, count in counts.items()]
    return {"answered": "200", "options": options}


def test_a_difference_beyond_chance_and_rounding_is_said_in_plain_words() -> None:
    north, south = populations.compare(told(north="150", south="50"), {"north": 5000, "south": 5000})
    assert (north.there, north.heard, north.off) == (50, 75, 9)
    assert north.words == "We heard from more of them: 75 in 100 who answered, 50 in 100 of this population."
    assert south.words.startswith("We heard from fewer of them: 25 in 100")


def test_a_difference_that_chance_could_make_is_none() -> None:
    north, _ = populations.compare(told(north="105", south="95"), {"north": 5000, "south": 5000})
    assert north.words == "About as many as there are, as far as we can tell."


def test_a_star_is_too_few_to_say_and_what_the_list_does_not_know_is_left_out() -> None:
    shares = populations.compare(told(north="*", south="190", none="10"), {"north": 1, "south": 1})
    assert (shares[0].option, shares[0].heard, shares[0].words) == ("north", None, "Too few to say.")
    assert [share.option for share in shares] == ["north", "south"]


def test_fewer_than_forty_people_are_told_in_no_percentages() -> None:
    shares = populations.compare(told(north="15", south="20"), {"north": 1, "south": 1})
    assert {share.words for share in shares} == {"Too few to say."}


@given(st.integers(8, 2000), st.integers(8, 2000))
def test_the_more_people_the_less_chance_can_do(some: int, more: int) -> None:
    def off(people: int) -> int:
        return populations.compare(told(north=str(20 * people), south=str(20 * people)), {"north": 1, "south": 1})[0].off

    assert off(max(some, more)) <= off(min(some, more))


def test_a_row_names_an_answer_by_its_words_or_its_id() -> None:
    assert populations.match([("NORTH", 5), (" the south ", 7)], OPTIONS) == {"north": 5, "south": 7}


@pytest.mark.parametrize(
    "rows, said",
    [
        ([("east", 5), ("north", 4)], "no answer 'east'"),
        ([("north", 5), ("The north", 4)], "twice"),
        ([("north", 5)], "at least two"),
        ([("north", 0), ("south", 0)], "at least two"),
        ([("north", 10**11), ("south", 0)], "not a number of people"),
    ],
)
def test_a_list_that_does_not_fit_the_question_is_refused(rows: list[tuple[str, int]], said: str) -> None:
    with pytest.raises(TotalsError, match=said):
        populations.match(rows, OPTIONS)


def test_a_new_list_takes_the_place_of_an_older_one(world: World) -> None:
    clinic = world.engage()
    for source in ("Census 2011", "Census 2021"):
        one = populations.make("Maidstone", "who", {"have": 5, "care": 6}, source, NOON)
        world.do(partial(populations.keep, engagement=clinic, population=one, who="sam"))
    (kept,) = world.do(lambda db: populations.of(db, clinic.id))
    assert (kept.source, kept.totals) == ("Census 2021", {"have": 5, "care": 6})
    assert world.do(lambda db: populations.remove(db, clinic.id, kept.code))
    assert not world.do(lambda db: populations.remove(db, clinic.id, kept.code))
