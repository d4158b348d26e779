"""All that decides what becomes of follow-ups, and what they say: read by set for one slice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from conversations.hours import Quiet, next_open
from storage import sessions
from storage.broadcasting import clocks
from storage.broadcasting.audiences import TELEGRAM
from storage.events import events as engaged
from storage.events import occasions
from storage.events.events import Event
from storage.events.occasions import Occasion
from storage.followups import rules
from storage.followups.due import Row
from storage.followups.planning import ASIDE, DROPPED, MISSED, PAUSED, STOPPED, UNREACHABLE, clock_of
from storage.followups.rules import KINDS, Happening
from storage.keys import Keys
from storage.schema import addresses, events, people, places, switches
from storage.unopened import UnopenedError

TELL = "tell"
OPEN = "open"


@dataclass(frozen=True, slots=True)
class Listener:
    """Somebody something is due to. `chat_id` is None where this bot cannot reach them."""

    id: int
    language: str
    chat_id: int | None
    session_id: int | None
    stopped: bool
    paused_until: dt.datetime | None
    refuses: bool  # said that reminders are not wanted
    zone: ZoneInfo
    quiet: Quiet


@dataclass(slots=True)
class Circumstances:
    """What is known of a slice."""

    listeners: dict[int, Listener] = field(default_factory=dict)
    dates: dict[int, Occasion] = field(default_factory=dict)  # those meant, and all others of the same events
    events: dict[int, Event] = field(default_factory=dict)  # by their own id
    places: dict[tuple[int, int], Any] = field(default_factory=dict)  # (occasion, person) -> row
    finished: set[tuple[int, int]] = field(default_factory=set)  # (person, engagement)


def find(db: Connection, keys: Keys, place: tuple[int, int], rows: Sequence[Row]) -> Circumstances:
    """What is known of these rows; `place` is (organisation id, bot id)."""
    met = sorted({row.person_id for row in rows})
    dated = {row.occasion_id for row in rows if row.occasion_id is not None}
    known = Circumstances(_listeners(db, keys, place, met))
    if dated:
        named = occasions.find_all(db, dated)
        of = {one.event_id for one in named.values()}
        known.dates = {one.id: one for one in occasions.load(db, of)}
        engagement_ids = select(events.c.engagement_id).where(events.c.id.in_(of))
        known.events = {one.id: one for one in engaged.of(db, db.scalars(engagement_ids).all()).values() if one.id}
        theirs = select(places).where(places.c.occasion_id.in_(dated), places.c.person_id.in_(met))
        known.places = {(row.occasion_id, row.person_id): row for row in db.execute(theirs)}
        known.finished = set(sessions.finished_by(db, met))
    return known


def _listeners(db: Connection, keys: Keys, place: tuple[int, int], met: Sequence[int]) -> dict[int, Listener]:
    ours = (addresses.c.person_id == people.c.id) & (addresses.c.bot_id == place[1]) & (addresses.c.door == TELEGRAM)
    theirs = (people.c.id, people.c.language, people.c.stopped, people.c.paused_until, people.c.session_id, *clocks.COLUMNS)
    joined = select(*theirs, addresses.c.lookup, addresses.c.sealed, addresses.c.state).outerjoin_from(people, addresses, ours)
    rows = db.execute(joined.where(people.c.id.in_(met))).all()
    refused = select(switches.c.person_id).where(switches.c.purpose == "reminders", ~switches.c.given)
    refusing = set(db.scalars(refused.where(switches.c.person_id.in_(met))))
    hours = clocks.find(db, place[0], {clock_of(row) for row in rows})
    return {
        row.id: Listener(
            row.id, row.language, _chat(keys, row), row.session_id, row.stopped, row.paused_until, row.id in refusing,
            *hours[clock_of(row)],
        )
        for row in rows
    }  # fmt: skip


def _chat(keys: Keys, row: Any) -> int | None:
    if row.sealed is None or row.state != OPEN:
        return None
    try:
        return int(keys.open("addresses.sealed", row.lookup.hex(), row.sealed))
    except UnopenedError:
        return None


def weigh(row: Row, known: Circumstances, now: dt.datetime) -> str | dt.datetime:
    """TELL; or when to look at it again; or the state it ends in."""
    kind, who = KINDS.get(row.kind), known.listeners.get(row.person_id)
    if kind is None or who is None or _is_stale(row, known):
        return DROPPED
    if (date := known.dates.get(row.occasion_id or 0)) and rules.is_aside(row.kind, date.state):
        return ASIDE
    last = _deadline(row, known, who.zone)
    if now >= last:
        return MISSED
    if kind.optional and who.refuses:
        return DROPPED
    if who.stopped or who.chat_id is None:
        return (STOPPED if who.stopped else UNREACHABLE) if kind.matters else DROPPED
    again = max(now, who.paused_until or now)
    at = next_open(again, who.zone, who.quiet)
    if at == now:
        return TELL
    if at < last:
        return at
    return (PAUSED if again > now else MISSED) if kind.matters else DROPPED


def _is_stale(row: Row, known: Circumstances) -> bool:
    """Whether what it is about is no longer so."""
    if row.occasion_id is None:
        return False
    date, kind = known.dates.get(row.occasion_id), KINDS[row.kind]
    if date is None or rules.is_over(row.kind, date.state) or (kind.fixed and date.sequence != row.sequence):
        return True
    mine = known.places.get((row.occasion_id, row.person_id))
    return bool(kind.holding) and (mine is None or mine.state not in kind.holding)


def _deadline(row: Row, known: Circumstances, zone: ZoneInfo) -> dt.datetime:
    date = known.dates.get(row.occasion_id) if row.occasion_id is not None else None
    if date is None:
        return rules.NO_END
    last = rules.deadline(row.kind, Happening(date.starts_at, date.ends_at), zone)
    mine = known.places.get((date.id, row.person_id))
    return min(last, mine.offered_until) if row.kind == rules.OFFER and mine and mine.offered_until else last
