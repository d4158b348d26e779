"""The seats of a group: who sits there and for whom, since when, and since when nobody does."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from conversations.quorum import KINDS
from storage import codes
from storage.broadcasting.groups import Group
from storage.groups import partings
from storage.groups.rules import RefusedError
from storage.schema import group_members, groups, people, seats
from storage.upserts import insert as upsert

LONGEST_NAME, LONGEST_SUPPORT = 80, 300
FEW = 2
"""Seats of lived experience a group should have at the least, so that nobody is alone."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One seat; people by id and code, an empty code where nobody is."""

    id: int
    code: str
    group_id: int
    kind: str
    name: str
    lived: bool
    holder_id: int | None
    deputy_id: int | None
    holder: str
    deputy: str
    from_day: dt.date | None
    until_day: dt.date | None
    vacant_since: dt.date | None
    support: str
    ended: bool

    def is_over(self, today: dt.date) -> bool:
        """Whether the holder's term has run out."""
        return self.holder_id is not None and self.until_day is not None and self.until_day < today

    def sat(self, day: dt.date) -> bool:
        """Whether its holder sat here on that day already."""
        return self.holder_id is not None and (self.from_day is None or self.from_day <= day)


class Post(NamedTuple):
    """What one person is in a group: `role` is holder or deputy, `other_id` the deputy or the member they stand in for."""

    group_id: int
    seat_id: int
    seat: str
    kind: str
    lived: bool
    role: str
    other_id: int | None


def load(db: Connection, group_ids: Collection[int], *, ended: bool = False) -> list[Seat]:
    """The seats of groups, lived experience first, then by name; with `ended` also those there are no more."""
    holder, deputy = people.alias("holder"), people.alias("deputy")
    columns = [seats.c[name] for name in _OWN]
    joined = (
        select(*columns, holder.c.code.label("holder"), deputy.c.code.label("deputy"))
        .outerjoin_from(seats, holder, seats.c.holder_id == holder.c.id)
        .outerjoin(deputy, seats.c.deputy_id == deputy.c.id)
        .where(seats.c.group_id.in_(group_ids))
        .order_by(seats.c.group_id, seats.c.lived.desc(), seats.c.name, seats.c.id)
    )
    if not ended:
        joined = joined.where(~seats.c.ended)
    return [_take(row) for row in db.execute(joined)]


def _take(row: Any) -> Seat:
    values = {name: row._mapping[name] for name in _OWN}  # noqa: SLF001 - SQLAlchemy's public name
    return Seat(**values, holder=row.holder or "", deputy=row.deputy or "")


def find(db: Connection, group: Group, code: str) -> Seat | None:
    """One of a group's seats by its code."""
    return next((seat for seat in load(db, [group.id], ended=True) if seat.code == code), None)


def of_people(db: Connection, person_ids: Collection[int]) -> dict[int, list[Post]]:
    """Person id -> what they are in groups, of those who are anything."""
    found: dict[int, list[Post]] = {}
    theirs = seats.c.holder_id.in_(person_ids) | seats.c.deputy_id.in_(person_ids)
    for row in db.execute(select(seats).where(theirs, ~seats.c.ended).order_by(seats.c.id)):
        for mine, role, other in ((row.holder_id, "holder", row.deputy_id), (row.deputy_id, "deputy", row.holder_id)):
            if mine in person_ids:
                post = Post(row.group_id, row.id, row.name, row.kind, row.lived, role, other)
                found.setdefault(mine, []).append(post)
    return found


def few(found: Collection[Seat]) -> bool:
    """Whether somebody of lived experience would be alone here."""
    return sum(seat.lived and not seat.ended for seat in found) < FEW


# --- Changing them


def make(db: Connection, group: Group, typed: Mapping[str, str], today: dt.date) -> str:
    """The code of a new seat, empty since today. Raises RefusedError."""
    code = codes.make()
    db.execute(insert(seats).values(code=code, group_id=group.id, vacant_since=today, ended=False, **_parse(typed)))
    return code


def change(db: Connection, seat: Seat, typed: Mapping[str, str]) -> None:
    """Call it something else, or say what is offered to whoever sits there. Raises RefusedError."""
    _still(seat)
    db.execute(update(seats).where(seats.c.id == seat.id).values(_parse(typed)))


def fill(db: Connection, group: Group, seat: Seat, typed: Mapping[str, str], today: dt.date) -> None:
    """Give an empty seat a holder (a person's code) and their term, or change the term of who sits there. Raises RefusedError."""
    _still(seat)
    code = typed.get("holder", "").strip().lower()
    if seat.holder_id and code != seat.holder:
        msg = "Somebody sits here already. Take them off the seat first."
        raise RefusedError(msg, "holder")
    person = seat.holder_id or _free(db, group, code, "holder")
    begins = _day(typed, "from_day") or today
    ends = _day(typed, "until_day")
    if ends and ends < begins:
        msg = "The term ends before it begins. Change one of the two days."
        raise RefusedError(msg, "until_day")
    mine = (seats.c.id == seat.id, seats.c.holder_id.is_(None) | (seats.c.holder_id == person))
    values = {"holder_id": person, "from_day": begins, "until_day": ends, "vacant_since": None}
    if not db.execute(update(seats).where(*mine).values(values)).rowcount:
        msg = "Somebody else was put on this seat just now."
        raise RefusedError(msg, "holder")
    _enter(db, group, person, today)


