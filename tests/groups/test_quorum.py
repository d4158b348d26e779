"""The quorum: its forecast against a count of all that could happen, and what is said of it."""

from __future__ import annotations

from itertools import product
from math import isclose, prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations import quorum
from conversations.quorum import EXPECTED, Chair, Missing, Past, Rule

RULES = st.builds(Rule, st.integers(0, 6), st.integers(0, 4))
CHANCES = st.lists(st.tuples(st.booleans(), st.floats(0, 1)), max_size=7)
CHAIRS = st.lists(
    st.builds(Chair, st.sampled_from(["carer", "patient", "staff"]), st.booleans(), st.sampled_from(list(EXPECTED)))
)
OLD = Past(5)


def count_all(rule: Rule, chairs: list[tuple[bool, float]]) -> float:
    """The same chance, from every way the seats can turn out."""
    total = 0.0
    for came in product((True, False), repeat=len(chairs)):
        lived = sum(there and is_lived for there, (is_lived, _) in zip(came, chairs, strict=True))
        if rule.is_met(sum(came), lived):
            total += prod(chance if there else 1 - chance for there, (_, chance) in zip(came, chairs, strict=True))
    return total


@given(RULES, CHANCES)
def test_the_chance_is_that_of_all_that_could_happen(rule: Rule, chairs: list[tuple[bool, float]]) -> None:
    assert isclose(quorum.chance(rule, chairs), count_all(rule, chairs), abs_tol=1e-9)


@given(RULES, CHANCES, st.booleans(), st.floats(0, 1))
def test_one_more_seat_never_makes_a_quorum_less_likely(
    rule: Rule,
    chairs: list[tuple[bool, float]],
    lived: bool,  # noqa: FBT001
    come: float,
) -> None:
    assert quorum.chance(rule, [*chairs, (lived, come)]) >= quorum.chance(rule, chairs) - 1e-9


@given(RULES, CHAIRS, st.integers(0, 5))
def test_a_forecast_never_contradicts_itself(rule: Rule, chairs: list[Chair], meetings: int) -> None:
    found = quorum.forecast(rule, chairs, Past(meetings))
    assert found.confirmed_lived <= found.confirmed <= len(chairs)
    assert (found.chance is None) == (found.outlook in {"no-rule", "early", "out-of-reach"})
    assert found.outlook != "out-of-reach" or not found.is_enough
    assert all(quorum.tell(found))
    confirmed = {chair.kind for chair in chairs if chair.lived and chair.reply in quorum.CONFIRMED}
    assert not confirmed & {one.kind for one in found.missing}


@given(st.integers(0, 40), st.integers(0, 40))
def test_a_share_is_never_rounded_to_all_or_none(part: int, more: int) -> None:
    if of := part + more:
        assert (quorum.percent(part, of) == 100) == (part == of)
        assert (quorum.percent(part, of) == 0) == (part == 0)


def test_five_of_six_decisions_are_83_percent() -> None:
    assert quorum.percent(5, 6) == 83


FOUR = Rule(3, 2)
ASKED = (Chair("young-person", True, "silent"), Chair("carer", True, "room"), Chair("staff", False, "online"))


@pytest.mark.parametrize("meetings, outlook", [(0, "early"), (2, "early"), (3, "unlikely")])
def test_a_young_group_is_told_that_it_is_too_early_to_tell(meetings: int, outlook: str) -> None:
    assert quorum.forecast(FOUR, ASKED, Past(meetings)).outlook == outlook


def test_who_is_missing_is_said_in_words() -> None:
    found = quorum.forecast(FOUR, (*ASKED, Chair("patient", True, "vacant")), OLD)
    assert found.missing == (Missing("young-person", vacant=False), Missing("patient", vacant=True))
    assert quorum.tell(found)[1:] == (
        "2 of the 3 seats it needs have confirmed, and 1 of the 2 of lived experience.",
        "No young person has confirmed.",
        "No patient can come: the seat is empty.",
    )
    assert found.warns


def test_a_meeting_that_too_many_have_declined_is_out_of_reach_however_young_the_group() -> None:
    gone = (Chair("carer", True, "no"), Chair("patient", True, "vacant"), Chair("staff", False, "room"))
    assert quorum.forecast(FOUR, gone, Past()).outlook == "out-of-reach"


def test_a_group_learns_that_its_silent_members_come() -> None:
    silent = [Chair("carer", True, "silent")] * 3
    shy = quorum.learn([[("silent", True)] * 3] * 8)
    before, after = (quorum.forecast(Rule(3, 2), silent, past).chance for past in (OLD, shy))
    assert before is not None
    assert after is not None
    assert before < 0.1
    assert after > 0.5


def test_two_meetings_do_not_outweigh_what_is_usual() -> None:
    unlucky = quorum.learn([[("room", False)]] * 2)
    assert 0.5 < unlucky.chance("room") < EXPECTED["room"]


def test_an_empty_seat_never_comes_whatever_was_recorded() -> None:
    assert quorum.learn([[("vacant", True)]] * 9).chance("vacant") == 0


def test_a_group_without_a_rule_is_told_only_who_is_missing() -> None:
    found = quorum.forecast(Rule(), ASKED, OLD)
    assert quorum.tell(found) == ("This group has no quorum rule.", "No young person has confirmed.")
