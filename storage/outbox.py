"""What is to be sent: `pending -> sending -> sent | failed | unknown`. A row that is a reply leaves once it went out.

`sending` is committed before the call; a reply is born `sending` by the process that wrote it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Row, and_, bindparam, case, delete, func, insert, select, update

from storage.keys import GoneError, Keys
from storage.schema import outbox

REPLY = "reply"
REPEAT_ONCE, NEVER_TWICE = "repeat-once", "never-twice"
PENDING, SENDING, SENT, FAILED, UNKNOWN = "pending", "sending", "sent", "failed", "unknown"
MOST_TAKEOVERS = 5
"""Deaths in a row after which a reply is given up. Each can repeat what was in flight; giving up leaves someone waiting."""

UNKNOWN_KEPT = dt.timedelta(days=7)


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
    """What became of a letter."""

    id: int
    state: str
    reason: str = ""
    lane: str = REPLY


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


def _pack(letter: Letter) -> bytes:
    return orjson.dumps((letter.chat_id, letter.kind, letter.content))


def _unpack(keys: Keys, row: Row[Any]) -> Letter:
    chat, kind, content = orjson.loads(keys.open("outbox.sealed", str(row.id), row.sealed))
    return Letter(row.id, row.person_id, chat, kind, content, row.lane, row.policy)


def settle(db: Connection, settled: Sequence[Settled]) -> None:
    """Record what became of letters. Replies that went out, or never will, leave nothing behind."""
    gone = [one.id for one in settled if one.lane == REPLY and one.state in {SENT, FAILED}]
    if gone:
        db.execute(delete(outbox).where(outbox.c.id.in_(gone)))
    unsent = [one.id for one in settled if one.state == PENDING]
    if unsent:
        db.execute(update(outbox).where(outbox.c.id.in_(unsent)).values(state=PENDING, claimer=""))
    if len(gone) + len(unsent) < len(settled):
        left = {*gone, *unsent}
        kept = [{"letter": one.id, "now": one.state, "why": one.reason} for one in settled if one.id not in left]
        values: dict[str, Any] = {"state": bindparam("now"), "reason": bindparam("why"), "sealed": None}
        db.execute(update(outbox).where(outbox.c.id == bindparam("letter")).values(values), kept)


def claimers(db: Connection, bot_id: int) -> set[str]:
    """The processes that have letters in `sending`; an empty name stands for letters that were given back unsent."""
    chosen = select(outbox.c.claimer).where(outbox.c.bot_id == bot_id, outbox.c.state.in_((PENDING, SENDING)))
    return set(db.scalars(chosen.distinct()))


def claimed(db: Connection, keys: Keys, bot_id: int, claimer: str) -> list[Letter]:
    """The letters `claimer` is sending, in order."""
    theirs = (outbox.c.bot_id == bot_id, outbox.c.state == SENDING, outbox.c.claimer == claimer)
    letters = []
    for row in db.execute(select(outbox).where(*theirs).order_by(outbox.c.id)):
        with contextlib.suppress(GoneError):
            letters.append(_unpack(keys, row))
    return letters


def recover(db: Connection, keys: Keys, bot_id: int, claimer: str, dead: Collection[str]) -> list[Letter]:
    """Replies that nobody sends any more, now claimed by `claimer`, in order.

    Those that a process gave back unsent go out as if for the first time. Those the `dead` left in `sending` are tried
    once more: that may repeat what was in flight. What the bot starts by itself becomes unknown, for staff to leave or
    resend.
    """
    left = and_(outbox.c.bot_id == bot_id, outbox.c.state == SENDING, outbox.c.claimer.in_(dead))
    unsent = and_(outbox.c.bot_id == bot_id, outbox.c.state == PENDING, outbox.c.lane == REPLY)
    hopeless = and_(left, (outbox.c.policy == NEVER_TWICE) | (outbox.c.attempts >= MOST_TAKEOVERS))
    db.execute(update(outbox).where(hopeless).values(state=UNKNOWN, sealed=None))
    rows = db.execute(select(outbox).where(left | unsent).order_by(outbox.c.id).with_for_update(skip_locked=True)).all()
    letters, gone = [], []
    for row in rows:
        try:
            letters.append(_unpack(keys, row))
        except GoneError:  # its daily key was destroyed: older than anyone still waits for
            gone.append(row.id)
    ids = [letter.id for letter in letters]
    tried = case((outbox.c.state == SENDING, 1), else_=0)
    values = {"claimer": claimer, "state": SENDING, "attempts": outbox.c.attempts + tried}
    db.execute(update(outbox).where(outbox.c.id.in_(ids)).values(values))
    db.execute(delete(outbox).where(outbox.c.id.in_(gone)))
    return letters


def count(db: Connection, bot_id: int) -> dict[str, int]:
    """How many letters are in each state."""
    states = select(outbox.c.state, func.count()).where(outbox.c.bot_id == bot_id).group_by(outbox.c.state)
    return {row[0]: row[1] for row in db.execute(states)}


def prune(db: Connection, now: dt.datetime) -> int:
    """Forget unknown replies after a week."""
    old = (outbox.c.lane == REPLY, outbox.c.state == UNKNOWN, outbox.c.created_at < now - UNKNOWN_KEPT)
    return db.execute(delete(outbox).where(*old)).rowcount
