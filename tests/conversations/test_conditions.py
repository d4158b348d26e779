"""`when` holds, does not hold, or is not known yet."""

from __future__ import annotations

import tomllib

import pytest

from conversations.conditions import met, parse
from conversations.session import Answer

SAID = {
    "who": Answer(chosen=("have",)),
    "help": Answer(chosen=("travel", "rest")),
    "age": Answer(text="17"),
    "left": Answer(skipped=True),
}
PERSON = {"age_band": "16-17", "level": "3"}


@pytest.mark.parametrize(
    "when,holds",
    [
        ('who = "have"', True),
        ('who = ["have", "care"]', True),
        ('who = "care"', False),
        ('help = { includes = "rest" }', True),
        ('help = { includes = ["rest", "food"] }', True),
        ('help = { includes_all = ["rest", "food"] }', False),
        ('help = { includes_all = ["rest", "travel"] }', True),
        ("age = { at_least = 16 }", True),
        ("age = { at_most = 16 }", False),
        ("who = { at_least = 16 }", False),
        ("age = { at_least = 16, at_most = 17 }", True),
        ("who = { answered = true }", True),
        ("left = { answered = true }", False),
        ("left = { answered = false }", True),
        ("missing = { answered = false }", True),
        ('left = "have"', False),
        ('not = { left = "have" }', True),
        ('who = "have"\nhelp = "food"', False),
        ('any = [{ who = "care" }, { help = "rest" }]', True),
        ('all = [{ who = "have" }, { help = "food" }]', False),
        ('person.age_band = "16-17"', True),
        ('"person.age_band" = "16-17"', True),
        ("person.age_band = { answered = true }", True),
        ("person.place = { answered = true }", False),
        ("person.level = { at_least = 3 }", True),
        ('later = "x"', None),
        ('not = { later = "x" }', None),
        ('any = [{ later = "x" }, { who = "have" }]', True),
        ('any = [{ later = "x" }, { who = "care" }]', None),
        ('all = [{ later = "x" }, { who = "care" }]', False),
        ('all = [{ later = "x" }, { who = "have" }]', None),
    ],
)
def test_a_condition_is_met_not_met_or_not_known_yet(when: str, holds: object) -> None:
    assert met(parse(tomllib.loads(when)), SAID, PERSON, frozenset({"later"})) is holds


def test_no_condition_is_always_met() -> None:
    assert met(None, {}) is True


@pytest.mark.parametrize("when", ["all = 1", "any = [1]", 'not = "who"', "who = { equals = 1 }", "who = {}"])
def test_what_cannot_be_understood_is_refused(when: str) -> None:
    with pytest.raises(ValueError, match=r"take|compared"):
        parse(tomllib.loads(when))
