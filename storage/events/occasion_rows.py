"""Dates of events as rows: one, all of an event, all of an organisation, and what leads into the meeting."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import ColumnElement, Connection, Select, select

from storage.events.plans import LONGEST
from storage.keys import Keys
from storage.schema import events, occasions, reserved
from storage.unopened import UnopenedError

PLANNED, POSTPONED, CANCELLED = "planned", "postponed", "cancelled"


@dataclass(frozen=True, slots=True)
class Occasion:
    """One date. Instants are aware, in UTC; `joins` says whether there is a joining link, which `joining` opens."""

    id: int
    code: str
    event_id: int
    organisation_id: int
    series_id: int | None
    series_day: dt.date | None
    local_at: str
    zone: str
    minutes: int
    starts_at: dt.datetime
    ends_at: dt.datetime
    place: str
    online: bool
    capacity: int | None
    reply_by: dt.datetime | None
    state: str
    closed: bool
    why: str
    sequence: int
    version: int
    queued: int
    walk_ins: int
    quorate: bool | None
    recorded_at: dt.datetime | None
    joins: bool
    reserved: Mapping[str, int]

    @property
    def local(self) -> dt.datetime:
        """Its beginning by the clock of where it is."""
        return self.starts_at.astimezone(ZoneInfo(self.zone))

    @property
    def stands(self) -> bool:
        """Whether it takes place, as far as is known."""
        return self.state == PLANNED


_COLUMNS = [occasions.c[name] for name in Occasion.__dataclass_fields__ if name not in {"joins", "reserved"}]
WANTED: Select[Any] = select(*_COLUMNS, occasions.c.joining.is_not(None).label("joins"))
"""What an Occasion is made from; see `read`."""


def read(db: Connection, wanted: Select[Any]) -> list[Occasion]:
    """The dates of a selection from WANTED, in its order."""
    rows = db.execute(wanted).all()
    if not rows:
        return []
    kept: dict[int, dict[str, int]] = {}
    for row in db.execute(select(reserved).where(reserved.c.occasion_id.in_([row.id for row in rows]))):
        kept.setdefault(row.occasion_id, {})[row.kind] = row.places
    return [Occasion(*(*row, kept.get(row.id, {}))) for row in rows]


def load(
    db: Connection, event_ids: Collection[int], since: dt.datetime | None = None, until: dt.datetime | None = None
) -> list[Occasion]:
    """The dates of events, in order of time: those not over at `since`, and begun before `until`."""
    return read(db, WANTED.where(occasions.c.event_id.in_(event_ids), *_within(since, until)).order_by(*_BY_TIME))


def find(db: Connection, organisation_id: int, code: str) -> Occasion | None:
    """One by its code."""
    wanted = WANTED.where(occasions.c.organisation_id == organisation_id, occasions.c.code == code)
    return next(iter(read(db, wanted)), None)


def find_all(db: Connection, ids: Collection[int]) -> dict[int, Occasion]:
    """By id."""
    return {one.id: one for one in read(db, WANTED.where(occasions.c.id.in_(ids)))}


def calendar(db: Connection, organisation_id: int, since: dt.datetime, until: dt.datetime) -> list[Occasion]:
    """All dates of an organisation that are not over at `since`, and begin before `until`, in order of time."""
    wanted = WANTED.where(occasions.c.organisation_id == organisation_id, *_within(since, until))
    return read(db, wanted.order_by(*_BY_TIME))


def _within(since: dt.datetime | None, until: dt.datetime | None) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if since is not None:  # the second goes by the index
        where += [occasions.c.ends_at > since, occasions.c.starts_at > since - dt.timedelta(minutes=LONGEST)]
    if until is not None:
        where.append(occasions.c.starts_at < until)
    return where


_BY_TIME = (occasions.c.starts_at, occasions.c.id)


def joining(db: Connection, keys: Keys, one: Occasion) -> Mapping[str, str]:
    """Its joining link and phone number; nothing where there is none, or it does not open with this key file."""
    sealed = db.scalar(select(occasions.c.joining).where(occasions.c.id == one.id))
    if sealed is None:
        return {}
    try:
        found: Mapping[str, str] = orjson.loads(keys.open("occasions.joining", one.code, sealed))
    except UnopenedError:
        return {}
    return found


def seal(keys: Keys, code: str, joining: Mapping[str, str] | None) -> bytes | None:
    """What leads into the meeting, as it is kept; nothing when there is nothing."""
    told = {name: value.strip() for name, value in (joining or {}).items() if value.strip()}
    return keys.seal("occasions.joining", code, orjson.dumps(told)) if told else None


def hold(db: Connection, event_ids: Collection[int]) -> None:
    """Keep all others from the dates and places of these events until the transaction ends."""
    wanted = select(events.c.id).where(events.c.id.in_(event_ids)).order_by(events.c.id)
    db.execute(wanted.with_for_update(key_share=True))
