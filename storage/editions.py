"""Editions: the exact texts of engagements, kept for good, and whether a new one fits what was answered under the others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Connection, insert, select

from conversations import flow as flows
from conversations.checking import comparing
from conversations.checking.problems import Problem
from conversations.flow import Flow
from storage.schema import editions, engagements


@dataclass(frozen=True, slots=True)
class Kept:
    """An engagement and its editions. `served` are the texts people may have begun with, the present one last."""

    id: int
    edition_id: int
    file_edition_id: int | None
    edited: str
    ids: Mapping[str, int]  # hash of an edition -> its id
    served: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """A text with its rows."""

    flow: Flow
    engagement_id: int
    edition_id: int


def find(
    db: Connection, organisation_id: int, slugs: Iterable[str], *, whole: bool = False, lock: bool = False
) -> dict[str, Kept]:
    """What is kept of these engagements, with their texts if `whole`; with `lock` none changes before the transaction ends."""
    mine = (engagements.c.organisation_id == organisation_id, engagements.c.slug.in_(list(slugs)))
    wanted = select(engagements).where(*mine).order_by(engagements.c.id)
    rows = db.execute(wanted.with_for_update() if lock else wanted).all()
    names = _names(db, [row.id for row in rows])
    served = _served(db, {row.id: row.edition_id for row in rows}) if whole else {}
    return {
        row.slug: Kept(row.id, row.edition_id, row.file_edition_id, row.edited, names.get(row.id, {}), served.get(row.id, ()))
        for row in rows
    }


def _names(db: Connection, ids: Iterable[int]) -> dict[int, dict[str, int]]:
    names: dict[int, dict[str, int]] = {}
    columns = (editions.c.engagement_id, editions.c.hash, editions.c.id)
    for engagement_id, name, edition_id in db.execute(select(*columns).where(editions.c.engagement_id.in_(list(ids)))):
        names.setdefault(engagement_id, {})[name] = edition_id
    return names


def _served(db: Connection, current: Mapping[int, int]) -> dict[int, tuple[str, ...]]:
    served: dict[int, list[tuple[bool, dt.datetime, int, str]]] = {}
    chosen = (editions.c.engagement_id.in_(list(current)), editions.c.served_at.is_not(None))
    for row in db.execute(select(editions).where(*chosen)):
        at = (current[row.engagement_id] == row.id, row.served_at, row.id)
        served.setdefault(row.engagement_id, []).append((*at, row.source))
    return {number: tuple(text for *_, text in sorted(found)) for number, found in served.items()}


def compare(kept: Kept | None, source: str, file: str) -> tuple[Problem, ...]:
    """What a checked text would do to answers given before: errors where it must be refused, advice where it only may."""
    return _compared(kept.served, source, file) if kept else ()


@lru_cache(maxsize=256)
def _compared(served: tuple[str, ...], source: str, file: str) -> tuple[Problem, ...]:
    if source in served[-1:]:
        return ()
    return tuple(comparing.compare([read(text) for text in served], source, file))


@lru_cache(maxsize=256)  # read ahead where nobody waits for it, then at once where somebody does
def read(source: str, edition: str = "") -> Flow:
    """The flow in a checked text."""
    return flows.read(source, edition)


def keep(
    db: Connection,
    organisation_id: int,
    known: Mapping[str, Kept],
    read: Mapping[str, Flow],
    sources: Mapping[str, str],
    how: tuple[str, dt.datetime],
) -> dict[str, Made]:
    """Keep texts that were read, with a row for each engagement and edition there is none of; `how` is (origin, now)."""
    origin, now = how
    ids = {slug: kept.id for slug, kept in known.items()}
    new = [
        {**described(flow), "organisation_id": organisation_id, "slug": slug} for slug, flow in read.items() if slug not in ids
    ]
    if new:
        rows = db.execute(insert(engagements).returning(engagements.c.slug, engagements.c.id), new)
        ids |= {row.slug: row.id for row in rows}
    made = {(kept.id, name): edition for kept in known.values() for name, edition in kept.ids.items()}
    fresh = [
        {"engagement_id": ids[slug], "hash": flow.edition, "source": sources[slug], "origin": origin, "made_at": now}
        for slug, flow in read.items()
        if (ids[slug], flow.edition) not in made
    ]
    if fresh:
        columns = (editions.c.engagement_id, editions.c.hash, editions.c.id)
        made |= {(at, name): edition for at, name, edition in db.execute(insert(editions).returning(*columns), fresh)}
    return {slug: Made(flow, ids[slug], made[ids[slug], flow.edition]) for slug, flow in read.items()}


def described(flow: Flow) -> dict[str, object]:
    """What the row of an engagement repeats of its present text."""
    return {"identity": flow.identity, "audience": flow.audience, "kind": flow.kind}
