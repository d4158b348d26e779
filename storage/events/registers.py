"""Who has a place: the one road by which places are taken, given back and offered. Locked, decided in memory, written by set.

`lock` keeps all others from the events concerned until the transaction ends, so what is decided here is so when it is told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, or_, select, update

from conversations.places import CONFIRMED, HOLDING, OFFERED, WAITING, Room, position, promote
from storage import codes
from storage.broadcasting import clocks
from storage.broadcasting.clocks import Clock
from storage.events import announcing, deputies, occasion_rows, place_rows, terms, verbs
from storage.events.deeds import (
    CANCELLED,
    CLOSED,
    DECLINED,
    DEPUTY_ASKED,
    DEPUTY_FREED,
    DEPUTY_MEMBER,
    DEPUTY_STAYS,
    FULL,
    KEPT,
    LAPSED,
    LEFT,
    MEMBER_COMES,
    NO_DEPUTY,
    NOTED,
    NOTHING,
    OFFERED_NOW,
    OVER,
    PLACED,
    POSTPONED,
    REFUSED,
    SWAP_WAITING,
    SWAPPED,
    UNSURE,
    WAITING_NOW,
    Deed,
    Done,
)  # fmt: skip
from storage.events.occasion_rows import PLANNED, Occasion
from storage.events.place_rows import Place, of_occasion, of_people, positions, rooms, waiting
from storage.schema import events, occasions, people, places

__all__ = [
    "CANCELLED", "CLOSED", "DECLINED", "DEPUTY_ASKED", "DEPUTY_FREED", "DEPUTY_MEMBER", "DEPUTY_STAYS", "FULL", "KEPT",
    "LAPSED", "LEFT", "MEMBER_COMES", "NOTED", "NOTHING", "NO_DEPUTY", "OFFERED_NOW", "OVER", "PLACED", "POSTPONED", "REFUSED",
    "SWAPPED", "SWAP_WAITING", "UNSURE", "WAITING_NOW", "Deed", "Done", "Place", "Registers", "fill", "lock", "lock_events",
    "of_occasion", "of_people", "positions", "rooms", "waiting",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Terms:
    """What is the same for all dates of an event."""

    organisation_id: int
    several: bool
    answer_minutes: int
    group_id: int | None  # whose meetings these are


class Registers:
    """The places of some events, locked. Deeds change them here; `write` once, at the end, makes it so."""

    def __init__(self, db: Connection, now: dt.datetime, terms_of: dict[int, Terms], dates: Iterable[Occasion]) -> None:
        self.db, self.now, self.terms = db, now, terms_of
        self.dates = {one.code: one for one in dates}
        self.by_id = {one.id: one for one in self.dates.values()}
        self._rooms = rooms(db, self.dates.values())
        self._waiting = waiting(db, self.by_id)
        self._queued = {one.id: one.queued for one in self.dates.values()}
        self._kept: dict[tuple[int, int], Place] = {}
        self._before: dict[tuple[int, int], Place] = {}
        self._done: list[tuple[tuple[int, int], Place | None]] = []  # each place changed, as it was before, in order
        self._met: set[int] = set()
        self._lines: set[int] = set()  # dates all of whose waiting people are known
        self._clocks: dict[int, Clock | None] = {}  # of who waits; nothing for who is to be left in peace
        self._until: dict[tuple[int, Clock], dt.datetime | None] = {}  # an offer of a date could be answered
        self.leaving: Collection[int] = ()  # people who are being forgotten: they are offered nothing

    def __contains__(self, code: str) -> bool:
        return code in self.dates

    # --- Looking

    def room(self, code: str) -> Room:
        """How much room there is at a date."""
        return self._rooms[self.dates[code].id]

    def waiting(self, code: str) -> int:
        """How many wait for a place there."""
        return self._waiting[self.dates[code].id]

    def mine(self, person_id: int) -> dict[str, Place]:
        """What somebody has, by the code of the date."""
        self.meet([person_id])
        return {one.code: self._kept[one.id, person_id] for one in self.by_id.values() if (one.id, person_id) in self._kept}

    def place(self, date: Occasion, person_id: int) -> Place | None:
        """What somebody has of a date."""
        self.meet([person_id])
        return self._kept.get((date.id, person_id))

    def find(self, date: Occasion, *where: Any) -> list[Place]:
        """The places of a date of which all this is true."""
        found = self.db.execute(place_rows.WANTED.where(places.c.occasion_id == date.id, *where)).all()
        return [self.know(Place(*row)) for row in found]

    def of_seat(self, date: Occasion, seat_id: int | None, place_id: int | None) -> list[Place]:
        """The places of a seat, and of whoever stands in for the member who has this one, as they were decided by now."""
        named = ((places.c.seat_id, seat_id), (places.c.deputy_of, place_id))
        self.find(date, or_(*(column == wanted for column, wanted in named if wanted)))
        here = [one for (at, _), one in self._kept.items() if at == date.id]
        return [one for one in here if (seat_id and one.seat_id == seat_id) or (place_id and one.deputy_of == place_id)]

    def position(self, place: Place) -> int:
        """Which in line somebody is who waits, from 1."""
        return position(place.queued, (one.queued for one in self._line(place.occasion_id)))

    def meet(self, person_ids: Collection[int]) -> None:
        """Know what these people have."""
        new = set(person_ids) - self._met
        if new and self.by_id:
            wanted = (places.c.person_id.in_(new), places.c.occasion_id.in_(self.by_id))
            for row in self.db.execute(place_rows.WANTED.where(*wanted)):
                self.know(Place(*row))
        self._met |= new

    # --- Doing

    def do(self, deed: Deed) -> Done:
        """Do what somebody wants, as far as it can be done; says what came of it. A date that is not here: NOTHING."""
        date = self.dates.get(deed.occasion)
        return verbs.VERBS[deed.verb](self, date, deputies.seated(self, date, deed)) if date else Done(NOTHING)

    def put(self, date: Occasion, person_id: int, **values: Any) -> Place:
        """Settle what somebody has of a date from now on."""
        before = self._kept.get((date.id, person_id))
        old = before or Place(None, codes.make(), date.id, person_id, "")
        new = replace(old, changed_at=self.now, **values)
        if (old.state == CONFIRMED) != (new.state == CONFIRMED) or (new.state == CONFIRMED and old.how != new.how):
            new = replace(new, sequence=old.sequence + (before is not None))
        self._set((date.id, person_id), new)
        return new

    def _set(self, key: tuple[int, int], new: Place | None) -> None:
        """Have a place be so, or none be there; kept in mind, so that it can be undone."""
        old, room = self._kept.pop(key, None), self._rooms[key[0]]
        self._done.append((key, old))
        if old and old.state in HOLDING:
            room.free(old.kind)
        if new and new.state in HOLDING:
            room.take(new.kind)
        self._waiting[key[0]] += bool(new and new.state == WAITING) - bool(old and old.state == WAITING)
        if new:
            self._kept[key] = new

    @property
    def mark(self) -> int:
        """How far things are: see `undo`."""
        return len(self._done)

    def undo(self, mark: int) -> None:
        """Have everything be as it was at that mark, not yet written. What was written at once, the database takes back."""
        for key, old in reversed(self._done[mark:]):
            self._set(key, old)
            if old is None:
                self._before.pop(key, None)
        del self._done[mark:]

    def queue(self, date: Occasion, person_id: int, **values: Any) -> Place:
        """Put somebody at the end of the line."""
        self._queued[date.id] += 1
        return self.put(date, person_id, state=WAITING, queued=self._queued[date.id], **values)

    def write_now(self, place: Place) -> Place:
        """Write one place at once, so that others can name it by its id."""
        if place.id is not None:
            return place
        key = (place.occasion_id, place.person_id)
        self._set(key, replace(place, id=place_rows.write(self.db, [place])[place.code]))
        return self._kept[key]

    def offers(self, date: Occasion) -> bool:
        """Whether places of a date that come free are offered to those who wait."""
        return date.state == PLANNED and not date.closed and not terms.is_past(self.now, date.starts_at)

    def fill(self, date: Occasion) -> None:
        """Offer what is free to those who wait, in their order, as far as they can be told in time."""
        if not self._waiting[date.id] or not self.offers(date):
            return
        room = self._rooms[date.id]
        if room.capacity is not None and room.taken >= room.capacity:
            return
        line = self._line(date.id)
        until = self.until(date, [one.person_id for one in line])
        trial = Room(room.capacity, room.reserved, dict(room.held))
        for one in list(promote(trial, [one for one in line if until.get(one.person_id)], lambda one: one.kind)):
            self.put(date, one.person_id, state=OFFERED, offered_until=until[one.person_id])

    def write(self) -> int:
        """Write what changed, and have everybody concerned hear of it; returns how many places that is."""
        changed = {key: one for key, one in self._kept.items() if one != self._before.get(key)}
        if not changed:
            return 0
        made = place_rows.write(self.db, list(changed.values()))
        self._count_queues()
        now = {key: replace(one, id=made.get(one.code, one.id)) for key, one in changed.items()}
        pairs = [(self.by_id[key[0]], self._before.get(key), one) for key, one in now.items()]
        announcing.announce(self.db, pairs, self.now)
        self._kept |= now
        self._before |= now
        return len(now)

    def _count_queues(self) -> None:
        rows = [{"at": one.id, "last": self._queued[one.id]} for one in self.by_id.values() if self._queued[one.id] != one.queued]
        if rows:
            which = update(occasions).where(occasions.c.id == bindparam("at"))
            self.db.execute(which.values(queued=bindparam("last")), rows)

    def know(self, place: Place) -> Place:
        """Take in what was read; what was decided since goes before it."""
        key = (place.occasion_id, place.person_id)
        self._before.setdefault(key, place)
        return self._kept.setdefault(key, place)

    def _line(self, occasion_id: int) -> list[Place]:
        """Who waits, in order."""
        if occasion_id not in self._lines:
            mine = (places.c.occasion_id == occasion_id, places.c.state == WAITING)
            for row in self.db.execute(place_rows.WANTED.where(*mine)):
                self.know(Place(*row))
            self._lines.add(occasion_id)
        found = [one for (date, _), one in self._kept.items() if date == occasion_id and one.state == WAITING]
        return sorted(found, key=lambda one: one.queued)

    def until(self, date: Occasion, person_ids: Collection[int]) -> dict[int, dt.datetime | None]:
        """Until when each could answer an offer; nothing for who stopped, pauses, or could not be told in time."""
        new = [person for person in person_ids if person not in self._clocks]
        if new:
            wanted = select(people.c.id, people.c.stopped, people.c.paused_until, *clocks.COLUMNS).where(people.c.id.in_(new))
            for row in self.db.execute(wanted):
                rests = row.stopped or (row.paused_until and row.paused_until > self.now) or row.id in self.leaving
                self._clocks[row.id] = None if rests else Clock(*row[3:])
        by = {person: clock for person in person_ids if (clock := self._clocks.get(person))}
        return {person: self._ends(date, clock) for person, clock in by.items()}

    def _ends(self, date: Occasion, clock: Clock) -> dt.datetime | None:
        key, terms_of = (date.id, clock), self.terms[date.event_id]
        if key not in self._until:
            hours = clocks.find(self.db, terms_of.organisation_id, [clock])[clock]
            self._until[key] = terms.ends(self.now, date.starts_at, terms_of.answer_minutes, *hours)
        return self._until[key]


def lock(db: Connection, codes_of: Collection[str], person_ids: Collection[int], now: dt.datetime) -> Registers:
    """The registers of all events these dates (by code) belong to, with what these people have there. Once a transaction."""
    mine = select(occasions.c.event_id).where(occasions.c.code.in_(codes_of))
    return _lock(db, events.c.id.in_(mine), person_ids, now)


def lock_events(db: Connection, event_ids: Collection[int], person_ids: Collection[int], now: dt.datetime) -> Registers:
    """The same by events."""
    return _lock(db, events.c.id.in_(event_ids), person_ids, now)


def _lock(db: Connection, which: ColumnElement[bool], person_ids: Collection[int], now: dt.datetime) -> Registers:
    columns = (events.c.id, events.c.organisation_id, events.c.several, events.c.answer_minutes, events.c.group_id)
    wanted = select(*columns).where(which)
    rows = db.execute(wanted.order_by(events.c.id).with_for_update(key_share=True)).all()
    register = Registers(
        db,
        now,
        {row.id: Terms(row.organisation_id, row.several, row.answer_minutes, row.group_id) for row in rows},
        occasion_rows.load(db, [row.id for row in rows]) if rows else (),
    )
    register.meet(person_ids)
    return register


def fill(db: Connection, occasion_ids: Collection[int], now: dt.datetime) -> int:
    """Offer what is free at these dates to those who wait; returns how many places that is."""
    mine = select(occasions.c.event_id).where(occasions.c.id.in_(occasion_ids))
    register = _lock(db, events.c.id.in_(mine), (), now)
    for occasion_id in occasion_ids:
        register.fill(register.by_id[occasion_id])
    return register.write()
