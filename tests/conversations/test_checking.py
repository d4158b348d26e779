"""What `check` says about files somebody got wrong: the line, and the words of the advice."""

from __future__ import annotations

import time

import pytest

from conversations import checking, flow
from conversations.library import SHIPPED
from conversations.problems import Problem

GOOD = """\
format = 1
id = "a-test"
kind = "consultation"
title.en = "A test"
identity = "named"
audience = "everyone"

[charter]
settles.en = "a"
decided_by.en = "b"
can_change.en = "c"
cannot_change.en = "d"
feedback_by = 2027-02-26

[[steps]]
id = "who"
kind = "choice"
ask.en = "Who?"
options = [
  { id = "have", label.en = "I have it" },
  { id = "care", label.en = "I care" },
]

[[steps]]
id = "hello"
kind = "say"
ask.en = "Hello {who}."

[[steps]]
id = "first"
kind = "choices"
ask.en = "First?"
when = { who = "have" }
at_least = 1
at_most = 2
options = [
  { id = "near", label.en = "Nearer" },
  { id = "far", label.en = "Further" },
  { id = "none", label.en = "None of these", alone = true },
]

[[steps]]
id = "wrong"
kind = "text"
ask.en = "What else?"
optional = true
"""
"""A file without problems. Each case below changes a part of it; `#!` marks the line the problem is expected on."""

LONG = "long " * 900

