"""An exported workbook is an XLSForm by pyxform's own measure, says what ours says, and holds nothing but words."""

import datetime as dt
import io
import zipfile
from typing import Any

import pytest
from hypothesis import assume, given
from openpyxl import load_workbook
from pyxform.xls2xform import convert  # type: ignore[import-untyped]

from bot.xlsform import exporting, filling, importing, writing
from conversations import checking, flow
from tests.conversations.written import always, source, tables

HEAD: dict[str, Any] = {
    "format": 1, "id": "garden-days", "kind": "consultation", "title": {"en": "Garden", "cy": "Gardd"}, "identity": "named",
    "audience": "adults",
    "charter": {
        **{key: {"en": key, "cy": f"{key}!"} for key in ("settles", "decided_by", "can_change", "cannot_change")},
        "feedback_by": dt.date(2027, 6, 30),
    },
}  # fmt: skip


def both(words: str) -> dict[str, str]:
    return {"en": words, "cy": f"{words} (cy)"}


def engagement(*steps: dict[str, Any]) -> str:
    text = source({**HEAD, "steps": [{"ask": both("What?"), **step} for step in steps]})
    assert [problem for problem in checking.check(text, "x.toml") if problem.level == "error"] == []
    return text


def exported(*steps: dict[str, Any]) -> exporting.Form:
    return exporting.export(engagement(*steps))


def rows(*steps: dict[str, Any]) -> dict[str, dict[str, str]]:
    """The rows of the survey by name."""
    return {row.get("name", ""): row for row in exported(*steps).survey}


OPTIONS = [{"id": "a", "label": both("Apples")}, {"id": "b-2", "label": both("Pears")}, {"id": "no", "label": both("None")}]


@always
@given(tables())
def test_pyxform_takes_whatever_we_write(table: dict[str, Any]) -> None:
    text = source(table)
    assume(not checking.check(text, "drawn.toml"))
    made = convert(filling.fill(exporting.export(text).sheets), file_type=".xlsx")
    assert made.xform.startswith("<?xml")


@pytest.mark.parametrize(
    "step,cells",
    [
        ({"kind": "text"}, {"type": "text", "required": "yes"}),
        ({"kind": "text", "optional": True}, {"type": "text", "required": ""}),
        ({"kind": "number", "at_least": 0, "at_most": 9}, {"type": "integer", "constraint": ". >= 0 and . <= 9"}),
        ({"kind": "number", "whole": False}, {"type": "decimal"}),
        ({"kind": "date", "at_most": "today"}, {"type": "date", "constraint": ". <= today()"}),
        ({"kind": "date", "at_least": dt.date(2020, 1, 2)}, {"type": "date", "constraint": ". >= date('2020-01-02')"}),
        ({"kind": "scale", "at_most": 7}, {"type": "range", "parameters": "start=1 end=7 step=1"}),
        ({"kind": "yes-no"}, {"type": "select_one it"}),
        (
            {"kind": "choices", "options": OPTIONS, "at_most": 2},
            {"type": "select_multiple it", "constraint": "count-selected(.) <= 2"},
        ),
        ({"kind": "rank", "options": OPTIONS}, {"type": "rank it"}),
        ({"kind": "say"}, {"type": "note", "required": ""}),
        ({"kind": "consent", "says": both("I agree.")}, {"type": "select_one it", "hint::English (en)": "I agree."}),
        ({"kind": "text", "picture": {"file": "map.png", "alt": both("A map")}}, {"media::image": "map.png"}),
    ],
)
def test_a_step_becomes_a_row(step: dict[str, Any], cells: dict[str, str]) -> None:
    found = rows({"id": "first", "kind": "text"}, {"id": "it", **step})["it"]
    assert {column: found.get(column, "") for column in cells} == cells


def test_one_that_stands_alone_is_a_constraint() -> None:
    options = [*OPTIONS[:2], {**OPTIONS[2], "alone": True}]
    row = rows({"id": "it", "kind": "choices", "options": options, "at_least": 2})["it"]
    alone = "selected(., 'no')"
    assert row["constraint"] == f"(count-selected(.) >= 2 or {alone}) and not({alone} and count-selected(.) > 1)"


def test_a_condition_is_xpath_with_names_every_tool_takes() -> None:
    when = {"any": [{"who-is": ["a", "b-2"]}, {"not": {"who-is": {"answered": True}}}]}
    survey = rows({"id": "who-is", "kind": "choice", "options": OPTIONS}, {"id": "why", "kind": "text", "when": when})
    assert survey["why"]["relevant"] == "(${who_is} = 'a' or ${who_is} = 'b_2') or not(${who_is} != '')"


