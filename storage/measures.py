"""Figures of the installation for whoever watches over it, each found by an index, and none of them about a person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alembic.migration import MigrationContext
from sqlalchemy import Connection, func, or_, select

from storage import pauses
from storage.outbox import PENDING, SENDING, UNKNOWN
from storage.schema import failures, outbox, settings
from storage.upserts import insert

LANES = ("reply", "reminder", "broadcast")
MOST = 100_000  # letters; nothing is counted any further
MOST_FAILURES = 1_000  # no index counts these
ALIVE = "alive_at"


@dataclass(frozen=True, slots=True)
class Figures:
    """`waiting` and `oldest` are of letters that may go out now, by lane; `held` is how much is paused."""

    waiting: Mapping[str, int]
    oldest: Mapping[str, dt.datetime]
    unknown: int
    failures: int
    held: int
    schema: str


def read(db: Connection, organisation_id: int, bot_id: int, now: dt.datetime) -> Figures:
    """The figures at this moment."""
    return Figures(
        waiting={lane: _count(db, outbox.c.id, *_ready(bot_id, lane)) for lane in LANES},
        oldest={lane: since for lane in LANES if (since := _oldest(db, bot_id, lane, now))},
        unknown=unknown(db, bot_id),
        failures=_count(db, failures.c.id, failures.c.bot_id == bot_id, most=MOST_FAILURES),
        held=len(pauses.held(db, organisation_id)),
        schema=MigrationContext.configure(db).get_current_revision() or "",
    )


def unknown(db: Connection, bot_id: int) -> int:
    """How many letters may or may not have gone out."""
    return _count(db, outbox.c.id, outbox.c.bot_id == bot_id, outbox.c.state == UNKNOWN)


def note(db: Connection, what: str, now: dt.datetime) -> None:
    """Note that something happened now: that the bot lived, and could write."""
    row = insert(db, settings).values(name=what, value=now.isoformat())
    db.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": row.excluded.value}))


def told(db: Connection, what: str) -> dt.datetime | None:
    """When something last happened, by `note`; None when it never did."""
    value = db.scalar(select(settings.c.value).where(settings.c.name == what))
    return dt.datetime.fromisoformat(value) if value else None


def _ready(bot_id: int, lane: str) -> tuple[Any, ...]:
    return (outbox.c.bot_id == bot_id, outbox.c.lane == lane, outbox.c.state.in_((PENDING, SENDING)))


def _oldest(db: Connection, bot_id: int, lane: str, now: dt.datetime) -> dt.datetime | None:
    """Since when the first letter of a lane has been waiting."""
    since = func.coalesce(outbox.c.due_at, outbox.c.created_at, type_=outbox.c.created_at.type)
    may_go = or_(outbox.c.due_at.is_(None), outbox.c.due_at <= now)
    found: dt.datetime | None = db.scalar(select(since).where(*_ready(bot_id, lane), may_go).order_by(outbox.c.id).limit(1))
    return found


def _count(db: Connection, column: Any, *where: Any, most: int = MOST) -> int:
    some = select(column).where(*where).limit(most).subquery()
    return int(db.scalar(select(func.count()).select_from(some)) or 0)
