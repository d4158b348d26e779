"""What has come due: claimed a slice at a time, by one process each, and settled in the claim's own transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, case, delete, func, or_, select, tuple_, update

from storage.followups.planning import WAITING
from storage.followups.rules import LAPSE, OFFER, TOGETHER
from storage.letters import pauses
from storage.letters.outbox import REMINDER
from storage.schema import addresses, followups

SLICE = 150
"""Letters claimed at once: some 50 ms in which nobody else writes."""

KEPT = dt.timedelta(days=365)
"""How long it is known what somebody was told, or could not be."""
_PRUNED = 5_000
_AT_ONCE = 5_000  # ids in one condition

PROMPT = dt.timedelta(minutes=15)
"""What was told so soon took nothing of the time to answer."""


class Row(NamedTuple):
    """One that is due."""

    id: int
    person_id: int
    kind: str
    due_at: dt.datetime
    occasion_id: int | None
    sequence: int
    about: str


_WANTED = select(*(followups.c[name] for name in Row._fields))


def is_held(db: Connection, organisation_id: int) -> bool:
    """Whether nothing may be begun just now."""
    return bool({pauses.EVERYTHING, REMINDER} & {pause.what for pause in pauses.held(db, organisation_id)})


def waits(db: Connection, organisation_id: int, bot_id: int, now: dt.datetime) -> bool:
    """Whether anything is due that may be begun."""
    found = select(followups.c.id).where(*_due(organisation_id, bot_id, now)).limit(1)
    return db.execute(found).first() is not None and not is_held(db, organisation_id)


def take(db: Connection, organisation_id: int, bot_id: int, now: dt.datetime, most: int = SLICE) -> list[Row]:
    """The next that are due, the longest first, and with each all that makes one letter with it; lapses are apart.

    Nobody else has them until this transaction ends.
    """
    mine = (*_due(organisation_id, bot_id, now), followups.c.kind != LAPSE, _leads(now))
    chosen = _WANTED.where(*mine).order_by(followups.c.due_at).limit(most)
    first = [Row._make(row) for row in db.execute(chosen.with_for_update(of=followups, skip_locked=True))]
    return first + _joined(db, first, organisation_id, now)


def _leads(now: dt.datetime) -> ColumnElement[bool]:
    """Of what makes one letter only the first is looked for: whoever has that, has the others."""
    other = followups.alias()
    theirs = (other.c.person_id == followups.c.person_id, other.c.kind == followups.c.kind)
    before = select(other.c.id).where(*theirs, other.c.state == WAITING, other.c.due_at <= now, other.c.id < followups.c.id)
    return or_(followups.c.kind.not_in(TOGETHER), ~before.exists())


def _joined(db: Connection, first: Collection[Row], organisation_id: int, now: dt.datetime) -> list[Row]:
    """What makes one letter with these."""
    led = [(row.person_id, row.kind) for row in first if row.kind in TOGETHER]
    if not led:
        return []
    mine = (tuple_(followups.c.person_id, followups.c.kind).in_(led), followups.c.id.not_in([row.id for row in first]))
    chosen = _WANTED.where(*mine, *_waiting(organisation_id, now)).order_by(followups.c.id)
    return [Row._make(row) for row in db.execute(chosen.with_for_update(skip_locked=True))]


def pressing(db: Connection, organisation_id: int, now: dt.datetime, most: int = SLICE) -> list[Row]:
    """Offers whose time is over, and those to be told too late for it. Not claimed yet: their events are locked before."""
    late = (followups.c.kind == OFFER) & (followups.c.due_at < now - PROMPT)
    over = (or_(followups.c.kind == LAPSE, late), *_waiting(organisation_id, now))
    return [Row._make(row) for row in db.execute(_WANTED.where(*over).order_by(followups.c.due_at).limit(most))]


def claim(db: Connection, rows: Collection[Row]) -> list[Row]:
    """Those of these that still wait, and that nobody else has."""
    chosen = _WANTED.where(followups.c.id.in_([row.id for row in rows]), followups.c.state == WAITING).order_by(followups.c.id)
    return [Row._make(row) for row in db.execute(chosen.with_for_update(skip_locked=True))]


def settle(db: Connection, became: Mapping[str, Collection[int]], later: Mapping[dt.datetime, Collection[int]]) -> None:
    """Write what became of rows: state -> ids; and those put off: when -> ids."""
    wanted: list[tuple[dict[str, Any], list[int]]] = [({"state": state}, list(ids)) for state, ids in became.items()]
    wanted += [({"due_at": at}, list(ids)) for at, ids in later.items()]
    for values, ids in wanted:
        for start in range(0, len(ids), _AT_ONCE):
            db.execute(update(followups).where(followups.c.id.in_(ids[start : start + _AT_ONCE])).values(values))


def prune(db: Connection, now: dt.datetime) -> int:
    """Forget some of what is long over; returns how many."""
    old = select(followups.c.id).where(followups.c.state != WAITING, followups.c.due_at < now - KEPT).limit(_PRUNED)
    return db.execute(delete(followups).where(followups.c.id.in_(old))).rowcount


def _waiting(organisation_id: int, now: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    return followups.c.state == WAITING, followups.c.organisation_id == organisation_id, followups.c.due_at <= now


def _due(organisation_id: int, bot_id: int, now: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    """Those this bot can tell, or nobody can: whoever talks to another of the organisation's bots hears it there.

    One look at each person's addresses; asked for those of the bot, a database would begin with all it has.
    """
    here = func.max(case((addresses.c.bot_id == bot_id, 1), else_=0))
    theirs = select(here).where(addresses.c.person_id == followups.c.person_id).correlate(followups).scalar_subquery()
    return *_waiting(organisation_id, now), func.coalesce(theirs, 1) == 1
