"""Figures of the installation for whoever watches over it, each found by an index, and none of them about a person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alembic.migration import MigrationContext
from sqlalchemy import Connection, func, select

from storage.letters import pauses
from storage.letters.outbox import BROADCAST, PENDING, REMINDER, REPLY, REPLYING, SENDING, STARTED, UNKNOWN
from storage.schema import failures, outbox, settings
from storage.upserts import insert

LANES = (REPLY, REMINDER, BROADCAST)
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
        waiting={lane: sum(_count(db, outbox.c.id, *at) for at in _ready(bot_id, lane, now)) for lane in LANES},
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


def _ready(bot_id: int, lane: str, now: dt.datetime) -> list[tuple[Any, ...]]:
    """Where the letters of a lane lie that may go out now, each place by an index of its own."""
    mine = (outbox.c.bot_id == bot_id, outbox.c.lane == lane)
    if lane == REPLY:
        return [(*mine, REPLYING)]
    return [(STARTED, *mine, outbox.c.state == state, outbox.c.due_at <= now) for state in (PENDING, SENDING)]


def _oldest(db: Connection, bot_id: int, lane: str, now: dt.datetime) -> dt.datetime | None:
    """Since when the first letter of a lane has been waiting."""
    since, order = (outbox.c.created_at, outbox.c.id) if lane == REPLY else (outbox.c.due_at, outbox.c.due_at)
    places = _ready(bot_id, lane, now)
    found = [db.scalar(select(since).where(*place).order_by(order).limit(1)) for place in places]
    return min((one for one in found if one), default=None)


def _count(db: Connection, column: Any, *where: Any, most: int = MOST) -> int:
    some = select(column).where(*where).limit(most).subquery()
    return int(db.scalar(select(func.count()).select_from(some)) or 0)
