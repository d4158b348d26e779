"""Places as rows: who has what of which date, read and written by set."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, insert, select, update

from conversations.places import HOLDING, WAITING, Room
from storage.events.occasion_rows import Occasion, find_all
from storage.schema import occasions, places


@dataclass(frozen=True, slots=True)
class Place:
    """What one person has of one date; `id` is None until it is written."""

    id: int | None
    code: str
    occasion_id: int
    person_id: int
    state: str
    kind: str = ""
    how: str = ""
    companions: int = 0
    queued: int = 0
    offered_until: dt.datetime | None = None
    payment: str = ""
    came: bool | None = None
    sequence: int = 0
    seat_id: int | None = None
    deputy_of: int | None = None
    changed_at: dt.datetime | None = None


COLUMNS = [places.c[name] for name in Place.__dataclass_fields__]
WANTED: Select[Any] = select(*COLUMNS)
"""What a Place is made from."""


def of_people(db: Connection, person_ids: Collection[int], since: dt.datetime | None = None) -> list[tuple[Occasion, Place]]:
    """What these people have of dates that are not over at `since`, in order of time."""
    wanted = WANTED.join(occasions).where(places.c.person_id.in_(person_ids))
    if since is not None:
        wanted = wanted.where(occasions.c.ends_at > since)
    found = [Place(*row) for row in db.execute(wanted.order_by(occasions.c.starts_at, places.c.id))]
    dates = find_all(db, {one.occasion_id for one in found}) if found else {}
    return [(dates[one.occasion_id], one) for one in found]


def of_occasion(db: Connection, occasion_id: int) -> list[Place]:
    """Everybody who ever had anything of a date, in the order they came; those who wait, in theirs."""
    wanted = WANTED.where(places.c.occasion_id == occasion_id)
    return [Place(*row) for row in db.execute(wanted.order_by(places.c.queued, places.c.id))]


def find(db: Connection, organisation_id: int, code: str) -> Place | None:
    """One by its code."""
    wanted = WANTED.join(occasions).where(occasions.c.organisation_id == organisation_id, places.c.code == code)
    row = db.execute(wanted).first()
    return Place(*row) if row else None


def rooms(db: Connection, dates: Iterable[Occasion]) -> dict[int, Room]:
    """How much room each date has, by its id."""
    made = {one.id: Room(one.capacity, one.reserved) for one in dates}
    counted = select(places.c.occasion_id, places.c.kind, func.count()).where(
        places.c.occasion_id.in_(made), places.c.state.in_(HOLDING)
    )
    for occasion, kind, number in db.execute(counted.group_by(places.c.occasion_id, places.c.kind)):
        made[occasion].held[kind] = number
    return made


def waiting(db: Connection, occasion_ids: Collection[int]) -> dict[int, int]:
    """How many wait for a place at each date, by its id."""
    mine = (places.c.occasion_id.in_(occasion_ids), places.c.state == WAITING)
    counted = select(places.c.occasion_id, func.count()).where(*mine).group_by(places.c.occasion_id)
    return dict.fromkeys(occasion_ids, 0) | {row[0]: row[1] for row in db.execute(counted)}


def positions(db: Connection, wanted: Iterable[Place]) -> dict[int, int]:
    """Which in line these are, from 1, by id; those who do not wait are left out."""
    ids = [one.id for one in wanted if one.state == WAITING]
    if not ids:
        return {}
    ahead = places.alias()
    before = (ahead.c.occasion_id == places.c.occasion_id, ahead.c.state == WAITING, ahead.c.queued <= places.c.queued)
    number = select(func.count()).where(*before).correlate(places).scalar_subquery()
    return {row.id: row.number for row in db.execute(select(places.c.id, number.label("number")).where(places.c.id.in_(ids)))}


def write(db: Connection, changed: Sequence[Place]) -> dict[str, int]:
    """Write places as they are now; the ids of those that are new, by code."""
    new = [{name: value for name, value in asdict(one).items() if name != "id"} for one in changed if one.id is None]
    known = [{f"new_{name}": value for name, value in asdict(one).items()} for one in changed if one.id is not None]
    if known:
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in _CHANGING}
        rows = [{f"new_{name}": row[f"new_{name}"] for name in (*_CHANGING, "id")} for row in known]
        db.execute(update(places).where(places.c.id == bindparam("new_id")).values(values), rows)
    if not new:
        return {}
    made = db.execute(insert(places).returning(places.c.code, places.c.id), new)
    return {row.code: row.id for row in made}


_CHANGING = tuple(name for name in Place.__dataclass_fields__ if name not in {"id", "code", "occasion_id", "person_id", "came"})
