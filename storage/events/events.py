"""What is the same for all dates of an event: an engagement of kind `event` or `meeting`, and what staff settled for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, select, update

from conversations.flow import MEETS
from storage import upserts
from storage.engagements import Engagement
from storage.schema import engagements, events

DEFAULTS: dict[str, Any] = {"group_id": None, "several": False, "answer_minutes": 1440, "feedback_id": None, "next_day": None}
"""Of an engagement about which nobody settled anything; these can be settled."""

MOST_MINUTES = 14 * 1440
"""To answer an offer: more would keep a place empty too long."""


class EventError(ValueError):
    """It cannot be settled so; the message says why and what to do."""


class StaleError(EventError):
    """Somebody else saved meanwhile: show both and lose nothing."""


@dataclass(frozen=True, slots=True)
class Event:
    """An engagement with dates. `id` is None and `version` 0 while nothing was settled: then the DEFAULTS hold."""

    id: int | None
    engagement_id: int
    organisation_id: int
    slug: str
    kind: str  # event | meeting
    state: str  # of the engagement
    group_id: int | None
    several: bool
    answer_minutes: int
    feedback_id: int | None
    next_day: dt.date | None
    version: int


_WANTED: Select[Any] = select(
    events.c.id, engagements.c.id.label("engagement_id"), engagements.c.organisation_id, engagements.c.slug, engagements.c.kind,
    engagements.c.state, *(func.coalesce(events.c[name], DEFAULTS[name]).label(name) for name in ("several", "answer_minutes")),
    events.c.group_id, events.c.feedback_id, events.c.next_day, func.coalesce(events.c.version, 0).label("version"),
).join_from(engagements, events, events.c.engagement_id == engagements.c.id, isouter=True).where(
    engagements.c.kind.in_(MEETS)
).order_by(engagements.c.id)  # fmt: skip


def load(db: Connection, organisation_id: int) -> list[Event]:
    """All of an organisation, in the order their engagements were first seen."""
    return _read(db, _WANTED.where(engagements.c.organisation_id == organisation_id))


def find(db: Connection, organisation_id: int, slug: str) -> Event | None:
    """One by the id its author gave the engagement."""
    mine = _WANTED.where(engagements.c.organisation_id == organisation_id, engagements.c.slug == slug)
    return next(iter(_read(db, mine)), None)


def of(db: Connection, engagement_ids: Collection[int]) -> dict[int, Event]:
    """By the id of their engagement; those of another kind are left out."""
    return {one.engagement_id: one for one in _read(db, _WANTED.where(engagements.c.id.in_(engagement_ids)))}


def of_group(db: Connection, group_id: int) -> list[Event]:
    """The meetings of a group."""
    return _read(db, _WANTED.where(events.c.group_id == group_id))


def _read(db: Connection, wanted: Select[Any]) -> list[Event]:
    return [
        Event(
            row.id, row.engagement_id, row.organisation_id, row.slug, row.kind, row.state, row.group_id, bool(row.several),
            row.answer_minutes, row.feedback_id, row.next_day, row.version,
        )
        for row in db.execute(wanted)
    ]  # fmt: skip


def settle(db: Connection, engagement: Engagement | Event, version: int | None = None, **values: Any) -> Event:
    """Settle some of DEFAULTS and make the row when there is none; returns what holds now.

    `version` is the one somebody began from. Raises StaleError when another was saved since, EventError for what cannot be.
    """
    if unknown := values.keys() - DEFAULTS.keys():
        raise TypeError(", ".join(sorted(unknown)))
    if engagement.kind not in MEETS:
        msg = f"“{engagement.slug}” is a {engagement.kind}, and has no dates. Choose an event or a meeting."
        raise EventError(msg)
    if not 1 <= values.get("answer_minutes", 1) <= MOST_MINUTES:
        msg = f"Give people from 1 minute to {MOST_MINUTES // 1440} days to answer the offer of a place."
        raise EventError(msg)
    engagement_id = engagement.engagement_id if isinstance(engagement, Event) else engagement.id
    db.execute(select(engagements.c.id).where(engagements.c.id == engagement_id).with_for_update(key_share=True))
    before = of(db, [engagement_id])[engagement_id]
    if version is not None and version != before.version:
        msg = "Somebody else changed this a moment ago. Look at what they wrote, then save again."
        raise StaleError(msg)
    row = {"engagement_id": engagement_id, "organisation_id": engagement.organisation_id, **values}
    if before.id is None:
        db.execute(upserts.insert(db, events).on_conflict_do_nothing(), row)
    elif values:
        db.execute(update(events).where(events.c.id == before.id).values(**values, version=events.c.version + 1))
    return of(db, [engagement_id])[engagement_id]
