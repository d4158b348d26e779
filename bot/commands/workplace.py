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
from storage import engagements, organisations
from storage.engagements import Engagement

T = TypeVar("T")

DEFAULT = Path("config.toml")

_PATIENCE = 3.0  # seconds for Telegram to tell the bot's name

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


def within(path: Path | None, act: Callable[[Foundation, Connection], T], *, adopt: bool = False) -> T:
    """Do something in one transaction on the foundation of a command; with `adopt`, after taking in changed files."""

    async def work() -> T:
        async with foundation.foundation(settings(path), adopt=adopt) as base, base.engine.begin() as connection:
            return await connection.run_sync(lambda db: act(base, db))

    return asyncio.run(work())


def learn_name(path: Path | None) -> None:
    """Ask Telegram once for the bot's name, so that links can be written whole; without an answer they are written without."""

    async def work() -> None:
        async with foundation.foundation(settings(path)) as base:
            async with base.engine.begin() as connection:
                known = await connection.run_sync(organisations.username, base.house.bot_id)
            name = known or await _ask_name(base.config)
            if name != known:
                async with base.engine.begin() as connection:
                    place = (base.house.bot_id, base.house.organisation_id, name)
                    await connection.run_sync(organisations.introduce, *place)

    asyncio.run(work())


async def _ask_name(config: Config) -> str:
    from bot.telegram.wire import NotSentError, UnknownOutcomeError, Wire  # noqa: PLC0415 - loads for a second, needed once

    async with Wire(config.telegram.api_url, config.telegram.token.get_secret_value()) as wire:
        try:
            reply = await wire.call("getMe", patience=_PATIENCE)
        except (NotSentError, UnknownOutcomeError):
            return ""
    return str(reply.result.get("username", "")) if reply.ok and isinstance(reply.result, dict) else ""


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


def are_apart(one: Path, other: Path) -> bool:
    """Whether neither of two folders lies in the other, so that no copy of one holds both."""
    one, other = one.resolve(), other.resolve()
    return not (one.is_relative_to(other) or other.is_relative_to(one))


def who() -> str:
    """Who is at the keyboard, as far as the computer knows."""
    return f"command line ({os.environ.get('USER') or os.environ.get('LOGNAME') or 'unknown'})"
