"""Whoever is off a seat has no place for it any more: not at a meeting ahead, nor its papers, nor the way in."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, select, update

from conversations.places import ASKED, CONFIRMED, DEPUTISED, OFFERED, UNSURE, WAITING, WITHDRAWN
from storage.events import deputies, registers
from storage.events.occasion_rows import CANCELLED, Occasion
from storage.events.place_rows import Place
from storage.events.registers import Registers
from storage.followups import planning
from storage.schema import events, group_members, places, seats


def part(db: Connection, group_id: int, seat_id: int, person_id: int, since: dt.date | None, now: dt.datetime) -> None:
    """Somebody was just taken off a seat they had or stood in for `since` a day. What they still are in the group, they stay."""
    ours = db.scalars(select(events.c.id).where(events.c.group_id == group_id)).all()
    register = registers.lock_events(db, ours, [person_id], now)
    _remember(db, register, seat_id, person_id, since)
    stays = _belongs(db, group_id, person_id)
    for code, place in register.mine(person_id).items():
        date = register.dates[code]
        is_ahead = date.state != CANCELLED and date.starts_at > now
        if is_ahead and place.state in _COUNTS and not (stays and place.seat_id != seat_id):
            _leave(register, date, place)
    register.write()


def _leave(register: Registers, date: Occasion, place: Place) -> None:
    """They do not come to this one. Whoever had said yes to standing in hears of it, and the member whose deputy they were."""
    planning.drop(register.db, occasion_id=date.id, person_ids=[place.person_id], kinds=["papers"])
    if deputies.stands_in(place):
        deputies.free(register, date, place)
        deputies.miss(register, date, place)
    else:
        register.put(date, place.person_id, state=WITHDRAWN, offered_until=None)
    register.fill(date)


def _remember(db: Connection, register: Registers, seat_id: int, person_id: int, since: dt.date | None) -> None:
    """For which seat they came to meetings, while that is still known."""
    begun = [one.id for one in register.by_id.values() if one.starts_at <= register.now]
    if since is not None:
        begun = [one.id for one in register.by_id.values() if one.id in begun and one.local.date() >= since]
    mine = (places.c.person_id == person_id, places.c.occasion_id.in_(begun), places.c.seat_id.is_(None))
    db.execute(update(places).where(*mine).values(seat_id=seat_id))


def _belongs(db: Connection, group_id: int, person_id: int) -> bool:
    listed = (group_members.c.group_id == group_id, group_members.c.person_id == person_id)
    seated = (seats.c.group_id == group_id, ~seats.c.ended, (seats.c.holder_id == person_id) | (seats.c.deputy_id == person_id))
    found = (select(group_members.c.person_id).where(*listed), select(seats.c.id).where(*seated))
    return any(db.scalar(wanted.limit(1)) is not None for wanted in found)


_COUNTS = frozenset({CONFIRMED, OFFERED, WAITING, UNSURE, DEPUTISED, ASKED})
"""States of a place by which somebody is reckoned with."""
