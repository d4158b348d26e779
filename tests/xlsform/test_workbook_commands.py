"""`xlsform import` and `xlsform export`, as a colleague who lives in a spreadsheet uses them."""

import importlib.util
import time
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
from pyxform.xls2xform import convert  # type: ignore[import-untyped]
from typer.testing import CliRunner

from bot.commands import cli, workbooks
from conversations import checking, flow
from tests.house import tree
from tests.xlsform.workbooks import Rows, choices, workbook

ROWS_A_SECOND = 200

WHO = {"type": "select_one who", "name": "Who_1", "label": "Who are you?", "required": "yes"}
WHY = {"type": "text", "name": "why", "label": "Why?", "relevant": "${Who_1} = 'have'"}
LISTS = choices("who", "have", "care")


def run(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["xlsform", *map(str, words)])
    return done.exit_code, done.output


def saved(folder: Path, *survey: Mapping[str, object], lists: Rows = LISTS, name: str = "clinic.xlsx") -> Path:
    path = folder / name
    path.write_bytes(workbook(survey, lists, [{"form_title": "The clinic", "form_id": "clinic_1"}]))
    return path


def test_a_workbook_becomes_a_file_that_the_checker_takes(tmp_path: Path) -> None:
    code, said = run("import", saved(tmp_path, WHO, WHY), "--identity", "anonymous", "--audience", "adults")
    made = tmp_path / "clinic.toml"
    assert code == 0, said
    assert checking.check(made.read_text("utf-8"), "clinic.toml") == []
    read = flow.read(made.read_text("utf-8"))
    assert (read.id, read.identity, read.audience) == ("clinic-1", "anonymous", "adults")
    assert f"{made} has 2 questions." in said


def test_names_are_listed_when_asked_for(tmp_path: Path) -> None:
    book, made = saved(tmp_path, WHO), tmp_path / "made.toml"
    assert "Who_1 is who-1 here" not in run("import", book, "--out", made)[1]
    assert "Who_1 is who-1 here" in run("import", book, "--out", made, "--names")[1]


def test_a_file_that_is_there_is_written_over_only_when_it_is_named(tmp_path: Path) -> None:
    mine = tmp_path / "clinic.toml"
    mine.write_text("mine")
    code, said = run("import", saved(tmp_path, WHO))
    assert code == 1
    assert "is there already" in said
    assert mine.read_text() == "mine"
    assert run("import", saved(tmp_path, WHO), "--out", mine)[0] == 0
    assert "Who are you?" in mine.read_text()


def test_what_is_left_out_is_told_and_what_changes_who_is_asked_fails(tmp_path: Path) -> None:
    where = {"type": "geopoint", "name": "where", "label": "Where?"}
    code, said = run("import", saved(tmp_path, WHO, where), "--id", "mine")
    assert code == 0
    assert 'survey row 3: not carried: "where"' in said
    code, said = run("import", saved(tmp_path, WHO, where, {**WHY, "relevant": "${where} != ''"}), "--out", tmp_path / "b.toml")
    assert code == 1
    assert 'survey row 4: not carried: who is asked "why"' in said
    assert "todo-row-4" in said


def test_a_refused_workbook_leaves_the_file_that_was_there(tmp_path: Path) -> None:
    before = tmp_path / "clinic.toml"
    before.write_text("mine")
    code, said = run("import", saved(tmp_path, {"type": "txt", "name": "a", "label": "A"}), "--out", before)
    assert code == 1
    assert 'clinic.xlsx: survey row 2: the type "txt" is not known' in said
    assert before.read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clinic.toml", "clinic.xlsx"]


def test_a_file_that_is_not_there_and_a_folder_that_is_not_are_said_plainly(tmp_path: Path) -> None:
    code, said = run("import", tmp_path / "none.xlsx")
    assert code == 1
    assert "cannot be read" in said
    code, said = run("import", saved(tmp_path, WHO), "--out", tmp_path / "no" / "where.toml")
    assert code == 1
    assert "cannot be written" in said


def test_without_pyxform_it_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == "pyxform" else find(name, *rest))
    code, said = run("import", saved(tmp_path, WHO))
    assert code == 1
    assert said.startswith("To read workbooks, first install pyxform: ")
    assert said.endswith(f" {workbooks.PYXFORM}\n")


def test_the_pyxform_it_asks_for_is_the_one_the_extra_names() -> None:
    project = tomllib.loads((tree.ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["optional-dependencies"]["xlsform"] == [workbooks.PYXFORM]


def test_a_shipped_engagement_is_exported_by_its_id_and_comes_back(tmp_path: Path) -> None:
    book = tmp_path / "out.xlsx"
    code, said = run("export", "long-covid-tell-us-once", "--out", book)
    assert code == 0, said
    assert convert(str(book)).xform.startswith("<?xml")
    code, said = run("import", book, "--out", tmp_path / "back.toml")
    assert code == 0, said
    assert "0 lines marked TO DO" in said


def test_a_file_with_problems_is_not_exported(tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text("format = 1\n")
    code, said = run("export", bad, "--out", tmp_path / "out.xlsx")
    assert code == 1
    assert "Nothing was written" in said
    assert not (tmp_path / "out.xlsx").exists()


def test_an_unknown_engagement_brings_the_list_of_those_there_are(tmp_path: Path) -> None:
    code, said = run("export", "nope", "--out", tmp_path / "out.xlsx")
    assert code == 1
    assert "long-covid-tell-us-once" in said


def test_a_thousand_rows_come_in_at_two_hundred_a_second(tmp_path: Path) -> None:
    from bot.xlsform import importing  # noqa: PLC0415 - only the reading is timed

    types = ["select_one who", "select_multiple who", "integer", "text", "date"]
    survey = [
        {"type": types[place % 5], "name": f"q_{place}", "label": f"What of {place}?", "hint": "In short", **_routed(place)}
        for place in range(1000)
    ]
    data = saved(tmp_path, *survey).read_bytes()
    began = time.perf_counter()
    assert len(importing.read(data).pieces) == 1000
    assert 1000 / (time.perf_counter() - began) >= ROWS_A_SECOND


def _routed(place: int) -> dict[str, object]:
    earlier = place - place % 5 - 5
    return (
        {"relevant": f"selected(${{q_{earlier}}}, 'have') or ${{q_{earlier}}} = 'care'"}
        if place % 3 == 0 and earlier >= 0
        else {}
    )
