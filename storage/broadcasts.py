"""The life of a broadcast: its states, what leads from one to another, and who may take each step.

What staff write is in `compositions`, to whom it goes in `audiences` and `freezing`, and what came of it in `reports`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Row, and_, case, func, or_, select, update

from conversations import hours
from conversations.hours import HourError
from conversations.reception import ADULT
from storage import audit
from storage.outbox import LEFT, PENDING, SENDING, UNKNOWN
from storage.preferences import Preferences
from storage.schema import broadcast_texts, broadcasts, outbox, people

DRAFT, WAITING, RETURNED, SCHEDULED = "draft", "waiting", "returned", "scheduled"
FREEZING, RUNNING, PAUSED, HELD, DONE, CANCELLED = "freezing", "sending", "paused", "held", "done", "cancelled"

STATES: Mapping[str, str] = {
    DRAFT: "still being written",
    WAITING: "waiting for a colleague to approve it",
    RETURNED: "sent back to be changed",
    SCHEDULED: "going out at its time",
    FREEZING: "being made ready",
    RUNNING: "going out",
    PAUSED: "paused",
    HELD: "held, because it is late",
    DONE: "done",
    CANCELLED: "cancelled",
}
"""Each state, as the rest of "It is …"."""

TRANSITIONS: Mapping[str, Mapping[str, str]] = {
    "save": {DRAFT: DRAFT, RETURNED: DRAFT, WAITING: DRAFT, SCHEDULED: DRAFT, RUNNING: DRAFT, PAUSED: DRAFT, HELD: DRAFT},
    "submit": {DRAFT: WAITING, RETURNED: WAITING},
    "schedule": {DRAFT: SCHEDULED, RETURNED: SCHEDULED},  # a submission that needs no second person
    "approve": {WAITING: SCHEDULED},
    "return": {WAITING: RETURNED, SCHEDULED: RETURNED},
    "undo": {SCHEDULED: DRAFT},
    "begin": {SCHEDULED: FREEZING},
    "doubt": {FREEZING: WAITING},  # more people than were approved, or the first under 18
    "start": {FREEZING: RUNNING},
    "pause": {FREEZING: PAUSED, RUNNING: PAUSED},
    "hold": {SCHEDULED: HELD, FREEZING: HELD, RUNNING: HELD},
    "resume": {PAUSED: RUNNING, HELD: RUNNING},
    "cancel": dict.fromkeys((DRAFT, WAITING, RETURNED, SCHEDULED, FREEZING, RUNNING, PAUSED, HELD), CANCELLED),
    "finish": {RUNNING: DONE},
    "reopen": {DONE: RUNNING},  # a letter that nobody knew of goes out again
}
"""What can be done -> the states it can be done in, and where each leads.

What has begun (`started_at`) and is reworded is approved anew, and then paused: whoever approves words presses nothing that
sends. What was not frozen to its end goes back to where that was.
"""

LATE = dt.timedelta(hours=24)
"""What has not gone out so long after the last of it was due is held: nobody waits for it any more, or a clock is wrong."""

GROWTH = 1.1
"""An approval stands for so many times the people it was given for: some join between an approval and the send."""


class Refusal(Exception):
    """A step that cannot be taken; says why, and what to do."""


class StaleError(Refusal):
    """Somebody else has saved meanwhile; `current` is what stands now."""

    def __init__(self, current: Broadcast) -> None:
        super().__init__("Somebody else has changed this meanwhile. Look at what stands now, then save again.")
        self.current = current


class Reach(NamedTuple):
    """To how many people something would go, and how many of them are under 18 or did not say."""

    people: int
    young: int


class Words(NamedTuple):
    """Words in one language, and who has read them; nobody need read English apart from its approval."""

    words: str
    approved_by: str = ""


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A broadcast as its row says. `written_by` and `approved_by` are codes of staff."""

    id: int
    code: str
    organisation_id: int
    bot_id: int
    title: str
    sort: str
    purpose: str
    engagement_id: int | None
    reminds: bool
    segment_id: int | None
    criteria: str
    english_for_all: bool
    state: str
    why: str
    local_at: str
    zone: str
    due_at: dt.datetime | None
    late_at: dt.datetime | None
    repeats: str
    repeat_of: int | None
    version: int
    written_by: str
    approved_by: str
    approved_at: dt.datetime | None
    counted: int
    counted_young: int
    made_at: dt.datetime
    frozen_to: int
    started_at: dt.datetime | None
    ended_at: dt.datetime | None
    texts: Mapping[str, Words] = field(default_factory=dict)

    def can(self, verb: str) -> bool:
        """Whether a step can be taken now, as far as its state says."""
        return self.state in TRANSITIONS[verb]

    @property
    def spoken(self) -> dict[str, str]:
        """Language -> words that may go out: English, and what somebody has read."""
        return {tag: one.words for tag, one in self.texts.items() if tag == "en" or one.approved_by}


