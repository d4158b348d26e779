"""The least and most of a step: told when they do not fit its kind, or leave nothing between them."""

from __future__ import annotations

import pytest

from conversations import checking
from tests.conversations.asked import FRUIT
from tests.conversations.talks import HEAD


def told(kind: str, rest: str) -> str:
    step = f'[[steps]]\nid = "q"\nkind = "{kind}"\nask.en = "And?"\n{rest}\n'
    return "\n".join(map(str, checking.check(HEAD + step, "a.toml")))


@pytest.mark.parametrize(
    "kind, rest",
    [
        ("scale", ""),
        ("scale", "at_least = 0\nat_most = 10"),
        ("scale", "at_least = -5\nat_most = 5"),
        ("number", "at_least = 0\nat_most = 7.5"),
        ("number", "at_least = -40"),
        ("number", "at_least = 0.5\nat_most = 0.7\nwhole = false"),
        ("number", "at_least = 0.5\nat_most = 1"),
        ("number", "at_least = -0.5\nat_most = 0.5"),
        ("date", 'at_least = "today"\nat_most = "today"'),
        ("date", 'at_least = 2027-02-26\nat_most = "today"'),
        ("date", 'at_least = 2026-01-01\nat_most = "today"'),
        ("date", "at_least = 2026-01-01\nat_most = 2026-12-31"),
        ("rank", f"{FRUIT}\nat_most = 2"),
        ("choices", f"{FRUIT}\nat_least = 1\nat_most = 3"),
    ],
)
def test_bounds_that_fit_are_left_alone(kind: str, rest: str) -> None:
    assert told(kind, rest) == ""


@pytest.mark.parametrize(
    "kind, rest, words",
    [
        ("scale", "at_least = 1.5", '`at_least` of kind "scale" is not a whole number'),
        ("scale", 'at_most = "today"', "is not a whole number"),
        ("scale", "at_least = 5\nat_most = 5", "a scale from 5 to 5 has no two values"),
        ("scale", "at_least = 7", "a scale from 7 to 5 has no two values"),
        ("scale", "at_most = 100", "too long to tap; use at most 11 values"),
        ("number", "at_least = 2026-01-01", "is not a number"),
        ("number", "at_least = 10\nat_most = 2", "at_most = 2 is less than at_least = 10"),
        ("number", "at_least = 0.5\nat_most = 0.7", "no whole number lies from 0.5 to 0.7; write whole = false"),
        ("number", "at_least = 1.2\nat_most = 1.9\nwhole = true", "no whole number lies"),
        ("date", 'at_least = 2030-01-01\nat_most = "today"', 'no day lies from 2030-01-01 to "today"'),
        ("date", "at_least = 3", "is not a day like 2027-02-26"),
        ("date", "at_least = 2027-02-01\nat_most = 2027-01-01", "at_most = 2027-01-01 is less than at_least = 2027-02-01"),
        ("date", "at_least = 2027-02-01T10:00:00", "`at_least` does not hold what it should"),
        ("rank", f"{FRUIT}\nat_most = 4", "at_most = 4 and there are 3 options"),
        ("rank", f"{FRUIT}\nat_least = 0", "at_least = 0 asks for nothing"),
        ("choices", f"{FRUIT}\nat_least = 4", "at_least = 4 and there are 3 options"),
        ("choices", f"{FRUIT}\nat_least = 3\nat_most = 2", "at_most = 2 is less than at_least = 3"),
        ("choices", f"{FRUIT}\nat_least = 1.5", "is not a whole number"),
        ("choice", f"{FRUIT}\nat_least = 1", "takes no `at_least`"),
        ("place", "at_most = 3", "takes no `at_most`"),
        ("text", "at_most = 200", "takes no `at_most`"),
        ("scale", "at_least = 99999999999", "`at_least` does not hold what it should"),
        ("number", "at_most = inf", "`at_most` does not hold what it should"),
    ],
)  # fmt: skip
def test_bounds_that_cannot_be_are_told_with_what_to_do(kind: str, rest: str, words: str) -> None:
    assert words in told(kind, rest)
