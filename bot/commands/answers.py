"""`results`: what people said."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Any

import typer
from sqlalchemy import Connection

from bot.commands.workplace import ConfigOption, find, who, within
from bot.foundation import Foundation
from conversations.flow import Flow
from storage import audit, results


class Format(StrEnum):
    """How results are written."""

    table = "table"
    json = "json"


def show_results(
    engagement: Annotated[str, typer.Argument(help="The engagement's id.")],
    released: Annotated[bool, typer.Option("--release", help="Only what may leave the team: small numbers hidden.")] = False,  # noqa: FBT002
    form: Annotated[Format, typer.Option("--format")] = Format.table,
    config_file: ConfigOption = None,
) -> None:
    """Show what people said. Reading the exact figures is noted in the audit log."""
    found, flow = within(config_file, lambda base, db: _read_results(base, db, engagement, released=released))
    typer.echo(results.table(found, flow) if form is Format.table else json.dumps(found, ensure_ascii=False, indent=1))


def _read_results(base: Foundation, db: Connection, slug: str, *, released: bool) -> tuple[dict[str, Any], Flow]:
    one = find(base, db, slug)
    flow = base.house.know(db, {one.edition_id})[one.edition_id]
    if released:
        return results.released(db, one, flow), flow
    audit.note(db, base.house.organisation_id, who(), "read-results", slug, base.clock.now())
    return results.exact(db, base.house.keys, one, flow), flow
