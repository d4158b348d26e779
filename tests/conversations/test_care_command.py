"""`check` as it is typed: what it prints, and what it says by its exit code."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.commands import cli
from conversations.checking.care.examples import whole
from conversations.checking.care.rules import RULES
from conversations.library import SHIPPED


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    monkeypatch.chdir(tmp_path)
    return Check()


class Check:
    """The command, run in a folder of its own over pieces of files, which promise to tell people `days` from now."""

    days = 100

    def __call__(self, *options: str, **pieces: str) -> Result:
        day = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=self.days)
        for name, piece in pieces.items():
            text = whole(piece).replace("garden-days", name).replace("2027-06-30", str(day))
            Path(f"{name}.toml").write_text(text, "utf-8")
        return CliRunner().invoke(cli, ["check", *(f"{name}.toml" for name in pieces), *options])


def test_files_without_fault_are_told_in_one_line(check: Check) -> None:
    result = check(a="", b="")
    assert (result.exit_code, result.output) == (0, "2 engagement files checked: nothing wrong.\n")
    assert check().output == f"{len(SHIPPED)} engagement files checked: nothing wrong.\n"


def test_advice_is_printed_and_lets_the_check_pass(check: Check) -> None:
    result = check(a=RULES["jargon"].bad)
    assert result.exit_code == 0
    first, last = result.output.splitlines()
    assert first.startswith('a.toml:7: advice: "service users" can puzzle or hurt people; write')
    assert first.endswith("[jargon]")
    assert last == "1 engagement file checked: 1 piece of advice."


def test_strict_lets_advice_count(check: Check) -> None:
    assert check("--strict", a=RULES["jargon"].bad).exit_code == 1
    assert check("--strict", a="").exit_code == 0


def test_an_error_of_either_sort_fails_the_check(check: Check) -> None:
    care = check(a=RULES["methods"].bad)
    assert care.exit_code == 1
    assert care.output.endswith("1 engagement file checked: 1 error.\n")
    structure = check(a="wellcome = 1", b=RULES["loudness"].bad, c=RULES["promise"].bad)
    assert structure.exit_code == 1
    assert "not known here; did you mean" in structure.output
    assert structure.output.endswith("3 engagement files checked: 3 errors and 2 pieces of advice.\n")


def test_a_file_that_is_not_there_fails_the_check(check: Check) -> None:
    result = check("none.toml")
    assert result.exit_code == 1
    assert result.output.startswith("none.toml:1: is not there")


def test_how_long_an_engagement_is_is_told_to_those_who_ask(check: Check) -> None:
    result = check("--verbose", a="", b="wellcome = 1")
    assert "a.toml: 1 question, 1 tap, about 1 minute\n" in result.output
    assert "b.toml: " not in result.output


@pytest.mark.parametrize("days, code, said", [(-2, 0, "feedback_by is in the past"), (400, 0, "more than a year ahead")])
def test_a_day_of_feedback_that_is_over_or_far_away_is_told(check: Check, days: int, code: int, said: str) -> None:
    check.days = days
    result = check(a="")
    assert result.exit_code == code
    assert said in result.output


def test_a_file_in_another_encoding_is_told_where_its_first_strange_letter_stands(check: Check) -> None:
    Path("a.toml").write_bytes(whole('title.en = "The café"').encode("latin-1"))
    line = next(number for number, line in enumerate(whole('title.en = "The café"').splitlines(), 1) if "café" in line)
    assert check("a.toml").output.startswith(f"a.toml:{line}: is not UTF-8 text")
