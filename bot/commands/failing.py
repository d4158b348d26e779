"""`failures list|show|retry`: what could not be read, decided or written, kept for a week so that it can be mended."""

from __future__ import annotations

import json
import traceback
from typing import Annotated

import typer
from sqlalchemy import Connection

from bot import turns
from bot.arrivals import Arrival
from bot.commands.workplace import ConfigOption, fail, who, within
from bot.desk import Outgoing
from bot.foundation import Foundation
from storage import audit, failures
from storage.failures import Failure
from storage.letters import outbox
from storage.letters.outbox import PENDING
from storage.troubles import is_trouble

cli = typer.Typer(help="See and take again what the bot could not deal with in the last week.", no_args_is_help=True)

NONE = "Nothing has failed in the last week."
CodeArgument = Annotated[str, typer.Argument(help="The code that `failures list` shows.")]


@cli.command("list")
def list_failures(config_file: ConfigOption = None) -> None:
    """List what failed: its code, when, while doing what, and the last line of its traceback."""
    kept = within(config_file, lambda base, db: failures.read(db, base.house.keys, base.house.bot_id))
    for one in kept:
        last = one.trace.strip().rpartition("\n")[2]
        typer.echo(f"{one.code}  {one.at:%Y-%m-%d %H:%M} UTC  {one.where:<9} {last.partition(':')[0]}")
    typer.echo("See one: failures show CODE. Take them again once the cause is mended: failures retry." if kept else NONE)


@cli.command("show")
def show(code: CodeArgument, config_file: ConfigOption = None) -> None:
    """Show one whole: its traceback, and the update that caused it. It can hold what somebody wrote."""

    def act(base: Foundation, db: Connection) -> Failure:
        one = _find(base, db, code)
        audit.note(db, base.house.organisation_id, who(), "read a failed update", code, base.clock.now())
        return one

    one = within(config_file, act)
    typer.echo(f"{one.trace.strip()}\n\n{one.update.decode(errors='replace')}")


@cli.command("retry")
def retry(
    code: Annotated[str, typer.Argument(help="The code of one; all when left out.")] = "", config_file: ConfigOption = None
) -> None:
    """Take what failed once more, as if it came now. A running bot sends what follows from it within seconds."""

    def act(base: Foundation, db: Connection) -> tuple[int, int]:
        chosen = [_find(base, db, code)] if code else failures.read(db, base.house.keys, base.house.bot_id)
        return len(chosen), sum(_take_again(base, db, one) for one in chosen)

    tried, well = within(config_file, act)
    typer.echo(f"{well} of {tried} went well." if tried else NONE)
    if well < tried:
        fail("The rest failed again, under new codes: `failures list`.")


def _find(base: Foundation, db: Connection, code: str) -> Failure:
    found = next((one for one in failures.read(db, base.house.keys, base.house.bot_id) if one.code == code), None)
    return found or fail(f"There is no failure {code!r}. See `failures list`; each is kept for {failures.KEPT.days} days.")


def _take_again(base: Foundation, db: Connection, one: Failure) -> bool:
    """Whether it went well this time. Its letters are left for a running bot to send."""
    from bot.telegram.reader import read  # noqa: PLC0415 - loads for a second, needed by this command only

    arrival = read(json.loads(one.update), base.house.keys.sign)
    failures.forget(db, base.house.bot_id, one.code)
    before = failures.count(db, base.house.bot_id)
    if arrival is None:
        return True  # nothing in it that could be taken: it has no number
    out = _take(base, db, arrival)
    outbox.settle(db, [letter.became(PENDING) for letter in out.letters], base.clock.now())
    return failures.count(db, base.house.bot_id) == before


def _take(base: Foundation, db: Connection, arrival: Arrival) -> Outgoing:
    """What follows from it; what still cannot be written is kept again, and the others go on."""
    now = base.clock.now()
    try:
        with db.begin_nested():
            return turns.take_again(db, base.house, arrival, now)
    except Exception as error:
        if is_trouble(error):
            raise
        return turns.set_aside(db, base.house, arrival, traceback.format_exc(), now)
