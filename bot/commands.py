"""The command line. Each command says what it did in a line, and on failure what to do, with an exit code that is not 0."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sys
from collections.abc import Callable, Coroutine
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from sqlalchemy import Connection

from bot import config_file as settings_file
from bot import content, foundation, launch, logs, upkeep
from bot.clock import Clock
from bot.config import Config, ConfigError
from bot.foundation import Foundation
from conversations import checking, library
from conversations.flow import Flow
from conversations.problems import Problem
from storage import audit, engagements, organisations, results
from storage.database import DatabaseError
from storage.engagements import CLOSED, OPEN, Engagement
from storage.keys import KeysError

cli = typer.Typer(
    name="withus",
    help="With Us: ask, invite and answer back. Try `demo` first: it needs no token.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
engagement_cli = typer.Typer(help="List, open and close engagements, and make links to them.", no_args_is_help=True)
cli.add_typer(engagement_cli, name="engagement")

T = TypeVar("T")

DEFAULT = Path("config.toml")

ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="The settings file. Default: config.toml here, if there is one.")
]


class Format(StrEnum):
    """How results are written."""

    table = "table"
    json = "json"


def main() -> None:
    """Run the command line; trouble that was foreseen is told in plain words."""
    try:
        cli()
    except (ConfigError, DatabaseError, KeysError) as error:
        _fail(str(error))
    except KeyboardInterrupt:
        sys.exit(130)


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    sys.exit(1)


def _config(path: Path | None) -> Config:
    """The settings of a command; without --config the file in this folder, or the environment alone."""
    chosen = path or (DEFAULT if DEFAULT.exists() else None)
    return settings_file.read(chosen)


@cli.command()
def run(
    config_file: ConfigOption = None,
    clock: Annotated[Path | None, typer.Option(hidden=True, help="A file with seconds to move the clock ahead by.")] = None,
) -> None:
    """Run the bot until it is told to stop."""
    from bot import app  # noqa: PLC0415 - Telegram and the web take a second to load, and only this command needs them

    settings = _config(config_file)
    logs.configure()
    try:
        _loop(app.run(settings, Clock(clock)))
    except app.AddressError as error:
        _fail(str(error))


def _loop(work: Coroutine[Any, Any, Any]) -> Any:
    """Run `work` on uvloop where there is one."""
    try:
        import uvloop  # noqa: PLC0415 - not on every platform
    except ImportError:
        return asyncio.run(work)
    return uvloop.run(work)


@cli.command()
def demo(
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the browser.")] = True,  # noqa: FBT002
) -> None:
    """Try everything: a pretend Telegram on this computer, a crowd, a phone and the results. Nothing leaves it."""
    from bot import demo as show  # noqa: PLC0415 - brings the emulator along, which nothing else may

    show.play(browser=browser)


@cli.command()
def check(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files or folders; none means the shipped library and content.folder.")
    ] = None,
    config_file: ConfigOption = None,
) -> None:
    """Check engagement files, and say what is wrong where."""
    problems: list[Problem] = []
    texts = _texts(paths, config_file, problems)
    problems += checking.check_all(texts)
    for problem in problems:
        typer.echo(str(problem))
    if problems:
        sys.exit(1)
    typer.echo(f"{len(texts)} engagement file{'s' if len(texts) != 1 else ''} checked: nothing wrong.")


def _texts(paths: list[Path] | None, config_file: Path | None, problems: list[Problem]) -> dict[str, str]:
    if not paths:
        folder = _content_folder(config_file)
        paths = [folder] if folder else []
        texts = dict(library.SHIPPED)
    else:
        texts = {}
    for path in paths:
        if not path.exists():
            problems.append(Problem(str(path), 1, "is not there", "look at the name"))
        files = sorted(path.glob("*.toml")) if path.is_dir() else [path] if path.exists() else []
        for file in files:
            text = content.read_file(file, problems)
            if text is not None:
                texts[str(file)] = text
    return texts


def _content_folder(config_file: Path | None) -> Path | None:
    """The folder of the settings, if there are settings: checking files needs no token."""
    if config_file is None and not DEFAULT.exists():
        return None
    return _config(config_file).content.folder


@cli.command(name="results")
def show_results(
    engagement: Annotated[str, typer.Argument(help="The engagement's id.")],
    released: Annotated[bool, typer.Option("--release", help="Only what may leave the team: small numbers hidden.")] = False,  # noqa: FBT002
    form: Annotated[Format, typer.Option("--format")] = Format.table,
    config_file: ConfigOption = None,
) -> None:
    """Show what people said. Reading the exact figures is noted in the audit log."""
    found, flow = _with(config_file, lambda base, db: _read_results(base, db, engagement, released=released))
    typer.echo(results.table(found, flow) if form is Format.table else json.dumps(found, ensure_ascii=False, indent=1))


def _read_results(base: Foundation, db: Connection, slug: str, *, released: bool) -> tuple[dict[str, Any], Flow]:
    one = _find(base, db, slug)
    flow = base.house.know(db, {one.edition_id})[one.edition_id]
    if released:
        return results.released(db, one, flow), flow
    audit.note(db, base.house.organisation_id, _who(), "read-results", slug, base.clock.now())
    return results.exact(db, base.house.keys, one, flow), flow


@engagement_cli.command("list")
def list_engagements(config_file: ConfigOption = None) -> None:
    """List every engagement and its state."""

    def rows(base: Foundation, db: Connection) -> list[str]:
        shelf = engagements.load(db, base.house.organisation_id)
        flows = base.house.know(db, {one.edition_id for one in shelf.values()})
        return [f"{one.state:<7} {one.slug:<40} {flows[one.edition_id].title.get('en', '')}" for one in shelf.values()]

    for row in _with(config_file, rows):
        typer.echo(row)


@engagement_cli.command("open")
def open_engagement(engagement: str, config_file: ConfigOption = None) -> None:
    """Open an engagement, so that people can answer it."""

    def act(base: Foundation, db: Connection) -> list[str]:
        one = _find(base, db, engagement)
        if one.state == CLOSED:
            _fail(
                f"{engagement} is closed, and what is closed stays closed. Copy its file, give the copy a new id, and open that."
            )
        why = launch.obstacle(base.house.know(db, {one.edition_id})[one.edition_id], local=base.house.local)
        if why:
            _fail(why)
        now = base.clock.now()
        if one.state != OPEN:
            engagements.set_state(db, one.id, OPEN, now)
            audit.note(db, base.house.organisation_id, _who(), "open", engagement, now)
        if not engagements.links_of(db, one.id):
            engagements.make_link(db, one, "", now)
        return [f"{engagement} is open. People get in by this link:", *_link_lines(base, db, one)]

    for row in _with(config_file, act):
        typer.echo(row)


@engagement_cli.command("close")
def close_engagement(engagement: str, config_file: ConfigOption = None) -> None:
    """Close an engagement. Nobody can answer it any more, and it stays closed."""

    def act(base: Foundation, db: Connection) -> str:
        one = _find(base, db, engagement)
        if one.state == CLOSED:
            return f"{engagement} was closed already."
        if one.state != OPEN:
            _fail(f"{engagement} has not been opened, so there is nothing to close.")
        now = base.clock.now()
        engagements.set_state(db, one.id, CLOSED, now)
        upkeep.release(db, base.house, one, now, closing=True)
        audit.note(db, base.house.organisation_id, _who(), "close", engagement, now)
        after = _find(base, db, engagement)
        few = " Fewer than 10 people finished, so to keep them anonymous their answers were destroyed." if after.too_few else ""
        return f"{engagement} is closed.{few}"

    typer.echo(_with(config_file, act))


@engagement_cli.command("links")
def show_links(
    engagement: str,
    new: Annotated[str | None, typer.Option("--new", help="Make one more link, with this label for your own eyes.")] = None,
    config_file: ConfigOption = None,
) -> None:
    """Show the links that lead to an engagement."""

    def act(base: Foundation, db: Connection) -> list[str]:
        one = _find(base, db, engagement)
        if new is not None or not engagements.links_of(db, one.id):
            engagements.make_link(db, one, new or "", base.clock.now())
        return _link_lines(base, db, one)

    for row in _with(config_file, act):
        typer.echo(row)


def _link_lines(base: Foundation, db: Connection, one: Engagement) -> list[str]:
    name = organisations.username(db, base.house.bot_id)
    lines = []
    for link in engagements.links_of(db, one.id):
        address = f"https://t.me/{name}?start={link.code}" if name else "(run the bot once to learn its name)"
        lines.append(f"/start {link.code}  {address}  {link.label}".rstrip())
    return lines


def _find(base: Foundation, db: Connection, slug: str) -> Engagement:
    """The engagement with that id; otherwise says which there are."""
    one = engagements.find(db, base.house.organisation_id, slug)
    if one is None:
        names = [each.slug for each in engagements.load(db, base.house.organisation_id).values()]
        near = settings_file.nearest(slug, names)
        hint = f"Did you mean {near}?" if near else "See `engagement list` for those there are."
        broken = (
            f" ({len(base.shelf.problems)} problems were found in engagement files: see `check`.)" if base.shelf.problems else ""
        )
        _fail(f"There is no engagement {slug!r}. {hint}{broken}")
    return one


def _with(config_file: Path | None, act: Callable[[Foundation, Connection], T]) -> T:
    """Do something in one transaction on the foundation of a command."""

    async def work() -> T:
        async with foundation.foundation(_config(config_file)) as base, base.engine.begin() as connection:
            return await connection.run_sync(lambda db: act(base, db))

    return asyncio.run(work())


def _who() -> str:
    """Who is at the keyboard, as far as the computer knows."""
    return f"command line ({os.environ.get('USER') or os.environ.get('LOGNAME') or 'unknown'})"


@cli.command(name="doctor")
def examine(config_file: ConfigOption = None) -> None:
    """Look over the installation, and say what to mend."""
    from bot import doctor  # noqa: PLC0415 - as in `run`

    findings = asyncio.run(doctor.examine(lambda: _config(config_file)))
    for finding in findings:
        typer.echo(str(finding))
    if not all(finding.good for finding in findings):
        sys.exit(1)


@cli.command()
def init(
    file: Annotated[Path, typer.Argument(help="Where to write the settings.")] = DEFAULT,
    token: Annotated[str | None, typer.Option(help="The bot's token; asked for when left out.")] = None,
    name: Annotated[str | None, typer.Option(help="Your organisation's name; asked for when left out.")] = None,
) -> None:
    """Make a settings file with comments, readable by you alone."""
    if file.exists():
        _fail(f"{file} is there already. Move it away first, or choose another name.")
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
        _fail(str(error))
    typer.echo(
        f"{file} is written. Next: `python3 -m bot engagement list --config {file}`, then `python3 -m bot run --config {file}`."
    )