SORTS: Mapping[str, str] = {
    "service": "About something they already take part in",
    "engagement": "An invitation to take part, or what came of it",
    "promotion": "Anything that advertises",
}
"""DP-12. A service message needs no switch; it obeys stop and pause like the others."""

# --- Reading


def find(db: Connection, organisation_id: int, code: str) -> Broadcast | None:
    """One broadcast with its texts."""
    row = db.execute(select(broadcasts).where(broadcasts.c.organisation_id == organisation_id, broadcasts.c.code == code)).first()
    return _read(row, _texts(db, [row.id])) if row else None


def all_of(
    db: Connection, organisation_id: int, states: Collection[str] = tuple(STATES), most: int = 50, before: int | None = None
) -> list[Broadcast]:
    """A page of an organisation's broadcasts, newest first, without their texts; `before` is the last id of the page before."""
    mine = (broadcasts.c.organisation_id == organisation_id, broadcasts.c.state.in_(states))
    earlier = (broadcasts.c.id < before,) if before else ()
    rows = db.execute(select(broadcasts).where(*mine, *earlier).order_by(broadcasts.c.id.desc()).limit(most))
    return [_read(row, {}) for row in rows]


def of_bot(db: Connection, bot_id: int, *states: str) -> list[Broadcast]:
    """A bot's broadcasts in these states with their texts, oldest first."""
    mine = select(broadcasts).where(broadcasts.c.bot_id == bot_id, broadcasts.c.state.in_(states)).order_by(broadcasts.c.id)
    rows = db.execute(mine).all()
    texts = _texts(db, [row.id for row in rows])
    return [_read(row, texts) for row in rows]


def _texts(db: Connection, ids: Collection[int]) -> dict[int, dict[str, Words]]:
    found: dict[int, dict[str, Words]] = {}
    for row in db.execute(select(broadcast_texts).where(broadcast_texts.c.broadcast_id.in_(ids))) if ids else ():
        found.setdefault(row.broadcast_id, {})[row.language] = Words(row.words, row.approved_by)
    return found


def _read(row: Row[Any], texts: Mapping[int, Mapping[str, Words]]) -> Broadcast:
    return Broadcast(**{name: getattr(row, name) for name in _COLUMNS}, texts=texts.get(row.id, {}))


_COLUMNS = [one.name for one in fields(Broadcast) if one.name != "texts"]

# --- What staff do


def needs_approval(reach: Reach, wanted: Preferences) -> bool:
    """Whether a second person must agree (EV-06)."""
    return reach.people > wanted.approval_above or reach.young > 0


def submit(db: Connection, one: Broadcast, reach: Reach, wanted: Preferences, staff: str, now: dt.datetime) -> str:
    """Hand it in; returns the state it is in now. `reach` is what its audience comes to at this moment."""
    _check_ready(one, now)
    counted = {"counted": reach.people, "counted_young": reach.young, "why": ""}
    if needs_approval(reach, wanted):
        return _move(db, one, "submit", staff, now, f"{reach.people} people", same_words=True, **counted)
    return _schedule(db, one, "schedule", wanted, staff, now, counted | {"approved_by": "", "approved_at": None})


def approve(db: Connection, one: Broadcast, wanted: Preferences, staff: str, now: dt.datetime) -> str:
    """Agree to the words that `one` holds, as a second person. Returns the state it is in now."""
    if staff == one.written_by:
        raise Refusal("You wrote this, so somebody else has to approve it. Ask a colleague.")
    _check_ready(one, now)
    return _schedule(db, one, "approve", wanted, staff, now, {"approved_by": staff, "approved_at": now, "why": ""})


def send_back(db: Connection, one: Broadcast, why: str, staff: str, now: dt.datetime) -> str:
    """Ask for changes; the reason is for whoever wrote it."""
    if not why.strip():
        raise Refusal("Say in a few words what should change, so that whoever wrote it knows.")
    void = {"approved_by": "", "approved_at": None, "due_at": None, "late_at": None}
    return _move(db, one, "return", staff, now, why.strip(), why=why.strip(), **void)


def undo(db: Connection, one: Broadcast, staff: str, now: dt.datetime) -> str:
    """Take it back before it has begun: it is a draft again, and nobody has been sent anything."""
    void = {"approved_by": "", "approved_at": None, "due_at": None, "late_at": None, "why": ""}
    return _move(db, one, "undo", staff, now, **void)


