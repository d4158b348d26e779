"""The quorum of a meeting: what its seats answered, what that promises, and whether it was met."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select, update

from conversations import quorum
from conversations.quorum import Chair, Forecast, Past
from storage.events import attendance
from storage.events import occasions as dates
from storage.groups import rules, seats
from storage.groups.rules import Rules
from storage.groups.seats import Seat
from storage.schema import events, occasions, places

MOST_REMEMBERED = 24
"""Meetings back that a group's history goes."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """One date of a group's meetings; `day` is the day there, `quorate` as staff confirmed it."""

    id: int
    code: str
    group_id: int
    local_at: str
    zone: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    state: str
    sequence: int
    quorate: bool | None
    recorded_at: dt.datetime | None

    @property
    def day(self) -> dt.date:
        """The day by its own clock."""
        return dt.date.fromisoformat(self.local_at[:10])


class Sitting(NamedTuple):
    """One seat at one meeting: its reply, one of `conversations.quorum.EXPECTED`, and who came: holder, deputy or nobody."""

    seat: Seat
    reply: str
    who: str

    @property
    def came(self) -> bool:
        """Whether somebody of it did."""
        return bool(self.who)


class Came(NamedTuple):
    """How many seats were filled in the room, and how many of them of lived experience."""

    seats: int
    lived: int


def find(db: Connection, organisation_id: int, code: str) -> Meeting | None:
    """A meeting by the code of its date; None for other events."""
    mine = (occasions.c.code == code, occasions.c.organisation_id == organisation_id)
    return next(iter(_meetings(db, mine, 1)), None)


def coming(db: Connection, group_ids: Collection[int], now: dt.datetime, most: int = 100) -> list[Meeting]:
    """Those that are not over, soonest first; called off and put off ones too."""
    return _meetings(db, (events.c.group_id.in_(group_ids), occasions.c.ends_at > now), most)


def past(db: Connection, group_ids: Collection[int], now: dt.datetime, most: int = 100) -> list[Meeting]:
    """Those that are over and took place, newest first."""
    over = (events.c.group_id.in_(group_ids), occasions.c.ends_at <= now, occasions.c.state == "planned")
    return _meetings(db, over, most, newest=True)


def _meetings(db: Connection, wanted: Sequence[Any], most: int, *, newest: bool = False) -> list[Meeting]:
    columns = [events.c.group_id if name == "group_id" else occasions.c[name] for name in Meeting.__slots__]
    order = occasions.c.starts_at.desc() if newest else occasions.c.starts_at
    found = select(*columns).join_from(occasions, events).where(events.c.group_id.is_not(None), *wanted)
    return [Meeting(*row) for row in db.execute(found.order_by(order, occasions.c.id).limit(most))]


# --- What was answered


def sit(db: Connection, meetings: Sequence[Meeting], *, ended: bool = False) -> dict[int, list[Sitting]]:
    """Meeting id -> its seats in order, with what they answered."""
    held = seats.load(db, {one.group_id for one in meetings}, ended=ended)
    found: dict[int, list[Row[Any]]] = {one.id: [] for one in meetings}
    for row in db.execute(select(places).where(places.c.occasion_id.in_(found))):
        found[row.occasion_id].append(row)
    return {one.id: _sit(one, (seat for seat in held if seat.group_id == one.group_id), found[one.id]) for one in meetings}


def _sit(meeting: Meeting, held: Iterable[Seat], rows: Sequence[Row[Any]]) -> list[Sitting]:
    told = []
    for seat in held:
        theirs = [row for row in rows if _is_of(row, seat, meeting)]
        theirs.sort(key=lambda row: (not row.came, row.state != "confirmed", row.person_id != seat.holder_id))
        stands_in = [row for row in theirs if row.deputy_of is not None or row.person_id == seat.deputy_id]
        own = next((row for row in theirs if row not in stands_in), None)
        deputy = next(iter(stands_in), None)
        who = "holder" if own and own.came else "deputy" if deputy and deputy.came else ""
        told.append(Sitting(seat, _reply(own, deputy, there=seat.sat(meeting.day)), who))
    return told


def _is_of(row: Row[Any], seat: Seat, meeting: Meeting) -> bool:
    """Whether a place is a seat's: by its mark; where it has none, by who sat there on that day.

    Who came to what is over is settled when it is recorded; before that, only who sits there now is reckoned with.
    """
    now = row.person_id in _people(seat)
    if row.seat_id is not None:
        return bool(row.seat_id == seat.id and (now or row.came or meeting.recorded_at))
    return now and (seat.sat(meeting.day) or row.person_id == seat.deputy_id)


def _people(seat: Seat) -> set[int]:
    return {person for person in (seat.holder_id, seat.deputy_id) if person is not None}


def _reply(own: Row[Any] | None, deputy: Row[Any] | None, *, there: bool) -> str:
    if own and own.state == "confirmed":
        return "online" if own.how == "online" else "room"
    if deputy and deputy.state == "confirmed":
        return "deputy"
    if deputy and deputy.state == "asked":
        return "asked"
    if own is None:
        return "silent" if there else "vacant"
    return _REPLIES.get(own.state, "silent")


_REPLIES = {"unsure": "unsure", "offered": "unsure", "waiting": "unsure", "asked": "silent"} | dict.fromkeys(
    ("declined", "withdrawn", "lapsed", "deputised"),  # deputised while nobody stands in: they cannot, or were not asked
    "no",
)
"""State of a member's place -> what it tells about their coming."""


