"""The influence log: what members raised and the group agreed to do, who does it by when, and what became of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select, update

from storage import codes
from storage.groups.rules import ClashError, RefusedError
from storage.groups.telling import tell
from storage.keys import Keys
from storage.schema import groups, occasions, point_changes, points
from storage.unopened import words as opened

LONGEST, LONGEST_WORDS, LONGEST_OWNER = 1000, 600, 80
AGENDA = "agenda"

STATES = {
    "raised": "Raised",
    AGENDA: "On the agenda",
    "doing": "Being done",
    "done": "Done",
    "not-done": "Not done",
}
"""State -> how it is called; a point goes from any to any, with words."""

OVER = ("done", "not-done")


@dataclass(frozen=True, slots=True)
class Point:
    """One point; `meeting` is the code of the meeting it is for or came from. `words` are empty where they do not open here."""

    id: int
    code: str
    group_id: int
    meeting: str
    person_id: int | None
    words: str
    state: str
    owner: str
    due_on: dt.date | None
    outcome: str
    raised_at: dt.datetime
    version: int

    def is_overdue(self, today: dt.date) -> bool:
        """Whether its day is over and it is not."""
        return self.state not in OVER and self.due_on is not None and self.due_on < today


class Step(NamedTuple):
    """One change of a point, as whoever raised it was told."""

    state: str
    words: str
    by: str
    at: dt.datetime


class Told(NamedTuple):
    """What a letter about a point says; `point` is empty where it does not open here."""

    point: str
    state: str
    words: str


def add(
    db: Connection,
    keys: Keys,
    group_id: int,
    words: str,
    now: dt.datetime,
    *,
    person_id: int | None = None,
    occasion_id: int | None = None,
) -> str:
    """The code of a new point, raised by a member or noted as an action of the group. Raises RefusedError."""
    tidy = words.strip()
    if not tidy or len(tidy) > LONGEST:
        msg = f"Write the point in at most {LONGEST} letters."
        raise RefusedError(msg, "point")
    code = codes.make()
    row = {"code": code, "group_id": group_id, "person_id": person_id, "occasion_id": occasion_id, "raised_at": now}
    sealed = keys.seal("points.sealed", code, tidy.encode())
    db.execute(insert(points).values(sealed=sealed, state="raised", version=1, **row))
    return code


def load(db: Connection, keys: Keys, group_id: int, states: Sequence[str] = tuple(STATES), most: int = 200) -> list[Point]:
    """Of a group, newest first."""
    return _load(db, keys, (points.c.group_id == group_id, points.c.state.in_(states)), most)


def of_person(db: Connection, keys: Keys, person_id: int, most: int = 20) -> list[Point]:
    """Those that somebody raised, newest first."""
    return _load(db, keys, (points.c.person_id == person_id,), most)


def agenda(db: Connection, keys: Keys, occasion_id: int) -> list[Point]:
    """What is on the agenda of a meeting, in the order it was raised."""
    return _load(db, keys, (points.c.occasion_id == occasion_id, points.c.state == AGENDA), 100)[::-1]


def find(db: Connection, keys: Keys, group_id: int, code: str) -> Point | None:
    """One of a group's by its code."""
    return next(iter(_load(db, keys, (points.c.group_id == group_id, points.c.code == code), 1)), None)


def _load(db: Connection, keys: Keys, wanted: Sequence[Any], most: int) -> list[Point]:
    joined = select(points, occasions.c.code.label("meeting")).outerjoin_from(points, occasions).where(*wanted)
    rows = db.execute(joined.order_by(points.c.raised_at.desc(), points.c.id.desc()).limit(most)).all()
    return [
        Point(
            row.id, row.code, row.group_id, row.meeting or "", row.person_id,
            opened(keys, "points.sealed", row.code, row.sealed),
            row.state, row.owner, row.due_on, row.outcome, row.raised_at, row.version,
        )
        for row in rows
    ]  # fmt: skip


def steps(db: Connection, found: Sequence[Point]) -> dict[str, list[Step]]:
    """Code -> what became of it, oldest first."""
    told: dict[str, list[Step]] = {one.code: [] for one in found}
    named = {one.id: one.code for one in found}
    rows = select(point_changes).where(point_changes.c.point_id.in_(named)).order_by(point_changes.c.id)
    for row in db.execute(rows):
        told[named[row.point_id]].append(Step(row.state, row.words, row.by, row.at))
    return told


def change(db: Connection, point: Point, typed: Mapping[str, str], occasion_id: int | None, by: str, now: dt.datetime) -> bool:
    """Move a point on with the words its member is told; returns whether somebody is.

    `typed` has state, words, owner, due_on and the version it was written from. Raises RefusedError, ClashError.
    """
    state, words, owner = typed.get("state", ""), typed.get("words", "").strip(), " ".join(typed.get("owner", "").split())
    if state not in STATES:
        msg = "Choose what it is now."
        raise RefusedError(msg, "state")
    if not words or len(words) > LONGEST_WORDS:
        msg = f"Write what whoever raised it is told, in at most {LONGEST_WORDS} letters. Nothing changes without words."
        raise RefusedError(msg, "words")
    if len(owner) > LONGEST_OWNER:
        msg = f"Name who does it, by role, in at most {LONGEST_OWNER} letters."
        raise RefusedError(msg, "owner")
    if state == AGENDA and occasion_id is None:
        msg = "Choose the meeting on whose agenda it goes."
        raise RefusedError(msg, "meeting")
    values = {"state": state, "owner": owner, "due_on": read_day(typed.get("due_on", "")), "version": point.version + 1}
    values |= {"outcome": words} if state in OVER else {}
    values |= {"occasion_id": occasion_id} if occasion_id is not None else {}
    same = (points.c.id == point.id, points.c.version == point.version)
    if typed.get("version") != str(point.version) or not db.execute(update(points).where(*same).values(values)).rowcount:
        raise ClashError
    row = {"point_id": point.id, "state": state, "words": words, "by": by, "at": now}
    number = db.scalars(insert(point_changes).values(row).returning(point_changes.c.id)).one()
    return point.person_id is not None and bool(tell(db, [point.person_id], "told", str(number), now))


def read_day(word: str) -> dt.date | None:
    """A day as a form has it. Raises RefusedError."""
    try:
        return dt.date.fromisoformat(word.strip()) if word.strip() else None
    except ValueError:
        msg = "Write the day like 2027-02-26."
        raise RefusedError(msg, "due_on") from None


def told(db: Connection, keys: Keys, about: str) -> Told | None:
    """What a letter `told` says, by what it is about; nothing when the point is gone."""
    found = select(point_changes.c.state, point_changes.c.words, points.c.code, points.c.sealed).join_from(point_changes, points)
    row = db.execute(found.where(point_changes.c.id == int(about))).first() if about.isdecimal() else None
    return Told(opened(keys, "points.sealed", row.code, row.sealed), row.state, row.words) if row else None


class Overdue(NamedTuple):
    """A point whose day is over."""

    group_id: int
    group: str
    code: str
    owner: str
    due_on: dt.date


def overdue(db: Connection, organisation_id: int, today: dt.date) -> list[Overdue]:
    """Points whose day is over and that are not, the longest first; without their words."""
    mine = (groups.c.organisation_id == organisation_id, points.c.state.not_in(OVER), points.c.due_on < today)
    columns = (groups.c.id, groups.c.code, points.c.code, points.c.owner, points.c.due_on)
    found = select(*columns).join_from(points, groups).where(*mine)
    return [Overdue(*row) for row in db.execute(found.order_by(points.c.due_on, points.c.id))]
