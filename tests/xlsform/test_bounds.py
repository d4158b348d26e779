"""Constraints become bounds; what a bound cannot say is not passed over."""

import datetime as dt
from typing import Any

import pytest

from bot.xlsform.bounds import bounded


@pytest.mark.parametrize(
    "words,kind,bounds",
    [
        (". >= 0 and . <= 120", "number", {"at_least": 0, "at_most": 120}),
        ("0 < . and 120 > .", "number", {"at_least": 1, "at_most": 119}),
        (". = 5", "number", {"at_least": 5, "at_most": 5}),
        (". >= 2 and . >= 1 and . <= 8 and . <= 9", "number", {"at_least": 2, "at_most": 8}),
        ("count-selected(.) = 2", "choices", {"at_least": 2, "at_most": 2}),
        ("(count-selected(.) >= 2 or selected(., 'no'))", "choices", {"at_least": 2}),
        ("not(count-selected(.) > 1 and selected(., 'no'))", "choices", {"alone": ("no",)}),
        (". >= '2020-01-01'", "date", {"at_least": dt.date(2020, 1, 1)}),
        ("today() >= .", "date", {"at_most": "today"}),
    ],
)
def test_a_constraint_that_is_a_bound_is_one(words: str, kind: str, bounds: dict[str, Any]) -> None:
    assert bounded(words, kind, {}, whole=True) == (bounds, True)


@pytest.mark.parametrize(
    "words,kind",
    [
        (". >= 0 or . = -9", "number"),
        (". != 5", "number"),
        (". <= ${age}", "number"),
        (". <= 99999999", "number"),
        (". <= 'x'", "number"),
        (". < today()", "date"),
        (". <= '2020-02-30'", "date"),
        ("regex(., 'a')", "text"),
        ("not(selected(., 'a') and selected(., 'b'))", "choices"),
        ("count-selected(.) <= ${most}", "choices"),
        (". <= (1", "number"),
    ],
)
def test_a_constraint_that_says_more_is_not_passed_over(words: str, kind: str) -> None:
    assert bounded(words, kind, {}, whole=True) == ({}, False)


def test_what_can_be_said_is_kept_beside_what_cannot() -> None:
    assert bounded(". >= 1 and . != 5", "number", {}, whole=True) == ({"at_least": 1}, False)


def test_a_wider_constraint_does_not_widen_a_range() -> None:
    assert bounded(". <= 100", "scale", {"at_least": 0, "at_most": 10}, whole=True) == ({"at_least": 0, "at_most": 10}, True)


def test_more_than_nought_is_not_said_of_a_number_with_decimals() -> None:
    assert bounded(". > 0", "number", {}, whole=False) == ({}, False)
    assert bounded(". >= 0.5", "number", {}, whole=False) == ({"at_least": 0.5}, True)
