"""What `check` says about files somebody got wrong: the line, and the words of the advice."""

from __future__ import annotations

import time

import pytest

from conversations import checking, flow
from conversations.checking.problems import Problem
from conversations.library import SHIPPED
from tests.conversations.talks import HEAD
from tests.conversations.wrong_files import CASES, GOOD, LONG


def problems(text: str) -> list[Problem]:
    return checking.check(text, "a.toml")


def test_a_file_without_faults_has_no_problems() -> None:
    assert problems(GOOD) == []
    assert flow.read(GOOD).id == "a-test"


@pytest.mark.parametrize("case", CASES, ids=[f"{number} {case[2]}" for number, case in enumerate(CASES)])
def test_a_fault_is_told_with_its_line_and_what_to_do(case: tuple[str, str, str, *tuple[int | str, ...]]) -> None:
    old, new, words, *rest = case
    assert GOOD.count(old) == 1
    text = GOOD.replace(old, new)
    if len(rest) > 1:
        text = text.replace("optional = true", str(rest[1]))
    marked = next((number for number, line in enumerate(text.splitlines(), 1) if "#!" in line), None)
    found = problems(text)
    assert found
    assert words in str(found[0])
    assert found[0].line == (rest[0] if rest else marked)
    assert all(problem.file == "a.toml" and problem.do and "\n" not in str(problem) for problem in found)


def test_a_problem_is_printed_as_file_line_what_and_what_to_do() -> None:
    [problem] = problems(GOOD.replace("optional = true", "optinal = true"))
    assert str(problem) == 'a.toml:46: "optinal" is not known here; did you mean "optional"?'


def test_one_misspelt_key_is_one_problem() -> None:
    assert len(problems(GOOD.replace("audience", "audiance"))) == 1
    assert len(problems(GOOD.replace("identity", "identitty"))) == 1
    assert len(problems(GOOD.replace('ask.en = "What else?"', 'aks.en = "What else?"'))) == 1


def test_words_in_no_language_are_one_problem() -> None:
    assert len(problems(GOOD.replace('ask.en = "What else?"', 'ask = "What else?"'))) == 1
    consent = GOOD.replace('kind = "text"', 'kind = "consent"\nsays = "I agree."')
    assert [problem.do for problem in problems(consent)] == ['write says.en = "I agree that …"']


def test_all_faults_of_a_file_are_told_at_once_in_the_order_of_its_lines() -> None:
    text = GOOD.replace("named", "naimed").replace("optional", "optinal").replace('who = "have"', 'who = "hav"')
    lines = [problem.line for problem in problems(text)]
    assert lines == sorted(lines)
    assert len(lines) == 3


def test_a_byte_order_mark_and_the_line_endings_of_windows_are_taken() -> None:
    windows = "\ufeff" + GOOD.replace("\n", "\r\n")
    assert problems(windows) == []
    assert flow.read(windows) == flow.read(GOOD)
    assert problems(windows.replace("optional", "optinal"))[0].line == 46


def test_a_file_that_is_not_in_utf_8_is_told() -> None:
    assert "UTF-8" in str(problems(GOOD + "# \udcff")[0])


def test_tables_nested_beyond_reason_are_told() -> None:
    assert problems(GOOD.replace('when = { who = "have" }', "when." + "not." * 2000 + 'who = "have"'))


def test_a_number_of_thousands_of_digits_is_told() -> None:
    [problem] = problems(GOOD.replace("at_most = 2", f"at_most = {'9' * 5000}"))
    assert str(problem) == "a.toml:35: this number is far too long; write a smaller one"
    assert problems(GOOD.replace("at_most = 2", f"at_most = 0x{'f' * 5000}"))
    assert problems(GOOD.replace('who = "have"', f"who = 0x{'f' * 5000}"))


def test_a_letter_that_cannot_be_seen_is_told() -> None:
    [problem] = problems(GOOD.replace("A test", "A \u0007test"))
    assert str(problem) == "a.toml:4: a letter that cannot be seen stands here; write the words again by hand"


def test_a_slip_nobody_has_thought_of_is_told_in_the_words_of_the_reader() -> None:
    [problem] = problems(GOOD.replace("format = 1", "format = 01"))
    assert str(problem).startswith("a.toml:1: this is not TOML: expected newline")
    assert problem.do == "mend it here or just above"


def test_a_flow_that_asks_nothing_is_told() -> None:
    only = GOOD[: GOOD.index("[[steps]]")] + '[[steps]]\nid = "hello"\nkind = "say"\nask.en = "Hello."\n'
    assert "nothing is asked" in str(problems(only)[0])
    assert problems(only)[0].line == 15


def test_a_question_some_people_could_not_answer_is_told() -> None:
    options = '[{ id = "a", label.en = "A", when.who = "have" }, { id = "b", label.en = "B", when.who = "have" }]'
    stuck = GOOD.replace('kind = "text"', f'kind = "choice"\noptions = {options}').replace("optional = true\n", "")
    [problem] = problems(stuck)
    assert "some people would find too few options" in str(problem)
    assert problem.line == 45
    assert problems(stuck.replace('ask.en = "What else?"', 'ask.en = "?"\nwhen.who = "have"')) == []
    assert problems(stuck + "optional = true\n") == []


def test_an_option_that_may_stand_alone_is_enough_to_answer_with() -> None:
    two = GOOD.replace("at_least = 1", "at_least = 2").replace('label.en = "Nearer"', 'label.en = "Nearer", when.who = "have"')
    assert problems(two) == []


