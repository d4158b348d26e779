"""`init` and `doctor`: making an installation, and looking it over."""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot import config_file as settings_file
from bot.commands.workplace import DEFAULT, ConfigOption, fail, settings
from bot.config import ConfigError


def examine(config_file: ConfigOption = None) -> None:
    """Look over the installation, and say what to mend."""
    from bot import doctor  # noqa: PLC0415 - as in `run`

    findings = asyncio.run(doctor.examine(lambda: settings(config_file)))
    for finding in findings:
        typer.echo(str(finding))
    if not all(finding.good for finding in findings):
        sys.exit(1)


def init(
    file: Annotated[Path, typer.Argument(help="Where to write the settings.")] = DEFAULT,
    token: Annotated[str | None, typer.Option(help="The bot's token; asked for when left out.")] = None,
    name: Annotated[str | None, typer.Option(help="Your organisation's name; asked for when left out.")] = None,
) -> None:
    """Make a settings file with comments, readable by you alone."""
    if file.exists():
        fail(f"{file} is there already. Move it away first, or choose another name.")
    asked = token or typer.prompt("The bot's token, from @BotFather", hide_input=True)
    named = name or typer.prompt("Your organisation's name, as people should read it")
    text = settings_file.example(
        {"telegram.token": asked, "organisation.name": named, "telegram.webhook_secret": secrets.token_urlsafe(30)}
    )
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(text)
    try:
        settings_file.read(file)
    except ConfigError as error:
        file.unlink()
        fail(str(error))
    typer.echo(
        f"{file} is written. Next: `python3 -m bot engagement list --config {file}`, then `python3 -m bot run --config {file}`."
    )
