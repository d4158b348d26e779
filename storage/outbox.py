"""What is to be sent: `pending -> sending -> sent | failed | unknown`. A row that is a reply leaves once it went out.

`sending` is committed before the call. A reply is born `sending` by the process that wrote it; what the bot starts by itself
waits as `pending`, with the time it is due, until `claims` takes it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Boolean, Connection, Row, bindparam, case, delete, func, insert, select, text, update

from storage import upserts
from storage.keys import Keys
from storage.schema import outbox
from storage.unopened import GoneError, ShutError, UnopenedError

REPLY, REMINDER, BROADCAST = "reply", "reminder", "broadcast"
REPEAT_ONCE, NEVER_TWICE = "repeat-once", "never-twice"
PENDING, SENDING, SENT, FAILED, UNKNOWN, LEFT = "pending", "sending", "sent", "failed", "unknown", "left"
DIED = "died"
"""Why a letter is unknown whose process ended while it was on its way."""

REPLYING = text("outbox.due_at IS NULL AND outbox.state IN ('pending', 'sending')")
STARTED = text("outbox.due_at IS NOT NULL AND outbox.state IN ('pending', 'sending')")
"""Replies, and letters that the bot starts, that are not through: the words of their indexes, or no database would use them."""

MOST_TAKEOVERS = 5
"""Deaths in a row after which a reply is given up. Each can repeat what was in flight; giving up leaves someone waiting."""

UNKNOWN_KEPT = dt.timedelta(days=7)
WORDS_KEPT = dt.timedelta(days=30)
"""How long staff may still send an unknown letter again; then its words go, and it is left."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One thing to send: `kind` is say, photo, mark (new buttons under a message) or leave (a group).

    `content` is JSON: of say `text`, `bold` as [offset, length] pairs in UTF-16 units, `rows` of [label, data] buttons;
    of photo `picture` (its hash), `caption` and what is said `instead`; of mark `message` and `rows`.
    """

    id: int
    person_id: int | None
    chat_id: int
    kind: str
    content: Mapping[str, Any]
    lane: str = REPLY
    policy: str = REPEAT_ONCE


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a letter. One that is `pending` again is tried at `due_at`, or, without it, when it was to be before."""

    id: int
    state: str
    reason: str = ""
    lane: str = REPLY
    due_at: dt.datetime | None = None


def write(db: Connection, keys: Keys, place: tuple[int, int], letters: Sequence[Letter], claimer: str, now: dt.datetime) -> None:
    """Keep letters about to be sent by `claimer`; `place` is (organisation id, bot id).

    Their words are sealed under the key of the day: a letter waits hours at most, and nothing of it should last.
    """
    if not letters:
        return
    today = now.date()
    shared = {"organisation_id": place[0], "bot_id": place[1], "state": SENDING, "claimer": claimer, "created_at": now}
    rows = [
        {
            **shared,
            "id": letter.id,
            "person_id": letter.person_id,
            "lane": letter.lane,
            "policy": letter.policy,
            "sealed": keys.seal_for_days("outbox.sealed", str(letter.id), _pack(letter), today),
        }
        for letter in letters
    ]
    db.execute(insert(outbox), rows)


def keep(
    db: Connection,
    keys: Keys,
    place: tuple[int, int],
    letters: Sequence[Letter],
    now: dt.datetime,
    due_at: dt.datetime | None = None,
    broadcast_id: int | None = None,
) -> None:
    """Keep letters the bot starts until they are claimed; `place` is (organisation id, bot id).

    A person who has this broadcast already gets no second one. Words are sealed under a lasting key: a pause has no end.
    """
    shared = {"organisation_id": place[0], "bot_id": place[1], "state": PENDING, "created_at": now, "due_at": due_at or now}
    rows = [
        {
            **shared,
            "id": letter.id,
            "person_id": letter.person_id,
            "lane": letter.lane,
            "policy": letter.policy,
            "sealed": keys.seal("outbox.sealed", str(letter.id), _pack(letter)),
            "broadcast_id": broadcast_id,
        }
        for letter in letters
    ]
    if rows:
        db.execute(upserts.insert(db, outbox).on_conflict_do_nothing(index_elements=["broadcast_id", "person_id"]), rows)


def _pack(letter: Letter) -> bytes:
    return orjson.dumps((letter.chat_id, letter.kind, letter.content))


def unpack(keys: Keys, row: Row[Any]) -> Letter:
    chat, kind, content = orjson.loads(keys.open("outbox.sealed", str(row.id), row.sealed))
    return Letter(row.id, row.person_id, chat, kind, content, row.lane, row.policy)


def settle(db: Connection, settled: Sequence[Settled]) -> None:
    """Record what became of letters. Replies that went out, or never will, leave nothing behind.

    The words of what the bot started stay only while nobody knows whether it went out: staff may send it again.
    """
    gone = [one.id for one in settled if one.lane == REPLY and one.state in {SENT, FAILED}]
    if gone:
        db.execute(delete(outbox).where(outbox.c.id.in_(gone)))
    back = [{"letter": one.id, "due": one.due_at} for one in settled if one.state == PENDING]
    if back:
        waits = outbox.c.state == SENDING, outbox.c.id == bindparam("letter")
        due = func.coalesce(bindparam("due", type_=outbox.c.due_at.type), outbox.c.due_at)
        db.execute(update(outbox).where(*waits).values(state=PENDING, claimer="", due_at=due), back)
    if len(gone) + len(back) < len(settled):
        left = {*gone, *(one["letter"] for one in back)}
        kept = [
            {"letter": one.id, "now": one.state, "why": one.reason, "words": one.lane != REPLY and one.state == UNKNOWN}
            for one in settled
            if one.id not in left
        ]
        words = case((bindparam("words", type_=Boolean), outbox.c.sealed), else_=None)
        values: dict[str, Any] = {"state": bindparam("now"), "reason": bindparam("why"), "sealed": words}
        db.execute(update(outbox).where(outbox.c.id == bindparam("letter")).values(values), kept)


