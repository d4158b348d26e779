"""Comparing a text with those people have answered: wrong figures are refused, doubts are said, rewordings pass in silence."""

from __future__ import annotations

import pytest
from hypothesis import assume, given

from conversations import checking, flow
from conversations.checking.comparing import compare
from conversations.checking.problems import ADVICE, ERROR, Problem
from conversations.library import SHIPPED
from tests.conversations import written

HEAD = """format = 1
id = "a-test"
kind = "consultation"
title.en = "A test"
identity = "confidential"
audience = "adults"
[charter]
settles.en = "a thing"
decided_by.en = "A group"
can_change.en = "this"
cannot_change.en = "that"
feedback_by = 2027-02-26
"""

STEPS = """
[[steps]]
id = "who"
kind = "choice"
ask.en = "Which best describes you?"
options = [
  { id = "have", label.en = "I have long covid" },
  { id = "care", label.en = "I care for someone" },
  { id = "work", label.en = "I work there" },
]
[[steps]]
id = "well"
kind = "scale"
ask.en = "How well do you sleep?"
at_least = 1
at_most = 5
low.en = "Badly"
high.en = "Well"
[[steps]]
id = "far"
kind = "number"
ask.en = "How far do you travel?"
unit.en = "miles"
[[steps]]
id = "quote"
kind = "consent"
ask.en = "May we quote you?"
says.en = "My words may be read out."
[[steps]]
id = "tell-me"
kind = "yes-no"
about = "me"
ask.en = "Shall we tell you?"
"""
SOURCE = HEAD + STEPS


CONSENT = 'kind = "consent"\nask.en = "May we quote you?"\nsays.en = "My words may be read out."'
TEXT = 'kind = "text"\nask.en = "May we quote you?"'


def found(*changes: tuple[str, str], before: str = SOURCE) -> list[Problem]:
    """What is said of SOURCE with these changes, by somebody who has seen `before` answered."""
    source = SOURCE
    for was, becomes in changes:
        assert was in source
        source = source.replace(was, becomes, 1)
    assert checking.check(source, "t.toml") == []
    return compare([flow.read(before)], source, "t.toml")


WRONG = {
    "identity": ('"confidential"', '"named"', "identity is now"),
    "kind of engagement": ('kind = "consultation"', 'kind = "poll"', "kind is now"),
    "audience widened": ('"adults"', '"everyone"', "audience is now"),
    "kind of step": (CONSENT, TEXT, "is now of kind"),
    "about": ('about = "me"', 'about = "answers"', "goes elsewhere"),
    "bounds of a scale": ("at_most = 5", "at_most = 10", "counts from 1 to 10"),
    "unit": ('"miles"', '"minutes"', 'is counted in "minutes", was "miles"'),
}


@pytest.mark.parametrize("change", WRONG)
def test_what_would_make_figures_wrong_is_an_error_at_its_line(change: str) -> None:
    was, becomes, what = WRONG[change]
    (problem,) = found((was, becomes))
    assert (problem.level, what in problem.what) == (ERROR, True)
    assert "new id" in problem.do
    line = SOURCE.replace(was, becomes, 1).splitlines()[problem.line - 1]
    assert line in becomes.splitlines() or becomes in line


def test_labels_that_change_places_between_options_are_an_error_at_each() -> None:
    swapped = ("I have long covid", "X"), ("I care for someone", "I have long covid"), ("X", "I care for someone")
    problems = found(*swapped)
    assert [(problem.level, problem.line) for problem in problems] == [(ERROR, 19), (ERROR, 20)]
    assert 'was "I have long covid" and is "I care for someone"' in problems[0].what


def test_options_in_another_order_are_nothing() -> None:
    have, care = (line for line in SOURCE.splitlines() if 'id = "have"' in line or 'id = "care"' in line)
    assert found((have, "#"), (care, have), ("#", care)) == []


def test_the_ends_of_a_scale_the_other_way_round_are_an_error() -> None:
    problems = found(('low.en = "Badly"', 'low.en = "Well"'), ('high.en = "Well"', 'high.en = "Badly"'))
    assert problems[0].level == ERROR
    assert "the other way round" in problems[0].what


def test_to_ask_fewer_people_is_allowed() -> None:
    assert found(before=SOURCE.replace('"adults"', '"everyone"')) == []


