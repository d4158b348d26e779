"""Letters that could not go out in time: they are held, and staff say whether they still should.

After a night without power, or a jump of the clock, all that came due would else go out at once, and out of date. A
broadcast has a time of its own after which it is held whole.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, update

from storage.letters.outbox import LEFT, PENDING, STARTED
from storage.schema import outbox


def is_in_time(now: dt.datetime, late: dt.timedelta) -> ColumnElement[bool]:
    """Of letters that no broadcast keeps: whether they may still go out by themselves. `late` is how long after they were due."""
    return outbox.c.due_at > now - late


def count(db: Connection, bot_id: int, now: dt.datetime, late: dt.timedelta) -> int:
    """How many are held."""
    return db.scalars(select(func.count()).select_from(outbox).where(*_held(bot_id, now, late))).one()


def release(db: Connection, bot_id: int, now: dt.datetime, late: dt.timedelta) -> int:
    """Let those that are held go out after all, from now on. Returns how many."""
    return db.execute(update(outbox).where(*_held(bot_id, now, late)).values(due_at=now)).rowcount


def leave(db: Connection, bot_id: int, now: dt.datetime, late: dt.timedelta) -> int:
    """Let those that are held never go out. Returns how many."""
    values = {"state": LEFT, "sealed": None, "reason": "late", "ended_at": now}
    return db.execute(update(outbox).where(*_held(bot_id, now, late)).values(values)).rowcount


def _held(bot_id: int, now: dt.datetime, late: dt.timedelta) -> tuple[Any, ...]:
    mine = (STARTED, outbox.c.bot_id == bot_id, outbox.c.state == PENDING, outbox.c.broadcast_id.is_(None))
    return (*mine, outbox.c.due_at <= now - late)