def pause(db: Connection, one: Broadcast, why: str, staff: str, now: dt.datetime) -> str:
    """Hold it. What is on its way, `dispatch.MOST` letters at most, arrives."""
    return _move(db, one, "pause", staff, now, why, why=why)


def resume(db: Connection, one: Broadcast, staff: str, now: dt.datetime) -> str:
    """Let it go on, though it may be late: a person has said so."""
    late = case((broadcasts.c.late_at < now + LATE, now + LATE), else_=broadcasts.c.late_at)
    onward = case(
        (broadcasts.c.started_at.is_not(None), RUNNING), (broadcasts.c.frozen_to > 0, FREEZING), else_=SCHEDULED
    )
    return _move(db, one, "resume", staff, now, to=onward, why="", late_at=late)


def cancel(db: Connection, one: Broadcast, staff: str, now: dt.datetime) -> str:
    """End it for good, and the row it may be of; what has not gone out never will. `sweep` clears that away."""
    return _move(db, one, "cancel", staff, now, ended_at=now)


# --- What time does


def due(db: Connection, bot_id: int, now: dt.datetime) -> list[Broadcast]:
    """What is to be made ready now, or was being made ready when a process ended."""
    return [one for one in of_bot(db, bot_id, SCHEDULED, FREEZING) if one.due_at and one.due_at <= now]


def begin(db: Connection, one: Broadcast, now: dt.datetime) -> str:
    """Its time has come: `freezing` may choose who gets it. One process succeeds; the others hear a Refusal."""
    return _move(db, one, "begin", SELF, now, where=[broadcasts.c.due_at <= now, broadcasts.c.late_at > now])


def start(db: Connection, one: Broadcast, wanted: Preferences, now: dt.datetime) -> str:
    """Its audience is whole: let it go out, unless it is more than was approved. Returns the state it is in now."""
    reach = frozen(db, one)
    doubt = _doubt(one, reach, wanted)
    if doubt:
        thaw(db, one)
        void = {"approved_by": "", "approved_at": None, "counted": reach.people, "counted_young": reach.young, "frozen_to": 0}
        return _move(db, one, "doubt", SELF, now, doubt, why=doubt, **void)
    if not reach.people:
        return _move(db, one, "start", SELF, now, EMPTY, to=DONE, why=EMPTY, started_at=now, ended_at=now)
    last = db.scalars(select(func.max(outbox.c.due_at)).where(outbox.c.broadcast_id == one.id, outbox.c.state == PENDING)).one()
    return _move(db, one, "start", SELF, now, f"{reach.people} people", started_at=now, late_at=max(now, last or now) + LATE)


def hold(db: Connection, bot_id: int, now: dt.datetime) -> list[str]:
    """Hold all that is late, for staff to resume or cancel; returns their codes."""
    late = [one for one in of_bot(db, bot_id, *TRANSITIONS["hold"]) if one.late_at and one.late_at <= now]
    for one in late:
        _move(db, one, "hold", SELF, now, why=LATE_SAID)
    return [one.code for one in late]


def finish(db: Connection, bot_id: int, now: dt.datetime) -> list[Broadcast]:
    """End all of which nothing waits any more; returns them."""
    waits = select(outbox.c.id).where(outbox.c.broadcast_id == broadcasts.c.id, outbox.c.state.in_((PENDING, SENDING)))
    ended = []
    for one in of_bot(db, bot_id, RUNNING):
        if not db.scalar(select(waits.exists()).where(broadcasts.c.id == one.id)):
            _move(db, one, "finish", SELF, now, ended_at=now)
            ended.append(one)
    return ended


def sweep(db: Connection, bot_id: int, most: int) -> int:
    """Leave some letters that wait of cancelled broadcasts; returns how many, 0 when none is left."""
    cancelled = select(broadcasts.c.id).where(broadcasts.c.bot_id == bot_id, broadcasts.c.state == CANCELLED)
    waiting = select(outbox.c.id).where(outbox.c.broadcast_id.in_(cancelled), outbox.c.state == PENDING).limit(most)
    values = {"state": LEFT, "reason": "cancelled"}
    return db.execute(update(outbox).where(outbox.c.id.in_(waiting), outbox.c.state == PENDING).values(values)).rowcount


def reopen(db: Connection, ids: Collection[int], staff: str, now: dt.datetime) -> None:
    """Let broadcasts that are done go on for letters that are to be sent again."""
    for row in db.execute(select(broadcasts).where(broadcasts.c.id.in_(ids), broadcasts.c.state == DONE)).all():
        _move(db, _read(row, {}), "reopen", staff, now, late_at=now + LATE, ended_at=None)