DOUBTFUL = {
    "an option": ("I work there", "I have never heard of it", 'the option "work" of "who" may mean something else'),
    "a question": ("How well do you sleep?", "How well do you eat?", '"well" may ask something else'),
    "an end of a scale": ('low.en = "Badly"', 'low.en = "Not my business"', '"well" may ask something else'),
    "a unit in part": ('"miles"', '"miles a week"', 'is counted in "miles a week"'),
    "words agreed to": ("My words may be read out.", "My words and name may be read out.", "agree to other words"),
}


@pytest.mark.parametrize("change", DOUBTFUL)
def test_what_may_mean_something_else_is_advice_with_old_and_new_words(change: str) -> None:
    was, becomes, what = DOUBTFUL[change]
    (problem,) = found((was, becomes))
    assert (problem.level, what in problem.what, "new id" in problem.do) == (ADVICE, True, True)
    assert becomes in SOURCE.replace(was, becomes, 1).splitlines()[problem.line - 1]
    assert becomes.partition('"')[2].rstrip('"') in problem.what or becomes in problem.what


def test_what_is_not_asked_or_offered_any_more_is_said_and_fine() -> None:
    gone = STEPS[STEPS.index('[[steps]]\nid = "quote"') : STEPS.index('[[steps]]\nid = "tell-me"')]
    problems = found((gone, ""), ('  { id = "work", label.en = "I work there" },\n', ""))
    assert [(problem.level, problem.do) for problem in problems] == [(ADVICE, "what was answered stays in the results")] * 2
    assert ['"quote"' in problems[0].what, '"work" cannot be picked in "who"' in problems[1].what] == [True, True]


def test_an_option_id_used_again_for_something_else_is_found_however_long_it_was_gone() -> None:
    without = SOURCE.replace('  { id = "work", label.en = "I work there" },\n', "")
    again = SOURCE.replace("I work there", "Someone else")
    served = [flow.read(SOURCE), flow.read(without)]
    assert ["quite other words" in problem.what for problem in compare(served, again, "t.toml")] == [True]
    assert compare(served, SOURCE, "t.toml") == []


def test_a_question_id_used_again_for_another_kind_is_refused_however_long_it_was_gone() -> None:
    gone = STEPS[STEPS.index('[[steps]]\nid = "far"') : STEPS.index('[[steps]]\nid = "quote"')]
    served = [flow.read(SOURCE), flow.read(SOURCE.replace(gone, ""))]
    again = SOURCE.replace('kind = "number"', 'kind = "text"').replace('unit.en = "miles"\n', "")
    assert [problem.level for problem in compare(served, again, "t.toml")] == [ERROR]


def test_the_words_of_something_said_may_change_freely() -> None:
    said = '[[steps]]\nid = "hello"\nkind = "say"\nask.en = "Welcome"\n'
    before = SOURCE.replace(HEAD, HEAD + said)
    source = before.replace('"Welcome"', '"Three short questions come next"')
    assert compare([flow.read(before)], source, "t.toml") == []


def test_before_anyone_could_answer_nothing_is_said() -> None:
    assert compare([], SOURCE, "t.toml") == []


# --- Any engagement


@written.always
@given(written.tables())
def test_an_engagement_compared_with_itself_has_nothing_to_say(table: dict[str, object]) -> None:
    source = written.source(table)
    assume(not checking.check(source, "t.toml"))
    assert compare([flow.read(source)], source, "t.toml") == []


@written.always
@given(written.tables(), written.tables())
def test_any_two_engagements_can_be_compared_and_another_kind_is_always_an_error(
    first: dict[str, object], second: dict[str, object]
) -> None:
    texts = [written.source(table) for table in (first, second)]
    assume(not any(checking.check(text, "t.toml") for text in texts))
    old, new = (flow.read(text) for text in texts)
    wrong = {problem.line for problem in compare([old], texts[1], "t.toml") if problem.level == ERROR}
    other = [
        step
        for step in new.steps
        if (was := old.find(step.id)) and was.kind != step.kind and was.asks and step.asks and not step.other_of
    ]
    assert not other or wrong


@pytest.mark.parametrize("name", SHIPPED)
def test_the_library_compared_with_itself_has_nothing_to_say(name: str) -> None:
    assert compare([flow.read(SHIPPED[name])], SHIPPED[name], name) == []
