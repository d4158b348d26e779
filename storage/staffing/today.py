"""What waits for staff today: approvals, words nobody has read, feedback that is due, messages nobody knows of."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, exists, func, select

from storage.broadcasting import broadcast_rows
from storage.broadcasting.broadcast_rows import DONE, FREEZING, HELD, PAUSED, RETURNED, RUNNING, SCHEDULED, WAITING, Broadcast
from storage.engagements import DRAFT, load, read_editions
from storage.letters.outbox import REPLY, UNKNOWN
from storage.reading import quotes, readings
from storage.schema import broadcasts as sent
from storage.schema import outbox
from storage.staffing import staff


@dataclass(frozen=True, slots=True)
class Overdue:
    """An engagement whose people were to hear by `by` what came of it, and have been told nothing."""

    slug: str
    title: dict[str, str]
    by: dt.date


@dataclass(frozen=True, slots=True)
class Today:
    """Everything that waits. Broadcasts are without their texts."""

    waiting: tuple[Broadcast, ...]
    returned: tuple[Broadcast, ...]
    stuck: tuple[Broadcast, ...]  # held or paused
    moving: tuple[Broadcast, ...]
    unread: int  # people whose words nobody has read
    late: int  # of them, those whose time to be read is over
    quotes: int  # words that wait for a second reader
    unknown: int  # messages of which nobody knows whether they arrived
    feedback: tuple[Overdue, ...]
    reviews: int  # colleagues of whom somebody has to say that they still belong here

    @property
    def is_quiet(self) -> bool:
        """Whether nothing waits for anybody."""
        lists = (self.waiting, self.returned, self.stuck, self.moving, self.feedback)
        return not any(map(len, lists)) and not any((self.unread, self.quotes, self.unknown, self.reviews))


def find(db: Connection, organisation_id: int, bot_id: int, now: dt.datetime, today: dt.date) -> Today:
    """What waits at this moment; `today` is the organisation's day."""
    mine = broadcast_rows.all_of(db, organisation_id, (WAITING, RETURNED, HELD, PAUSED, SCHEDULED, FREEZING, RUNNING), _MOST)

    def those(*states: str) -> tuple[Broadcast, ...]:
        return tuple(one for one in mine if one.state in states)

    return Today(
        waiting=those(WAITING),
        returned=those(RETURNED),
        stuck=those(HELD, PAUSED),
        moving=those(SCHEDULED, FREEZING, RUNNING),
        unread=readings.unread(db, organisation_id),
        late=readings.overdue(db, organisation_id, today),
        quotes=sum(quotes.waiting(db, organisation_id).values()),
        unknown=_unknown(db, bot_id),
        feedback=_feedback(db, organisation_id, today),
        reviews=sum(one.wants_review(now) for one in staff.load(db, organisation_id)),
    )


_MOST = 50


def _unknown(db: Connection, bot_id: int) -> int:
    theirs = (outbox.c.bot_id == bot_id, outbox.c.state == UNKNOWN, outbox.c.lane != REPLY)
    return db.scalars(select(func.count()).select_from(outbox).where(*theirs)).one()


def _feedback(db: Connection, organisation_id: int, today: dt.date) -> tuple[Overdue, ...]:
    """Engagements past their day of feedback about which no message of results has gone out; soonest first."""
    told = exists().where(sent.c.engagement_id.is_not(None), sent.c.purpose == "results", sent.c.state == DONE)
    shelf = [one for one in load(db, organisation_id).values() if one.state != DRAFT]
    flows = read_editions(db, {one.edition_id for one in shelf})
    due = [one for one in shelf if flows[one.edition_id].charter.feedback_by <= today]
    silent = [one for one in due if not db.scalar(select(told.where(sent.c.engagement_id == one.id)))]
    found = [Overdue(one.slug, dict(flows[one.edition_id].title), flows[one.edition_id].charter.feedback_by) for one in silent]
    return tuple(sorted(found, key=lambda one: one.by))
