"""`pause`, `resume` and `letters`: what the bot sends by itself, held, let go, and accounted for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated

import typer
from sqlalchemy import Connection

from bot.commands.workplace import ConfigOption, fail, who, within
from bot.foundation import Foundation
from storage import audit
from storage.letters import claims, lateness, outbox, pauses, unknowns
from storage.letters.outbox import FAILED, PENDING, SENDING, UNKNOWN
from storage.letters.unknowns import Unknown
from storage.staffing import preferences

cli = typer.Typer(help="What waits to be sent, what did not go out, and what nobody knows of.", rich_markup_mode=None)

Chosen = Annotated[list[str] | None, typer.Argument(metavar="CODE...", help="A person's code, or a letter's number.")]
All = Annotated[bool, typer.Option("--all", help="All of them.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def pause(
    why: Annotated[str, typer.Option(help="Why, for whoever comes after you.")] = "",
    config_file: ConfigOption = None,
) -> None:
    """Hold everything the bot would send by itself, from this moment. Replies to people go on."""

    def act(base: Foundation, db: Connection) -> str:
        here, now = base.house.organisation_id, base.clock.now()
        waiting = _waiting(db, base.house.bot_id)
        if pauses.begin(db, here, pauses.EVERYTHING, why, who(), now):
            audit.note(db, here, who(), "pause", why, now)
            return f"Paused. Nothing goes out by itself; people who write are answered. {waiting} To go on: withus resume"
        held = next(one for one in pauses.held(db, here) if one.what == pauses.EVERYTHING)
        return f"Paused already, {_told(held)}. {waiting} To go on: withus resume"

    typer.echo(within(config_file, act))


def resume(config_file: ConfigOption = None) -> None:
    """Let what was paused go on."""

    def act(base: Foundation, db: Connection) -> str:
        here = base.house.organisation_id
        ended = [one for one in pauses.held(db, here) if pauses.end(db, here, one.what)]
        waiting = _waiting(db, base.house.bot_id)
        if not ended:
            return f"Nothing was paused. {waiting}"
        audit.note(db, here, who(), "resume", " ".join(one.what for one in ended), base.clock.now())
        return f"Goes on. It was paused {'; '.join(map(_told, ended))}. {waiting}"

    typer.echo(within(config_file, act))


@cli.callback(invoke_without_command=True)
def letters(
    context: typer.Context,
    unknown: Annotated[bool, typer.Option("--unknown", help="List those that may or may not have gone out.")] = False,
    config_file: ConfigOption = None,
) -> None:
    """Say how many letters wait, are on their way, failed, or may or may not have gone out."""
    if context.invoked_subcommand:
        return
    for line in within(config_file, _listed if unknown else _summary):
        typer.echo(line)


@cli.command()
def leave(codes: Chosen = None, config_file: ConfigOption = None, *, everything: All = False) -> None:
    """Let letters be that may or may not have gone out: they are not sent again."""

    def act(base: Foundation, db: Connection) -> str:
        ids = [one.id for one in _choose(base, db, codes or [], everything=everything)]
        left = unknowns.leave(db, base.house.bot_id, ids)
        audit.note(db, base.house.organisation_id, who(), "leave-letters", str(left), base.clock.now())
        return f"{_many(left)} left as {'it is' if left == 1 else 'they are'}, and not sent again."

    typer.echo(within(config_file, act))


@cli.command()
def resend(codes: Chosen = None, config_file: ConfigOption = None, *, everything: All = False, yes: Yes = False) -> None:
    """Send letters again that may or may not have gone out. Somebody may then get one twice."""
    chosen = within(config_file, lambda base, db: _choose(base, db, codes or [], everything=everything))
    good = [one.id for one in chosen if one.can_resend]
    if not good:
        fail("None of these can be sent again: the words of a reply are not kept. Whoever writes to the bot gets a new one.")
    asked = f"Send {_many(len(good))} again? Whoever got one already gets it twice."
    if not (yes or typer.confirm(asked)):
        fail("Nothing was sent.")

    def act(base: Foundation, db: Connection) -> str:
        now = base.clock.now()
        sent = unknowns.resend(db, base.house.bot_id, good, now)
        audit.note(db, base.house.organisation_id, who(), "resend-letters", str(sent), now)
        rest = len(chosen) - sent
        kept = f" {_many(rest)} cannot be: the words of replies are not kept." if rest else ""
        return f"{_many(sent)} {'waits' if sent == 1 else 'wait'} to be sent again.{kept}"

    typer.echo(within(config_file, act))


@cli.command()
def late(
    send: Annotated[bool, typer.Option("--send", help="Send them now, at the next open hour.")] = False,
    drop: Annotated[bool, typer.Option("--leave", help="Let them be.")] = False,
    config_file: ConfigOption = None,
) -> None:
    """Say what becomes of letters that could not go out in time. They are held until you do."""
    if send == drop:
        fail("Say --send, or --leave. `letters` says how many there are. Nothing was changed.")

    def act(base: Foundation, db: Connection) -> str:
        decide, verb = (lateness.release, "send-late-letters") if send else (lateness.leave, "leave-late-letters")
        many = decide(db, base.house.bot_id, base.clock.now(), _patience(base, db))
        audit.note(db, base.house.organisation_id, who(), verb, str(many), base.clock.now())
        return f"{_many(many)} may go out now." if send else f"{_many(many)} will not go out."

    typer.echo(within(config_file, act))


def _patience(base: Foundation, db: Connection) -> dt.timedelta:
    return dt.timedelta(hours=preferences.read(db, base.house.organisation_id).late_hours)


def _choose(base: Foundation, db: Connection, codes: Sequence[str], *, everything: bool) -> list[Unknown]:
    """The unknown letters that were named, by person or by number."""
    if bool(codes) == everything:
        fail("Name whose letters, by the codes that `letters --unknown` lists, or say --all.")
    listed = unknowns.find(db, base.house.bot_id)
    missing = [code for code in codes if not any(code in {one.person, str(one.id)} for one in listed)]
    if missing:
        fail(f"No letter of {', '.join(missing)} is unknown. See `letters --unknown`. Nothing was changed.")
    if not listed:
        fail("No letter is unknown: there is nothing to do.")
    return [one for one in listed if everything or {one.person, str(one.id)} & set(codes)]


def _summary(base: Foundation, db: Connection) -> list[str]:
    found = outbox.tally(db, base.house.bot_id)
    lines = [f"{name}: {_by(found, state, part)}" for name, state, part in SUMMARY]
    held = lateness.count(db, base.house.bot_id, base.clock.now(), _patience(base, db))
    if held:
        lines.append(f"Late, and held: {held}. To send them: letters late --send. Or: letters late --leave.")
    return [*lines, *(f"Paused {_told(one)}." for one in pauses.held(db, base.house.organisation_id))]


def _by(found: Mapping[tuple[str, str, str], int], state: str, part: Callable[[tuple[str, str, str]], str]) -> str:
    """How many are in a state, and how many of each lane or reason."""
    parts: dict[str, int] = {}
    for kind, number in found.items():
        if kind[1] == state:
            parts[part(kind)] = parts.get(part(kind), 0) + number
    told = ", ".join(f"{number} {_in_words(name)}" for name, number in sorted(parts.items()))
    return f"{sum(parts.values())} ({told})" if parts else "0"


def _listed(base: Foundation, db: Connection) -> list[str]:
    listed = unknowns.find(db, base.house.bot_id)
    if not listed:
        return ["No letter is unknown."]
    lines = [
        f"{one.person or '(erased)'}  {one.id}  {one.lane}  since {one.since:%Y-%m-%d %H:%M} UTC  {_in_words(one.reason)}"
        for one in listed
    ]
    return [
        *lines,
        f"{_many(len(listed))} may or may not have gone out. To let them be: letters leave. To send again: letters resend.",
    ]


def _waiting(db: Connection, bot_id: int) -> str:
    number = sum(
        number for (lane, state, _), number in outbox.tally(db, bot_id).items() if state == PENDING and lane in claims.LANES
    )
    return f"{_many(number)} {'waits' if number == 1 else 'wait'}."


def _told(one: pauses.Pause) -> str:
    held = "" if one.what == pauses.EVERYTHING else f" ({one.what})"
    return f"since {one.since:%Y-%m-%d %H:%M} UTC by {one.who}{held}" + (f": {one.why}" if one.why else "")


def _in_words(reason: str) -> str:
    return REASONS.get(reason, reason)


def _many(number: int) -> str:
    return f"{number} letter" if number == 1 else f"{number} letters"


SUMMARY: tuple[tuple[str, str, Callable[[tuple[str, str, str]], str]], ...] = (
    ("Waiting", PENDING, lambda kind: kind[0]),
    ("On their way", SENDING, lambda kind: kind[0]),
    ("May or may not have gone out", UNKNOWN, lambda kind: kind[0]),
    ("Failed", FAILED, lambda kind: kind[2]),
)
"""What is said -> of which state, and told apart by lane or by reason."""

REASONS = {
    outbox.DIED: "the bot ended meanwhile",
    "blocked": "blocked the bot",
    "gone": "deleted their account",
    "stopped": "said stop",
    "sealed": "could not be opened",
    "fault": "could not be made",
}
"""Reason in the table -> in words; a number is Telegram's own."""
