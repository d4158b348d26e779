"""Updates already taken, so that one delivered twice changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import Connection, delete, select, tuple_

from storage.schema import seen
from storage.upserts import insert

KEPT = dt.timedelta(days=3)
"""Longer than Telegram's 24 hours, and short enough that numbers used again after a quiet week are new."""

_AT_ONCE = 5_000


def take(db: Connection, bot_id: int, updates: Iterable[int], today: dt.date) -> set[int]:
    """Mark update ids as taken; returns those that were not taken before."""
    rows = [{"bot_id": bot_id, "update_id": update, "day": today} for update in sorted(set(updates))]
    if not rows:
        return set()
    statement = insert(db, seen).on_conflict_do_nothing().returning(seen.c.update_id)
    return set(db.scalars(statement, rows))


def prune(db: Connection, today: dt.date) -> int:
    """Forget some updates older than `KEPT`; returns how many: 0 when none is left.

    Their day has no index, which every update would pay for: numbers grow, so that the old ones lie first.
    """
    old = select(*seen.primary_key).where(seen.c.day < today - KEPT).limit(_AT_ONCE)
    return db.execute(delete(seen).where(tuple_(*seen.primary_key).in_(old))).rowcount
