"""What calendars are told: the entries of one place, person or group, and the secret addresses they are read from."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from storage.schema import engagements, events, feeds, occasions, organisations, people, places

CONFIRMED, TENTATIVE, CANCELLED = "confirmed", "tentative", "cancelled"

KEPT_FOR = dt.timedelta(days=31)
"""How long something that is over stays in a feed."""

MOST = 500
"""Entries of a feed."""

_GONE = frozenset({"asked", "withdrawn", "declined", "lapsed"})
"""States of a place whose holder gave it back, or never took it."""

_STANDING = {"confirmed": CONFIRMED, "unsure": TENTATIVE}
"""State of a place -> how it stands in a calendar; any other is no reason to keep the hour free."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a calendar. `place` is the code of the place; empty in the calendar of a group.

    `state` is that of the place, `kept` what a calendar makes of it. `language` is the person's.
    """

    uid: str
    sequence: int
    kind: str  # event | meeting
    occasion: str
    local_at: str
    zone: str
    minutes: int
    starts_at: dt.datetime
    ends_at: dt.datetime
    room: str
    online: bool
    kept: str
    changed: str = ""  # planned | postponed | cancelled: the date itself
    place: str = ""
    state: str = ""
    how: str = ""
    language: str = "en"
    person_id: int = 0
    stands_in: bool = False  # for a member of a group

    @property
    def gone(self) -> bool:
        """Whether its holder has nothing of the date: where and when it is now is not for them, whatever they were told once."""
        return self.state in _GONE

    @property
    def comes_online(self) -> bool:
        """Whether the place to go to is a screen."""
        return self.how == "online" or not self.room


@dataclass(frozen=True, slots=True)
class Feed:
    """A calendar that somebody subscribed to: of a person or of a group."""

    language: str
    entries: tuple[Entry, ...]


def find(db: Connection, organisation_id: int, codes: Collection[str]) -> dict[str, Entry]:
    """Place code -> its entry, whatever became of it; nothing of a place that was only asked about, or of anybody else's."""
    if not codes:
        return {}
    rows = db.execute(_of_places().where(occasions.c.organisation_id == organisation_id, places.c.code.in_(list(codes))))
    return {row.place: _entry(row) for row in rows if row.state != "asked"}


def of_person(db: Connection, person_id: int, now: dt.datetime) -> tuple[Entry, ...]:
    """What is in somebody's calendar: the places they have, also at dates that were cancelled."""
    mine = (places.c.person_id == person_id, places.c.state.in_(list(_STANDING)), occasions.c.ends_at > now - KEPT_FOR)
    return tuple(_entry(row) for row in db.execute(_of_places().where(*mine).order_by(occasions.c.starts_at).limit(MOST)))


def of_group(db: Connection, group_id: int, now: dt.datetime) -> tuple[Entry, ...]:
    """The meetings of a group: none of its people, nor its name."""
    theirs = (events.c.group_id == group_id, occasions.c.ends_at > now - KEPT_FOR)
    wanted: Any = select(*_DATE).select_from(_DATES).where(*theirs).order_by(occasions.c.starts_at).limit(MOST)
    return tuple(_entry(row) for row in db.execute(wanted))


def known(db: Connection, organisation_id: int, *, person_id: int | None = None, group_id: int | None = None) -> str:
    """The secret code of somebody's feed, or of a group's; empty when there is none."""
    whose = feeds.c.person_id == person_id if person_id else feeds.c.group_id == group_id
    return db.scalars(select(feeds.c.code).where(feeds.c.organisation_id == organisation_id, whose)).first() or ""


def give(
    db: Connection, organisation_id: int, now: dt.datetime, *, person_id: int | None = None, group_id: int | None = None
) -> str:
    """The secret code of somebody's feed, or of a group's; the one there is, or a new one."""
    if there := known(db, organisation_id, person_id=person_id, group_id=group_id):
        return there
    code = secrets.token_urlsafe(24)
    row = {"code": code, "organisation_id": organisation_id, "person_id": person_id, "group_id": group_id, "made_at": now}
    db.execute(insert(feeds).values(row))
    return code


def revoke(db: Connection, organisation_id: int, code: str) -> bool:
    """End a feed, as when its address got about; whether there was one."""
    return bool(db.execute(delete(feeds).where(feeds.c.organisation_id == organisation_id, feeds.c.code == code)).rowcount)


def read(db: Connection, organisation_id: int, code: str, now: dt.datetime) -> Feed | None:
    """What a feed holds at this moment; None when there is no such feed."""
    wanted = select(feeds.c.person_id, feeds.c.group_id, people.c.language).select_from(feeds.outerjoin(people))
    row = db.execute(wanted.where(feeds.c.organisation_id == organisation_id, feeds.c.code == code)).first()
    if row is None:
        return None
    if row.person_id is not None:
        return Feed(row.language, of_person(db, row.person_id, now))
    return Feed("en", of_group(db, row.group_id, now) if row.group_id is not None else ())


def organisation(db: Connection, organisation_id: int) -> str:
    """The code of the organisation: what entries of ours have behind the @."""
    return str(db.scalars(select(organisations.c.code).where(organisations.c.id == organisation_id)).one())


def _of_places() -> Any:
    mine = (
        places.c.code.label("place"),
        places.c.state.label("state"),
        places.c.how.label("how"),
        places.c.sequence.label("changes"),
        places.c.person_id,
        places.c.deputy_of.is_not(None).label("stands_in"),
        people.c.language,
    )
    whose = _DATES.join(places, places.c.occasion_id == occasions.c.id).join(people, people.c.id == places.c.person_id)
    return select(*_DATE, *mine).select_from(whose)


def _entry(row: Row[Any]) -> Entry:
    told: Any = row._mapping  # noqa: SLF001 - SQLAlchemy's own way to a row's names
    date = {name: told[name] for name in ("local_at", "zone", "minutes", "starts_at", "ends_at", "online", "kind", "occasion")}
    planned = row.changed == "planned"
    if "place" not in told:
        kept = CONFIRMED if planned else CANCELLED
        return Entry(f"{row.occasion}@{row.organisation}", row.sequence, room=row.room, kept=kept, changed=row.changed, **date)
    return Entry(
        f"{row.place}@{row.organisation}",
        row.sequence + row.changes,
        room=row.room,
        kept=_STANDING.get(row.state, CANCELLED) if planned else CANCELLED,
        changed=row.changed,
        place=row.place,
        state=row.state,
        how=row.how,
        language=row.language,
        person_id=row.person_id,
        stands_in=bool(row.stands_in),
        **date,
    )


_DATE = (
    occasions.c.code.label("occasion"),
    occasions.c.local_at,
    occasions.c.zone,
    occasions.c.minutes,
    occasions.c.starts_at,
    occasions.c.ends_at,
    occasions.c.place.label("room"),
    occasions.c.online,
    occasions.c.state.label("changed"),
    occasions.c.sequence,
    engagements.c.kind,
    organisations.c.code.label("organisation"),
)

_DATES = (
    occasions.join(events, events.c.id == occasions.c.event_id)
    .join(engagements, engagements.c.id == events.c.engagement_id)
    .join(organisations, organisations.c.id == occasions.c.organisation_id)
)
