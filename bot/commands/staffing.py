"""`staff`: who works in the console. The first comes in by this command; later ones may be invited there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer
from sqlalchemy import Connection, select

from bot.access import ROLE_NAMES
from bot.commands.workplace import ConfigOption, fail, who, within
from bot.config import Config
from bot.foundation import Foundation
from storage.schema import partners
from storage.staffing import enrolments, staff
from storage.staffing.staff import Newcomer, Staff, StaffError

cli = typer.Typer(help="Who may sign in to the console.", rich_markup_mode=None, no_args_is_help=True)

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The address they sign in by.")]


@cli.command()
def add(
    name: Annotated[str, typer.Option(help="Their name, as colleagues know it.")],
    email: Annotated[str, typer.Option(help="The address they sign in by.")],
    role: Annotated[str, typer.Option(help=f"One of {', '.join(ROLE_NAMES)}.")],
    partner: Annotated[str, typer.Option(help="For the role partner: the name of their organisation.")] = "",
    config_file: ConfigOption = None,
) -> None:
    """Take somebody in, and print the link by which they choose a password."""
    if role not in ROLE_NAMES:
        fail(f"There is no role {role!r}. The roles are: {', '.join(ROLE_NAMES)}.")

    def act(base: Foundation, db: Connection) -> list[str]:
        here, now = base.house.organisation_id, base.clock.now()
        newcomer = Newcomer(name, email, role, _partner(db, here, partner) if partner else None)
        made = staff.invite(db, here, newcomer, who(), now)
        return [f"{made.name} is invited as {role}.", *_link(base, db, made)]

    _say(config_file, act)


@cli.command("list")
def list_all(config_file: ConfigOption = None) -> None:
    """List everybody, with role and state."""

    def act(base: Foundation, db: Connection) -> list[str]:
        now = base.clock.now()
        everybody = staff.load(db, base.house.organisation_id)
        lines = [f"{one.email}  {one.name}  {one.role}  {_state(one, base)}" for one in everybody]
        due = sum(one.wants_review(now) for one in everybody)
        told = [f"{due} due for review: do they still work here? See Staff in the console."] if due else []
        return [*lines, *told] or ["Nobody yet. Take somebody in: withus staff add --name … --email … --role admin"]

    _say(config_file, act)


@cli.command()
def remove(email: Email, config_file: ConfigOption = None) -> None:
    """Let somebody go: they are signed out everywhere, at once."""

    def act(base: Foundation, db: Connection) -> list[str]:
        one = _find(base, db, email)
        staff.remove(db, base.house.organisation_id, one, who(), base.clock.now())
        return [f"{one.name} is removed and signed out everywhere."]

    _say(config_file, act)


@cli.command()
def reset(email: Email, config_file: ConfigOption = None) -> None:
    """Have somebody choose a new password and authenticator: they are signed out, and a new link is printed."""

    def act(base: Foundation, db: Connection) -> list[str]:
        one = _find(base, db, email)
        staff.reset(db, base.house.organisation_id, one, who(), base.clock.now())
        return [f"{one.name} is signed out everywhere and starts anew.", *_link(base, db, one)]

    _say(config_file, act)


def address_of(config: Config) -> str:
    """Where the console is reached."""
    return config.web.public_url.rstrip("/") or f"http://{config.web.listen}"


def _link(base: Foundation, db: Connection, one: Staff) -> list[str]:
    token = enrolments.make(db, one.id, base.clock.now())
    return [
        "Give them this link, and nobody else. It works once, for three days:",
        f"{address_of(base.config)}/console/enrol/{token}",
    ]


def _find(base: Foundation, db: Connection, email: str) -> Staff:
    one = staff.find_by_email(db, base.house.organisation_id, email)
    if one is None or one.state == staff.REMOVED:
        raise StaffError(f"Nobody here signs in by {email}. See `staff list`.")
    return one


def _partner(db: Connection, organisation_id: int, name: str) -> int:
    mine = select(partners.c.id).where(partners.c.organisation_id == organisation_id, partners.c.name == name)
    found = db.scalars(mine).first()
    if found is None:
        raise StaffError(f"There is no partner called {name!r}. Partners are made in the console, under Settings.")
    return int(found)


def _state(one: Staff, base: Foundation) -> str:
    return "locked" if one.is_locked(base.clock.now()) else one.state


def _say(config_file: ConfigOption, act: Callable[[Foundation, Connection], list[str]]) -> None:
    try:
        lines = within(config_file, act)
    except StaffError as error:
        fail(str(error))
    for line in lines:
        typer.echo(line)
