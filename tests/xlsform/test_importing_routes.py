"""Groups, conditions and filters of a workbook ask the same people the same things here."""

from collections.abc import Mapping

import pytest

from bot.xlsform import writing
from conversations import checking
from tests.xlsform.imports import LISTS, WHO, WISHES, imported, steps, told


def test_a_group_is_a_section_that_holds_its_condition() -> None:
    made = steps(
        WHO,
        {"type": "begin group", "name": "g", "label": "About your care", "relevant": "${who} = 'have'"},
        {"type": "text", "name": "a", "label": "What?"},
        {"type": "begin group", "name": "plain", "relevant": "${a} != ''"},
        {"type": "text", "name": "b", "label": "Why?", "relevant": "${who} != 'care'"},
        {"type": "end group"},
        {"type": "end group"},
        {"type": "text", "name": "c", "label": "And?"},
    )
    assert [each["id"] for each in made] == ["who", "g", "a", "b", "section-9", "c"]
    assert made[1] == {"id": "g", "kind": "section", "ask": {"en": "About your care"}, "when": {"who": "have"}}
    assert made[3]["when"] == {"a": {"answered": True}, "not": {"who": "care"}}
    assert made[4] == {"id": "section-9", "kind": "section"}  # it only ends the one before, and leaves nothing to do


def test_groups_inside_groups_keep_every_condition() -> None:
    made = steps(
        WHO,
        {"type": "begin group", "name": "g", "label": "Outer", "relevant": "${who} != 'other'"},
        {"type": "text", "name": "a", "label": "What?"},
        {"type": "begin group", "name": "h", "label": "Inner", "relevant": "${a} != ''"},
        {"type": "text", "name": "b", "label": "Why?"},
        {"type": "end group"},
        {"type": "text", "name": "c", "label": "And?"},
        {"type": "end group"},
    )
    assert [(each["id"], each.get("when")) for each in made] == [
        ("who", None),
        ("g", {"not": {"who": "other"}}),
        ("a", None),
        ("h", {"not": {"who": "other"}, "a": {"answered": True}}),
        ("b", None),
        ("g-2", {"not": {"who": "other"}}),
        ("c", None),
    ]


def test_the_question_behind_other_becomes_part_of_its_option() -> None:
    other = {"type": "text", "name": "who_other", "label": "Who, then?", "relevant": "${who} = 'other'"}
    assert steps(WHO, other)[0]["options"][2] == {
        "id": "other",
        "label": {"en": "Other"},
        "other": True,
        "ask": {"en": "Who, then?"},
    }


@pytest.mark.parametrize(
    "row",
    [
        {"required": "yes"},
        {"hint": "Only if you like"},
        {"relevant": "${who} = 'have'", "name": "who_else"},
        {"relevant": "${who} = 'have' or ${who} = 'other'"},
    ],
)
def test_a_question_that_only_looks_like_it_stays_one_of_its_own(row: Mapping[str, object]) -> None:
    other = {"type": "text", "name": "who_other", "label": "Who?", "relevant": "${who} = 'other'", **row}
    made = steps(WHO, other)
    assert len(made) == 2
    assert all("other" not in option for option in made[0]["options"])


def test_a_choice_filter_says_which_choices_are_offered() -> None:
    towns = [
        {"list_name": "town", "name": name, "label": name.title(), "county": county}
        for name, county in (("ashford", "have"), ("dover", "have"), ("hove", "care"))
    ]
    row = {"type": "select_one town", "name": "town", "label": "Where?", "choice_filter": "county = ${who}", "required": "yes"}
    found = imported(WHO, row, lists=[*LISTS, *towns])
    assert [option["when"] for option in found.pieces[1].table["options"]] == [{"who": "have"}, {"who": "have"}, {"who": "care"}]


