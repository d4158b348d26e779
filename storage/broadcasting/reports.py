"""What came of a broadcast: how far it is, everybody accounted for, and each person's letter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, select

from storage.broadcasting.audiences import ANSWERED, FEWEST, NOT_NOW
from storage.broadcasting.broadcast_rows import Broadcast
from storage.figures import small_numbers
from storage.letters.outbox import FAILED, LEFT, PENDING, SENDING, SENT, UNKNOWN
from storage.schema import engagements, left_out, outbox, participations, people

MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is. `later` are those of the waiting whose quiet hours end only then; `pace` is letters a second just now."""

    total: int
    waiting: int
    later: int
    under_way: int
    sent: int
    failed: int
    unknown: int
    left: int
    pace: float

    @property
    def through(self) -> int:
        """Letters that wait no more."""
        return self.total - self.waiting - self.under_way

    @property
    def seconds_left(self) -> float | None:
        """Until those that may go out now are through at this pace; None when nothing moves."""
        return (self.waiting - self.later) / self.pace if self.pace else None


@dataclass(frozen=True, slots=True)
class Account:
    """Everybody of the audience: whoever has a letter, by what became of it, and whoever was left out, by why.

    `answered` is None where that could tell who answered something anonymous, or nothing was asked.
    """

    states: Mapping[str, int]
    failed: Mapping[str, int]
    left_out: Mapping[str, int]
    tapped: int
    answered: int | None = None

    @property
    def people(self) -> int:
        """All of them: the states and those left out add up to this."""
        return sum(self.states.values()) + sum(self.left_out.values())


@dataclass(frozen=True, slots=True)
class Line:
    """One person's letter. `person` is a code, empty when they have been erased; `answered` is None as in an Account."""

    letter: int
    person: str
    state: str
    reason: str
    ended_at: dt.datetime | None
    tapped: bool
    answered: bool | None = field(default=None)


def progress(db: Connection, one: Broadcast, now: dt.datetime) -> Progress:
    """How far a broadcast is."""
    states = _states(db, one)
    mine = outbox.c.broadcast_id == one.id
    later = _count(db, mine, outbox.c.state == PENDING, outbox.c.due_at > now)
    recent = _count(db, mine, outbox.c.state == SENT, outbox.c.ended_at > now - MINUTE) if states[PENDING] else 0
    began = max(one.started_at or now, now - MINUTE)
    pace = recent / max(1.0, (now - began).total_seconds())
    return Progress(
        sum(states.values()), states[PENDING], later, states[SENDING], states[SENT], states[FAILED], states[UNKNOWN],
        states[LEFT], pace,
    )  # fmt: skip


def account(db: Connection, one: Broadcast) -> Account:
    """What became of everybody."""
    states = _states(db, one)
    mine = outbox.c.broadcast_id == one.id
    why = select(outbox.c.reason, func.count()).where(mine, outbox.c.state == FAILED).group_by(outbox.c.reason)
    skipped = select(left_out.c.why, left_out.c.people).where(left_out.c.broadcast_id == one.id)
    least = FEWEST if _is_anonymous(db, one) else 0
    return Account(
        {state: number for state, number in states.items() if number},
        {row[0]: row[1] for row in db.execute(why)},
        {row[0]: row[1] for row in db.execute(skipped) if row[0] != ANSWERED or row[1] >= least},
        _count(db, mine, outbox.c.tapped),
        _how_many_answered(db, one, states[SENT], least) if one.engagement_id is not None else None,
    )


def _how_many_answered(db: Connection, one: Broadcast, sent: int, least: int) -> int | None:
    """With a `least`, in fives, and only where as many have answered and as many have not."""
    finished = select(func.count()).select_from(outbox).join(participations, _answered(one))
    number = db.scalars(finished.where(outbox.c.broadcast_id == one.id)).one()
    if not least:
        return number
    return small_numbers.nearest(number) if least <= number <= sent - least else None


def lines(db: Connection, one: Broadcast, states: Collection[str] = (), after: int = 0, most: int = 50) -> list[Line]:
    """A page of the letters, in these states or in any; `after` is the last letter of the page before."""
    told = one.engagement_id is not None and not _is_anonymous(db, one)
    shown = (outbox.c.id, people.c.code, outbox.c.state, outbox.c.reason, outbox.c.ended_at, outbox.c.tapped)
    wanted: Any = select(*shown, participations.c.finished if told else outbox.c.tapped.label("finished"))
    wanted = wanted.select_from(outbox).outerjoin(people, people.c.id == outbox.c.person_id)
    wanted = wanted.outerjoin(participations, _answered(one)) if told else wanted
    mine = [outbox.c.broadcast_id == one.id, outbox.c.id > after]
    mine += [outbox.c.state.in_(states)] if states else []
    rows = db.execute(wanted.where(*mine).order_by(outbox.c.id).limit(most))
    return [
        Line(row.id, row.code or "", row.state, row.reason, row.ended_at, row.tapped, bool(row.finished) if told else None)
        for row in rows
    ]


def _states(db: Connection, one: Broadcast) -> dict[str, int]:
    counted = select(outbox.c.state, func.count()).where(outbox.c.broadcast_id == one.id).group_by(outbox.c.state)
    return dict.fromkeys((PENDING, SENDING, SENT, FAILED, UNKNOWN, LEFT), 0) | {row[0]: row[1] for row in db.execute(counted)}


def _count(db: Connection, *where: ColumnElement[bool]) -> int:
    return db.scalars(select(func.count()).select_from(outbox).where(*where)).one()


def _answered(one: Broadcast) -> ColumnElement[bool]:
    return and_(
        participations.c.person_id == outbox.c.person_id,
        participations.c.engagement_id == one.engagement_id,
        participations.c.finished,
    )


def _is_anonymous(db: Connection, one: Broadcast) -> bool:
    return db.scalar(select(engagements.c.identity).where(engagements.c.id == one.engagement_id)) == "anonymous"


REASONS: Mapping[str, str] = {
    "blocked": "blocked the bot",
    "gone": "closed their Telegram account, or were erased",
    "stopped": "said stop meanwhile",
    "paused": "asked for a pause meanwhile",
    "unreachable": "cannot be reached in Telegram any more",
    "no-consent": "turned this off meanwhile",
    "age": "are not of the age this is for any more",
    "answered": "have answered meanwhile",
    NOT_NOW: "were not to be written to any more",
    "budget": "have had as many messages as we allow meanwhile",
    "no-words": "speak a language that has no words any more",
    "quiet": "have quiet hours that never end",
    "sealed": "have an address that could not be opened here",
    "fault": "could not be written to: a fault of ours",
    "cancelled": "not sent, because it was cancelled",
}
"""Why a letter failed -> how staff read it, after "3 people …"; any other reason is a number Telegram answered with."""