def vacate(db: Connection, group: Group, seat: Seat, today: dt.date, now: dt.datetime) -> None:
    """Take its holder off a seat, out of the group, and from its meetings ahead; a deputy stays."""
    _still(seat)
    empty = {"holder_id": None, "from_day": None, "until_day": None, "vacant_since": today}
    db.execute(update(seats).where(seats.c.id == seat.id, seats.c.holder_id.is_not(None)).values(empty))
    _leave(db, group, seat.holder_id)
    if seat.holder_id is not None:
        partings.part(db, group.id, seat.id, seat.holder_id, seat.from_day, now)


def deputise(db: Connection, group: Group, seat: Seat, code: str, now: dt.datetime) -> None:
    """Name a deputy by a person's code, or none; whoever was it stands in at no meeting ahead. Raises RefusedError."""
    _still(seat)
    wanted = code.strip().lower()
    if wanted == seat.deputy:
        return
    person = _free(db, group, wanted, "deputy") if wanted else None
    db.execute(update(seats).where(seats.c.id == seat.id).values(deputy_id=person))
    if seat.deputy_id is not None:
        partings.part(db, group.id, seat.id, seat.deputy_id, None, now)


def end(db: Connection, group: Group, seat: Seat, today: dt.date, now: dt.datetime) -> None:
    """There is no such seat any more; what it was stays known for the years it was there. Raises RefusedError."""
    vacate(db, group, seat, today, now)
    deputise(db, group, seat, "", now)
    db.execute(update(seats).where(seats.c.id == seat.id).values(ended=True))


def leave_empty(db: Connection, person_ids: Collection[int], day: dt.date) -> None:
    """People are erased: their seats are vacant from that day."""
    empty = {"holder_id": None, "from_day": None, "until_day": None, "vacant_since": day}
    db.execute(update(seats).where(seats.c.holder_id.in_(person_ids)).values(empty))
    db.execute(update(seats).where(seats.c.deputy_id.in_(person_ids)).values(deputy_id=None))


def _still(seat: Seat) -> None:
    if seat.ended:
        msg = "This seat was ended. Make a new one."
        raise RefusedError(msg)


def _free(db: Connection, group: Group, code: str, field: str) -> int:
    """The person of that code, who must have no seat in this group yet. Raises RefusedError."""
    here = db.scalars(select(groups.c.organisation_id).where(groups.c.id == group.id).with_for_update()).one()
    person = db.scalar(select(people.c.id).where(people.c.code == code, people.c.organisation_id == here))
    if person is None:
        msg = "Nobody has this code. You find codes on the pages of people."
        raise RefusedError(msg, field)
    for seat in load(db, [group.id]):
        if person == seat.holder_id:
            raise RefusedError(_MEMBER[field], field)
        if person == seat.deputy_id:
            msg = f"They are a deputy here already, on the seat “{seat.name}”. Change that first."
            raise RefusedError(msg, field)
    return int(person)


_MEMBER = {
    "holder": "They have a seat in this group already. Nobody sits on two.",
    "deputy": "They are a member of this group already. Choose somebody else as deputy.",
}


def _enter(db: Connection, group: Group, person: int, today: dt.date) -> None:
    """A group's list of people, to whom letters can go, has its holders: a deputy hears nothing before they agree to come."""
    row = {"group_id": group.id, "person_id": person, "since": today}
    db.execute(upsert(db, group_members).values(row).on_conflict_do_nothing())


def _leave(db: Connection, group: Group, person: int | None) -> None:
    db.execute(delete(group_members).where(group_members.c.group_id == group.id, group_members.c.person_id == person))


def _parse(typed: Mapping[str, str]) -> dict[str, Any]:
    kind, name = typed.get("kind", "").strip(), " ".join(typed.get("name", "").split())
    if kind not in KINDS:
        msg = "Choose what kind of seat it is."
        raise RefusedError(msg, "kind")
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        msg = f"Give the seat a name of at most {LONGEST_NAME} letters, as it stands in the papers."
        raise RefusedError(msg, "name")
    support = " ".join(typed.get("support", "").split())
    if len(support) > LONGEST_SUPPORT:
        msg = f"Say it in at most {LONGEST_SUPPORT} letters."
        raise RefusedError(msg, "support")
    return {"kind": kind, "name": name, "support": support, "lived": typed.get("lived") == "yes"}


def _day(typed: Mapping[str, str], field: str) -> dt.date | None:
    word = typed.get(field, "").strip()
    if not word:
        return None
    try:
        return dt.date.fromisoformat(word if _DAYS.fullmatch(word) else "")
    except ValueError:
        msg = "Write the day like 2027-02-26."
        raise RefusedError(msg, field) from None


_DAYS = re.compile(r"\d{4}-\d\d-\d\d")
_OWN = (
    "id", "code", "group_id", "kind", "name", "lived", "holder_id", "deputy_id", "from_day", "until_day", "vacant_since",
    "support", "ended",
)  # fmt: skip
