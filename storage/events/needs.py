"""What helps people to take part: said once, used again only if they agree, met or not by staff for each date."""

from __future__ import annotations

import datetime as dt
from calendar import SATURDAY
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, exists, func, literal, or_, select, tuple_, update

from conversations import bank_holidays
from conversations.records import CODES, OTHER_NEED
from storage import unopened
from storage.events import reviews
from storage.keys import Keys
from storage.schema import events, needs, occasions, people, place_needs, places
from storage.upserts import insert

STATES = ("open", "met", "not-met")

GONE = ("withdrawn", "declined", "lapsed", "deputised")
"""States of a place whose holder does not come."""

LEAD = {"bsl": 15, "interpreter": 15, "lip-speaker": 15}
"""Needs that somebody has to be booked for -> how many working days before."""

FORGOTTEN_AFTER = dt.timedelta(days=7)
"""What may not be used again goes so long after the last date it was for."""


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said of their needs, of all they will come to or of one event; None is what they said nothing of.

    `words` are their own, by need: the language of an interpreter, what the need called other is.
    """

    person_id: int
    person_code: str
    engagement_id: int | None
    on_day: dt.date
    chosen: tuple[str, ...] | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    keep: bool | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """A need of somebody who has a place, and what staff did about it; `still` is whether they say so today."""

    code: str
    words: str
    state: str
    why: str
    changed_by: str
    still: bool


# --- What people say


def settle(db: Connection, keys: Keys, said: Sequence[Said], now: dt.datetime) -> None:
    """Put what people said in place of what they said before, and tell it to the dates they have yet to come to."""
    if not said:
        return
    spoken = {one.person_id: one for one in said}
    before: dict[int, dict[str, Any]] = {}
    for row in db.execute(select(needs).where(needs.c.person_id.in_(spoken))):
        before.setdefault(row.person_id, {})[row.need] = row
    rows = [row for one in said for row in _rows(keys, one, before.get(one.person_id, {}))]
    db.execute(delete(needs).where(needs.c.person_id.in_(spoken)))
    if rows:
        db.execute(insert(db, needs), rows)
    reviews.plan(db, spoken, now.date())
    _tell(db, spoken, rows, now)


def _rows(keys: Keys, said: Said, before: Mapping[str, Any]) -> list[dict[str, object]]:
    chosen = before if said.chosen is None else [*said.chosen, *([OTHER_NEED] if OTHER_NEED in said.words else [])]
    kept = any(row.kept for row in before.values()) if said.keep is None else said.keep
    return [
        {
            "person_id": said.person_id,
            "need": need,
            "sealed": _sealed(keys, said, need, before.get(need)),
            "kept": kept,
            "on_day": said.on_day,
        }
        for need in CODES
        if need in chosen
    ]


def _sealed(keys: Keys, said: Said, need: str, before: Any) -> bytes | None:
    words = said.words.get(need)
    if words:
        return keys.seal(_SEALED, f"{said.person_code}.{need}", words.encode())
    return before.sealed if before is not None and said.chosen is None else None


_SEALED = "needs.sealed"


def _tell(db: Connection, spoken: Mapping[int, Said], rows: Sequence[Mapping[str, Any]], now: dt.datetime) -> None:
    """Bring what staff see up to date: what is met, or was said not to be, stays for them to undo."""
    wanted: dict[int, dict[str, bool]] = {person: {} for person in spoken}
    for row in rows:
        wanted[row["person_id"]][row["need"]] = row["kept"]
    there = select(places.c.id, places.c.person_id, events.c.engagement_id, _noted.label("noted"))
    ahead = there.join_from(places, occasions).join(events, events.c.id == occasions.c.event_id)
    fresh, kept = [], []
    for place in db.execute(ahead.where(places.c.person_id.in_(spoken), *_to_come(now)).order_by(places.c.id)):
        mine = wanted[place.person_id]
        kept += [(place.id, need) for need in mine]
        if any(mine.values()) or place.noted or spoken[place.person_id].engagement_id in {None, place.engagement_id}:
            fresh += [{"place_id": place.id, "need": need, "changed_at": now} for need in mine]
    open_ones = select(places.c.id).join_from(places, occasions).where(places.c.person_id.in_(spoken), *_to_come(now))
    no_more = place_needs.c.place_id.in_(open_ones) & (place_needs.c.state == "open")
    left = tuple_(place_needs.c.place_id, place_needs.c.need).not_in(kept) if kept else literal(value=True)
    db.execute(delete(place_needs).where(no_more, left))
    if fresh:
        db.execute(insert(db, place_needs).on_conflict_do_nothing(), fresh)


_noted = exists(select(1).where(place_needs.c.place_id == places.c.id))


def _to_come(now: dt.datetime) -> tuple[Any, ...]:
    return (places.c.state.not_in(GONE), occasions.c.ends_at > now, occasions.c.state != "cancelled")


def kept(db: Connection, keys: Keys, person_ids: Collection[int]) -> dict[int, list[tuple[str, str]]]:
    """Person -> what may be used again of what helps them: code and their own words, in the order of CODES."""
    wanted = select(needs, people.c.code).join_from(needs, people, people.c.id == needs.c.person_id)
    rows = db.execute(wanted.where(needs.c.person_id.in_(person_ids), needs.c.kept))
    found: dict[int, list[tuple[str, str]]] = {}
    for row in sorted(rows, key=lambda row: CODES.index(row.need)):
        found.setdefault(row.person_id, []).append((row.need, _open(keys, row)))
    return found


def _open(keys: Keys, row: Any) -> str:
    return unopened.words(keys, _SEALED, f"{row.code}.{row.need}", row.sealed) if row.sealed else ""


def carry(db: Connection, place_ids: Collection[int], now: dt.datetime) -> None:
    """Tell staff the needs of people who have just got these places.

    Those they agreed to have used again, and those they named for another date of the same event.
    """
    if not place_ids:
        return
    other, theirs, there = places.alias(), place_needs.alias(), occasions.alias()
    same_event = (
        select(1)
        .join_from(other, theirs, theirs.c.place_id == other.c.id)
        .join(there, there.c.id == other.c.occasion_id)
        .where(other.c.person_id == places.c.person_id, theirs.c.need == needs.c.need, there.c.event_id == occasions.c.event_id)
    )
    carried = (
        select(places.c.id, needs.c.need, literal("open"), literal(""), literal(""), literal(now, place_needs.c.changed_at.type))
        .join_from(places, occasions)
        .join(needs, needs.c.person_id == places.c.person_id)
        .where(places.c.id.in_(place_ids), or_(needs.c.kept, exists(same_event)))
        .order_by(places.c.id, needs.c.need)
    )
    names = ["place_id", "need", "state", "why", "changed_by", "changed_at"]
    db.execute(insert(db, place_needs).from_select(names, carried).on_conflict_do_nothing())


def forget(db: Connection, now: dt.datetime) -> int:
    """Let go what may not be used again, a week after the last date it was for; returns how many people's."""
    before = now - FORGOTTEN_AFTER
    awaited = select(1).join_from(places, occasions).where(places.c.person_id == needs.c.person_id, *_to_come(before))
    passing = and_(~needs.c.kept, needs.c.on_day < before.date(), ~exists(awaited))
    who = set(db.scalars(select(needs.c.person_id).where(passing)))
    if who:
        theirs = select(places.c.id).where(places.c.person_id.in_(who))
        db.execute(delete(place_needs).where(place_needs.c.place_id.in_(theirs)))
        db.execute(delete(needs).where(needs.c.person_id.in_(who)))
    return len(who)


