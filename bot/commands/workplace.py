"""What every command works with: the settings, one transaction on the foundation, and plain words when something fails."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import typer
from sqlalchemy import Connection

from bot import config_file, foundation
from bot.config import Config
from bot.foundation import Foundation
from storage import engagements
from storage.engagements import Engagement

T = TypeVar("T")

DEFAULT = Path("config.toml")

ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="The settings file. Default: config.toml here, if there is one.")
]


def fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    sys.exit(1)


def settings(path: Path | None) -> Config:
    """The settings of a command; without --config the file in this folder, or the environment alone."""
    chosen = path or (DEFAULT if DEFAULT.exists() else None)
    return config_file.read(chosen)


def within(path: Path | None, act: Callable[[Foundation, Connection], T]) -> T:
    """Do something in one transaction on the foundation of a command."""

    async def work() -> T:
        async with foundation.foundation(settings(path)) as base, base.engine.begin() as connection:
            return await connection.run_sync(lambda db: act(base, db))

    return asyncio.run(work())


def find(base: Foundation, db: Connection, slug: str) -> Engagement:
    """The engagement with that id; otherwise says which there are."""
    one = engagements.find(db, base.house.organisation_id, slug)
    if one is None:
        names = [each.slug for each in engagements.load(db, base.house.organisation_id).values()]
        near = config_file.nearest(slug, names)
        hint = f"Did you mean {near}?" if near else "See `engagement list` for those there are."
        broken = (
            f" ({len(base.shelf.problems)} problems were found in engagement files: see `check`.)" if base.shelf.problems else ""
        )
        fail(f"There is no engagement {slug!r}. {hint}{broken}")
    return one


def who() -> str:
    """Who is at the keyboard, as far as the computer knows."""
    return f"command line ({os.environ.get('USER') or os.environ.get('LOGNAME') or 'unknown'})"