CASES = [
    # What TOML itself does not take
    ('title.en = "A test"', 'title.en = "A test #!', "this is not TOML"),
    ('title.en = "A test"', "title.en = #!", "invalid value"),
    ('id = "a-test"', 'id = "a-test"\nid = "again" #!', "cannot overwrite"),
    # The top
    ("format = 1\n", "#!\n", "no `format`; write format = 1"),
    ("format = 1", "format = 2 #!", 'format "2" is not known here'),
    ("format = 1", "format = true #!", "`format` does not hold what it should"),
    ('id = "a-test"', 'id = "A test" #!', "not a plain name"),
    ('id = "a-test"', f'id = "{"a" * 41}" #!', "up to 40 small letters"),
    ('id = "a-test"', "id = 7 #!", 'write id = "a-short-name"'),
    ('kind = "consultation"', 'kind = "consultaton" #!', 'did you mean "consultation"?'),
    ('title.en = "A test"', 'title = "A test" #!', 'write title.en = "…"'),
    ('title.en = "A test"', 'title.en.GB = "A test" #!', "`title` does not hold"),
    ('identity = "named"', 'identity = "anonymos" #!', 'did you mean "anonymous"?'),
    ('identity = "named"', 'identity = "secret" #!', "use one of anonymous, confidential, named"),
    ('audience = "everyone"', 'audience = "under 18" #!', 'did you mean "under-18s"?'),
    ('audience = "everyone"', 'audiance = "everyone" #!', '"audiance" is not known here; did you mean "audience"?'),
    ('audience = "everyone"', 'audience = "everyone"\nxyzzy = 1 #!', '"xyzzy" is not known here; take it out'),
    # The charter
    ("[charter]", "[chartre] #!", 'did you mean "charter"?'),
    ('settles.en = "a"\n', "", "the charter has no `settles`", 8),
    ("feedback_by = 2027-02-26", 'feedback_by = "2027-02-26" #!', "a day without quotes"),
    ("feedback_by = 2027-02-26", "feedback_by = 2027-02-26T10:00:00 #!", "a day without quotes"),
    ('decided_by.en = "b"', 'decided_by.en = " " #!', "there are no words here"),
    ('decided_by.en = "b"', 'decided_by.en = "b {who}" #!', "the gap {who} is not filled in here"),
    # Steps
    ('[[steps]]\nid = "who"', '[[step]] #!\nid = "who"', 'did you mean "steps"?'),
    ('id = "hello"', 'id = "who" #!', 'the step id "who" is given twice'),
    ('id = "hello"', 'id = "person" #!', "means something else in a `when`"),
    ('id = "wrong"', 'id = "Wrong" #!', "not a plain name"),
    ('[[steps]]\nid = "wrong"', "[[steps]] #!", "the step has no `id`"),
    ('kind = "text"', 'kind = "txt" #!', 'did you mean "text"?'),
    ('kind = "text"', 'kind = "riddle" #!', "use one of choice, choices, say, text, yes-no"),
    ("optional = true", "optinal = true #!", 'did you mean "optional"?'),
    ("optional = true", 'optional = "yes" #!', "write optional = true"),
    ("optional = true", 'about = "myself" #!', "use one of answers, me"),
    ('ask.en = "Hello {who}."', 'ask.en = "Hello."\noptional = true #!', '"say" takes no `optional`'),
    ('ask.en = "What else?"', 'ask.en = "" #!', "there are no words here"),
    ('ask.en = "What else?"', 'ask.en = "What\\u0000 else?" #!', "cannot be seen or sent"),
    ('ask.en = "What else?"', f'ask.en = "{LONG}" #!', "Telegram takes 4096"),
    ('ask.en = "Hello {who}."', f'ask.en = "{LONG}" #!', "Telegram takes 4096; take out at least"),
    # Options
    ('options = [\n  { id = "have"', 'options = [\n  { id = "have", labl.en = "I have it" },#!\n  { id = "got"', 'did you mean "label"?'),
    ('{ id = "care", label.en = "I care" },', '{ id = "have", label.en = "I care" }, #!', 'the option id "have" is given twice'),
    ('label.en = "I care" },', 'label.en = "I have it." }, #!', 'two options say "I have it."'),
    ('label.en = "I care" },', 'label.en = "1" }, #!', "means the option with that number"),
    ('label.en = "I care" },', 'label.en = "👍" }, #!', "it holds no letter or digit"),
    ('label.en = "I care" },', 'label.en = "/care" }, #!', "is read as a command"),
    ('label.en = "I care" },', 'label.en = "Get help!" }, #!', "always brings help"),
    ('label.en = "I care" },', f'label.en = "{LONG[:201]}" }}, #!', "do not fit a button; use at most 200"),
    ('label.en = "I care" },', 'label.en = "I {who}" }, #!', "only the words of a step can repeat"),
    ('  { id = "care", label.en = "I care" },\n', "", "there is only one option", 19),
    ('label.en = "I care" },', 'label.en = "I care", alone = true }, #!', "only an option of kind choices can stand alone"),
    ('ask.en = "What else?"', 'ask.en = "What else?"\noptions = [{ id = "a", label.en = "A" }] #!', '"text" takes no `options`'),
    ('kind = "text"\nask.en = "What else?"', 'kind = "choice"\nask.en = "What else?"', "needs options", 42),
    ('kind = "text"\nask.en = "What else?"', 'kind = "yes-no"\nask.en = "?"\noptions = [{ id = "a", label.en = "A" }] #!', "takes no `options`"),
    ("at_least = 1", "at_least = 0 #!", "write optional = true instead"),
    ("at_least = 1", "at_least = 4 #!", "there are 3 options"),
    ("at_least = 1", 'at_least = "one" #!', "write at_least = 1"),
    ("at_most = 2", "at_most = 9 #!", "write 3 or less"),
    ("at_most = 2", "at_most = 1 #!", 'write kind = "choice" instead'),
    ("at_least = 1\nat_most = 2", "at_least = 3\nat_most = 2 #!", "at_most = 2 is less than at_least = 3"),
    ("optional = true", "at_most = 2 #!", '"text" takes no `at_most`'),
    # What `when` names
    ('when = { who = "have" }', 'when = { whoo = "have" } #!', 'no step is called "whoo"; did you mean "who"?'),
    ('when = { who = "have" }', 'when = { wrong = { answered = true } } #!', '"wrong" is a later step'),
    ('when = { who = "have" }', 'when = { first = "near" } #!', '"first" is this step itself'),
    ('when = { who = "have" }', 'when = { hello = "have" } #!', '"hello" asks nothing'),
    ('when = { who = "have" }', 'when = { who = "hav" } #!', '"who" is never "hav"; did you mean "have"?'),
    ('when = { who = "have" }', 'when = { who = ["have", 3] } #!', '"who" is never "3"'),
    ('when = { who = "have" }', "when = { who = [] } #!", "compared with an empty list"),
    ('when = { who = "have" }', "when = { who = {} } #!", "compared with nothing"),
    ('when = { who = "have" }', "when = {} #!", "says nothing"),
    ('when = { who = "have" }', 'when = "who" #!', "`when` does not hold what it should"),
    ('when = { who = "have" }', 'when = { who = { equals = "have" } } #!', '"equals" compares nothing'),
    ('when = { who = "have" }', "when = { who = { at_least = 3 } } #!", '`at_least` does not fit "who"'),
    ('when = { who = "have" }', 'when = { who = { answered = "yes" } } #!', "write answered = true"),
    ('when = { who = "have" }', 'when = { not = "who" } #!', "`not` takes a table"),
    ('when = { who = "have" }', 'when = { any = { who = "have" } } #!', "`any` takes a list of tables"),
    ('when = { who = "have" }', 'when = { all = [{ not = { who = "cure" } }] } #!', 'did you mean "care"?'),
    ('when = { who = "have" }', 'when.person.age = "18" #!', '"person.age" is not known about people; did you mean "age_band"?'),
    ('when = { who = "have" }', 'when = { person.age_band = "17" } #!', '"person.age_band" is never "17"; did you mean "16-17"?'),
    ("optional = true", 'when.first.includes = "neer" #!', '"first" is never "neer"; did you mean "near"?'),
    ("optional = true", "[steps.when]\nwho = true #!", '"who" is never "True"'),
    ('label.en = "Nearer" },', 'label.en = "Nearer", when.who = "hvae" }, #!', 'did you mean "have"?'),
    # What can never be met
    ("optional = true", 'when = { who = "have", first = { answered = false } } #!', '"wrong" can never be asked'),
    ("optional = true", 'when = { all = [{ who = "have" }, { not.who = "have" }] } #!', '"wrong" can never be asked'),
    ("optional = true", 'when.first.includes_all = ["near", "none"] #!', '"wrong" can never be asked'),
    ("optional = true", 'when.first.includes_all = ["near", "far"] #!\nwhen.who = "care"', '"wrong" can never be asked'),
    ('label.en = "Nearer" },', 'label.en = "Nearer", when.who = "care" }, #!', '"near" can never be offered'),
    ('audience = "everyone"', 'audience = "adults"', '"wrong" can never be asked', 46, 'when.person.age_band = "16-17"'),
    # Languages and gaps
    ('title.en = "A test"', 'title.en = "A test"\ntitle.cy = "Prawf"', '`settles` has no words in "cy"; write settles.cy', 10),
    ('ask.en = "What else?"', 'ask.en = "What else?"\nask.cy = "Beth arall?" #!', 'the title is not in "cy"'),
    ('ask.en = "What else?"', 'ask.en = "What else?"\nask.EN = "What else?" #!', '"EN" is not a language tag; did you mean "en"?'),
    ('ask.en = "What else?"', 'ask.en = "What else?"\nask.english = "?" #!', "not a language tag"),
    ('title.en = "A test"', 'title.en-x-easy = "A test" #!', "in no whole language"),
    ('ask.en = "Hello {who}."', 'ask.en = "Hello {whom}." #!', 'no step is called "whom"; did you mean "who"?'),
    ('ask.en = "Hello {who}."', 'ask.en = "Hello {wrong}." #!', "names this step or a later one"),
    ('ask.en = "What else?"', 'ask.en = "What {hello}?" #!', "names a step that asks nothing"),
    ('ask.en = "Hello {who}."', 'ask.en = "Hello { Who }." #!', "write {who} to repeat that answer"),
]


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
    assert "UTF-8" in str(problems(GOOD + '# \udcff')[0])