@pytest.mark.parametrize(
    "row,line",
    [
        ({"type": "geopoint"}, 'survey row 3: not carried: "it", as there is no "geopoint" here'),
        ({"type": "audio"}, 'not carried: "it", as there is no "audio" here; ask for words'),
        ({"type": "image"}, 'not carried: "it", as there is no "image" here; ask for words'),
        ({"type": "barcode"}, 'not carried: "it", as there is no "barcode" here; ask for the number'),
        ({"type": "calculate", "calculation": "1"}, 'survey row 3: not carried: "it", as there is no "calculate" here'),
        ({"type": "start"}, 'not carried: "start"; nothing: no such thing is kept'),
        ({"type": "text", "default": "none"}, "survey row 3: not carried: the default answer"),
        ({"type": "text", "constraint_message": "No!"}, "survey row 3: not carried: the words for a wrong answer"),
        ({"type": "text", "constraint": "string-length(.) < 9"}, "not carried whole: the constraint"),
        ({"type": "decimal", "constraint": ". > 0"}, "not carried whole: the constraint"),
        ({"type": "text", "required": "${who} = 'have'"}, "that it must be answered only sometimes"),
        ({"type": "text", "media::image": "map.png"}, 'it shows the picture "map.png"; put that file beside'),
        ({"type": "text", "relevant": "false()"}, 'left out: "it", which is never asked'),
        ({"type": "text", "label": "A {gap}"}, "curly brackets"),
        ({"type": "range", "parameters": "start=0 end=100 step=5"}, "not carried: the steps of 5"),
    ],
)
def test_what_is_not_carried_is_told_with_its_row_and_what_to_do(row: Mapping[str, object], line: str) -> None:
    assert any(line in each for each in told(WHO, {"name": "it", "label": "What?", **row}))


def test_conditions_on_a_calculation_are_written_out() -> None:
    survey = [
        {"type": "integer", "name": "age", "label": "How old are you?"},
        {"type": "calculate", "name": "adult", "calculation": "if(${age} >= 18, 1, 0)"},
        {"type": "text", "name": "work", "label": "What is your work?", "relevant": "${adult} = 1"},
        {"type": "text", "name": "school", "label": "Which school?", "relevant": "${adult} != 1"},
    ]
    assert [made.get("when") for made in steps(*survey)] == [None, {"age": {"at_least": 18}}, {"not": {"age": {"at_least": 18}}}]
    assert told(*survey) == ['survey row 3: not carried: "adult" itself; nothing: conditions on it are written out']


def test_a_repeat_is_left_out_whole() -> None:
    survey = [
        WHO,
        {"type": "begin repeat", "name": "child", "label": "A child"},
        {"type": "text", "name": "name", "label": "Name?"},
        {"type": "end repeat"},
        {"type": "text", "name": "then", "label": "And?", "relevant": "${name} != ''"},
    ]
    found = imported(*survey)
    assert [piece.table["id"] for piece in found.pieces] == ["who", "then"]
    assert 'survey row 3: not carried: the repeat "child" with its 1 rows' in told(*survey)[0]


def test_nobody_else_is_asked_when_a_condition_cannot_be_carried() -> None:
    found = imported(WHO, {"type": "text", "name": "it", "label": "What?", "relevant": "position(..) > 1"})
    text = writing.write(found, WISHES)
    assert [note.grave for note in found.notes] == [True]
    assert "# TO DO: who is asked this? The workbook says: position(..) > 1" in text
    [problem] = checking.check(text, "made.toml")
    assert "todo-row-3" in problem.what


def test_the_words_of_a_group_with_no_question_right_in_it_are_told() -> None:
    [line] = told(
        {"type": "begin group", "name": "outer", "label": "Outer"},
        {"type": "begin group", "name": "inner", "label": "Inner"},
        {"type": "text", "name": "a", "label": "What?"},
        {"type": "end group"},
        {"type": "end group"},
    )
    assert 'survey row 2: not carried: the words of the group "outer"' in line


