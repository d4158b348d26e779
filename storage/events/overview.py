"""What staff see of many dates at once: how full each is, and what waits for somebody. Everything is found by set."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select

from conversations.places import CONFIRMED, OFFERED, WAITING, Room
from storage.events import needs
from storage.events.needs import GONE, Booking
from storage.events.occasions import Occasion
from storage.followups.planning import UNTOLD
from storage.schema import followups, place_needs, places


@dataclass(frozen=True, slots=True)
class Glance:
    """One date: how many people have what of it (`states`), needs nobody has settled, and people who were not told."""

    states: Mapping[str, int] = field(default_factory=dict)
    held: Mapping[str, int] = field(default_factory=dict)  # kind -> places
    came: int = 0
    open_needs: int = 0
    untold: int = 0
    bookings: Sequence[Booking] = ()

    def room(self, one: Occasion) -> Room:
        """How much room there is at it."""
        return Room(one.capacity, one.reserved, dict(self.held))

    @property
    def waiting(self) -> int:
        """How many stand in line."""
        return self.states.get(WAITING, 0)


def look(db: Connection, organisation_id: int, dates: Collection[Occasion], nation: str, now: dt.datetime) -> dict[int, Glance]:
    """A glance at each of these dates of one organisation, by id."""
    ids = [one.id for one in dates]
    if not ids:
        return {}
    states: dict[int, dict[str, int]] = {}
    held: dict[int, dict[str, int]] = {}
    came: dict[int, int] = {}
    number = func.count().label("number")
    mine = (places.c.occasion_id, places.c.state, places.c.kind)
    counted = select(*mine, number, func.count().filter(places.c.came).label("came")).where(places.c.occasion_id.in_(ids))
    for row in db.execute(counted.group_by(*mine)):
        of = states.setdefault(row.occasion_id, {})
        of[row.state] = of.get(row.state, 0) + row.number
        came[row.occasion_id] = came.get(row.occasion_id, 0) + row.came
        if row.state in {CONFIRMED, OFFERED}:
            kinds = held.setdefault(row.occasion_id, {})
            kinds[row.kind] = kinds.get(row.kind, 0) + row.number
    needed, untold, booked = _open_needs(db, ids), _untold(db, ids), needs.bookings(db, organisation_id, nation, now)
    return {
        id_: Glance(
            states.get(id_, {}), held.get(id_, {}), came.get(id_, 0), needed.get(id_, 0), untold.get(id_, 0),
            tuple(one for one in booked if one.occasion_id == id_),
        )
        for id_ in ids
    }  # fmt: skip


def _open_needs(db: Connection, ids: Collection[int]) -> dict[int, int]:
    wanted = (
        select(places.c.occasion_id, func.count())
        .join_from(place_needs, places, places.c.id == place_needs.c.place_id)
        .where(places.c.occasion_id.in_(ids), places.c.state.not_in(GONE), place_needs.c.state == "open")
        .group_by(places.c.occasion_id)
    )
    return {row[0]: row[1] for row in db.execute(wanted)}


def _untold(db: Connection, ids: Collection[int]) -> dict[int, int]:
    wanted = select(followups.c.occasion_id, func.count(followups.c.person_id.distinct())).where(
        followups.c.occasion_id.in_(ids), followups.c.state.in_(UNTOLD)
    )
    return {row[0]: row[1] for row in db.execute(wanted.group_by(followups.c.occasion_id))}
