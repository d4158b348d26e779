"""Each kind of question answered by typing: whatever is said is read or kindly refused, never lost."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations import flow
from conversations.inputs import Back
from conversations.questions import KINDS, Misread
from conversations.text import clean
from tests.conversations.asked import FRUIT, TOWNS, kept, one
from tests.conversations.talks import english
from tests.conversations.written import TEXTS, always, flows

TODAY = dt.date(2027, 1, 4)


@always
@given(flows(), st.one_of(TEXTS, st.text()))
def test_whatever_is_said_is_read_or_kindly_refused(drawn: flow.Flow, words: str) -> None:
    for step in drawn.steps:
        read = KINDS[step.kind].read(step, step.options, clean(words), TODAY)
        if isinstance(read, Misread):
            assert read.why.text["en"]
            continue
        assert bool(read.chosen) != bool(read.text)
        assert not any(" " in value for value in read.chosen)
        if not step.options:
            again = KINDS[step.kind].read(step, step.options, read.text or read.chosen[0], TODAY)
            assert again == read  # what is kept says the same when it is read again


@pytest.mark.parametrize(
    "kind, rest, words, answer",
    [
        ("scale", "", "4", ("4",)),
        ("scale", "", "four", ("4",)),
        ("scale", "at_least = 0\nat_most = 10", "0", ("0",)),
        ("scale", 'low.en = "Not at all"\nhigh.en = "Very much"', "very much", ("5",)),
        ("scale", "at_least = -2\nat_most = 2", "-1", ("-1",)),
        ("scale", "at_least = 0\nat_most = 10", "7/10", ("7",)),
        ("yes-no", "", "yep", ("yes",)),
        ("yes-no", "", "N", ("no",)),
        ("yes-no", "", "👍", ("yes",)),
        ("rank", FRUIT, "3 > 2 > 1", ("plum", "pear", "apple")),
        ("number", "", "1,200", ("1200",)),
        ("number", 'unit.en = "hours"', "12 hours", ("12",)),
        ("number", 'unit.en = "hours"', "1 hour", ("1",)),
        ("number", "whole = false", "12.50", ("12.5",)),
        ("number", "", "twenty-one", ("21",)),
        ("number", 'unit.en = "pounds"', "£12", ("12",)),
        ("number", "", "۱۲", ("12",)),
        ("date", "", "26th Feb 2027", ("2027-02-26",)),
        ("date", 'at_most = "today"', "26 December", ("2026-12-26",)),
        ("date", "", "today", ("2027-01-04",)),
        ("place", "", "me14 2ab", ("ME14",)),
        ("rank", FRUIT, "3, 1, 2", ("plum", "apple", "pear")),
        ("rank", FRUIT, "plum, apple", ("plum", "apple", "pear")),
        ("rank", f"{FRUIT}\nat_most = 2", "2 and 3", ("pear", "plum")),
        ("agree", "", "disagree", ("disagree",)),
        ("agree", "", "pass", ("pass",)),
        ("consent", 'says.en = "My words may be read out."', "yes, I agree", ("yes",)),
        ("consent", 'says.en = "My words may be read out."', "2", ("no",)),
        ("choice", TOWNS, "town 17 on sea", ("t17",)),
        ("choice", TOWNS, "28", ("t28",)),
    ],
)
def test_an_answer_of_each_kind_can_be_typed(kind: str, rest: str, words: str, answer: tuple[str, ...]) -> None:
    talk = one(kind, rest)
    talk.say(words)
    assert kept(talk) == answer
    talk.do(Back())
    assert kept(talk) is None
    assert talk.question
    assert talk.question.id == "q"


@pytest.mark.parametrize(
    "kind, rest, words, told",
    [
        ("scale", "", "6", "a number from 1 to 5"),
        ("scale", "", "2.5", "a number from 1 to 5"),
        ("number", "", "lots", "one number, like 12"),
        ("number", "", "2.5", "a whole number"),
        ("number", "", "12 miles", "one number"),
        ("number", "at_least = 0\nat_most = 120", "200", "from 0 to 120"),
        ("number", "at_least = 18", "17", "18 or more"),
        ("number", "at_most = 7", "8", "7 or less"),
        ("date", "", "31 February 2027", "not a date we know"),
        ("date", 'at_most = "today"', "5/1/2027", "up to 2027-01-04"),
        ("date", "at_least = 2027-01-01\nat_most = 2027-12-31", "1/1/2028", "from 2027-01-01 to 2027-12-31"),
        ("place", "", "ME", "the first part of your postcode"),
        ("rank", FRUIT, "3", "at least 3"),
        ("rank", FRUIT, "1, 1, 2", "in order"),
        ("scale", "at_least = 0\nat_most = 10", "7/5", "a number from 0 to 10"),
        ("number", "at_least = 16\nat_most = 110", "lots", "like 16"),
        ("number", "at_most = 5", "lots", "like 5"),
        ("date", 'at_most = "today"', "soon", "like 2027-01-04"),
        ("rank", FRUIT, "cherry", "in order"),
        ("agree", "", "maybe", "pick one answer"),
        ("consent", 'says.en = "My words may be read out."', "hm", "pick one answer"),
        ("choice", TOWNS, "town", "pick one answer"),
        ("choice", TOWNS, "town 3", "pick one of these"),
    ],
)
def test_a_wrong_answer_is_told_what_would_be_right_and_nothing_is_kept(kind: str, rest: str, words: str, told: str) -> None:
    talk = one(kind, rest)
    effects = talk.say(words)
    assert told in english(effects)
    assert kept(talk) is None
    assert talk.question
    assert talk.question.id == "q"