def forecasts(db: Connection, meetings: Sequence[Meeting], now: dt.datetime) -> dict[int, Forecast]:
    """Meeting id -> what can be said of it now."""
    held = sit(db, meetings)
    groups = {one.group_id for one in meetings}
    learnt = {group: remember(db, group, now) for group in groups}
    known = {group: rules.read(db, group) for group in groups}
    return {one.id: quorum.forecast(known[one.group_id].rule, _chairs(held[one.id]), learnt[one.group_id]) for one in meetings}


def forecast(db: Connection, meeting: Meeting, now: dt.datetime) -> Forecast:
    """The same of one."""
    return forecasts(db, [meeting], now)[meeting.id]


def _chairs(held: Iterable[Sitting]) -> list[Chair]:
    return [Chair(one.seat.kind, one.seat.lived, one.reply) for one in held]


def remember(db: Connection, group_id: int, now: dt.datetime) -> Past:
    """How the answers to a group's recorded meetings turned out."""
    done = [one for one in past(db, [group_id], now, MOST_REMEMBERED) if one.recorded_at]
    held = sit(db, done)
    return quorum.learn([[(one.reply, one.came) for one in held[meeting.id]] for meeting in done])


# --- What became of it


def count(held: Iterable[Sitting]) -> Came:
    """Who came: a seat counts once, whether its holder or their deputy was there."""
    there = [one.seat for one in held if one.came]
    return Came(len(there), sum(seat.lived for seat in there))


def was_met(db: Connection, meeting: Meeting) -> bool | None:
    """Whether it was quorate by who came; None where the group has no rule, or who came is not recorded yet."""
    rule = rules.read(db, meeting.group_id).rule
    if not rule or meeting.recorded_at is None:
        return None
    return rule.is_met(*count(sit(db, [meeting], ended=True)[meeting.id]))


def record(db: Connection, organisation_id: int, meeting: Meeting, said: Mapping[int, bool], now: dt.datetime) -> None:
    """Note of the people on seats whether they came, and that this is all. Some come without a place."""
    date = dates.find(db, organisation_id, meeting.code)
    if date is None:
        return
    known = set(db.scalars(select(places.c.person_id).where(places.c.occasion_id == meeting.id)))
    for person in (person for person, came in said.items() if came and person not in known):
        attendance.walk_in(db, date, person, now)
    attendance.note(db, date, {person: came for person, came in said.items() if person in known}, now)
    attendance.record(db, date, now)


def confirm(db: Connection, meeting: Meeting, *, quorate: bool) -> None:
    """Staff say, as the minutes do, whether it was."""
    db.execute(update(occasions).where(occasions.c.id == meeting.id).values(quorate=quorate))


def to_warn(db: Connection, organisation_id: int, now: dt.datetime, days: int = 7) -> list[tuple[Meeting, Rules, Forecast]]:
    """The meetings of the next days of which a secretary should hear now, soonest first."""
    known: Mapping[int, Rules] = rules.of_all(db, organisation_id)
    soon = now + dt.timedelta(days=days)
    near = [one for one in coming(db, known, now) if one.state == "planned" and now < one.starts_at <= soon]
    told = forecasts(db, near, now)
    return [(one, known[one.group_id], told[one.id]) for one in near if told[one.id].warns]
