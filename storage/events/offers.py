"""Places that come free by themselves: an offer nobody answered, a person who is forgotten. The next in line has them at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, select

from conversations.places import DECLINED, LAPSED, OFFERED, WAITING, WITHDRAWN
from storage.events import occasion_rows, place_rows, registers, terms, verbs
from storage.events.place_rows import Place
from storage.events.registers import Registers
from storage.followups import planning, rules
from storage.schema import occasions, places


def hold(db: Connection, codes: Collection[str]) -> None:
    """Keep all others from the events these places (by code) belong to: before their follow-ups are claimed."""
    occasion_rows.hold(db, _events(db, places.c.code.in_(codes)))


def lapse(db: Connection, codes: Collection[str], now: dt.datetime) -> list[str]:
    """Of these places (by code), let those go whose offer is over; returns which. The others were answered meanwhile."""
    register, gone = _offered(db, now, places.c.code.in_(codes), over=places.c.offered_until <= now)
    for place in gone:
        verbs.lapse(register, register.by_id[place.occasion_id], place)
    register.write()
    _tell(db, "lapsed", gone, now)
    return [place.code for place in gone]


def put_off(db: Connection, codes: Collection[str], now: dt.datetime) -> None:
    """The offer of these places (by code) goes out only now: the time to answer begins now."""
    register, late = _offered(db, now, places.c.code.in_(codes))
    for place in late:
        date = register.by_id[place.occasion_id]
        until = register.until(date, [place.person_id]).get(place.person_id)
        if until and place.offered_until and until > place.offered_until:
            register.put(date, place.person_id, offered_until=until)
    register.write()


def shorten(db: Connection, occasion_id: int, now: dt.datetime) -> None:
    """A date begins sooner: offers there end in time for it, and go to whoever is next where that is now."""
    register, found = _offered(db, now, places.c.occasion_id == occasion_id)
    last = register.by_id[occasion_id].starts_at - terms.BEFORE if found else now
    wanted = [place for place in found if place.offered_until and place.offered_until > last]
    _end(register, dict.fromkeys(wanted, last if last > now else None))


def suspend(db: Connection, occasion_id: int, now: dt.datetime) -> None:
    """A date is put off: the places offered there are kept, and their time to answer does not pass."""
    register, found = _offered(db, now, places.c.occasion_id == occasion_id)
    for place in found:
        register.put(register.by_id[occasion_id], place.person_id, offered_until=None)
    register.write()


def renew(db: Connection, occasion_id: int, now: dt.datetime) -> list[int]:
    """It stands again: they are offered anew, with all their time; who has none goes to whoever is next. Returns who is told."""
    register, found = _offered(db, now, places.c.occasion_id == occasion_id)
    until = register.until(register.by_id[occasion_id], [place.person_id for place in found]) if found else {}
    _end(register, {place: until.get(place.person_id) for place in found})
    kept = [place for place in found if until.get(place.person_id)]
    _tell(db, rules.OFFER, kept, now)
    return [place.person_id for place in kept]


def _end(register: Registers, wanted: Mapping[Place, dt.datetime | None]) -> None:
    """Have each of these offers end then, or now."""
    for place, until in wanted.items():
        date = register.by_id[place.occasion_id]
        if until:
            register.put(date, place.person_id, offered_until=until)
        else:
            verbs.lapse(register, date, place)
    register.write()
    _tell(register.db, "lapsed", [place for place, until in wanted.items() if until is None], register.now)


def _tell(db: Connection, kind: str, wanted: Collection[Place], now: dt.datetime) -> None:
    for occasion_id in {place.occasion_id for place in wanted}:
        about = {place.person_id: place.code for place in wanted if place.occasion_id == occasion_id}
        planning.tell_each(db, kind, about, occasion_id, now)


def _offered(
    db: Connection, now: dt.datetime, which: ColumnElement[bool], over: ColumnElement[bool] | None = None
) -> tuple[Registers, list[Place]]:
    mine = (which, places.c.state == OFFERED)
    register = registers.lock_events(db, _events(db, *mine), (), now)
    wanted = place_rows.WANTED.where(*mine, *(() if over is None else (over,))).order_by(places.c.id)
    return register, [register.know(Place(*row)) for row in db.execute(wanted)]


def free(db: Connection, person_ids: Collection[int], now: dt.datetime) -> None:
    """Give what people who are being forgotten have of dates to come to those who wait."""
    found = _events(db, places.c.person_id.in_(person_ids), places.c.state.not_in(_GONE), occasions.c.starts_at > now)
    if not found:
        return
    register = registers.lock_events(db, found, person_ids, now)
    register.leaving = set(person_ids)
    for person in person_ids:
        for code, place in register.mine(person).items():
            if place.state not in _GONE and register.dates[code].starts_at > now:
                verbs.withdraw(register, register.dates[code], place)
    register.write()


def tend(db: Connection, now: dt.datetime) -> int:
    """Offer what is free wherever people wait, for somebody may be back from a pause; how many places. A piece of upkeep."""
    ahead = (places.c.state == WAITING, occasions.c.starts_at > now + terms.BEFORE + terms.LEAST)
    mine = select(occasions.c.id).join(places).where(*ahead).distinct()
    return registers.fill(db, db.scalars(mine).all(), now)


def _events(db: Connection, *where: ColumnElement[bool]) -> Sequence[int]:
    return db.scalars(select(occasions.c.event_id).join(places).where(*where).distinct()).all()


_GONE = (WITHDRAWN, DECLINED, LAPSED)