def claimers(db: Connection, bot_id: int) -> set[str]:
    """The processes that have letters in `sending`; an empty name stands for replies that were given back unsent."""
    replies = _replies(bot_id, PENDING, SENDING)
    started = (STARTED, outbox.c.bot_id == bot_id, outbox.c.state == SENDING)
    return set(db.scalars(select(outbox.c.claimer).where(*replies).union_all(select(outbox.c.claimer).where(*started))))


def _replies(bot_id: int, *states: str) -> tuple[Any, ...]:
    """Where the replies in these states lie: beside a million broadcast letters, hardly any."""
    return (
        outbox.c.bot_id == bot_id,
        outbox.c.lane == REPLY,
        REPLYING,
        outbox.c.state.in_(states),
    )


def claimed(db: Connection, keys: Keys, bot_id: int, claimer: str) -> list[Letter]:
    """The replies `claimer` is sending, in order."""
    theirs = (*_replies(bot_id, SENDING), outbox.c.claimer == claimer)
    letters = []
    for row in db.execute(select(outbox).where(*theirs).order_by(outbox.c.id)):
        with contextlib.suppress(UnopenedError):
            letters.append(unpack(keys, row))
    return letters


def recover(db: Connection, keys: Keys, bot_id: int, claimer: str, dead: Collection[str]) -> list[Letter]:
    """Replies that nobody sends any more, now claimed by `claimer`, in order.

    Those that a process gave back unsent go out as if for the first time. Those the `dead` left in `sending` are tried
    once more: that may repeat what was in flight.
    """
    replies = _replies(bot_id, PENDING, SENDING)
    abandoned = (*replies, (outbox.c.state == PENDING) | outbox.c.claimer.in_(dead))
    rows = db.execute(select(outbox).where(*abandoned).order_by(outbox.c.id).with_for_update(skip_locked=True)).all()
    letters, gone = [], []
    for row in rows:
        try:
            letters.append(unpack(keys, row))
        except GoneError:  # older than anyone still waits for
            gone.append(row.id)
        except ShutError:  # whoever has its key will send it
            continue
    ids = [letter.id for letter in letters]
    tried = case((outbox.c.state == SENDING, 1), else_=0)
    values = {"claimer": claimer, "state": SENDING, "attempts": outbox.c.attempts + tried}
    db.execute(update(outbox).where(outbox.c.id.in_(ids)).values(values))
    db.execute(delete(outbox).where(outbox.c.id.in_(gone)))
    return letters


def give_up(db: Connection, bot_id: int, dead: Collection[str]) -> int:
    """What the `dead` left in `sending` and may not be sent again becomes unknown; returns how many.

    That is all the bot started by itself, for staff to leave or resend, and replies that too many have died over.
    """
    started = (STARTED, outbox.c.bot_id == bot_id, outbox.c.state == SENDING, outbox.c.claimer.in_(dead))
    never = (outbox.c.policy == NEVER_TWICE) | (outbox.c.attempts >= MOST_TAKEOVERS)
    replies = (*_replies(bot_id, SENDING), outbox.c.claimer.in_(dead), never)
    became = {"state": UNKNOWN, "reason": DIED}
    lost = db.execute(update(outbox).where(*started).values(became)).rowcount
    return lost + db.execute(update(outbox).where(*replies).values(became | {"sealed": None})).rowcount


def count(db: Connection, bot_id: int) -> dict[str, int]:
    """How many letters are in each state."""
    states = select(outbox.c.state, func.count()).where(outbox.c.bot_id == bot_id).group_by(outbox.c.state)
    return {row[0]: row[1] for row in db.execute(states)}


def tally(db: Connection, bot_id: int) -> dict[tuple[str, str, str], int]:
    """How many letters there are by (lane, state, reason)."""
    by = (outbox.c.lane, outbox.c.state, outbox.c.reason)
    counted = select(*by, func.count()).where(outbox.c.bot_id == bot_id).group_by(*by)
    return {(row[0], row[1], row[2]): row[3] for row in db.execute(counted)}


def prune(db: Connection, now: dt.datetime) -> int:
    """Forget unknown replies after a week, and leave what the bot started after a month; returns how many."""
    unknown = outbox.c.state == UNKNOWN
    old = (unknown, outbox.c.lane == REPLY, outbox.c.created_at < now - UNKNOWN_KEPT)
    older = (unknown, outbox.c.lane != REPLY, outbox.c.created_at < now - WORDS_KEPT)
    left = db.execute(update(outbox).where(*older).values(state=LEFT, sealed=None)).rowcount
    return left + db.execute(delete(outbox).where(*old)).rowcount
