"""Broadcasts as their rows say, with the words they have in each language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select

from conversations.text import FALLBACK
from storage.engagements import OPEN
from storage.schema import broadcast_texts, broadcasts, engagements

DRAFT, WAITING, RETURNED, SCHEDULED = "draft", "waiting", "returned", "scheduled"
FREEZING, RUNNING, PAUSED, HELD, DONE, CANCELLED = "freezing", "sending", "paused", "held", "done", "cancelled"

STATES: Mapping[str, str] = {
    DRAFT: "still being written",
    WAITING: "waiting for a colleague to approve it",
    RETURNED: "sent back to be changed",
    SCHEDULED: "going out at its time",
    FREEZING: "being made ready",
    RUNNING: "going out",
    PAUSED: "paused",
    HELD: "held, until somebody looks at it",
    DONE: "done",
    CANCELLED: "cancelled",
}
"""Each state, as the rest of "It is …"."""

SORTS: Mapping[str, str] = {
    "service": "About something they already take part in",
    "engagement": "An invitation to take part, or what came of it",
    "promotion": "Anything that advertises",
}
"""DP-12. A service message needs no switch; it obeys stop and pause like the others."""


class Words(NamedTuple):
    """Words in one language, and who has read them; nobody need read English apart from its approval."""

    words: str
    approved_by: str = ""


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A broadcast as its row says. `written_by` and `approved_by` are codes of staff."""

    id: int
    code: str
    organisation_id: int
    bot_id: int
    title: str
    sort: str
    purpose: str
    engagement_id: int | None
    reminds: bool
    segment_id: int | None
    criteria: str
    english_for_all: bool
    state: str
    why: str
    local_at: str
    zone: str
    due_at: dt.datetime | None
    late_at: dt.datetime | None
    repeats: str
    repeat_of: int | None
    version: int
    written_by: str
    approved_by: str
    approved_at: dt.datetime | None
    counted: int
    counted_young: int
    made_at: dt.datetime
    frozen_to: int
    started_at: dt.datetime | None
    ended_at: dt.datetime | None
    texts: Mapping[str, Words] = field(default_factory=dict)

    @property
    def spoken(self) -> dict[str, str]:
        """Language -> words that may go out: English, and what somebody has read."""
        return {tag: one.words for tag, one in self.texts.items() if tag == FALLBACK or one.approved_by}


def find(db: Connection, organisation_id: int, code: str) -> Broadcast | None:
    """One broadcast with its texts."""
    row = db.execute(select(broadcasts).where(broadcasts.c.organisation_id == organisation_id, broadcasts.c.code == code)).first()
    return _read(row, _texts(db, [row.id])) if row else None


def all_of(
    db: Connection, organisation_id: int, states: Collection[str] = tuple(STATES), most: int = 50, before: int | None = None
) -> list[Broadcast]:
    """A page of an organisation's broadcasts, newest first, without their texts; `before` is the last id of the page before."""
    mine = (broadcasts.c.organisation_id == organisation_id, broadcasts.c.state.in_(states))
    earlier = (broadcasts.c.id < before,) if before else ()
    rows = db.execute(select(broadcasts).where(*mine, *earlier).order_by(broadcasts.c.id.desc()).limit(most))
    return [_read(row, {}) for row in rows]


def of_bot(db: Connection, bot_id: int, *states: str) -> list[Broadcast]:
    """A bot's broadcasts in these states with their texts, oldest first."""
    mine = select(broadcasts).where(broadcasts.c.bot_id == bot_id, broadcasts.c.state.in_(states)).order_by(broadcasts.c.id)
    rows = db.execute(mine).all()
    texts = _texts(db, [row.id for row in rows])
    return [_read(row, texts) for row in rows]


def is_shut(db: Connection, one: Broadcast) -> bool:
    """Whether its button would open what is not open to people now."""
    state = select(engagements.c.state).where(engagements.c.id == one.engagement_id)
    return one.engagement_id is not None and db.scalar(state) != OPEN


def _texts(db: Connection, ids: Collection[int]) -> dict[int, dict[str, Words]]:
    found: dict[int, dict[str, Words]] = {}
    for row in db.execute(select(broadcast_texts).where(broadcast_texts.c.broadcast_id.in_(ids))) if ids else ():
        found.setdefault(row.broadcast_id, {})[row.language] = Words(row.words, row.approved_by)
    return found


def _read(row: Row[Any], texts: Mapping[int, Mapping[str, Words]]) -> Broadcast:
    return Broadcast(**{name: getattr(row, name) for name in _COLUMNS}, texts=texts.get(row.id, {}))


_COLUMNS = [one.name for one in fields(Broadcast) if one.name != "texts"]