def test_tables_nested_beyond_reason_are_told() -> None:
    assert problems(GOOD.replace('when = { who = "have" }', "when." + "not." * 2000 + 'who = "have"'))


def test_a_number_of_thousands_of_digits_is_told() -> None:
    assert problems(GOOD.replace("at_most = 2", f"at_most = {'9' * 5000}"))
    assert problems(GOOD.replace("at_most = 2", f"at_most = 0x{'f' * 5000}"))
    assert problems(GOOD.replace('who = "have"', f"who = 0x{'f' * 5000}"))


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
    assert problems(stuck.replace("ask.en = \"What else?\"", 'ask.en = "?"\nwhen.who = "have"')) == []
    assert problems(stuck + "optional = true\n") == []


def test_an_option_that_may_stand_alone_is_enough_to_answer_with() -> None:
    two = GOOD.replace("at_least = 1", "at_least = 2").replace('label.en = "Nearer"', 'label.en = "Nearer", when.who = "have"')
    assert problems(two) == []


def test_more_options_than_telegram_shows_are_told() -> None:
    many = ",\n".join(f'{{ id = "o{n}", label.en = "Label {n} of many" }}' for n in range(91))
    found = problems(GOOD.replace('kind = "text"', f'kind = "choice"\noptions = [{many}]'))
    assert "there are 91 options; give at most 90" in "\n".join(map(str, found))


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


def _timed(text: str) -> float:
    begun = time.process_time()
    assert problems(text) == []
    return time.process_time() - begun
