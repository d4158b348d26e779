"""Answers about the person and answers to the consultation are kept apart, so no condition may lead from one to the other."""

from __future__ import annotations

import pytest

from conversations import checking
from tests.conversations.wrong_files import GOOD

ABOUT_ME = """
[[steps]]
id = "tell"
kind = "yes-no"
about = "me"
ask.en = "Shall we tell you?"
"""
CONDITION = 'when = { who = "have" }\n'


@pytest.mark.parametrize("identity", ["anonymous", "confidential"])
def test_a_question_about_the_person_may_not_hang_on_an_answer(identity: str) -> None:
    source = GOOD.replace('"named"', f'"{identity}"') + ABOUT_ME
    assert checking.check(source, "a.toml") == []
    [problem] = checking.check(source + CONDITION, "a.toml")
    assert "are kept apart" in str(problem)
    assert problem.line == len((source + CONDITION).splitlines())


def test_an_answer_may_not_hang_on_what_is_about_the_person() -> None:
    later = ABOUT_ME + '[[steps]]\nid = "last"\nkind = "text"\nask.en = "More?"\nwhen = { tell = "yes" }\n'
    [problem] = checking.check(GOOD.replace('"named"', '"anonymous"') + later, "a.toml")
    assert "are kept apart" in str(problem)


def test_where_answers_carry_the_person_anyway_it_may() -> None:
    assert checking.check(GOOD + ABOUT_ME + CONDITION, "a.toml") == []
