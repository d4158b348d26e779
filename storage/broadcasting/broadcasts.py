"""The life of a broadcast: its states, what leads from one to another, and who may take each step.

What staff write is in `compositions`, what time does in `departures`, to whom it goes in `audiences` and `freezing`, and what
came of it in `reports`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, case, func, select, update

from conversations import hours, merge_fields
from conversations.reception import ADULT
from storage import audit
from storage.broadcasting import audiences
from storage.broadcasting.broadcast_rows import (
    CANCELLED,
    DONE,
    DRAFT,
    FREEZING,
    HELD,
    PAUSED,
    RETURNED,
    RUNNING,
    SCHEDULED,
    SORTS,
    STATES,
    WAITING,
    Broadcast,
    Words,
    all_of,
    find,
    is_shut,
    of_bot,
)
from storage.schema import broadcasts, outbox, people
from storage.staffing.preferences import Preferences

__all__ = ["SORTS", "STATES", "Broadcast", "Words", "all_of", "find", "of_bot"]

TRANSITIONS: Mapping[str, Mapping[str, str]] = {
    "save": {DRAFT: DRAFT, RETURNED: DRAFT, WAITING: DRAFT, SCHEDULED: DRAFT, RUNNING: DRAFT, PAUSED: DRAFT, HELD: DRAFT},
    "read": {DRAFT: DRAFT, RETURNED: RETURNED, WAITING: WAITING},  # what is approved goes out in no other words
    "submit": {DRAFT: WAITING, RETURNED: WAITING},
    "schedule": {DRAFT: SCHEDULED, RETURNED: SCHEDULED},  # a submission that needs no second person
    "approve": {WAITING: SCHEDULED},
    "return": {WAITING: RETURNED, SCHEDULED: RETURNED},
    "undo": {SCHEDULED: DRAFT},
    "begin": {SCHEDULED: FREEZING},
    "doubt": {SCHEDULED: WAITING, FREEZING: WAITING},  # more people than were approved, or the first under 18
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


def measure(db: Connection, one: Broadcast, now: dt.datetime) -> Reach:
    """What its audience comes to now. For a transaction that only reads: it may take a second of a million people.

    Of what has begun that is whoever has a letter. Raises CriteriaError when its audience names something that is gone.
    """
    if one.started_at:
        return frozen(db, one)
    sending, criteria = audiences.read(db, one.id, now)
    tally = audiences.tally(db, criteria, sending)
    return Reach(tally.to_send, tally.young)


def frozen(db: Connection, one: Broadcast) -> Reach:
    """For how many people there are letters, and how many of these are young. As slow as `measure`."""
    young = func.count().filter(people.c.age_band != ADULT)
    counted = select(func.count(), young).outerjoin_from(outbox, people, people.c.id == outbox.c.person_id)
    return Reach(*db.execute(counted.where(outbox.c.broadcast_id == one.id)).one())


def can(one: Broadcast, verb: str) -> bool:
    """Whether a step can be taken now, as far as its state says."""
    return one.state in TRANSITIONS[verb]


def late_after(at: dt.datetime, wanted: Preferences) -> dt.datetime:
    """When what was due `at` is late: nobody waits for it any more, or a clock is wrong."""
    return at + dt.timedelta(hours=wanted.late_hours)


# --- What staff do


def needs_approval(reach: Reach, wanted: Preferences) -> bool:
    """Whether a second person must agree (EV-06)."""
    return reach.people > wanted.approval_above or reach.young > 0


def submit(db: Connection, one: Broadcast, reach: Reach, wanted: Preferences, staff: str, now: dt.datetime) -> str:
    """Hand it in; returns the state it is in now. `reach` is what its audience comes to at this moment."""
    _check_ready(one, now)
    if one.reminds and not reach.people:
        raise Refusal(NOBODY_YET)
    counted = {"counted": reach.people, "counted_young": reach.young, "why": ""}
    if needs_approval(reach, wanted):
        return move(db, one, "submit", staff, now, f"{reach.people} people", same_words=True, values=counted)
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
    void: dict[str, Any] = {"approved_by": "", "approved_at": None, "why": why.strip()}
    void |= {} if one.started_at else {"due_at": None, "late_at": None}
    return move(db, one, "return", staff, now, why.strip(), values=void)


def undo(db: Connection, one: Broadcast, staff: str, now: dt.datetime) -> str:
    """Take it back before it has begun: it is a draft again, and nobody has been sent anything."""
    void = {"approved_by": "", "approved_at": None, "due_at": None, "late_at": None, "why": ""}
    return move(db, one, "undo", staff, now, values=void)


def pause(db: Connection, one: Broadcast, why: str, staff: str, now: dt.datetime) -> str:
    """Hold it. What is on its way, `dispatch.MOST` letters at most, arrives."""
    return move(db, one, "pause", staff, now, why, values={"why": why})


def resume(db: Connection, one: Broadcast, wanted: Preferences, staff: str, now: dt.datetime) -> str:
    """Let it go on, though it may be late: a person has said so."""
    if can(one, "resume") and is_shut(db, one):
        raise Refusal(SHUT)
    if can(one, "resume") and one.started_at and not one.approved_by and needs_approval(frozen(db, one), wanted):
        raise Refusal(UNSEEN)
    late = late_after(now, wanted)
    at_least = case((broadcasts.c.late_at < late, late), else_=broadcasts.c.late_at)
    onward = case((broadcasts.c.started_at.is_not(None), RUNNING), (broadcasts.c.frozen_to > 0, FREEZING), else_=SCHEDULED)
    return move(db, one, "resume", staff, now, to=onward, values={"why": "", "late_at": at_least})


def cancel(db: Connection, one: Broadcast, staff: str, now: dt.datetime) -> str:
    """End it for good, and the row it may be of; what has not gone out never will. `sweep` clears that away."""
    return move(db, one, "cancel", staff, now, values={"ended_at": now})


# --- The one way from state to state


def move(
    db: Connection,
    one: Broadcast,
    verb: str,
    who: str,
    now: dt.datetime,
    note: str = "",
    *,
    to: str | ColumnElement[str] = "",
    where: Collection[ColumnElement[bool]] = (),
    same_words: bool = False,
    values: Mapping[str, Any] = MappingProxyType({}),
) -> str:
    """Take a step of TRANSITIONS in one UPDATE that asks for the state itself; returns the state it is in now.

    `to` is where it leads, if not where TRANSITIONS says; `same_words` asks that nobody has saved since `one` was read.
    Raises Refusal, or StaleError.
    """
    ways = TRANSITIONS[verb]
    asked = [broadcasts.c.id == one.id, broadcasts.c.state.in_(ways), *where]
    asked += [broadcasts.c.version == one.version] if same_words else []
    leads = to if isinstance(to, ColumnElement) or to else case(dict(ways), value=broadcasts.c.state)
    changed = update(broadcasts).where(*asked).values(state=leads, **values).returning(broadcasts.c.state)
    state: str | None = db.scalars(changed).one_or_none()
    if state is None:
        raise _refusal(db, one, verb)
    audit.note(db, one.organisation_id, who, f"{verb}-broadcast", f"{one.code}: {note}" if note else one.code, now)
    return state


def _schedule(
    db: Connection, one: Broadcast, verb: str, wanted: Preferences, staff: str, now: dt.datetime, values: Mapping[str, Any]
) -> str:
    """On to its time; what has begun and was reworded waits for somebody to let it go on."""
    if one.started_at:
        return move(db, one, verb, staff, now, to=PAUSED, same_words=True, values=values)
    due = max(_told(one) or now, now + dt.timedelta(seconds=wanted.undo_seconds))
    return move(db, one, verb, staff, now, same_words=True, values={**values, "due_at": due, "late_at": late_after(due, wanted)})


def _told(one: Broadcast) -> dt.datetime | None:
    """When staff want it to go out; None for as soon as may be."""
    return hours.instant(one.local_at, ZoneInfo(one.zone)) if one.local_at else None


def _check_ready(one: Broadcast, now: dt.datetime) -> None:
    """Raises Refusal for words that cannot go out, and for a time that is over."""
    wrong = next(merge_fields.faults({tag: text.words for tag, text in one.texts.items()}, opens=bool(one.engagement_id)), "")
    if wrong:
        raise Refusal(wrong)
    told = None if one.started_at else _told(one)
    if told and told <= now:
        when = one.local_at.replace("T", " at ")
        raise Refusal(f"The time it was to go out, {when}, has passed. Choose another, or send it as soon as may be.")


def _refusal(db: Connection, one: Broadcast, verb: str) -> Refusal:
    current = find(db, one.organisation_id, one.code)
    if current is None:
        return Refusal("There is no such broadcast any more.")
    if can(current, verb) and current.version != one.version:
        return StaleError(current)
    return Refusal(f"It can’t be {PAST[verb]} now: it is {STATES[current.state]}.")


SHUT = "Its button opens something that is not open to people now. Open that first; then resume this, or cancel it."
NOBODY_YET = "Nobody would get this reminder then. Look at who is left out and why, or choose a time some days later."
UNSEEN = "Nobody has approved these words, and so many people need that. Change or save it, and hand it in again."

SELF = "with-us"
"""Who took a step that nobody pressed."""

PAST: Mapping[str, str] = {
    "save": "changed",
    "read": "read in another language",
    "submit": "handed in",
    "schedule": "handed in",
    "approve": "approved",
    "return": "sent back",
    "undo": "undone",
    "begin": "begun",
    "doubt": "stopped",
    "start": "begun",
    "pause": "paused",
    "hold": "held",
    "resume": "resumed",
    "cancel": "cancelled",
    "finish": "ended",
    "reopen": "reopened",
}
