"""The command line. Each command says what it did in a line, and on failure what to do, with an exit code that is not 0."""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer
from sqlalchemy.exc import DBAPIError

from bot.commands import (
    answers,
    engagements,
    events,
    failing,
    files,
    installation,
    keeping,
    pausing,
    renewing,
    running,
    staffing,
    trying,
    words,
    workbooks,
)
from bot.commands.workplace import fail
from bot.config import ConfigError
from storage.database import DatabaseError
from storage.keys import KeysError
from storage.troubles import explain

cli = typer.Typer(
    name="withus",
    help="With Us: ask, invite and answer back. Try `demo` first: it needs no token.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

COMMANDS: dict[str, Callable[..., None]] = {
    "demo": running.demo,
    "init": installation.init,
    "run": running.run,
    "check": files.check,
    "talk": trying.talk,
    "paths": trying.paths,
    "draw": trying.draw,
    "results": answers.show_results,
    "export": answers.export,
    "pause": pausing.pause,
    "resume": pausing.resume,
    "doctor": installation.examine,
    "backup": keeping.back_up,
    "restore": keeping.restore,
    "upgrade": keeping.upgrade,
    "move": keeping.move,
}
"""Name on the command line -> the function that does it; those added below have commands of their own."""

for name, command in COMMANDS.items():
    cli.command(name)(command)
cli.add_typer(engagements.cli, name="engagement")
cli.add_typer(events.cli, name="event")
cli.add_typer(failing.cli, name="failures")
cli.add_typer(renewing.cli, name="keys")
cli.add_typer(pausing.cli, name="letters")
cli.add_typer(staffing.cli, name="staff")
cli.add_typer(words.cli, name="words")
cli.add_typer(workbooks.cli, name="xlsform")


def main() -> None:
    """Run the command line; trouble that was foreseen is told in plain words."""
    try:
        cli()
    except (ConfigError, DatabaseError, KeysError) as error:
        fail(str(error))
    except (DBAPIError, OSError) as error:
        fail(explain(error))
    except KeyboardInterrupt:
        sys.exit(130)
