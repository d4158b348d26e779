"""What time does to broadcasts: begins them, lets them go, holds what is late, ends what is through.

`bot.upkeep` calls these again and again; each step is taken by whichever process comes first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

from sqlalchemy import Connection, Select, func, select, update

from storage.broadcasting import broadcasts, compositions
from storage.broadcasting.broadcast_rows import CANCELLED, DONE, RUNNING, WAITING, Broadcast, is_shut
from storage.broadcasting.broadcasts import GROWTH, SELF, SHUT, TRANSITIONS, Reach, Refusal, late_after, move
from storage.letters.outbox import LEFT, PENDING, SENDING
from storage.schema import broadcasts as table
from storage.schema import outbox
from storage.staffing import preferences
from storage.staffing.preferences import Preferences


def look(db: Connection, bot_id: int, now: dt.datetime) -> tuple[list[Broadcast], bool]:
    """What is to be made ready now, or was being made ready when a process ended; and whether there is anything to tidy up."""
    standing = broadcasts.of_bot(db, bot_id, *TRANSITIONS["hold"])
    late = [one for one in standing if _unfit(db, one, now)]
    due = [one for one in standing if one.state != RUNNING and one.due_at and one.due_at <= now and one not in late]
    through = any(one.state == RUNNING and _is_through(db, one) for one in standing)
    return due, bool(late) or through or db.execute(_abandoned(bot_id).limit(1)).first() is not None


def begin(db: Connection, one: Broadcast, reach: Reach, wanted: Preferences, now: dt.datetime) -> str:
    """Its time has come: on to the freezing, or back to be approved, or held. `reach` is what its audience comes to now.

    Returns the state it is in now; raises Refusal where another process was first, or somebody undid it.
    """
    if is_shut(db, one):
        return refuse(db, one, SHUT, now)
    doubt = _doubt(one, reach, wanted)
    if doubt:
        return _send_to_be_approved(db, one, reach, doubt, now)
    return move(db, one, "begin", SELF, now, where=[table.c.due_at <= now], same_words=True)


def start(db: Connection, one: Broadcast, reach: Reach, wanted: Preferences, now: dt.datetime) -> str:
    """Its audience is frozen to the end: let it go out, if `reach`, what is frozen, is what was approved.

    Returns the state it is in now.
    """
    doubt = _doubt(one, reach, wanted)
    if doubt:  # somebody joined while it was frozen; who gets it stands, and once approved it waits to be resumed
        return _send_to_be_approved(db, one, reach, doubt, now, started_at=now)
    if not reach.people:
        values = {"why": EMPTY, "started_at": now, "ended_at": now}
        state = move(db, one, "start", SELF, now, EMPTY, to=DONE, values=values)
        compositions.follow(db, one, wanted, now)
        return state
    last = db.scalar(select(func.max(outbox.c.due_at)).where(outbox.c.broadcast_id == one.id, outbox.c.state == PENDING))
    values = {"started_at": now, "late_at": late_after(max(now, last or now), wanted)}
    return move(db, one, "start", SELF, now, f"{reach.people} people", values=values)


def hold(db: Connection, bot_id: int, now: dt.datetime) -> list[Broadcast]:
    """Hold all that is late, or invites to what was closed meanwhile, for staff to resume or cancel; returns it."""
    standing = [(one, _unfit(db, one, now)) for one in broadcasts.of_bot(db, bot_id, *TRANSITIONS["hold"])]
    return [one for one, why in standing if why and _took(db, one, "hold", {"why": why}, now)]


def finish(db: Connection, bot_id: int, now: dt.datetime) -> list[Broadcast]:
    """End all of which nothing waits any more, and make the next of its row; returns what ended."""
    running = broadcasts.of_bot(db, bot_id, RUNNING)
    ended = [one for one in running if _is_through(db, one) and _took(db, one, "finish", {"ended_at": now}, now)]
    for one in ended:
        compositions.follow(db, one, preferences.read(db, one.organisation_id), now)
    return ended


def _took(db: Connection, one: Broadcast, verb: str, values: Mapping[str, object], now: dt.datetime) -> bool:
    """Whether a step was ours to take: somebody may have pressed something a moment ago."""
    try:
        move(db, one, verb, SELF, now, values=values)
    except Refusal:
        return False
    return True


def sweep(db: Connection, bot_id: int, most: int) -> int:
    """Leave some waiting letters of cancelled broadcasts; returns how many, 0 when none is left."""
    waiting = _abandoned(bot_id).limit(most)
    left = update(outbox).where(outbox.c.id.in_(waiting), outbox.c.state == PENDING)
    return db.execute(left.values(state=LEFT, reason=CANCELLED)).rowcount


def _abandoned(bot_id: int) -> Select[tuple[int]]:
    cancelled = select(table.c.id).where(table.c.bot_id == bot_id, table.c.state == CANCELLED)
    return select(outbox.c.id).where(outbox.c.broadcast_id.in_(cancelled), outbox.c.state == PENDING)


def refuse(db: Connection, one: Broadcast, why: str, now: dt.datetime) -> str:
    """Hold one that cannot be made ready as it is, for staff to change or cancel."""
    return move(db, one, "hold", SELF, now, why, values={"why": why})


def reopen(db: Connection, ids: Collection[int], staff: str, now: dt.datetime) -> None:
    """Let those of these that are done go on, for letters that are to be sent again."""
    done = select(table.c.organisation_id, table.c.code).where(table.c.id.in_(ids), table.c.state == DONE)
    for organisation_id, code in db.execute(done).all():
        one = broadcasts.find(db, organisation_id, code)
        if one:
            late = late_after(now, preferences.read(db, organisation_id))
            move(db, one, "reopen", staff, now, values={"late_at": late, "ended_at": None})


def _is_through(db: Connection, one: Broadcast) -> bool:
    waits = select(outbox.c.id).where(outbox.c.broadcast_id == one.id, outbox.c.state.in_((PENDING, SENDING)))
    return db.execute(waits.limit(1)).first() is None


def _unfit(db: Connection, one: Broadcast, now: dt.datetime) -> str:
    """Why it may not go on as it is; empty when it may."""
    if one.state == RUNNING and is_shut(db, one):
        return SHUT
    return SAID_LATE if one.late_at is not None and one.late_at <= now else ""


def _send_to_be_approved(
    db: Connection, one: Broadcast, reach: Reach, why: str, now: dt.datetime, started_at: dt.datetime | None = None
) -> str:
    counted = {"counted": reach.people, "counted_young": reach.young, "started_at": started_at, "why": why}
    void = {"approved_by": "", "approved_at": None}
    return move(db, one, "doubt", SELF, now, why, to=WAITING, same_words=True, values=counted | void)


def _doubt(one: Broadcast, reach: Reach, wanted: Preferences) -> str:
    """Why what was approved does not cover this audience; empty when it does."""
    if not one.approved_by:
        return NOT_APPROVED.format(people=reach.people) if broadcasts.needs_approval(reach, wanted) else ""
    if reach.people > max(one.counted * GROWTH, wanted.approval_above):
        return GROWN.format(people=reach.people, counted=one.counted)
    return NOW_YOUNG if reach.young and not one.counted_young else ""


EMPTY = "Nobody was left to send it to."
SAID_LATE = "It did not go out in time. Look whether it still makes sense; then resume it, or cancel it."
NOT_APPROVED = "It would go to {people} people now, so a colleague has to approve it first."
GROWN = "It was approved for {counted} people, and would go to {people} now. A colleague has to look again."
NOW_YOUNG = "It would go to people under 18 now, and none were among them when it was approved. A colleague has to look again."