# --- What staff do


def of_places(db: Connection, keys: Keys, place_ids: Collection[int]) -> dict[int, list[Need]]:
    """Place -> the needs of whoever has it, in the order of CODES."""
    now_said = and_(needs.c.person_id == places.c.person_id, needs.c.need == place_needs.c.need)
    wanted = (
        select(place_needs, people.c.code, needs.c.sealed, needs.c.need.is_not(None).label("still"))
        .join_from(place_needs, places, places.c.id == place_needs.c.place_id)
        .join(people, people.c.id == places.c.person_id)
        .outerjoin(needs, now_said)
        .where(place_needs.c.place_id.in_(place_ids))
    )
    found: dict[int, list[Need]] = {}
    for row in sorted(db.execute(wanted), key=lambda row: CODES.index(row.need)):
        words = _open(keys, row) or (unopened.UNOPENED if row.sealed else "")
        found.setdefault(row.place_id, []).append(Need(row.need, words, row.state, row.why, row.changed_by, row.still))
    return found


def mark(db: Connection, place_id: int, code: str, state: str, why: str, by: str, now: dt.datetime) -> bool:
    """Note that a need is met, or is not and why; whether it was there. Raises ValueError where the reason is missing."""
    why = " ".join(why.split())
    if state == "not-met" and not why:
        msg = "Say why it can't be met. The person may ask."
        raise ValueError(msg)
    mine = (place_needs.c.place_id == place_id, place_needs.c.need == code)
    changed = {"state": state, "why": why if state == "not-met" else "", "changed_by": by, "changed_at": now}
    return bool(db.execute(update(place_needs).where(*mine).values(changed)).rowcount)


