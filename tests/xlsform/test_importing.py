"""What a workbook asks becomes steps people can read; what has no place here is told by sheet and row."""

import datetime as dt
import tomllib
from collections.abc import Mapping
from typing import Any

import pytest

from bot.xlsform import importing, writing
from bot.xlsform.notes import Refused
from conversations import checking
from tests.xlsform.imports import LISTS, WHO, WISHES, imported, steps, told
from tests.xlsform.workbooks import workbook


def step(**row: object) -> dict[str, Any]:
    """The step that one row becomes, without what every step has."""
    made = steps(WHO, {"name": "it", "label": "What is it?", "required": "yes", **row})[-1]
    return {key: value for key, value in made.items() if key not in {"id", "ask"}}


def labelled(*pairs: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"id": name, "label": {"en": label}} for name, label in pairs]


HARD = labelled(("pain", "Pain"), ("mood", "Mood"), ("none", "None"))
ROWS: dict[str, tuple[Mapping[str, object], dict[str, Any]]] = {
    "text": ({"type": "text"}, {"kind": "text"}),
    "whole number": ({"type": "integer"}, {"kind": "number"}),
    "number": ({"type": "decimal"}, {"kind": "number", "whole": False}),
    "number with bounds": (
        {"type": "integer", "constraint": ". >= 0 and . < 120"},
        {"kind": "number", "at_least": 0, "at_most": 119},
    ),
    "short range": ({"type": "range", "parameters": "start=0 end=10 step=1"}, {"kind": "scale", "at_least": 0, "at_most": 10}),
    "long range": ({"type": "range", "parameters": "start=0 end=100 step=1"}, {"kind": "number", "at_least": 0, "at_most": 100}),
    "range of halves": (
        {"type": "range", "parameters": "start=0 end=2 step=0.5"},
        {"kind": "number", "whole": False, "at_least": 0.0, "at_most": 2.0},
    ),
    "day": ({"type": "date"}, {"kind": "date"}),
    "day with bounds": (
        {"type": "date", "constraint": ". > date('2020-01-01') and . <= today()"},
        {"kind": "date", "at_least": dt.date(2020, 1, 2), "at_most": "today"},
    ),
    "one of a list": ({"type": "select_one hard"}, {"kind": "choice", "options": HARD}),
    "an older way to say it": ({"type": "select one from hard"}, {"kind": "choice", "options": HARD}),
    "some of a list": (
        {"type": "select_multiple hard", "constraint": "count-selected(.) <= 2"},
        {"kind": "choices", "at_most": 2, "options": HARD},
    ),
    "one that stands alone": (
        {"type": "select_multiple hard", "constraint": "not(selected(., 'none') and count-selected(.) > 1)"},
        {"kind": "choices", "options": [*HARD[:2], {**HARD[2], "alone": True}]},
    ),
    "or other": (
        {"type": "select_one yn or_other"},
        {
            "kind": "choice",
            "options": [*labelled(("yes", "Yes"), ("no", "No")), {**labelled(("other", "Other"))[0], "other": True}],
        },
    ),
    "ranking": ({"type": "rank hard"}, {"kind": "rank", "options": HARD}),
    "yes or no": ({"type": "select_one yn"}, {"kind": "yes-no"}),
    "note": ({"type": "note"}, {"kind": "say"}),
    "words nobody can change": ({"type": "text", "read_only": "yes"}, {"kind": "say"}),
    "not required": ({"type": "text", "required": ""}, {"kind": "text", "optional": True}),
    "hint": ({"type": "text", "hint": "In your own words"}, {"kind": "text", "hint": {"en": "In your own words"}}),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_row_becomes_a_step(name: str) -> None:
    row, made = ROWS[name]
    assert step(**row) == made


def test_a_yes_and_a_no_behind_numbers_are_still_yes_and_no() -> None:
    coded = [{"list_name": "yn", "name": name, "label": label} for name, label in (("1", "Yes"), ("0", "No"))]
    why = {"type": "text", "name": "why", "label": "Why?", "relevant": "${sure} = 0 or ${sure} = '1'"}
    made = steps({"type": "select_one yn", "name": "sure", "label": "Sure?"}, why, lists=coded)
    assert made[0]["kind"] == "yes-no"
    assert made[1]["when"] == {"sure": ["no", "yes"]}


def test_a_yes_in_other_words_stays_a_choice() -> None:
    wordy = [{"list_name": "yn", "name": name, "label": label} for name, label in (("yes", "Yes, I do"), ("no", "No"))]
    assert steps({"type": "select_one yn", "name": "sure", "label": "Sure?"}, lists=wordy)[0]["kind"] == "choice"


def test_an_acknowledgement_is_a_consent_to_its_words() -> None:
    row = {"type": "acknowledge", "name": "ok", "label": "I agree to be called.", "required": "yes"}
    assert steps(row) == [
        {"id": "ok", "kind": "consent", "ask": {"en": "Do you agree?"}, "says": {"en": "I agree to be called."}}
    ]
    assert any("people may also say no" in line for line in told(row))


def test_words_stand_in_each_language_of_the_form() -> None:
    survey = [{"type": "select_one yn", "name": "it", "label::English (en)": "Is it?", "label::Cymraeg": "Ydy e?"}]
    lists = [
        {"list_name": "yn", "name": "a", "label::English (en)": "A", "label::Cymraeg": "Â"},
        {"list_name": "yn", "name": "b", "label::English (en)": "B", "label::Cymraeg": "Bî"},
    ]
    found = importing.read(workbook(survey, lists, [{"form_title": "T", "default_language": "English (en)"}]))
    assert found.tags == ("en", "cy")
    assert found.pieces[0].table["ask"] == {"en": "Is it?", "cy": "Ydy e?"}
    assert [option["label"] for option in found.pieces[0].table["options"]] == [{"en": "A", "cy": "Â"}, {"en": "B", "cy": "Bî"}]


def test_words_without_a_language_are_in_the_default_one() -> None:
    survey = [{"type": "text", "name": "it", "label": "Beth?"}]
    assert importing.read(workbook(survey, settings=[{"default_language": "Welsh (cy)"}])).pieces[0].table["ask"] == {
        "cy": "Beth?"
    }


def test_a_language_nobody_knows_is_told() -> None:
    survey = [{"type": "text", "name": "it", "label::English (en)": "What?", "label::Elvish": "Man?"}]
    assert 'survey row 1: the language of the column "label::Elvish" is not known' in told(*survey)[0]


def test_an_answer_is_repeated_by_its_new_name() -> None:
    made = steps({**WHO, "name": "Who_1"}, {"type": "text", "name": "why", "label": "Why ${Who_1}?"})
    assert made[1]["ask"] == {"en": "Why {who-1}?"}


def test_names_become_ids_and_clashes_are_numbered() -> None:
    survey = [{"type": "text", "name": name, "label": "What?"} for name in ("Q_1", "q-1", "any", "_x", "héllo.there", "b_other")]
    found = imported(*survey)
    assert list(found.names.values()) == ["q-1", "q-1-2", "any-2", "q-x", "hello-there", "b-other-2"]
    assert found.names == imported(*survey).names


def test_a_long_name_is_cut_and_stays_one_of_a_kind() -> None:
    survey = [{"type": "text", "name": "a" * 50 + end, "label": "What?"} for end in "xyz"]
    assert [len(made["id"]) for made in steps(*survey)] == [40, 40, 40]


def test_what_the_workbook_does_not_say_is_marked_for_somebody_to_decide() -> None:
    text = writing.write(imported(WHO), WISHES)
    assert text.count("# TO DO") == 7
    assert tomllib.loads(text)["id"] == "clinic-survey"
    decided = writing.Wishes("a.xlsx", dt.date(2027, 1, 4), "mine", "anonymous", "adults")
    table = tomllib.loads(writing.write(imported(WHO), decided))
    assert (table["id"], table["identity"], table["audience"]) == ("mine", "anonymous", "adults")


def test_a_picture_keeps_its_place_and_wants_words() -> None:
    found = imported({"type": "text", "name": "it", "label": "What?", "media::image": "map.png"})
    assert found.pieces[0].table["picture"] == {"file": "map.png", "alt": {"en": "A picture"}}
    assert "say in alt what the picture shows" in found.pieces[0].remarks[0]


@pytest.mark.parametrize(
    "row,told",
    [
        ({"key": "title", "value": "A form"}, 'not carried: "title"; write its words under text'),
        ({"key": "welcome", "value": "Hello"}, 'not carried: "welcome"; write its words under text'),
        ({"key": "feedback_by", "value": "soon"}, 'not carried: "feedback_by"; write a day like 2027-02-26 under value'),
        ({"key": "feedback_by", "text": "2027-02-26"}, 'not carried: "feedback_by"; write a day like 2027-02-26 under value'),
        ({"key": "audience", "value": 'all"\n[x]'}, 'not carried: "audience"; write everyone, adults, under-18s under value'),
        ({"key": "colour", "value": "red"}, 'not carried: "colour"; take it out: no such thing is known here'),
        ({"value": "red"}, 'not carried: ""; take it out: no such thing is known here'),
        ({"key": "kind", "value": "poll"}, 'not carried: "kind"; nothing: the first row that says it counts'),
    ],
)
def test_the_sheet_of_our_own_is_not_trusted(row: Mapping[str, object], told: str) -> None:
    rows = [{"key": "kind", "value": "consultation"}, row]
    found = importing.read(workbook([WHO], LISTS, [{"form_title": "A form"}], withus=rows))
    assert [str(note) for note in found.notes] == [f"withus row 3: {told}"]
    assert checking.check(writing.write(found, WISHES), "made.toml") == []


def test_a_sheet_without_columns_is_told() -> None:
    with pytest.raises(Refused, match="no column called"):
        importing.read(workbook([], LISTS))


def test_words_from_the_workbook_cannot_break_out_of_the_file() -> None:
    nasty = 'He said "no" \\ and\nleft.\t"""\x7f # = [x]'
    made = steps({"type": "text", "name": "it", "label": nasty})[0]
    assert made["ask"]["en"] == nasty.replace("\x7f", " ")


def test_numbers_days_and_ticks_in_cells_are_read_as_tools_read_them() -> None:
    lists = [{"list_name": "l", "name": 1.0, "label": 2.5}, {"list_name": "l", "name": True, "label": dt.date(2027, 2, 26)}]
    found = imported({"type": "select_one l", "name": "it", "label": "Which?"}, lists=lists)
    assert [option["label"] for option in found.pieces[0].table["options"]] == [{"en": "2.5"}, {"en": "2027-02-26"}]
    assert found.pieces[0].table["options"][1]["id"] == "true"


def test_an_acknowledgement_that_may_be_left_out_blocks_nobody() -> None:
    assert told({"type": "acknowledge", "name": "ok", "label": "I agree."}) == []


def test_a_constraint_that_leaves_no_bound_says_what_people_can_type() -> None:
    missing = ". >= 0 and . <= 100 or . = -8"
    (note,) = told({"type": "integer", "name": "days", "label": "Days?", "required": "yes", "constraint": missing})
    assert f'not carried whole: the constraint "{missing}", so people can type any number; write at_least' in note
    (note,) = told({"type": "integer", "name": "days", "label": "Days?", "required": "yes", "constraint": ". >= 0 and . != 5"})
    assert "any number" not in note
