"""Groups: people who belong together, whom staff put there one by one, by code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from storage import codes
from storage.schema import events, group_members, groups, people, seats
from storage.upserts import insert as upsert

LONGEST_NAME = 80
MOST_AT_ONCE = 500
"""Codes taken from one form."""


class GroupError(ValueError):
    """It cannot be done to this group; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group and how many belong to it."""

    id: int
    code: str
    name: str
    people: int


class Member(NamedTuple):
    """Somebody who belongs to a group, by their code."""

    code: str
    since: dt.date


def load(db: Connection, organisation_id: int) -> list[Group]:
    """All of an organisation, by name."""
    counted = select(func.count()).where(group_members.c.group_id == groups.c.id).scalar_subquery()
    mine = select(groups.c.id, groups.c.code, groups.c.name, counted).where(groups.c.organisation_id == organisation_id)
    return [Group(*row) for row in db.execute(mine.order_by(func.lower(groups.c.name)))]


def find(db: Connection, organisation_id: int, code: str) -> Group | None:
    """One of them by its code."""
    return next((group for group in load(db, organisation_id) if group.code == code), None)


def make(db: Connection, organisation_id: int, name: str) -> str:
    """The code of a new, empty one. Raises GroupError."""
    code = codes.make()
    db.execute(insert(groups).values(code=code, organisation_id=organisation_id, name=_free(db, organisation_id, name)))
    return code


def rename(db: Connection, organisation_id: int, group: Group, name: str) -> None:
    """Call it something else. Raises GroupError."""
    db.execute(update(groups).where(groups.c.id == group.id).values(name=_free(db, organisation_id, name, group.id)))


def remove(db: Connection, group: Group) -> None:
    """Forget a group; its people stay. An audience that asks for it has to be chosen again.

    Raises GroupError for one that has met: its minutes and what came of its points would go with it.
    """
    if db.scalar(select(events.c.id).where(events.c.group_id == group.id).limit(1)):
        msg = "This group has meetings. End its seats instead: what it decided stays."
        raise GroupError(msg)
    db.execute(delete(groups).where(groups.c.id == group.id))


def add(db: Connection, organisation_id: int, group: Group, members: Collection[str], today: dt.date) -> list[str]:
    """Take people in, by code; returns the codes nobody has. Raises GroupError for too many at once."""
    known = _known(db, organisation_id, members)
    rows = [{"group_id": group.id, "person_id": person, "since": today} for person in known.values()]
    if rows:
        db.execute(upsert(db, group_members).on_conflict_do_nothing(), rows)
    return [code for code in members if code not in known]


def drop(db: Connection, organisation_id: int, group: Group, members: Collection[str]) -> int:
    """Take people out again, by code; returns how many were in. Raises GroupError for one who has a seat."""
    known = _known(db, organisation_id, members)
    if db.scalar(select(seats.c.id).where(seats.c.group_id == group.id, seats.c.holder_id.in_(known.values())).limit(1)):
        msg = "One of them has a seat in this group. Take them off the seat: then they are out of the group as well."
        raise GroupError(msg)
    gone = (group_members.c.group_id == group.id, group_members.c.person_id.in_(known.values()))
    return db.execute(delete(group_members).where(*gone)).rowcount


def members(db: Connection, group: Group, after: str = "", most: int = 100) -> list[Member]:
    """Some of its people in the order of their codes, beginning after that one."""
    joined = select(people.c.code, group_members.c.since).join_from(group_members, people)
    chosen = joined.where(group_members.c.group_id == group.id, people.c.code > after)
    return [Member(*row) for row in db.execute(chosen.order_by(people.c.code).limit(most))]


def _known(db: Connection, organisation_id: int, wanted: Collection[str]) -> dict[str, int]:
    """Code -> id of those who are there."""
    if len(wanted) > MOST_AT_ONCE:
        msg = f"These are more than {MOST_AT_ONCE} people. Take fewer at once."
        raise GroupError(msg)
    mine = (people.c.organisation_id == organisation_id, people.c.code.in_(list(wanted)))
    return {row.code: row.id for row in db.execute(select(people.c.id, people.c.code).where(*mine))}


def _free(db: Connection, organisation_id: int, name: str, mine: int = 0) -> str:
    """The name, tidied. Raises GroupError when it is none, or another's."""
    tidy = " ".join(name.split())
    if not tidy or len(tidy) > LONGEST_NAME or not tidy.isprintable():
        msg = f"Give the group a name of at most {LONGEST_NAME} letters."
        raise GroupError(msg)
    same = (groups.c.organisation_id == organisation_id, func.lower(groups.c.name) == tidy.lower(), groups.c.id != mine)
    if db.scalar(select(groups.c.id).where(*same)):
        msg = "There is a group with this name. Choose another one."
        raise GroupError(msg)
    return tidy