@dataclass(frozen=True, slots=True)
class Booking:
    """Somebody to be booked for a date: by when, for how many who still wait, and for how many who no longer come.

    Nobody who is booked is let go by a cancellation: staff decide that.
    """

    occasion_id: int
    code: str
    by: dt.date
    waiting: int
    unneeded: int


def bookings(db: Connection, organisation_id: int, nation: str, now: dt.datetime) -> list[Booking]:
    """What is yet to be booked, or is booked and no longer needed, soonest first; `by` may be past."""
    comes = places.c.state.not_in(GONE) & (occasions.c.state != "cancelled")
    waiting = func.count().filter(comes, place_needs.c.state == "open")
    unneeded = func.count().filter(~comes, place_needs.c.state == "met")
    asked: Select[Any] = (
        select(occasions.c.id, occasions.c.local_at, place_needs.c.need, waiting.label("waiting"), unneeded.label("unneeded"))
        .join_from(place_needs, places, places.c.id == place_needs.c.place_id)
        .join(occasions, occasions.c.id == places.c.occasion_id)
        .where(occasions.c.organisation_id == organisation_id, occasions.c.ends_at > now, place_needs.c.need.in_(LEAD))
        .group_by(occasions.c.id, occasions.c.local_at, place_needs.c.need)
        .having(or_(waiting > 0, unneeded > 0))
        .order_by(occasions.c.local_at, place_needs.c.need)
    )
    return [
        Booking(row.id, row.need, book_by(row.need, dt.date.fromisoformat(row.local_at[:10]), nation), row.waiting, row.unneeded)
        for row in db.execute(asked)
    ]


def book_by(code: str, day: dt.date, nation: str) -> dt.date:
    """The last day to book what `code` needs for a date on `day`; that day itself where nobody has to be booked."""
    days = LEAD.get(code, 0)
    while days:
        day -= _DAY
        days -= day.weekday() < SATURDAY and day not in bank_holidays.find(nation, day.year)
    return day


_DAY = dt.timedelta(days=1)


def late(code: str, day: dt.date, today: dt.date, nation: str) -> bool:
    """Whether it is too late to be sure of a booking."""
    return code in LEAD and today > book_by(code, day, nation)


def counts(
    db: Connection, organisation_id: int, since: dt.datetime, until: dt.datetime
) -> tuple[int, dict[str, Mapping[str, int]]]:
    """How many people had a need at a date that began from `since` to before `until`, for the yearly self-assessment.

    With them: need -> "asked" and each state -> how many people. Somebody may be in several states, at several dates.
    """
    asked = (
        select(places.c.person_id, place_needs.c.need, place_needs.c.state)
        .distinct()
        .join_from(place_needs, places, places.c.id == place_needs.c.place_id)
        .join(occasions, occasions.c.id == places.c.occasion_id)
        .where(occasions.c.organisation_id == organisation_id, occasions.c.starts_at >= since, occasions.c.starts_at < until)
    )
    found: dict[str, dict[str, set[int]]] = {code: {state: set() for state in ("asked", *STATES)} for code in CODES}
    for row in db.execute(asked):
        found[row.need]["asked"].add(row.person_id)
        found[row.need][row.state].add(row.person_id)
    everybody = {person for states in found.values() for person in states["asked"]}
    return len(everybody), {code: {state: len(who) for state, who in states.items()} for code, states in found.items()}
