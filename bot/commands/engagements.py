"""`engagement list|open|close|links`."""

from __future__ import annotations

from typing import Annotated

import typer
from sqlalchemy import Connection

from bot import launch, upkeep
from bot.commands.workplace import ConfigOption, fail, find, learn_name, who, within
from bot.foundation import Foundation
from storage import audit, engagements, organisations
from storage.engagements import CLOSED, OPEN, Engagement
from storage.figures.small_numbers import FEWEST

UNKNOWN = "YOUR_BOT"
FEW = f"It is anonymous: ask many more than {FEWEST} people. With fewer than {FEWEST} answers, all are destroyed at the end."

cli = typer.Typer(help="List, open and close engagements, and make links to them.", no_args_is_help=True)


@cli.command("list")
def list_engagements(config_file: ConfigOption = None) -> None:
    """List every engagement and its state."""

    def rows(base: Foundation, db: Connection) -> list[str]:
        _tell(base)
        shelf = engagements.load(db, base.house.organisation_id)
        flows = base.house.know(db, {one.edition_id for one in shelf.values()})
        return [f"{one.state:<7} {one.slug:<40} {flows[one.edition_id].title.get('en', '')}" for one in shelf.values()]

    for row in within(config_file, rows, adopt=True):
        typer.echo(row)


@cli.command("open")
def open_engagement(engagement: str, config_file: ConfigOption = None) -> None:
    """Open an engagement, so that people can answer it."""
    learn_name(config_file)

    def act(base: Foundation, db: Connection) -> list[str]:
        _tell(base)
        one = find(base, db, engagement)
        if one.state == CLOSED:
            fail(
                f"{engagement} is closed, and what is closed stays closed. Copy its file, give the copy a new id, and open that."
            )
        why = launch.obstacle(base.house.know(db, {one.edition_id})[one.edition_id], local=base.house.local)
        if why:
            fail(why)
        now = base.clock.now()
        if one.state != OPEN:
            engagements.set_state(db, one.id, OPEN, now)
            audit.note(db, base.house.organisation_id, who(), "open", engagement, now)
        if not engagements.links_of(db, one.id):
            engagements.make_link(db, one, "", now)
        few = [FEW] if one.identity == "anonymous" else []
        return [f"{engagement} is open. People get in by this link:", *_link_lines(base, db, one), *few]

    for row in within(config_file, act, adopt=True):
        typer.echo(row)


@cli.command("close")
def close_engagement(engagement: str, config_file: ConfigOption = None) -> None:
    """Close an engagement. Nobody can answer it any more, and it stays closed."""

    def act(base: Foundation, db: Connection) -> str:
        one = find(base, db, engagement)
        if one.state == CLOSED:
            return f"{engagement} was closed already."
        if one.state != OPEN:
            fail(f"{engagement} has not been opened, so there is nothing to close.")
        now = base.clock.now()
        engagements.set_state(db, one.id, CLOSED, now)
        upkeep.release(db, base.house, one, now, closing=True)
        audit.note(db, base.house.organisation_id, who(), "close", engagement, now)
        after = find(base, db, engagement)
        few = " Fewer than 10 people finished, so to keep them anonymous their answers were destroyed." if after.too_few else ""
        return f"{engagement} is closed.{few}"

    typer.echo(within(config_file, act))


@cli.command("links")
def show_links(
    engagement: str,
    new: Annotated[str | None, typer.Option("--new", help="Make one more link, with this label for your own eyes.")] = None,
    config_file: ConfigOption = None,
) -> None:
    """Show the links that lead to an engagement."""
    learn_name(config_file)

    def act(base: Foundation, db: Connection) -> list[str]:
        _tell(base)
        one = find(base, db, engagement)
        if new is not None or not engagements.links_of(db, one.id):
            engagements.make_link(db, one, new or "", base.clock.now())
        return _link_lines(base, db, one)

    for row in within(config_file, act, adopt=True):
        typer.echo(row)


def _tell(base: Foundation) -> None:
    """Say what was refused of the files just taken in, and what is worth a thought."""
    for problem in base.adopted.problems:
        typer.echo(str(problem), err=True)


def _link_lines(base: Foundation, db: Connection, one: Engagement) -> list[str]:
    name = organisations.username(db, base.house.bot_id)
    lines = []
    for link in engagements.links_of(db, one.id):
        address = f"https://t.me/{name or UNKNOWN}?start={link.code}"
        lines.append(f"/start {link.code}  {address}  {link.label}".rstrip())
    if not name:
        lines.append(f"Telegram did not tell the bot's name: put it in place of {UNKNOWN}.")
    return lines
