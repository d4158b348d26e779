"""Letters of which nobody knows whether they went out: listed for staff, who leave them or send them again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select, update

from storage.broadcasting import departures
from storage.broadcasting.broadcast_rows import CANCELLED
from storage.broadcasting.broadcasts import SELF
from storage.letters.outbox import LEFT, PENDING, REPLY, UNKNOWN
from storage.schema import broadcasts, outbox, people


@dataclass(frozen=True, slots=True)
class Unknown:
    """One of them; `person` is a code, empty when they have been erased. A reply's words are not kept."""

    id: int
    person: str
    lane: str
    since: dt.datetime
    reason: str

    @property
    def can_resend(self) -> bool:
        """Whether it has words that could go out again."""
        return self.lane != REPLY


def find(db: Connection, bot_id: int) -> list[Unknown]:
    """All of them, oldest first."""
    since = func.coalesce(outbox.c.due_at, outbox.c.created_at).label("since")
    told = select(outbox.c.id, people.c.code, outbox.c.lane, since, outbox.c.reason)
    chosen = told.outerjoin_from(outbox, people, people.c.id == outbox.c.person_id).where(*_unknown(bot_id)).order_by(outbox.c.id)
    return [Unknown(row.id, row.code or "", row.lane, row.since, row.reason) for row in db.execute(chosen)]


def leave(db: Connection, bot_id: int, ids: Collection[int]) -> int:
    """Let these be: nobody will know. Returns how many."""
    return db.execute(update(outbox).where(*_unknown(bot_id), outbox.c.id.in_(ids)).values(state=LEFT, sealed=None)).rowcount


def resend(db: Connection, bot_id: int, ids: Collection[int], now: dt.datetime, staff: str = SELF) -> int:
    """Send these again, though somebody may get one twice. Returns how many.

    Only those whose words are kept, or can be made again: their broadcast goes on for them, unless it was cancelled.
    """
    cancelled = select(broadcasts.c.id).where(broadcasts.c.bot_id == bot_id, broadcasts.c.state == CANCELLED)
    again = outbox.c.broadcast_id.is_not(None) & outbox.c.broadcast_id.not_in(cancelled)
    chosen = (*_unknown(bot_id), outbox.c.id.in_(ids), outbox.c.sealed.is_not(None) | again)
    values = {"state": PENDING, "claimer": "", "reason": "", "due_at": now, "ended_at": None}
    waiting = db.scalars(update(outbox).where(*chosen).values(values).returning(outbox.c.broadcast_id)).all()
    departures.reopen(db, {one for one in waiting if one is not None}, staff, now)
    return len(waiting)


def _unknown(bot_id: int) -> tuple[Any, ...]:
    return outbox.c.bot_id == bot_id, outbox.c.state == UNKNOWN
