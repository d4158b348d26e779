"""Rows that say what is told to whom, and when: made with what causes them, in the same transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, or_, select, tuple_, update

from conversations.hours import next_open
from storage import upserts
from storage.broadcasting import clocks
from storage.broadcasting.clocks import Clock
from storage.followups import rules
from storage.followups.rules import PLANNED, Happening
from storage.schema import followups, occasions, organisations, people, places

WAITING, DONE, MISSED, DROPPED = "waiting", "done", "missed", "dropped"
STOPPED, PAUSED, UNREACHABLE = "stopped", "paused", "unreachable"
ASIDE = "aside"  # until its date, which is put off, stands again
UNTOLD = (MISSED, STOPPED, PAUSED, UNREACHABLE)
"""Of these rows staff hear: somebody should know something, and the bot could not tell them."""

CONFIRMED = "confirmed"
_AT_ONCE = 500  # pairs in one condition


@dataclass(frozen=True, slots=True)
class Due:
    """Something to tell one person, once: no second row of the same `rule` on the same local day is ever made."""

    organisation_id: int
    person_id: int
    kind: str
    rule: str
    local_day: dt.date
    due_at: dt.datetime
    occasion_id: int | None = None
    sequence: int = 0
    about: str = ""


def plan(db: Connection, dues: Iterable[Due]) -> None:
    """Plan these. One that waits already, or was dropped, is planned anew; one that was told stays told."""
    rows = [{name: getattr(one, name) for name in Due.__slots__} | {"state": WAITING} for one in dues]
    if not rows:
        return
    made = upserts.insert(db, followups)
    anew = {name: made.excluded[name] for name in ("due_at", "occasion_id", "sequence", "about", "state")}
    again = or_(
        followups.c.state == WAITING,  # no IN: these are written many at once
        followups.c.state == DROPPED,
        and_(followups.c.state != DONE, made.excluded.due_at > followups.c.due_at),
    )
    keys = ["rule", "person_id", "local_day"]
    db.execute(made.on_conflict_do_update(index_elements=keys, set_=anew, where=again), rows)


def tell(
    db: Connection, kind: str, person_ids: Collection[int], occasion_id: int | None, about: str, now: dt.datetime, turn: str = ""
) -> None:
    """Let these people hear something as soon as they may be written to.

    `about` is the code that KINDS says. The same is told once a day; `turn` is what tells apart what is not the same.
    """
    tell_each(db, kind, dict.fromkeys(person_ids, about), occasion_id, now, turn)


def tell_each(
    db: Connection, kind: str, about: Mapping[int, str], occasion_id: int | None, now: dt.datetime, turn: str = ""
) -> None:
    """The same where it is about something else for each: person -> the code."""
    sequence = _sequence(db, occasion_id)
    turn = turn or _turn(kind, sequence, now)
    zones = select(people.c.id, people.c.organisation_id, organisations.c.time_zone).join_from(people, organisations)
    told = partial(Due, kind=kind, due_at=now, occasion_id=occasion_id, sequence=sequence)
    day = cache(partial(_day, now))
    dues = []
    for some in _parts(about):
        for person, organisation, zone in db.execute(zones.where(people.c.id.in_(some))):
            rule = rules.name(kind, about[person], turn)
            dues.append(told(organisation, person, rule=rule, local_day=day(zone), about=about[person]))
    plan(db, dues)


def _parts(ids: Iterable[int]) -> Iterator[list[int]]:
    """So many at a time as one condition takes."""
    wanted = sorted(ids)
    return (wanted[at : at + _AT_ONCE] for at in range(0, len(wanted), _AT_ONCE))


def _sequence(db: Connection, occasion_id: int | None) -> int:
    wanted = select(occasions.c.sequence).where(occasions.c.id == occasion_id)
    return (db.scalar(wanted) if occasion_id is not None else None) or 0


_AGAIN = (rules.OFFER, "lapsed", "place", rules.DEPUTY, "no-deputy", "stood-down")


def _turn(kind: str, sequence: int, now: dt.datetime) -> str:
    """What tells one from the next: each change of a date is told, and each of these though there be several on a day."""
    return str(sequence) if kind in rules.TOGETHER else f"{now:%H%M%S}" if kind in _AGAIN else ""


def follow(db: Connection, occasion_id: int, sequence: int) -> None:
    """What is yet to be told of a date's changes is still so, though its `sequence` is another now."""
    mine = (followups.c.occasion_id == occasion_id, followups.c.state == WAITING, followups.c.kind.in_(rules.TOGETHER))
    db.execute(update(followups).where(*mine).values(sequence=sequence))


def stop(db: Connection, occasion_id: int, standing: str) -> None:
    """A date was put off or cancelled: what nobody is to be told any more is dropped; what else is owed, stays so."""
    drop(db, occasion_id=occasion_id, kinds=[kind for kind in rules.KINDS if rules.is_over(kind, standing)])


def resume(db: Connection, occasion_id: int, now: dt.datetime) -> None:
    """A date that was put off stands again: what was laid aside is due. So is what waits, for a tick may be at it just now."""
    owed = [kind for kind, its in rules.KINDS.items() if its.owed]
    mine = (followups.c.occasion_id == occasion_id, followups.c.kind.in_(owed), followups.c.state.in_(_AHEAD))
    db.execute(update(followups).where(*mine).values(state=WAITING, due_at=now))


