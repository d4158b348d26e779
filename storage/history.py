"""What an engagement has said, edition by edition, and how many people are in the middle of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from storage.engagements import Engagement
from storage.schema import editions, sessions


@dataclass(frozen=True, slots=True)
class Edition:
    """One exact text; `name` is its hash. `served_at`: since when people could begin with it, None if they never could."""

    id: int
    name: str
    source: str
    origin: str
    made_at: dt.datetime
    served_at: dt.datetime | None


def editions_of(db: Connection, engagement: Engagement) -> list[Edition]:
    """The editions of an engagement, newest first."""
    columns = (editions.c.id, editions.c.hash, editions.c.source, editions.c.origin, editions.c.made_at, editions.c.served_at)
    wanted = select(*columns).where(editions.c.engagement_id == engagement.id)
    return [Edition(*row) for row in db.execute(wanted.order_by(editions.c.id.desc()))]


def source_of(db: Connection, engagement: Engagement) -> str:
    """The text the next person begins with."""
    return str(db.scalars(select(editions.c.source).where(editions.c.id == engagement.edition_id)).one())


def in_the_middle(db: Connection, engagement: Engagement) -> int:
    """How many people have begun and not finished."""
    open_ones = (sessions.c.engagement_id == engagement.id, ~sessions.c.finished)
    return int(db.scalars(select(func.count()).select_from(sessions).where(*open_ones)).one())
