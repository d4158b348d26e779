"""`event list|add|cancel`: the dates of events and meetings. The console has the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer
from sqlalchemy import Connection

from bot.commands.workplace import ConfigOption, fail, who, within
from bot.commands.workplace import find as find_engagement
from bot.foundation import Foundation
from storage import audit
from storage.events import events, occasions, place_rows, series
from storage.events.events import Event, EventError
from storage.events.occasions import Occasion, OccasionError, Plan

cli = typer.Typer(help="The dates of events, and how many come.", rich_markup_mode=None, no_args_is_help=True)

Slug = Annotated[str, typer.Argument(metavar="EVENT", help="The id of an engagement of kind event or meeting.")]


@cli.command("list")
def list_all(event: Annotated[str, typer.Argument(metavar="[EVENT]")] = "", config_file: ConfigOption = None) -> None:
    """List the dates of an event, or of all, with how many places are taken and how many wait."""

    def act(base: Foundation, db: Connection) -> list[str]:
        found = [_find(base, db, event)] if event else events.load(db, base.house.organisation_id)
        return [line for one in found for line in _lines(db, one)] or ["No events yet. Write one as an engagement of kind event."]

    _say(act, config_file)


@cli.command()
def add(
    event: Slug,
    at: Annotated[str, typer.Option(help="When it begins, by the clock of where it is: 2027-02-26T18:00.")],
    minutes: Annotated[int, typer.Option(help="How long it takes.")] = 60,
    place: Annotated[str, typer.Option(help="Where the room is.")] = "",
    *,
    online: Annotated[bool, typer.Option("--online", help="One can take part online.")] = False,
    link: Annotated[str, typer.Option(help="The joining link; only people with a place get it, shortly before.")] = "",
    places: Annotated[int | None, typer.Option(help="How many can come. Without it: as many as like.")] = None,
    zone: Annotated[str, typer.Option(help="Its time zone. Without it: your organisation's.")] = "",
    rule: Annotated[str, typer.Option(help="Dates by a rule: FREQ=MONTHLY;BYDAY=2TU;COUNT=12.")] = "",
    config_file: ConfigOption = None,
) -> None:
    """Add a date, or several by a rule."""

    def act(base: Foundation, db: Connection) -> list[str]:
        one = events.settle(db, _find(base, db, event))
        there, now = zone or str(base.house.zone), base.clock.now()
        plan = Plan(at, there, minutes, place, online or bool(link), {"link": link}, places)
        if rule:
            made = series.make(db, base.house.keys, one, plan, rule, now)
        else:
            made = [occasions.make(db, base.house.keys, one, plan, now)]
        audit.note(db, base.house.organisation_id, who(), "add-date", event, now)
        return [f"{event} has {len(made)} more date{'s' if len(made) > 1 else ''}.", *_lines(db, one)]

    _say(act, config_file)


@cli.command()
def cancel(
    event: Slug,
    date: Annotated[str, typer.Argument(metavar="[DATE]", help="The code of one date, as `event list` shows it.")] = "",
    why: Annotated[str, typer.Option(help="Why: people are told in these words.")] = "",
    config_file: ConfigOption = None,
) -> None:
    """Cancel one date, or the whole event. Whoever has a place or waits for one is told once."""

    def act(base: Foundation, db: Connection) -> list[str]:
        one, now = _find(base, db, event), base.clock.now()
        gone = [_cancel(db, one, date, why, base)] if date else occasions.cancel_event(db, one, why, now)
        audit.note(db, base.house.organisation_id, who(), "cancel-date", event, now)
        return [f"Cancelled: {_line(db, each)}" for each in gone] or ["There is no date to come."]

    _say(act, config_file)


def _cancel(db: Connection, event: Event, code: str, why: str, base: Foundation) -> Occasion:
    date = occasions.find(db, base.house.organisation_id, code)
    if date is None or date.event_id != event.id:
        msg = f"{event.slug} has no date with the code {code}. See `event list {event.slug}`."
        raise OccasionError(msg)
    return occasions.cancel(db, date, why, base.clock.now())


def _find(base: Foundation, db: Connection, slug: str) -> Event:
    engagement = find_engagement(base, db, slug)
    found = events.of(db, [engagement.id]).get(engagement.id)
    if found is None:
        msg = f"{slug} is a {engagement.kind}, and has no dates. Choose an event or a meeting: see `event list`."
        raise EventError(msg)
    return found


def _lines(db: Connection, event: Event) -> list[str]:
    dates = occasions.load(db, [event.id]) if event.id else []
    return [f"{event.slug} ({event.state})", *(f"  {_line(db, one)}" for one in dates)]


def _line(db: Connection, one: Occasion) -> str:
    room, line = place_rows.rooms(db, [one])[one.id], place_rows.waiting(db, [one.id])[one.id]
    taken = f"{room.taken} of {one.capacity}" if one.capacity is not None else f"{room.taken}"
    standing = one.state if not one.stands else "closed" if one.closed else "open"
    told = [f"{taken} places taken", *([f"{line} waiting"] if line else [])]
    if room.over:
        told.append(f"{room.over} more than places")
    return f"{one.code}  {one.local:%a %-d %b %Y %H:%M} {one.zone}  {standing}  {', '.join(told)}"


def _say(act: Callable[[Foundation, Connection], list[str]], config_file: ConfigOption) -> None:
    try:
        lines = within(config_file, act)
    except (OccasionError, EventError) as error:
        fail(str(error))
    for line in lines:
        typer.echo(line)
