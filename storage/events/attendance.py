"""Who came: noted by staff, or by a code at the door; walk-ins are counted, and are somebody only if they said who."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, select, update

from conversations.places import CONFIRMED, HOLDING
from storage.events import occasion_rows, registers, whose
from storage.events.occasion_rows import PLANNED, Occasion
from storage.events.registers import Registers
from storage.groups import seats
from storage.schema import events, occasions, places

CAME, ALREADY, WALK_IN, NO_PLACE, TOO_EARLY, OVER, NOT_ON, NOT_THEIRS = (
    "came", "already", "walk-in", "no-place", "too-early", "over", "cancelled", "not-theirs",
)  # fmt: skip

DOOR = dt.timedelta(hours=2)
"""The door is open for so long before it begins and after it ends."""

MOST_WALK_INS = 10_000


def note(db: Connection, one: Occasion, came: Mapping[int, bool | None], now: dt.datetime) -> None:
    """Note of people who have anything of a date whether they came; None takes it back. Others are left out: see `walk_in`."""
    occasion_rows.hold(db, [one.event_id])  # whoever writes places has their event first, or two wait for each other
    _note(db, one, came, now)


def _note(db: Connection, one: Occasion, came: Mapping[int, bool | None], now: dt.datetime) -> None:
    rows = [{"who": person, "did": did, "at": now} for person, did in came.items()]
    if rows:
        mine = (places.c.occasion_id == one.id, places.c.person_id == bindparam("who"))
        db.execute(update(places).where(*mine).values(came=bindparam("did"), changed_at=bindparam("at")), rows)


def walk_in(db: Connection, one: Occasion, person_id: int, now: dt.datetime) -> None:
    """Somebody came who had no place; staff let them in, however many there are."""
    register = registers.lock(db, [one.code], [person_id], now)
    mine = register.place(register.by_id[one.id], person_id)
    if mine is None or mine.state != CONFIRMED:
        seat = whose.standing(db, one.event_id, person_id).seat
        register.put(register.by_id[one.id], person_id, state=CONFIRMED, offered_until=None, **seat)
        register.write()
    _note(db, one, {person_id: True}, now)


def count_walk_ins(db: Connection, one: Occasion, number: int) -> None:
    """How many came without a place and are known by nothing."""
    held = max(0, min(number, MOST_WALK_INS))
    db.execute(update(occasions).where(occasions.c.id == one.id).values(walk_ins=held))


def record(db: Connection, one: Occasion, now: dt.datetime) -> None:
    """All who came are noted: of whoever has a place and was not noted, it is now said that they did not come.

    For which seat of a group somebody answered and came is written with it, whoever sits there later.
    """
    occasion_rows.hold(db, [one.event_id])
    missed = (places.c.occasion_id == one.id, places.c.state == CONFIRMED, places.c.came.is_(None))
    db.execute(update(places).where(*missed).values(came=False))
    _seat(db, one)
    db.execute(update(occasions).where(occasions.c.id == one.id).values(recorded_at=now))


def _seat(db: Connection, one: Occasion) -> None:
    group = db.scalar(select(events.c.group_id).where(events.c.id == one.event_id))
    held = seats.load(db, [group]) if group is not None else []
    here, day = (places.c.occasion_id == one.id, places.c.seat_id.is_(None)), one.local.date()
    for seat in held:
        theirs = [person for person in (seat.holder_id, seat.deputy_id) if person is not None]
        then = places.c.person_id.in_(theirs) if seat.sat(day) else places.c.person_id.in_(theirs) & places.c.came
        db.execute(update(places).where(*here, then).values(seat_id=seat.id))


def check_in(db: Connection, one: Occasion, person_id: int, now: dt.datetime) -> str:
    """Somebody is at the door with their code; says what came of it. A code is good once: a photograph of it is ALREADY.

    Whoever has no place is let in while there is room (WALK_IN); to a meeting of a group only its members and deputies:
    others are for staff to let in (NOT_THEIRS).
    """
    register = registers.lock(db, [one.code], [person_id], now)
    came = admit(register, register.by_id[one.id], person_id)
    register.write()
    return came


def admit(register: Registers, date: Occasion, person_id: int) -> str:
    """The same on a register that others of this transaction use too; whoever has it writes it."""
    now = register.now
    if date.state != PLANNED:
        return NOT_ON
    if not date.starts_at - DOOR <= now <= date.ends_at + DOOR:
        return TOO_EARLY if now < date.starts_at else OVER
    mine = register.place(date, person_id)
    if mine and mine.came:
        return ALREADY
    has_place = mine is not None and mine.state == CONFIRMED
    who = whose.standing(register.db, date.event_id, person_id)
    if not has_place and not (who.member or who.post):
        return NOT_THEIRS
    is_kept = mine is not None and mine.state in HOLDING  # an offer: a place is free for them, and they have come
    if not is_kept and not register.room(date.code).fits(mine.kind if mine else ""):
        return NO_PLACE
    if not has_place:
        register.write_now(register.put(date, person_id, state=CONFIRMED, offered_until=None, **who.seat))
    _note(register.db, date, {person_id: True}, now)
    return CAME if has_place else WALK_IN
