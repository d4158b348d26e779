"""People as staff see them: how they are reached, what they agreed to, what they took part in, and never what they said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select, update

from conversations.text import Text
from storage import engagements, erasure
from storage.engagements import read_editions
from storage.keys import Keys
from storage.schema import (
    addresses,
    broadcasts,
    group_members,
    groups,
    outbox,
    participations,
    partners,
    people,
    switches,
)
from storage.schema import engagements as shelf

AT_ONCE = 50

_ABOVE_ALL = 2**62
"""Where the first page begins: with a bound SQLite goes by the ids, and does not sort a million people."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is looked for: all that is not empty must fit. Partner and group are codes."""

    code: str = ""
    place: str = ""
    partner: str = ""
    language: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One person in a list."""

    code: str
    place: str
    language: str
    met_on: dt.date
    partner: str
    stopped: bool


def search(
    db: Connection, organisation_id: int, wanted: Wanted, after: str = "", limit: int = AT_ONCE
) -> tuple[list[Entry], str]:
    """The newest first, behind the person with the code `after`; and whom the next page begins behind, if there is one."""
    told = select(people.c.code, people.c.place, people.c.language, people.c.met_on, partners.c.name, people.c.stopped)
    fits = told.outerjoin(partners, partners.c.id == people.c.partner_id).where(people.c.organisation_id == organisation_id)
    for chosen in _fitting(organisation_id, wanted):
        fits = fits.where(chosen)
    last = db.scalar(_one(organisation_id, after)) if after else None
    fits = fits.where(people.c.id < (_ABOVE_ALL if last is None else last))
    rows = [
        Entry(*row[:4], row.name or "", row.stopped) for row in db.execute(fits.order_by(people.c.id.desc()).limit(limit + 1))
    ]
    return rows[:limit], rows[limit - 1].code if len(rows) > limit else ""


def _fitting(organisation_id: int, wanted: Wanted) -> list[ColumnElement[bool]]:
    fits: list[ColumnElement[bool]] = []
    if wanted.code:
        fits.append(people.c.code == wanted.code.strip().lower())
    if wanted.place:
        fits.append(people.c.place == wanted.place.strip().upper())
    if wanted.language:
        fits.append(people.c.language == wanted.language)
    if wanted.partner:
        theirs = select(partners.c.id).where(partners.c.organisation_id == organisation_id, partners.c.code == wanted.partner)
        fits.append(people.c.partner_id == theirs.scalar_subquery())
    if wanted.group:
        fits.append(people.c.id.in_(_members(organisation_id, wanted.group)))
    return fits


def _members(organisation_id: int, group: str) -> Select[int]:
    mine = (groups.c.organisation_id == organisation_id, groups.c.code == group)
    return select(group_members.c.person_id).join(groups).where(*mine)


def _one(organisation_id: int, code: str) -> Select[int]:
    return select(people.c.id).where(people.c.organisation_id == organisation_id, people.c.code == code)


# --- One person


@dataclass(frozen=True, slots=True)
class Person:
    """What is kept of one person. Of `has_name` nobody knows more before the name is revealed."""

    id: int
    code: str
    age_band: str
    language: str
    met_on: dt.date
    place: str
    nation: str
    zone: str
    quiet: str
    partner: str
    has_name: bool
    stopped: bool
    paused_until: dt.datetime | None
    reached: Sequence[tuple[str, str]]  # door, and whether it is open, blocked or gone
    switches: Sequence[Any]  # rows of purpose, given, source, language, on_day
    groups: Mapping[str, str]  # code -> name
    took_part: Sequence[TookPart]
    sent: Sequence[Any]  # rows of title, lane, state, due_at, reason, tapped


@dataclass(frozen=True, slots=True)
class TookPart:
    """That somebody took part. Of an anonymous engagement nothing more is told, not even whether they came to the end."""

    slug: str
    title: Text
    identity: str
    finished: bool | None


def find(db: Connection, organisation_id: int, code: str) -> Person | None:
    """One person by code."""
    wanted = select(people, partners.c.name.label("partner")).outerjoin(partners, partners.c.id == people.c.partner_id)
    row = db.execute(wanted.where(people.c.organisation_id == organisation_id, people.c.code == code)).first()
    if row is None:
        return None
    names = ("id", "code", "age_band", "language", "met_on", "place", "nation", "zone", "quiet", "stopped", "paused_until")
    kept = {name: getattr(row, name) for name in names}
    return Person(
        **kept,
        partner=row.partner or "",
        has_name=row.name is not None,
        reached=[(one.door, one.state) for one in db.execute(select(addresses).where(addresses.c.person_id == row.id))],
        switches=db.execute(select(switches).where(switches.c.person_id == row.id).order_by(switches.c.purpose)).all(),
        groups=_groups(db, row.id),
        took_part=_took_part(db, row.id),
        sent=_sent(db, row.id),
    )


def _groups(db: Connection, person_id: int) -> dict[str, str]:
    wanted = select(groups.c.code, groups.c.name).join(group_members).where(group_members.c.person_id == person_id)
    return {row.code: row.name for row in db.execute(wanted.order_by(groups.c.name))}


def _took_part(db: Connection, person_id: int) -> list[TookPart]:
    wanted = select(shelf.c.slug, shelf.c.identity, shelf.c.edition_id, participations.c.finished).join(participations)
    rows = db.execute(wanted.where(participations.c.person_id == person_id).order_by(shelf.c.id)).all()
    flows = read_editions(db, {row.edition_id for row in rows})
    return [
        TookPart(row.slug, flows[row.edition_id].title, row.identity, None if row.identity == "anonymous" else row.finished)
        for row in rows
    ]


def _sent(db: Connection, person_id: int) -> list[Any]:
    told = (outbox.c.lane, outbox.c.state, outbox.c.due_at, outbox.c.reason, outbox.c.tapped, broadcasts.c.title)
    wanted = select(*told).outerjoin(broadcasts, broadcasts.c.id == outbox.c.broadcast_id)
    mine = (outbox.c.person_id == person_id, outbox.c.due_at.is_not(None))
    return list(db.execute(wanted.where(*mine).order_by(outbox.c.due_at.desc()).limit(AT_ONCE)))


# --- What is done for them


def reveal(db: Connection, keys: Keys, organisation_id: int, code: str) -> str:
    """What somebody wants to be called; empty when they never said. Raises UnopenedError."""
    sealed = db.scalar(select(people.c.name).where(people.c.organisation_id == organisation_id, people.c.code == code))
    return keys.open("people.name", code, sealed).decode() if sealed else ""


def stop(db: Connection, organisation_id: int, code: str) -> bool:
    """Start nothing more for them, as if they had said stop; whether there is such a person."""
    mine = (people.c.organisation_id == organisation_id, people.c.code == code)
    return bool(db.execute(update(people).where(*mine).values(stopped=True)).rowcount)


def erase(db: Connection, keys: Keys, organisation_id: int, code: str, now: dt.datetime) -> str:
    """Forget them, as when they delete everything themselves; returns the number of the receipt, empty if nobody is there."""
    person = db.scalars(_one(organisation_id, code).with_for_update()).one_or_none()
    if person is None:
        return ""
    erasure.forget(db, keys, {person: code}, list(engagements.load(db, organisation_id).values()), now)
    return erasure.receipt(keys, code)


def languages(db: Connection, organisation_id: int) -> list[str]:
    """The languages of people, found by leaps through their index: a million people speak few."""
    found: list[str] = []
    mine = people.c.organisation_id == organisation_id
    while (
        tag := db.scalar(
            select(people.c.language)
            .where(mine, people.c.language > (found[-1] if found else ""))
            .order_by(people.c.language)
            .limit(1)
        )
    ) is not None:
        found.append(tag)
    return found
