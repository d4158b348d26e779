"""`results` and `export`: what people said, as a table, a sheet, data, a chart, or a package of all that may leave the team."""

from __future__ import annotations

import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import Connection

from bot import exports, packages
from bot.commands.workplace import ConfigOption, fail, find, who, within
from bot.foundation import Foundation
from bot.web import charts, drawing
from bot.web.charts import Chart
from storage import audit
from storage.figures import comparing, results


class Format(StrEnum):
    """How results are written."""

    table = "table"
    csv = "csv"
    xlsx = "xlsx"
    json = "json"


def show_results(
    engagement: Annotated[str, typer.Argument(help="The engagement's id.")],
    released: Annotated[bool, typer.Option("--release", help="Only what may leave the team: small numbers hidden.")] = False,
    form: Annotated[Format, typer.Option("--format", help="How to write them.")] = Format.table,
    chart: Annotated[str, typer.Option(help="Draw one question instead: its id. Needs --out.")] = "",
    out: Annotated[Path | None, typer.Option(help="The file to write; a chart's ends in .png or .svg.")] = None,
    config_file: ConfigOption = None,
) -> None:
    """Show what people said. Reading the exact figures is noted in the audit log."""
    _check(form, chart, out)
    found = within(config_file, lambda base, db: _read_results(base, db, engagement, released=released))
    content = _draw(found, chart, out) if chart and out else exports.FORMATS[form](found)
    if out is None:
        typer.echo(content, nl=form != Format.xlsx)
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        fail(f"{out} could not be written: {error.strerror}. Choose another place with --out.")
    typer.echo(f"Written to {out}.")


def export(
    engagement: Annotated[str, typer.Argument(help="The engagement's id.")],
    to: Annotated[Path, typer.Option("--to", help="The file to write: .zip for a data package, .xlsx, .csv or .json.")],
    config_file: ConfigOption = None,
) -> None:
    """Write the figures that may leave the team to a file. That they were taken is noted in the audit log."""
    form = to.suffix.lower().removeprefix(".")
    if form not in packages.FILES:
        fail(f"Give {to} a name that ends in .zip, .xlsx, .csv or .json.")
    content = within(config_file, lambda base, db: _write(base, db, engagement, form))
    try:
        to.write_bytes(content)
    except OSError as error:
        fail(f"{to} could not be written: {error.strerror}. Choose another place with --to.")
    typer.echo(f"Written to {to}. Small numbers are hidden in it.")


def _write(base: Foundation, db: Connection, slug: str, form: str) -> bytes:
    one, now = find(base, db, slug), base.clock.now()
    flow = base.house.know(db, {one.edition_id})[one.edition_id]
    audit.note(db, base.house.organisation_id, who(), "export-results", f"{slug}.{form}", now)
    return packages.FILES[form](results.released(db, one, flow), comparing.everything(db, one, flow), flow, now)


def _check(form: Format, chart: str, out: Path | None) -> None:
    """Refuse what cannot work before anything is read and noted."""
    if chart and (out is None or out.suffix.lower() not in DRAWINGS):
        fail("A chart needs a file: add --out with a name that ends in .png or .svg.")
    if form == Format.xlsx and out is None and sys.stdout.isatty():
        fail("A workbook cannot be shown here. Add --out with the name of a file, such as --out results.xlsx.")


def _read_results(base: Foundation, db: Connection, slug: str, *, released: bool) -> dict[str, Any]:
    one = find(base, db, slug)
    flow = base.house.know(db, {one.edition_id})[one.edition_id]
    if released:
        return results.released(db, one, flow)
    audit.note(db, base.house.organisation_id, who(), "read-results", slug, base.clock.now())
    return results.exact(db, base.house.keys, one, flow)


def _draw(found: dict[str, Any], step: str, out: Path) -> bytes:
    told = next((each for each in found["steps"] if each["id"] == step), None)
    if told is None:
        known = ", ".join(each["id"] for each in found["steps"]) or "none yet"
        fail(f"There is no question {step!r} in these results. There are: {known}.")
    chart = charts.draw(told)
    if chart is None:
        fail(f"There is nothing to draw for {step!r}: people wrote, or every figure is too small to show.")
    return DRAWINGS[out.suffix.lower()](chart)


DRAWINGS: dict[str, Callable[[Chart], bytes]] = {".png": drawing.to_png, ".svg": lambda chart: drawing.to_svg(chart).encode()}
"""How the name of a chart's file ends -> how it is drawn."""
