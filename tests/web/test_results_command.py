"""`results`, as someone at the command line uses it."""

import io
import json
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from bot.commands import answers, cli
from storage import schema
from storage.engagements import Engagement
from tests.storage.world import World
from tests.web import kinds

DRAWN = {".png": b"\x89PNG", ".svg": b"<svg"}


@pytest.fixture
def config(world: World, tmp_path: Path) -> Path:
    """Give the settings of an organisation whose engagement of every kind has been answered."""
    kinds.fill(world)
    settings = tmp_path / "config.toml"
    settings.write_text(
        f'[telegram]\ntoken = "123456:{"a" * 35}"\n[storage]\nurl = "{world.url}"\nkeys = "{tmp_path / "keys.json"}"\n'
        '[organisation]\nname = "The clinic"\n',
        "utf-8",
    )
    return settings


def run(config: Path, *words: object) -> Result:
    return CliRunner().invoke(cli, ["results", "kinds", *map(str, words), "--config", str(config)])


def reads(world: World) -> int:
    return len(world.do(lambda db: db.scalars(select(schema.audit.c.id).where(schema.audit.c.what == "read-results")).all()))


def test_exact_figures_are_noted_in_the_audit_log_and_released_ones_are_not(config: Path, world: World) -> None:
    assert json.loads(run(config, "--format", "json", "--release").stdout) == world.released(kinds_of(world))
    assert reads(world) == 0
    assert json.loads(run(config, "--format", "json").stdout)["people"] == {"started": 50, "finished": 50}
    assert reads(world) == 1


def kinds_of(world: World) -> Engagement:
    return world.engage(source=kinds.EVERY_KIND)


@pytest.mark.parametrize("form, begins", [("table", b"A question"), ("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("json", b"{")])
def test_results_are_written_in_each_form_to_a_file_or_on(config: Path, tmp_path: Path, form: str, begins: bytes) -> None:
    out = tmp_path / f"results.{form}"
    said = run(config, "--format", form, "--out", out)
    assert (said.exit_code, said.stdout) == (0, f"Written to {out}.\n")
    assert out.read_bytes().startswith(begins)
    assert run(config, "--format", form).stdout_bytes.startswith(begins)


def test_a_workbook_sent_on_can_be_opened(config: Path) -> None:
    content = run(config, "--format", "xlsx", "--release").stdout_bytes
    assert openpyxl.load_workbook(io.BytesIO(content)).sheetnames == ["Results"]


@pytest.mark.parametrize("form, begins", DRAWN.items())
def test_one_question_is_drawn_into_a_file(config: Path, tmp_path: Path, form: str, begins: bytes) -> None:
    out = tmp_path / f"chart{form}"
    assert run(config, "--chart", "scale", "--release", "--out", out).exit_code == 0
    assert out.read_bytes().startswith(begins)


@pytest.mark.parametrize(
    "words, hint",
    [
        (("--chart", "scale"), "add --out"),
        (("--chart", "scale", "--out", "chart.txt"), ".png or .svg"),
        (("--chart", "nothing", "--out", "chart.png"), "There are: choice, choices"),
        (("--chart", "wrong", "--out", "chart.png"), "nothing to draw"),
        (("--out", "/nowhere/at/all"), "could not be written"),
    ],
)
def test_what_cannot_be_written_is_said_with_what_to_do(config: Path, words: tuple[str, ...], hint: str) -> None:
    said = run(config, *words)
    assert said.exit_code == 1
    assert hint in said.output
    assert "Traceback" not in said.output


def test_a_workbook_is_not_poured_over_a_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.commands.answers.sys.stdout.isatty", lambda: True, raising=False)
    with pytest.raises(SystemExit):
        answers._check(answers.Format.xlsx, "", None)


@pytest.mark.parametrize("form, begins", [("zip", b"PK"), ("xlsx", b"PK"), ("csv", b"\xef\xbb\xbf"), ("json", b"{")])
def test_export_writes_what_may_leave_the_team_and_notes_it(world: World, config: Path, form: str, begins: bytes) -> None:
    file = config.parent / f"figures.{form}"
    done = CliRunner().invoke(cli, ["export", "kinds", "--to", str(file), "--config", str(config)])
    assert (done.exit_code, "Small numbers are hidden" in done.output) == (0, True)
    assert file.read_bytes().startswith(begins)
    noted = world.do(lambda db: db.scalars(select(schema.audit.c.about).where(schema.audit.c.what == "export-results")).all())
    assert noted == [f"kinds.{form}"]


def test_export_refuses_a_name_it_cannot_write_before_anything_is_noted(world: World, config: Path) -> None:
    done = CliRunner().invoke(cli, ["export", "kinds", "--to", "figures.pdf", "--config", str(config)])
    assert done.exit_code != 0
    assert ".zip, .xlsx, .csv or .json" in done.output
    assert world.count(schema.audit) == 0
