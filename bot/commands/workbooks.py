"""`xlsform import|export`: workbooks made an engagement, and the other way round."""

from __future__ import annotations

import importlib.util
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import content
from bot.clock import Clock
from bot.commands.workplace import DEFAULT, ConfigOption, fail, settings
from conversations import checking
from conversations.checking.problems import Problem, count
from conversations.questions import KINDS

if TYPE_CHECKING:
    from bot.xlsform.importing import Imported

PYXFORM = "pyxform==4.5"
"""The extra `xlsform`: few need it, and what it reads may differ from one version to the next."""

cli = typer.Typer(help="Bring an XLSForm workbook in, or write one.", no_args_is_help=True)


class Identity(StrEnum):
    """How answers are tied to people."""

    anonymous = "anonymous"
    confidential = "confidential"
    named = "named"


class Audience(StrEnum):
    """Who may take part."""

    everyone = "everyone"
    adults = "adults"
    under_18s = "under-18s"


@cli.command("import")
def import_workbook(
    workbook: Annotated[Path, typer.Argument(help="The workbook, an .xlsx file.")],
    out: Annotated[Path | None, typer.Option("--out", help="The engagement file. Default: the workbook's name, .toml.")] = None,
    name: Annotated[str, typer.Option("--id", help="The engagement's id. Default: the workbook's form_id.")] = "",
    identity: Annotated[Identity | None, typer.Option("--identity")] = None,
    audience: Annotated[Audience | None, typer.Option("--audience")] = None,
    names: Annotated[bool, typer.Option("--names", help="List what each name in the workbook is called here.")] = False,
) -> None:
    """Make an engagement file from an XLSForm workbook, and say what could not be carried."""
    _need_pyxform()
    from bot.xlsform import writing  # noqa: PLC0415 - only there with the extra

    target = out or workbook.with_suffix(".toml")
    if out is None and target.exists():
        fail(f"{target} is there already, and is left as it is. Name another file with --out, or the same to write over it.")
    imported = _read(workbook)
    wishes = writing.Wishes(workbook.name, Clock().now().date(), name, identity or "", audience or "")
    text = writing.write(imported, wishes)
    _save(target, text.encode())
    for old, new in imported.names.items() if names else ():
        typer.echo(f"{old} is {new} here")
    if _tell(target, text, imported):
        sys.exit(1)


def _read(workbook: Path) -> Imported:
    from bot.xlsform import importing  # noqa: PLC0415 - only there with the extra
    from bot.xlsform.notes import Refused  # noqa: PLC0415 - as above
    from bot.xlsform.workbook import LARGEST  # noqa: PLC0415 - as above

    try:
        with workbook.open("rb") as file:
            return importing.read(file.read(LARGEST + 1))
    except OSError as error:
        fail(f"{workbook} cannot be read ({error.strerror}). Look at its name.")
    except Refused as refused:
        fail("\n".join(f"{workbook}: {note}" for note in refused.notes))


def _tell(target: Path, text: str, imported: Imported) -> list[Problem]:
    """Say what was made, what was left out and what is to be done; returns what has to be mended first."""
    found = checking.review(text, str(target))
    faults = [problem for problem in found if not problem.rule]
    for line in (*imported.notes, *faults):
        typer.echo(str(line))
    asked = sum(KINDS[piece.table["kind"]].asks for piece in imported.pieces)
    typer.echo(
        f"{target} has {count(asked, 'question')}. {count(len(imported.notes), 'note')} on the workbook, "
        f"{count(len(faults), 'problem')} to mend, {count(text.count('# TO DO'), 'line')} marked TO DO, "
        f"and {count(len(found) - len(faults), 'remark')} on its words in `check`."
    )
    return faults


@cli.command("export")
def export_workbook(
    engagement: Annotated[str, typer.Argument(help="An engagement file, or the id of an engagement.")],
    out: Annotated[Path, typer.Option("--out", help="The workbook, an .xlsx file.")],
    config_file: ConfigOption = None,
) -> None:
    """Write an engagement as an XLSForm workbook, and say what could not be carried."""
    from bot.xlsform import exporting, filling  # noqa: PLC0415 - loads for a while, and few need it

    name, source = _find(engagement, config_file)
    problems = checking.check(source, name)
    if problems:
        fail("\n".join([*map(str, problems), f"Nothing was written. Mend {name} first."]))
    form = exporting.export(source)
    _save(out, filling.fill(form.sheets))
    for note in form.notes:
        typer.echo(str(note))
    typer.echo(f"{out} has {count(len(form.survey), 'row')}. {count(len(form.notes), 'thing')} could not be carried.")
    if any(note.grave for note in form.notes):
        sys.exit(1)


def _find(engagement: str, config_file: Path | None) -> tuple[str, str]:
    """The name and text of an engagement file, by its path or by its id."""
    path = Path(engagement)
    problems: list[Problem] = []
    if path.is_file():
        text = content.read_file(path, problems)
        if text is None:
            fail(str(problems[0]))
        return engagement, text
    folder = settings(config_file).content.folder if config_file or DEFAULT.exists() else None
    sources = content.read(folder).sources
    if engagement not in sources:
        fail(f"There is no file and no engagement {engagement!r}. There are: {', '.join(sorted(sources))}.")
    return engagement, sources[engagement]


def _need_pyxform() -> None:
    if importlib.util.find_spec("pyxform") is None:
        has_pip = importlib.util.find_spec("pip")
        install = f"{sys.executable} -m pip install" if has_pip else f"uv pip install --python {sys.executable}"
        fail(f"To read workbooks, first install pyxform: {install} {PYXFORM}")


def _save(target: Path, content: bytes) -> None:
    """Write a whole file or none."""
    part = target.with_name(f".{target.name}.part")
    try:
        part.write_bytes(content)
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        fail(f"{target} cannot be written ({error.strerror}). Name another file with --out.")