def test_more_options_than_anyone_looks_through_are_told() -> None:
    many = ",\n".join(f'{{ id = "o{n}", label.en = "Label {n} of many" }}' for n in range(501))
    found = problems(GOOD.replace('kind = "text"', f'kind = "choice"\noptions = [{many}]'))
    assert "there are 501 options; give at most 500" in "\n".join(map(str, found))


def test_a_variant_of_a_language_may_be_left_out() -> None:
    easy = GOOD.replace('title.en = "A test"', 'title.en = "A test"\ntitle.en-x-easy = "Test"')
    assert problems(easy) == []
    assert problems(GOOD.replace('ask.en = "What else?"', 'ask.en = "What else?"\nask.en-x-easy = "More?"')) == []


def test_an_opening_that_telegram_would_not_take_is_told() -> None:
    assert "the opening message" in str(problems(GOOD.replace('settles.en = "a"', f'settles.en = "{LONG}"'))[0])
    assert "the thanks" in str(problems(GOOD.replace("[charter]", f'thanks.en = "{LONG}"\n[charter]'))[0])


def test_an_option_may_be_called_by_its_own_number() -> None:
    numbers = ", ".join(f'{{ id = "n{n}", label.en = "{n}" }}' for n in (1, 2, 3))
    scale = GOOD.replace('kind = "text"', f'kind = "choice"\noptions = [{numbers}]')
    assert problems(scale) == []
    moving = scale.replace('{ id = "n1", label.en = "1" }', '{ id = "n1", label.en = "1", when.who = "have" }')
    assert "means the option with that number" in str(problems(moving)[0])


def test_what_only_some_people_are_is_not_taken_for_impossible() -> None:
    for when in ('person.groups.includes_all = ["a", "b"]', 'person.language = "cy"', 'person.place = "Leeds"'):
        assert problems(GOOD.replace("optional = true", f"when.{when}")) == []


def test_a_question_for_those_who_were_not_asked_another_is_not_taken_for_impossible() -> None:
    assert problems(GOOD.replace("optional = true", "when.first.answered = false")) == []


def test_two_files_with_the_same_engagement_id_are_told() -> None:
    other = GOOD.replace('title.en = "A test"', 'title.en = "Another"')
    [problem] = checking.check_all({"a.toml": GOOD, "b.toml": other, "c.toml": "id = [", "d.toml": "id = 1"})[:1]
    assert str(problem) == 'b.toml:2: "a-test" is already the id of a.toml; give each engagement its own id'
    assert checking.check_all(SHIPPED) == []


def test_a_hundred_steps_are_checked_in_well_under_a_second() -> None:
    steps = [
        f'[[steps]]\nid = "s{n}"\nkind = "choices"\nask.en = "You said {{s{n - 1}}}?"\nat_least = 2\n'
        f'when.s{n - 1}.includes_all = ["o{n % 6}", "o{(n + 1) % 6}"]\noptional = true\noptions = ['
        + ", ".join(f'{{ id = "o{place}", label.en = "Label {place} here" }}' for place in range(6))
        + "]\n"
        for n in range(1, 100)
    ]
    first = steps[0].replace("{s0}", "it").replace('when.s0.includes_all = ["o1", "o2"]\n', "")
    text = GOOD[: GOOD.index("[[steps]]")] + first + "".join(steps[1:])
    best = min(_timed(text) for _ in range(3))
    assert best < 0.8


OPTIONS = "options = [" + ", ".join(f'{{ id = "o{place}", label.en = "Label {place} here" }}' for place in range(6)) + "]"
SHAPES = {
    "choices": (OPTIONS, '{{ s{0} = {{ includes = "o1" }} }}', '{{ s{0} = {{ includes_all = ["o2", "o3"] }} }}'),
    "number": ("at_least = 0\nat_most = 100", "{{ s{0} = {{ at_least = 7 }} }}", "{{ not = {{ s{0} = {{ at_most = 50 }} }} }}"),
    "yes-no": ("", '{{ s{0} = "yes" }}', "{{ s{0} = {{ answered = false }} }}"),
}
"""Kind -> its other keys, and two comparisons with an earlier step."""


@pytest.mark.parametrize("kind", SHAPES)
def test_500_steps_under_any_of_three_comparisons_are_checked_in_moments(kind: str) -> None:
    keys, near, far = SHAPES[kind]
    steps = [
        f'[[steps]]\nid = "s{n}"\nkind = "{kind}"\nask.en = "And {n}?"\n{keys}\noptional = true\n'
        + (f"when = {{ any = [{near.format(n - 1)}, {far.format(n // 2)}, {near.format(n // 3)}] }}\n" if n > 3 else "")
        for n in range(500)
    ]
    assert min(_timed(GOOD[: GOOD.index("[[steps]]")] + "".join(steps)) for _ in range(2)) < 3


def _timed(text: str) -> float:
    begun = time.process_time()
    assert problems(text) == []
    return time.process_time() - begun


def test_a_long_list_of_which_few_may_be_picked_is_not_too_long() -> None:
    many = ",\n".join(f'{{ id = "o{n}", label.en = "Label {n} {"of many words " * 4}" }}' for n in range(60))
    step = f'[[steps]]\nid = "q"\nkind = "choices"\nask.en = "Which?"\nat_most = 2\noptions = [{many}]\n'
    assert checking.check(HEAD + step, "a.toml") == []
    assert "letters long" in str(checking.check(HEAD + step.replace("at_most = 2\n", ""), "a.toml")[0])


def test_a_language_tag_that_no_button_can_carry_is_told() -> None:
    long = "en-x-" + "-".join(["abcdefgh"] * 4)
    step = f'[[steps]]\nid = "q"\nkind = "text"\nask.en = "Which?"\nask.{long} = "What?"\n'
    assert "is not a language tag" in str(checking.check(HEAD + step, "a.toml")[0])