def test_words_repeat_answers_by_name_and_nothing_else_looks_like_it() -> None:
    ask = both("For ${4} and {who-is}, ${ and {so on}?")
    survey = rows({"id": "who-is", "kind": "text"}, {"id": "why", "kind": "text", "ask": ask})
    assert survey["why"]["label::English (en)"] == "For $ {4} and ${who_is}, $ { and {so on}?"


def test_sections_are_groups_that_are_all_ended() -> None:
    section = {"kind": "section", "title": both("Part")}
    form = exported({"id": "s", **section}, {"id": "a", "kind": "text"}, {"id": "t", **section}, {"id": "b", "kind": "text"})
    assert [row["type"] for row in form.survey[1:]] == ["begin group", "text", "end group", "begin group", "text", "end group"]


def test_a_section_that_only_ends_the_one_before_ends_its_group() -> None:
    steps: list[dict[str, Any]] = [
        {"id": "s", "kind": "section", "ask": both("First.")}, {"id": "a", "kind": "text", "ask": both("What?")},
        {"id": "end", "kind": "section"}, {"id": "b", "kind": "text", "ask": both("What?")},
        {"id": "again", "kind": "section"}, {"id": "c", "kind": "text", "ask": both("What?")},
        {"id": "some", "kind": "section", "when": {"a": {"answered": True}}}, {"id": "d", "kind": "text", "ask": both("What?")},
    ]  # fmt: skip
    text = source({**HEAD, "steps": steps})
    assert checking.check(text, "x.toml") == []
    form = exporting.export(text)
    kinds = ["begin group", "text", "end group", "text", "text", "begin group", "text", "end group"]
    assert [row["type"] for row in form.survey[1:]] == kinds
    back = flow.read(writing.write(importing.read(filling.fill(form.sheets)), writing.Wishes("x.xlsx", dt.date(2027, 1, 4))))
    assert [(step.id, step.when) for step in back.steps] == [(step.id, step.when) for step in flow.read(text).steps]


@pytest.mark.parametrize("name", ["charter", "charter-", "n-sensitive", "n-sensitive-", "meta", "data", "instance-id"])
def test_no_row_of_ours_takes_the_name_of_a_question(name: str) -> None:
    sensitive = {"id": "n", "kind": "text", "sensitive": both("This may be hard.")}
    form = exported({"id": "first", "kind": "text"}, sensitive, {"id": name, "kind": "text", "when": {"n": {"answered": True}}})
    back = importing.read(filling.fill(form.sheets))
    assert [piece.table["id"] for piece in back.pieces] == ["first", "n", name]


def test_a_condition_on_the_person_is_told_and_not_made_up() -> None:
    form = exported({"id": "a", "kind": "text"}, {"id": "b", "kind": "text", "when": {"person": {"age_band": "18"}}})
    assert [note.grave for note in form.notes] == [True]
    assert "person.age_band" in str(form.notes[0])
    kept = {row["name"]: row.get("relevant", "") + row.get("withus::when", "") for row in form.survey if "name" in row}
    assert kept["b"] == '{person = {age_band = "18"}}'


def test_the_form_begins_with_its_charter_and_names_its_edition() -> None:
    form = exported({"id": "a", "kind": "text"})
    assert form.survey[0]["type"] == "note"
    assert "settles!" in form.survey[0]["label::Welsh (cy)"]
    assert form.settings[0]["form_id"] == "garden_days"
    assert len(form.settings[0]["version"]) == 32
    assert form.settings[0]["default_language"] == "English (en)"


@pytest.mark.parametrize("words", ["=1+1", "+1", "-1", "@SUM(A1)", "{=1}", "https://example.org", '=HYPERLINK("x")'])
def test_no_cell_is_a_formula_or_a_link(words: str) -> None:
    data = filling.fill(exported({"id": "a", "kind": "text", "ask": {"en": words, "cy": words}}).sheets)
    with zipfile.ZipFile(io.BytesIO(data)) as inside:
        sheets = [inside.read(name) for name in inside.namelist() if name.startswith("xl/worksheets")]
    assert not any(b"<f" in sheet or b"<hyperlink" in sheet for sheet in sheets)
    cells = [cell.value for row in load_workbook(io.BytesIO(data))["survey"] for cell in row]
    assert words in cells
