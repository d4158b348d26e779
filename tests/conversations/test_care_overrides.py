"""A remark can be answered with a reason, and only with one."""

from __future__ import annotations

import pytest

from conversations import checking
from conversations.checking.care.examples import question, whole
from conversations.checking.care.rules import OVERRIDE, RULES
from conversations.checking.problems import ADVICE, ERROR, Problem


def review(text: str) -> list[Problem]:
    return checking.review(text, "a.toml")


def said(text: str) -> str:
    return "\n".join(map(str, review(text)))


OVERRIDDEN = '[[overrides]]\nrule = "{rule}"\n{at}\nwhy = "{why}"\n'
WHY = "Agreed with the young editors on 3 May"


def overridden(rule: str, at: str = "", why: str = WHY, piece: str = "") -> str:
    """A file with two words of jargon, and what an override does about them."""
    piece = piece or 'welcome.en = "We ask service users."\n\n' + question("Do stakeholders come?")
    return whole(piece) + "\n" + OVERRIDDEN.format(rule=rule, at=f'at = "{at}"' if at else "", why=why)


@pytest.mark.parametrize("at, left", [("", 0), ("welcome", 1), ("one", 1), ("steps.one.ask", 1), ("steps.one", 1)])
def test_an_override_silences_its_rule_where_it_says(at: str, left: int) -> None:
    found = review(overridden("jargon", at))
    assert [problem.rule for problem in found] == ["jargon"] * left


def test_an_error_can_be_overridden_too_and_structure_cannot() -> None:
    assert said(overridden("methods", "welcome", piece=RULES["methods"].bad)) == ""
    assert "not known here" in said(overridden("methods", "welcome", piece=RULES["methods"].bad + "\nwellcome = 1"))


@pytest.mark.parametrize(
    "rule, at, why, words, level",
    [
        ("jargn", "welcome", WHY, 'there is no rule "jargn"; did you mean "jargon"?', ERROR),
        ("jargon", "welcom", WHY, '"welcom" is nowhere in this file; did you mean "welcome"?', ERROR),
        ("jargon", "welcome", "because", "an override needs a reason others can follow", ERROR),
        ("jargon", "thanks", WHY, '"thanks" is nowhere', ERROR),
        ("jargon", "title", WHY, 'there is nothing left to override at "title"; take this override out', ADVICE),
        ("emoji", "", WHY, "there is nothing left to override; take", ADVICE),
    ],
)
def test_an_override_that_does_not_hold_is_told_and_silences_nothing(
    rule: str, at: str, why: str, words: str, level: str
) -> None:
    found = review(overridden(rule, at, why))
    [problem] = [problem for problem in found if problem.rule == OVERRIDE]
    assert words in str(problem)
    assert problem.level == level
    assert problem.line > overridden(rule, at, why).split("[[overrides]]")[0].count("\n")
    assert [problem.rule for problem in found].count("jargon") == 2