def uninvited(occasion_id: int) -> Select[Any]:
    """Whoever is yet to hear that they are asked to stand in at a date: then they hear all of it."""
    mine = (followups.c.occasion_id == occasion_id, followups.c.kind == rules.DEPUTY, followups.c.state.in_(_AHEAD))
    return select(followups.c.person_id).where(*mine)


_AHEAD = (WAITING, ASIDE)


def drop(
    db: Connection,
    *,
    occasion_id: int | None = None,
    person_ids: Collection[int] | None = None,
    kinds: Collection[str] | None = None,
    about: Collection[str] | None = None,
) -> int:
    """Let what waits, and is all of this, never be told; returns how much. Raises ValueError when nothing is named."""
    where: list[ColumnElement[bool]] = []
    if occasion_id is not None:
        where.append(followups.c.occasion_id == occasion_id)
    for column, wanted in ((followups.c.kind, kinds), (followups.c.about, about)):
        if wanted is not None:
            where.append(column.in_(wanted))
    if occasion_id is None and person_ids is None:
        msg = "say of which date, or of whom"
        raise ValueError(msg)
    gone = update(followups).where(followups.c.state.in_(_AHEAD), *where).values(state=DROPPED)
    if person_ids is None:
        return db.execute(gone).rowcount
    return sum(db.execute(gone.where(followups.c.person_id.in_(some))).rowcount for some in _parts(person_ids))


# --- What goes with a place


def replan(db: Connection, place_ids: Collection[int], now: dt.datetime) -> None:
    """Plan what these places bring, as they stand now, and drop what they no longer do.

    For whoever writes places, or moves a date. A place that was deleted: `drop`.
    """
    for some in _parts(place_ids):
        rows = list[Any](db.execute(_PLACES.where(places.c.id.in_(some))))
        for organisation_id in sorted({row.organisation_id for row in rows}):
            _replan(db, organisation_id, [row for row in rows if row.organisation_id == organisation_id], now)


def replan_occasion(db: Connection, occasion_id: int, now: dt.datetime) -> None:
    """The same for everybody who has anything of a date: it was moved, put off or cancelled."""
    replan(db, db.scalars(select(places.c.id).where(places.c.occasion_id == occasion_id)).all(), now)


_PLACES = select(
    places.c.code, places.c.person_id, places.c.state, places.c.occasion_id, places.c.how,
    occasions.c.code.label("occasion"), occasions.c.organisation_id, occasions.c.state.label("standing"), occasions.c.sequence,
    occasions.c.starts_at, occasions.c.ends_at, occasions.c.online, occasions.c.local_at, *clocks.COLUMNS,
).join_from(places, occasions).join(people, people.c.id == places.c.person_id)  # fmt: skip


def _replan(db: Connection, organisation_id: int, rows: Sequence[Row[Any]], now: dt.datetime) -> None:
    dues = _dues(db, organisation_id, [row for row in rows if row.state == CONFIRMED and row.standing == "planned"], now)
    _drop_others(db, rows, dues)
    plan(db, dues)


def _dues(db: Connection, organisation_id: int, rows: Sequence[Row[Any]], now: dt.datetime) -> list[Due]:
    hours = clocks.find(db, organisation_id, {clock_of(row) for row in rows}) if rows else {}

    @cache
    def due(kind: str, one: Happening, clock: Clock) -> dt.datetime | None:  # people of one date share a few of these
        zone, quiet = hours[clock]
        return rules.plan(kind, one, zone, lambda at: next_open(at, zone, quiet), now)

    found = []
    for row in rows:
        one = Happening(row.starts_at, row.ends_at, row.online and row.how != "room")
        for kind in PLANNED:
            if at := due(kind, one, clock_of(row)):
                rule, day = rules.name(kind, row.occasion), dt.date.fromisoformat(row.local_at[:10])
                found.append(Due(organisation_id, row.person_id, kind, rule, day, at, row.occasion_id, row.sequence, row.code))
    return found


def _drop_others(db: Connection, rows: Sequence[Row[Any]], dues: Iterable[Due]) -> None:
    """Drop what waits for these people about these dates, but for what is planned: found by the unique index."""
    keys = (followups.c.rule, followups.c.person_id)
    kept = {(one.rule, one.person_id, one.local_day) for one in dues}
    asked = [(rules.name(kind, row.occasion), row.person_id) for row in rows for kind in PLANNED]
    gone: list[int] = []
    for at in range(0, len(asked), _AT_ONCE):
        found = select(followups.c.id, *keys, followups.c.local_day).where(
            tuple_(*keys).in_(asked[at : at + _AT_ONCE]), followups.c.state == WAITING
        )
        gone += [row.id for row in db.execute(found) if (row.rule, row.person_id, row.local_day) not in kept]
    if gone:
        db.execute(update(followups).where(followups.c.id.in_(gone)).values(state=DROPPED))


def clock_of(row: Any) -> Clock:
    """The clock in a row that has the columns of one."""
    return Clock(row.zone, row.nation, row.quiet, row.age_band)


def _day(now: dt.datetime, zone: str) -> dt.date:
    return now.astimezone(ZoneInfo(zone)).date()


def untold(db: Connection, occasion_id: int) -> Mapping[str, list[int]]:
    """Who could not be told something about a date, by why (one of UNTOLD): ids of people."""
    wanted = select(followups.c.state, followups.c.person_id).distinct()
    found: dict[str, list[int]] = {}
    for row in db.execute(wanted.where(followups.c.occasion_id == occasion_id, followups.c.state.in_(UNTOLD))):
        found.setdefault(row.state, []).append(row.person_id)
    return found
