"""The day by which people hear what came of it: ahead, and not too far."""

from __future__ import annotations

import datetime as dt

import pytest

from conversations import checking
from conversations.checking.care.examples import whole
from conversations.checking.problems import ADVICE

DAY = dt.date(2027, 6, 30)
FILE = whole("")


@pytest.mark.parametrize(
    "days_before, expected",
    [
        (-1, [("feedback_by is in the past: 2027-06-30", ADVICE)]),
        (0, []),
        (366, []),
        (367, [("feedback_by is more than a year ahead: 2027-06-30", ADVICE)]),
    ],
)
def test_the_day_is_told_once_it_is_over_and_when_it_is_more_than_a_year_away(
    days_before: int, expected: list[tuple[str, str]]
) -> None:
    found = checking.review(FILE, "a.toml", DAY - dt.timedelta(days=days_before))
    assert [(problem.what, problem.level) for problem in found] == expected
    assert all(FILE.splitlines()[problem.line - 1].startswith("feedback_by") for problem in found)


def test_nothing_is_said_of_the_day_where_today_is_not_known_or_the_day_is_an_example() -> None:
    late = DAY + dt.timedelta(days=400)
    assert checking.review(FILE, "a.toml") == []
    assert checking.review_all({"a.toml": FILE}, late, lasting=["a.toml"]) == []
    assert [problem.file for problem in checking.review_all({"a.toml": FILE}, late)] == ["a.toml"]
