"""Engagements, their editions and the links that lead to them. Editions in the database are the truth."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, insert, select, update

from conversations import flow as flows
from conversations.flow import Flow
from storage import codes
from storage.schema import editions, engagements, links

OPEN, CLOSED, DRAFT = "open", "closed", "draft"


@dataclass(frozen=True, slots=True)
class Engagement:
    """An engagement as a row; `edition` and `edition_id` name what the next person begins with."""

    id: int
    organisation_id: int
    slug: str
    kind: str
    identity: str
    audience: str
    state: str
    edition_id: int
    edition: str
    too_few: bool


_WANTED: Select[Any] = select(
    engagements.c.id, engagements.c.organisation_id, engagements.c.slug, engagements.c.kind, engagements.c.identity,
    engagements.c.audience, engagements.c.state, engagements.c.edition_id, editions.c.hash, engagements.c.too_few,
).join_from(engagements, editions, editions.c.id == engagements.c.edition_id)  # fmt: skip


def load(db: Connection, organisation_id: int, *, lock: bool = False) -> dict[int, Engagement]:
    """Every engagement of an organisation by id, in the order they were first seen.

    With `lock` none can be closed before the transaction ends: what is answered is answered while it is open.
    """
    wanted = _WANTED.where(engagements.c.organisation_id == organisation_id).order_by(engagements.c.id)
    if lock:
        wanted = wanted.with_for_update(read=True, of=engagements)
    return {row.id: Engagement(*row) for row in db.execute(wanted)}


def find(db: Connection, organisation_id: int, slug: str) -> Engagement | None:
    """One engagement by the id its author gave it."""
    row = db.execute(_WANTED.where(engagements.c.organisation_id == organisation_id, engagements.c.slug == slug)).first()
    return Engagement(*row) if row else None


def adopt(db: Connection, organisation_id: int, sources: Mapping[str, str], now: dt.datetime) -> list[str]:
    """Make editions of new and changed texts (slug -> checked source); returns the slugs that changed.

    A changed identity mode is refused once someone has begun: the old edition stays in force (DP-13).
    """
    changed = []
    for slug, source in sources.items():
        flow = flows.read(source)
        known = db.execute(
            select(engagements.c.id, engagements.c.edition_id, engagements.c.identity, engagements.c.state).where(
                engagements.c.organisation_id == organisation_id, engagements.c.slug == slug
            )
        ).first()
        engagement_id = known.id if known else _new(db, organisation_id, flow)
        if known and known.state != DRAFT and known.identity != flow.identity:
            continue
        edition_id = _edition(db, engagement_id, flow.edition, source, now)
        if known and known.edition_id == edition_id:
            continue
        values = {"edition_id": edition_id, "identity": flow.identity, "audience": flow.audience, "kind": flow.kind}
        db.execute(update(engagements).where(engagements.c.id == engagement_id).values(values))
        changed.append(slug)
    return changed


def _new(db: Connection, organisation_id: int, flow: Flow) -> int:
    values = {
        "organisation_id": organisation_id,
        "slug": flow.id,
        "kind": flow.kind,
        "identity": flow.identity,
        "audience": flow.audience,
    }
    return int(db.scalars(insert(engagements).values(values).returning(engagements.c.id)).one())


def _edition(db: Connection, engagement_id: int, edition: str, source: str, now: dt.datetime) -> int:
    found = db.scalars(select(editions.c.id).where(editions.c.engagement_id == engagement_id, editions.c.hash == edition)).first()
    if found is not None:
        return int(found)
    values = {"engagement_id": engagement_id, "hash": edition, "source": source, "origin": "file", "made_at": now}
    return int(db.scalars(insert(editions).values(values).returning(editions.c.id)).one())


def read_editions(db: Connection, ids: Iterable[int]) -> dict[int, Flow]:
    """The flows of editions, by id."""
    wanted = select(editions.c.id, editions.c.source).where(editions.c.id.in_(list(ids)))
    return {row.id: flows.read(row.source) for row in db.execute(wanted)}


def set_state(db: Connection, engagement_id: int, state: str, now: dt.datetime) -> None:
    """Open or close an engagement, and say when. Waits for turns under way."""
    db.execute(select(engagements.c.id).where(engagements.c.id == engagement_id).with_for_update())
    values = {"state": state, "opened_at" if state == OPEN else "closed_at": now}
    db.execute(update(engagements).where(engagements.c.id == engagement_id).values(values))


def mark_too_few(db: Connection, engagement_id: int) -> None:
    """Keep the fact that fewer finished than may be released."""
    db.execute(update(engagements).where(engagements.c.id == engagement_id).values(too_few=True))


@dataclass(frozen=True, slots=True)
class Link:
    """A way in: `/start CODE`."""

    id: int
    code: str
    engagement_id: int
    label: str


_LINKS = select(links.c.id, links.c.code, links.c.engagement_id, links.c.label)


def make_link(db: Connection, engagement: Engagement, label: str, now: dt.datetime) -> Link:
    """A new link with a random code."""
    values = {
        "code": codes.make(),
        "organisation_id": engagement.organisation_id,
        "engagement_id": engagement.id,
        "label": label,
        "created_at": now,
    }
    made = db.scalars(insert(links).values(values).returning(links.c.id)).one()
    return Link(int(made), str(values["code"]), engagement.id, label)


def links_of(db: Connection, engagement_id: int) -> list[Link]:
    """The links of one engagement, oldest first."""
    return [Link(*row) for row in db.execute(_LINKS.where(links.c.engagement_id == engagement_id).order_by(links.c.id))]


def follow(db: Connection, organisation_id: int, wanted: Iterable[str]) -> dict[str, Link]:
    """Where codes lead, as far as they lead anywhere."""
    chosen = _LINKS.where(links.c.organisation_id == organisation_id, links.c.code.in_(list(wanted)))
    return {row.code: Link(*row) for row in db.execute(chosen)}
