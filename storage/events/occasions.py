"""Dates of events: made, moved, closed, put off and cancelled. Whoever has a place hears of it once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from storage import codes
from storage.events import offers, registers
from storage.events.events import Event
from storage.events.occasion_rows import (
    CANCELLED,
    PLANNED,
    POSTPONED,
    WANTED,
    Occasion,
    calendar,
    find,
    find_all,
    hold,
    joining,
    load,
    read,
    seal,
)  # fmt: skip
from storage.events.plans import OccasionError, Plan, StaleError, again, check, check_reply, check_time, span
from storage.followups import planning
from storage.followups.rules import CONCERNED
from storage.keys import Keys
from storage.schema import occasions, places, reserved

__all__ = [
    "CANCELLED", "CONCERNED", "PLANNED", "POSTPONED", "Occasion", "OccasionError", "Plan", "StaleError", "calendar", "find",
    "find_all", "joining", "load",
]  # fmt: skip


def make(db: Connection, keys: Keys, event: Event, plan: Plan, now: dt.datetime, **series: Any) -> Occasion:
    """A new date of an event that is settled. Raises OccasionError."""
    code = codes.make()
    whose = {"code": code, "event_id": event.id, "organisation_id": event.organisation_id}
    values = _values(plan, now) | whose | series | {"joining": seal(keys, code, plan.joining)}
    made = db.scalars(insert(occasions).values(values).returning(occasions.c.id)).one()
    _reserve(db, made, plan.reserved)
    return find_all(db, [made])[made]


def change(db: Connection, keys: Keys, one: Occasion, plan: Plan, version: int, now: dt.datetime) -> Occasion:
    """Change a date as somebody wants it who began from `version`. Raises OccasionError, StaleError when another saved since.

    Moved in time or place: whoever is concerned hears of it once. Fewer places than are taken: nobody loses theirs; see
    `Room.over`. More: they are offered to those who wait. A date that was put off stands again, and so do its offers.
    """
    hold(db, [one.event_id])
    before = find_all(db, [one.id]).get(one.id)
    if before is None:
        raise OccasionError(_DELETED)
    if before.version != version:
        raise StaleError(_STALE)
    if before.state == CANCELLED:
        raise OccasionError(_GONE)
    values = _values(plan, now, before) | {"version": before.version + 1, "state": PLANNED, "why": ""}
    if values["local_at"][:10] != before.local_at[:10]:
        values["warned"] = 0  # of its quorum, for the day it is on now
    if plan.joining is not None:
        values["joining"] = seal(keys, one.code, plan.joining)
    moved = before.state == POSTPONED or any(getattr(before, name) != values[name] for name in _MOVED)
    _write(db, one.id, values | {"sequence": before.sequence + moved})
    _reserve(db, one.id, plan.reserved)
    anew: Collection[int] = ()
    if before.state == POSTPONED:
        anew = offers.renew(db, one.id, now)
        planning.resume(db, one.id, now)
    elif values["starts_at"] < before.starts_at:
        offers.shorten(db, one.id, now)
    if moved:
        _announce(db, one, "moved", now, besides=anew)
    return _filled(db, one.id, now)


_MOVED = ("starts_at", "ends_at", "place", "online")


def close(db: Connection, one: Occasion, now: dt.datetime) -> Occasion:
    """Take nobody else; who has a place keeps it, and who was offered one may still take it."""
    return _set(db, one, now, closed=True)


def reopen(db: Connection, one: Occasion, now: dt.datetime) -> Occasion:
    """Take people again; free places are offered to those who wait."""
    return _set(db, one, now, closed=False)


def postpone(db: Connection, one: Occasion, why: str, now: dt.datetime) -> Occasion:
    """It does not take place then; when, nobody knows yet. Whoever is concerned hears why, and nothing else until it stands."""
    return _stop(db, one, POSTPONED, why, now)


def cancel(db: Connection, one: Occasion, why: str, now: dt.datetime) -> Occasion:
    """It does not take place. Whoever is concerned hears why, once, and nothing else of it."""
    return _stop(db, one, CANCELLED, why, now)


def cancel_all(db: Connection, wanted: Collection[Occasion], why: str, now: dt.datetime) -> list[Occasion]:
    """Several dates; whoever is concerned hears of all those they have anything of in one letter."""
    hold(db, {one.event_id for one in wanted})
    return [_stop(db, one, CANCELLED, why, now) for one in wanted]


def cancel_event(db: Connection, event: Event, why: str, now: dt.datetime) -> list[Occasion]:
    """All its dates that are not over."""
    if event.id is None:
        return []
    return cancel_all(db, [one for one in load(db, [event.id], since=now) if one.state != CANCELLED], why, now)


def remove(db: Connection, one: Occasion) -> None:
    """Delete a date that nobody ever had anything of. Raises OccasionError when somebody did."""
    hold(db, [one.event_id])
    if db.scalar(select(places.c.id).where(places.c.occasion_id == one.id).limit(1)) is not None:
        raise OccasionError(_PEOPLE)
    planning.drop(db, occasion_id=one.id)
    db.execute(delete(reserved).where(reserved.c.occasion_id == one.id))
    db.execute(delete(occasions).where(occasions.c.id == one.id))


def realign(db: Connection, now: dt.datetime) -> list[Occasion]:
    """Reckon dates ahead anew, for the rules of a zone may have changed; those that moved. What was meant is the local time."""
    hold(db, {one.event_id for one, _ in _misplaced(db, now)})
    moved = _misplaced(db, now)
    for one, at in moved:
        begun = {"starts_at": at, "ends_at": at + dt.timedelta(minutes=one.minutes)}
        _write(db, one.id, begun | {"sequence": one.sequence + 1, "version": one.version + 1})
        planning.follow(db, one.id, one.sequence + 1)
        planning.replan_occasion(db, one.id, now)
    return list(find_all(db, [one.id for one, _ in moved]).values()) if moved else []


def _misplaced(db: Connection, now: dt.datetime) -> list[tuple[Occasion, dt.datetime]]:
    """Dates ahead that are not when their local time says, and when that is."""
    ahead = read(db, WANTED.where(occasions.c.starts_at > now, occasions.c.state != CANCELLED))
    meant = ((one, again(one.local_at, one.zone, one.starts_at)) for one in ahead)
    return [(one, at) for one, at in meant if at != one.starts_at]


def _values(plan: Plan, now: dt.datetime, before: Occasion | None = None) -> dict[str, Any]:
    """The columns a plan settles. Raises OccasionError. A time that is left as it was may be over."""
    same = before and (before.local_at, before.zone, before.minutes) == (plan.local_at, plan.zone, plan.minutes)
    if before and same and plan.fold is None:
        starts, ends = before.starts_at, before.ends_at
    else:
        starts, ends = span(plan)
        check_time(starts, now)
    check(plan, starts)
    if plan.reply_by != (before and before.reply_by):
        check_reply(plan, now)
    names = ("local_at", "zone", "minutes", "place", "online", "capacity", "reply_by")
    return {name: getattr(plan, name) for name in names} | {"starts_at": starts, "ends_at": ends}


def _set(db: Connection, one: Occasion, now: dt.datetime, **values: Any) -> Occasion:
    hold(db, [one.event_id])
    _write(db, one.id, values | {"version": occasions.c.version + 1})
    return _filled(db, one.id, now)


def _stop(db: Connection, one: Occasion, state: str, why: str, now: dt.datetime) -> Occasion:
    hold(db, [one.event_id])
    before = find_all(db, [one.id])[one.id]
    if before.ends_at <= now:
        raise OccasionError(_OVER)
    if before.state in {state, CANCELLED}:
        return before
    moves = {"sequence": before.sequence + 1, "version": before.version + 1}
    _write(db, one.id, {"state": state, "why": why.strip(), **moves})
    if state == POSTPONED:
        offers.suspend(db, one.id, now)
    _announce(db, one, state, now)
    planning.stop(db, one.id, state)
    return find_all(db, [one.id])[one.id]


def _announce(db: Connection, one: Occasion, kind: str, now: dt.datetime, besides: Collection[int] = ()) -> None:
    """Have everybody concerned hear of it once, besides those who do already; and plan anew what else they get."""
    planning.replan_occasion(db, one.id, now)
    planning.tell(db, kind, set(_concerned(db, one.id)).difference(besides), one.id, one.code, now)


def _concerned(db: Connection, occasion_id: int) -> Sequence[int]:
    mine = (places.c.occasion_id == occasion_id, places.c.state.in_(CONCERNED))
    return db.scalars(select(places.c.person_id).where(*mine, places.c.person_id.not_in(planning.uninvited(occasion_id)))).all()


def _filled(db: Connection, occasion_id: int, now: dt.datetime) -> Occasion:
    """The date, after any places that came free were offered."""
    registers.fill(db, [occasion_id], now)
    return find_all(db, [occasion_id])[occasion_id]


def _write(db: Connection, occasion_id: int, values: Mapping[str, Any]) -> None:
    db.execute(update(occasions).where(occasions.c.id == occasion_id).values(**values))


def _reserve(db: Connection, occasion_id: int, wanted: Mapping[str, int]) -> None:
    db.execute(delete(reserved).where(reserved.c.occasion_id == occasion_id))
    rows = [{"occasion_id": occasion_id, "kind": kind, "places": number} for kind, number in wanted.items() if number]
    if rows:
        db.execute(insert(reserved), rows)


_GONE = "This date is cancelled, and people have been told. Make a new one instead."
_PEOPLE = "People have signed up for this date, so it cannot be deleted. Cancel it instead: they are told once."
_DELETED = "This date was deleted a moment ago."
_STALE = "Somebody else changed this date a moment ago. Look at what they wrote, then save again."
_OVER = "It is over, so it cannot be put off or cancelled any more."