def test_a_choice_that_nobody_is_offered_is_left_out_and_told() -> None:
    lists = [{"list_name": "l", "name": name, "label": name, "here": here} for name, here in (("a", "1"), ("b", "1"), ("c", "0"))]
    row = {"type": "select_one l", "name": "it", "label": "Which?", "choice_filter": "here = 1", "required": "yes"}
    assert [option["id"] for option in steps(row, lists=lists)[0]["options"]] == ["a", "b"]
    assert told(row, lists=lists) == ['choices row 4: left out of "it": it is never offered; nothing']


def test_a_choice_filter_that_cannot_be_carried_stops_at_the_checker() -> None:
    lists = [{"list_name": "l", "name": name, "label": name, "here": "1"} for name in "ab"]
    row = {"type": "select_one l", "name": "it", "label": "Which?", "choice_filter": "here = pulldata('x', 'y')"}
    found = imported(row, lists=lists)
    assert [note.grave for note in found.notes] == [True]
    assert found.pieces[0].table["options"][0]["when"] == {"todo-row-2": {"answered": True}}


def test_what_comes_first_of_two_answers_is_carried() -> None:
    made = steps(
        WHO,
        {"type": "calculate", "name": "first", "calculation": "coalesce(${who}, 'care')"},
        {"type": "text", "name": "why", "label": "Why?", "required": "yes", "relevant": "${first} = 'care'"},
        {"type": "text", "name": "how", "label": "How?", "required": "yes", "relevant": "if(${who} = 'have', 1, 2) = 1"},
    )
    assert made[2]["when"] == {"who": "have"}
    assert made[1]["when"] == {"any": [{"all": [{"who": {"answered": True}}, {"who": "care"}]}, {"who": {"answered": False}}]}


@pytest.mark.parametrize("name", ["title", "label", "hint", "unit", "low", "high", "ask", "welcome", "when", "options"])
def test_a_question_may_be_called_like_a_key_of_ours(name: str) -> None:
    towns = [{"list_name": "town", "name": each, "label": each, "for": each} for each in ("have", "care")]
    made = steps(
        {**WHO, "name": name},
        {"type": "text", "name": "why", "label": "Why?", "relevant": f"not(${{{name}}} = 'have')"},
        {"type": "select_one town", "name": "town", "label": "Where?", "choice_filter": f"for = ${{{name}}}"},
        lists=[*LISTS, *towns],
    )
    assert made[1]["when"] == {"not": {name: "have"}}
    assert [option["when"] for option in made[2]["options"]] == [{name: "have"}, {name: "care"}]


@pytest.mark.parametrize(
    "row",
    [
        {"relevant": "${age} > " + "9" * 400},
        {"relevant": "${day} > date('9999-12-31')"},
        {"relevant": "${day} < '0001-01-01'"},
        {"type": "date", "constraint": ". > date('9999-12-31')"},
        {"type": "date", "constraint": ". < '0001-01-01'"},
        {"type": "date", "constraint": ". <= '10000-01-01'"},
        {"type": "integer", "constraint": ". <= " + "9" * 400},
    ],
)
def test_numbers_and_days_beyond_all_bounds_are_told_and_not_carried(row: Mapping[str, str]) -> None:
    survey = [{"type": "integer", "name": "age", "label": "Age?"}, {"type": "date", "name": "day", "label": "When?"}]
    [line] = told(*survey, {"type": "text", "name": "it", "label": "What?", **row})
    assert line.startswith("survey row 4: not carried")


def test_a_kept_condition_that_somebody_has_broken_is_marked_and_asks_nobody_by_mistake() -> None:
    made = imported(WHO, {"type": "text", "name": "why", "label": "Why?", "required": "yes", "withus::when": "{ person."})
    assert made.pieces[-1].table["when"] == {"todo-row-3": {"answered": True}}
    assert "withus::when holds no condition" in str(made.notes[0])
