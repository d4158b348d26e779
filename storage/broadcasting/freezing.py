"""Makes outbox rows of a broadcast's audience, a slice of people at a time, in an order that nobody chose.

A slice is found by a transaction that only reads, and frozen by a short one that writes: its letters, how many were left
out, and how far the freezing has come are committed together, so whoever is killed in between goes on where they were.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import BigInteger, ColumnElement, Connection, case, func, insert, literal, literal_column, select, tuple_, update

from conversations.hours import NEVER
from storage.broadcasting import audiences, clocks, selection
from storage.broadcasting.audiences import Sending
from storage.broadcasting.clocks import Clock
from storage.broadcasting.selection import Condition, there
from storage.letters.outbox import BROADCAST, NEVER_TWICE, PENDING
from storage.schema import broadcasts, left_out, organisations, outbox, people
from storage.upserts import insert as upsert

FREEZING = "freezing"
MOST = 1_500
"""People of an audience in one slice: what a database writes in well under a tenth of a second."""

FARTHEST = 40_000
"""People looked at for one slice, where few belong to the audience."""

TURNS = 64
"""How many times a broadcast goes through its audience, each person's turn drawn by lot."""


@dataclass(frozen=True, slots=True)
class Slice:
    """The people of an audience with ids above `after`, up to `upto`; `last` when nobody comes behind them."""

    broadcast_id: int
    after: int
    upto: int
    last: bool


def cut(db: Connection, broadcast_id: int, now: dt.datetime) -> Slice | None:
    """The slice to freeze next; None when the broadcast is not being frozen (any more). Only reads. Raises CriteriaError."""
    mine = (broadcasts.c.id == broadcast_id, broadcasts.c.state == FREEZING)
    row = db.execute(select(broadcasts.c.frozen_to, broadcasts.c.organisation_id).where(*mine)).first()
    if row is None:
        return None
    sending, wanted = audiences.read(db, broadcast_id, now)
    newest = db.scalar(select(func.max(people.c.id))) or 0
    end = min(row.frozen_to + FARTHEST, newest)
    here = selection.find(db, row.organisation_id, wanted, sending.at, (row.frozen_to, end))
    members = select(people.c.id).where(*here)
    full = db.scalar(members.order_by(people.c.id).offset(MOST - 1).limit(1))
    upto = full or max(end, row.frozen_to)
    return Slice(broadcast_id, row.frozen_to, upto, upto >= newest)


def freeze(db: Connection, piece: Slice, now: dt.datetime) -> bool:
    """Write a slice's letters; False when that was done already, or is not to be done any more. Raises CriteriaError.

    One broadcast of an organisation at a time: two could else spend the same person's last message.
    """
    sending, wanted = audiences.read(db, piece.broadcast_id, now)
    mine = (broadcasts.c.id == piece.broadcast_id, broadcasts.c.state == FREEZING, broadcasts.c.frozen_to == piece.after)
    if not db.execute(update(broadcasts).where(*mine).values(frozen_to=piece.upto)).rowcount:
        return False
    _wait_turn(db, sending.organisation_id)
    here = selection.find(db, sending.organisation_id, wanted, sending.at, (piece.after, piece.upto))
    met = {Clock._make(row) for row in db.execute(select(*clocks.COLUMNS).where(*here).distinct())}
    due = clocks.due(db, sending.organisation_id, met, sending.at)
    if met:
        why = audiences.reason(db, sending, _has_clock(due, NEVER))
        _write(db, sending, [*here, why.is_(None)], due, now)
        _account(db, sending, here, why)
    return True


def _wait_turn(db: Connection, organisation_id: int) -> None:
    """After the broadcast's row, as whoever changes a broadcast and notes it in the audit does: else two could wait in a ring."""
    db.execute(select(organisations.c.id).where(organisations.c.id == organisation_id).with_for_update(key_share=True))


def _write(db: Connection, sending: Sending, here: list[Condition], due: Mapping[Clock, dt.datetime], now: dt.datetime) -> None:
    values = {
        "id": _drawn(db, sending.broadcast_id or 0),
        "organisation_id": literal(sending.organisation_id),
        "bot_id": literal(sending.bot_id),
        "person_id": people.c.id,
        "lane": literal(BROADCAST),
        "policy": literal(NEVER_TWICE),
        "state": literal(PENDING),
        "claimer": literal(""),
        "attempts": literal(0),
        "broadcast_id": literal(sending.broadcast_id),
        "due_at": _due(due, sending.at),
        "created_at": literal(now, outbox.c.created_at.type),
        "reason": literal(""),
        "tapped": literal(False),
    }
    rows = select(*(value.label(name) for name, value in values.items())).where(*here)
    db.execute(insert(outbox).from_select(list(values), rows))


def _drawn(db: Connection, broadcast_id: int) -> ColumnElement[int]:
    """A number above all that `Numbers` gives, by a turn that is drawn: letters due at once go out by number.

    One drawn from all numbers would scatter every slice over the whole of each index, and take three times as long.
    """
    lot = f"CAST(floor(random() * {TURNS}) AS bigint)" if db.dialect.name == "postgresql" else f"(random() & {TURNS - 1})"
    return literal_column(f"{(1 << 62) + (broadcast_id << 38)} + ({lot} << 32)", BigInteger) + people.c.id


def _due(due: Mapping[Clock, dt.datetime], now: dt.datetime) -> ColumnElement[dt.datetime]:
    """When each person's letter is due, by their clock."""
    kind = outbox.c.due_at.type
    return case(*((_has_clock(due, at), literal(at, kind)) for at in sorted(set(due.values()))), else_=literal(now, kind))


def _has_clock(due: Mapping[Clock, dt.datetime], at: dt.datetime) -> Condition:
    """Whether a person's clock is one of those by which it is due `at`."""
    return tuple_(*clocks.COLUMNS).in_([clock for clock in due if due[clock] == at])


def _account(db: Connection, sending: Sending, here: list[Condition], why: ColumnElement[str | None]) -> None:
    """Add up who was left out of this slice; those who have a letter now are looked at no further."""
    has = there(outbox.c.broadcast_id, outbox.c.broadcast_id == sending.broadcast_id, outbox.c.person_id == people.c.id)
    told = case((~has, why)).label("why")
    rows = db.execute(select(told, func.count().label("people")).where(*here, told.is_not(None)).group_by(told)).all()
    if rows:
        kept = upsert(db, left_out)
        more = {"people": left_out.c.people + kept.excluded.people}
        added = [{"broadcast_id": sending.broadcast_id, "why": row.why, "people": row.people} for row in rows]
        db.execute(kept.on_conflict_do_update(index_elements=["broadcast_id", "why"], set_=more), added)
