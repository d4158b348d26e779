"""What waits for staff today: approvals, words nobody has read, feedback that is due, messages nobody knows of."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, select

from storage.broadcasting import broadcast_rows
from storage.broadcasting.broadcast_rows import DONE, FREEZING, HELD, PAUSED, RETURNED, RUNNING, SCHEDULED, WAITING, Broadcast
from storage.engagements import DRAFT, load, read_editions
from storage.letters.outbox import REPLY, UNKNOWN
from storage.reading import quotes, readings
from storage.schema import broadcasts as sent
from storage.schema import events, occasions, outbox
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
        feedback=_feedback(db, organisation_id, now, today),
        reviews=sum(one.wants_review(now) for one in staff.load(db, organisation_id)),
    )


_MOST = 50


def _unknown(db: Connection, bot_id: int) -> int:
    theirs = (outbox.c.bot_id == bot_id, outbox.c.state == UNKNOWN, outbox.c.lane != REPLY)
    return db.scalars(select(func.count()).select_from(outbox).where(*theirs)).one()


def _feedback(db: Connection, organisation_id: int, now: dt.datetime, today: dt.date) -> tuple[Overdue, ...]:
    """Engagements past the day by which their people were to hear, and no message of results has gone out; soonest first.

    That is the day of the charter, or one that was promised for the dates of an event: then a message since the last of them.
    """
    shelf = {id_: one for id_, one in load(db, organisation_id).items() if one.state != DRAFT}
    flows = read_editions(db, {one.edition_id for one in shelf.values()})
    told = _told(db, organisation_id)
    due = {id_: flows[one.edition_id].charter.feedback_by for id_, one in shelf.items() if id_ not in told}
    for row in db.execute(_promised(organisation_id, now, today)):
        if row.engagement_id in shelf and told.get(row.engagement_id, row.over) <= row.over:
            due[row.engagement_id] = min(row.next_day, due.get(row.engagement_id, row.next_day))
    found = [Overdue(shelf[id_].slug, dict(flows[shelf[id_].edition_id].title), by) for id_, by in due.items() if by <= today]
    return tuple(sorted(found, key=lambda one: one.by))


def _told(db: Connection, organisation_id: int) -> dict[int, dt.datetime]:
    """Engagement -> when the last message of results about it had gone out."""
    done = (sent.c.organisation_id == organisation_id, sent.c.purpose == "results", sent.c.state == DONE)
    last = select(sent.c.engagement_id, func.max(sent.c.ended_at).label("at")).where(sent.c.engagement_id.is_not(None), *done)
    return {row.engagement_id: row.at for row in db.execute(last.group_by(sent.c.engagement_id))}


def _promised(organisation_id: int, now: dt.datetime, today: dt.date) -> Select[Any]:
    """Events whose day has come, and when the last of their dates was over."""
    over = func.max(occasions.c.ends_at).label("over")
    dates = select(events.c.engagement_id, events.c.next_day, over).join_from(events, occasions)
    come = (events.c.organisation_id == organisation_id, events.c.next_day <= today, occasions.c.ends_at <= now)
    return dates.where(*come).group_by(events.c.engagement_id, events.c.next_day)
