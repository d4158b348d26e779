"""What the bot may not start by itself just now. Whoever claims asks in the claim's own transaction, so a pause acts at once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from storage import upserts
from storage.schema import pauses

EVERYTHING = "everything"
"""Reminders, broadcasts, follow-ups: all the bot would start. Replies to people always go on. A lane's name pauses that lane."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Something held, and what is known of it."""

    what: str
    why: str
    who: str
    since: dt.datetime


def begin(db: Connection, organisation_id: int, what: str, why: str, who: str, now: dt.datetime) -> bool:
    """Hold `what`; False when it is held already, and then the first reason stands."""
    row = {"organisation_id": organisation_id, "what": what, "why": why, "who": who, "since": now}
    made = upserts.insert(db, pauses).values(row).on_conflict_do_nothing().returning(pauses.c.what)
    return db.execute(made).first() is not None


def end(db: Connection, organisation_id: int, what: str) -> bool:
    """Let `what` go on; False when it was not held."""
    return bool(db.execute(delete(pauses).where(pauses.c.organisation_id == organisation_id, pauses.c.what == what)).rowcount)


def held(db: Connection, organisation_id: int) -> list[Pause]:
    """Everything that is held, oldest first."""
    chosen = select(pauses).where(pauses.c.organisation_id == organisation_id).order_by(pauses.c.since)
    return [Pause(row.what, row.why, row.who, row.since) for row in db.execute(chosen)]
