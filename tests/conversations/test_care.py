"""What care says of an engagement file: each rule by its examples, how it is told, and how fast."""

from __future__ import annotations

import time

import pytest

from conversations import checking
from conversations.checking import approvals
from conversations.checking.care.examples import options, question, whole
from conversations.checking.care.rules import RULES
from conversations.checking.problems import ADVICE, ERROR, Problem
from tests.conversations.wrong_files import GOOD


def review(text: str) -> list[Problem]:
    """What care finds; that the examples' easy words were approved by nobody is another matter."""
    return [problem for problem in checking.review(text, "a.toml") if problem.rule != approvals.RULE]


def said(text: str) -> str:
    return "\n".join(map(str, review(text)))


@pytest.mark.parametrize("name", RULES)
def test_each_rule_remarks_on_its_bad_example_with_its_level(name: str) -> None:
    found = [problem for problem in review(whole(RULES[name].bad)) if problem.rule == name]
    assert found
    assert found[0].level == RULES[name].level
    assert all(problem.line > 1 and problem.what and problem.do for problem in found)


@pytest.mark.parametrize("name", RULES)
def test_each_rule_has_a_good_example_nobody_remarks_on(name: str) -> None:
    assert said(whole(RULES[name].good)) == ""
    assert said(whole("")) == ""


def test_advice_is_printed_as_advice_and_an_error_as_ever() -> None:
    assert said(whole(RULES["jargon"].bad)) == (
        'a.toml:7: advice: "service users" can puzzle or hurt people; write "people, or the group\'s own name" [jargon]'
    )
    assert said(whole(RULES["methods"].bad)) == (
        'a.toml:7: "overdoses" names or counts a way to come to harm; say it without the way or the number [methods]'
    )


def test_care_does_not_make_a_file_unusable() -> None:
    for rule in RULES.values():
        assert checking.check(whole(rule.bad), "a.toml") == []


def test_a_file_with_a_broken_structure_is_told_nothing_else() -> None:
    found = review(whole(RULES["pressure"].bad).replace("audience", "audiance"))
    assert [problem.rule for problem in found] == [""]


def test_a_file_with_a_question_nobody_can_meet_is_told_nothing_else() -> None:
    never = question("So?", "a") + question("You must?", "b", "yes-no", 'when.all = [{ a = "yes" }, { a = "no" }]')
    found = review(whole(RULES["pressure"].bad + "\n\n" + never))
    assert found
    assert {problem.rule for problem in found} == {""}


def test_what_care_says_stands_in_the_order_of_the_lines() -> None:
    text = whole(RULES["loudness"].bad + "\nthanks.en = 'Hurry up.'") + RULES["two-in-one"].bad
    lines = [problem.line for problem in review(text)]
    assert lines == sorted(lines)
    assert len(set(lines)) == 3


def test_several_files_are_reviewed_with_the_ids_they_share() -> None:
    text = whole(RULES["jargon"].bad)
    problems = checking.review_all({"a.toml": text, "b.toml": text})
    assert [problem.level for problem in problems] == [ADVICE, ADVICE, ERROR]
    assert "already the id of a.toml" in problems[2].what


DESIGN = whole(
    question("Which best describes you?", "who", "choice", options("I have it", "I care for someone"), "optional = false")
    + question("What would help first?", "first", "choices", 'when.who = "o1"', options("Nearer", "None of these"), "at_most = 2")
    + question("One thing we should not get wrong?", "wrong", "text")
    + question("Shall we tell you what happens next?", "tell-me", "yes-no", 'about = "me"')
)


def test_a_plain_engagement_has_no_errors() -> None:
    assert [problem for problem in review(DESIGN) if problem.level == ERROR] == []
    assert [problem for problem in review(GOOD) if problem.level == ERROR] == []


def test_a_hundred_questions_are_reviewed_in_well_under_a_second() -> None:
    labels = options(*(f"The way we do it in place {place}, as you told us last year" for place in range(6)))
    ask = "We would like to know what makes your week hard. How could the people who look after you help more?"
    steps = [
        question(ask, f"s{n}", "choice", labels, *([f's{n - 1} = ["o1", "o2"]'.join(("when.", ""))] if n % 3 == 1 else []))
        for n in range(1, 101)
    ]
    text = whole(question("So?", "s0", "choice", labels) + "".join(steps))
    review(text)
    begun = time.process_time()
    assert {problem.rule for problem in review(text)} == {"length"}
    assert time.process_time() - begun < 1


def test_words_all_in_capitals_are_told_once() -> None:
    assert said(whole('welcome.en = "PLEASE TELL THE MDT."')).count("\n") == 0
