"""Saved audiences: criteria under a name, in versions, so that nobody's work is overwritten unseen."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from storage import codes
from storage.broadcasting import criteria, selection
from storage.broadcasting.criteria import Criteria, CriteriaError
from storage.schema import broadcasts, segments

LONGEST_NAME = 80


class StaleError(Exception):
    """Somebody else saved it meanwhile; `now` is what they saved."""

    def __init__(self, now: Segment) -> None:
        """Keep theirs, to be shown beside what was to be saved."""
        super().__init__("A colleague saved this audience while you were changing it.")
        self.now = now


@dataclass(frozen=True, slots=True)
class Segment:
    """A saved audience; `criteria` is None where what was kept cannot be read any more."""

    id: int
    code: str
    name: str
    criteria: Criteria | None
    version: int
    changed_by: str  # staff, by code
    changed_at: dt.datetime


def load(db: Connection, organisation_id: int) -> list[Segment]:
    """All of an organisation, by name."""
    mine = select(segments).where(segments.c.organisation_id == organisation_id)
    return [_made(row) for row in db.execute(mine.order_by(func.lower(segments.c.name)))]


def find(db: Connection, organisation_id: int, code: str) -> Segment | None:
    """One of them by its code."""
    row = db.execute(select(segments).where(segments.c.organisation_id == organisation_id, segments.c.code == code)).first()
    return _made(row) if row else None


def make(db: Connection, organisation_id: int, name: str, wanted: Criteria, who: str, now: dt.datetime) -> str:
    """The code of a new one. Raises CriteriaError, of field "name" when the name is none or taken."""
    selection.find(db, organisation_id, wanted, now)
    values = {"name": _free(db, organisation_id, name), "criteria": criteria.write(wanted), "changed_by": who, "changed_at": now}
    code = codes.make()
    db.execute(insert(segments).values(code=code, organisation_id=organisation_id, version=1, **values))
    return code


def save(db: Connection, segment: Segment, name: str, wanted: Criteria, who: str, now: dt.datetime) -> None:
    """Put `wanted` in place of `segment`, as it was when they began. Raises CriteriaError as `make` does, and StaleError."""
    organisation_id = db.scalars(select(segments.c.organisation_id).where(segments.c.id == segment.id)).one()
    selection.find(db, organisation_id, wanted, now)
    values = {"name": _free(db, organisation_id, name, segment.id), "criteria": criteria.write(wanted)}
    same = (segments.c.id == segment.id, segments.c.version == segment.version)
    changed = update(segments).where(*same).values(version=segment.version + 1, changed_by=who, changed_at=now, **values)
    if not db.execute(changed).rowcount:
        raise StaleError(_made(db.execute(select(segments).where(segments.c.id == segment.id)).one()))


def remove(db: Connection, organisation_id: int, code: str) -> bool:
    """Forget one; False when it is not there. Broadcasts made for it keep their audience."""
    mine = (segments.c.organisation_id == organisation_id, segments.c.code == code)
    db.execute(update(broadcasts).where(broadcasts.c.segment_id.in_(select(segments.c.id).where(*mine))).values(segment_id=None))
    return bool(db.execute(delete(segments).where(*mine)).rowcount)


def _free(db: Connection, organisation_id: int, name: str, mine: int = 0) -> str:
    """The name, tidied. Raises CriteriaError when it is none, or another's."""
    tidy = " ".join(name.split())
    if not tidy or len(tidy) > LONGEST_NAME or not tidy.isprintable():
        raise CriteriaError("name", f"Give it a name of at most {LONGEST_NAME} letters.")
    same = (
        segments.c.organisation_id == organisation_id,
        func.lower(segments.c.name) == tidy.lower(),
        segments.c.id != (mine or 0),
    )
    if db.scalar(select(segments.c.id).where(*same)):
        raise CriteriaError("name", "There is an audience with this name. Choose another one.")
    return tidy


def _made(row: Row[Any]) -> Segment:
    try:
        wanted = criteria.read(row.criteria)
    except CriteriaError:
        wanted = None
    return Segment(row.id, row.code, row.name, wanted, row.version, row.changed_by, row.changed_at)
