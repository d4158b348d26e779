"""What is to be sent: `pending -> sending -> sent | failed | unknown`. A row that is a reply leaves once it went out.

`sending` is committed before the call. A reply is born `sending` by the process that wrote it; what the bot starts by itself
waits as `pending`, with the time it is due, until `claims` takes it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import (
    Boolean,
    Connection,
    Integer,
    Row,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    update,
)

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
_UNKNOWN, _FAILED = text("outbox.state = 'unknown'"), text("outbox.state = 'failed'")
_ENDED = text("outbox.due_at IS NOT NULL AND outbox.broadcast_id IS NULL AND outbox.state IN ('sent', 'failed', 'left')")
"""Replies, and letters that the bot starts, that are not through; and those that are, but for what the broadcasts of a million
people keep: the words of their indexes, or no database would use them."""

LETTERS = (text("outbox.due_at IS NOT NULL"), REPLYING, text("outbox.due_at IS NULL AND outbox.state = 'unknown'"))
"""All letters there are, in parts that an index finds: what was started for people, and the few replies that are still here."""

MOST_TAKEOVERS = 5
"""Deaths in a row after which a reply is given up. Each can repeat what was in flight; giving up leaves someone waiting."""

UNKNOWN_KEPT = dt.timedelta(days=7)
WORDS_KEPT = dt.timedelta(days=30)
"""How long staff may still send an unknown letter again; then its words go, and it is left."""

ENDED_KEPT = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Letter:
    """One thing to send: `kind` is say, photo, file, paper, mark (new buttons under a message) or leave (a group).

    `content` is JSON: of say `text`, `bold` as [offset, length] pairs in UTF-16 units, `rows` of [label, data] buttons;
    of photo `picture` (its hash), `caption` and what is said `instead`; of file `file` (its name), the `text` in it and
    `caption`; of paper `paper` (the id of its date, and its code), `caption` and what is said `instead`; of mark `message`
    and `rows`.
    """

    id: int
    person_id: int | None
    chat_id: int
    kind: str
    content: Mapping[str, Any]
    lane: str = REPLY
    policy: str = REPEAT_ONCE
    claim: int | None = field(default=None, compare=False)  # which claiming of it this is; a reply has none

    def became(self, state: str, reason: str = "", due_at: dt.datetime | None = None, lost: int | None = None) -> Settled:
        """What became of it."""
        return Settled(self.id, state, reason, self.lane, due_at, self.claim, lost)


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a letter. One that is `pending` again is tried at `due_at`, or, without it, when it was to be before.

    It counts only for the `claim` it is of, if it is of one. `lost` is a chat that cannot be reached any more, for `reason`.
    """

    id: int
    state: str
    reason: str = ""
    lane: str = REPLY
    due_at: dt.datetime | None = None
    claim: int | None = None
    lost: int | None = None


def write(db: Connection, keys: Keys, place: tuple[int, int], letters: Sequence[Letter], claimer: str, now: dt.datetime) -> None:
    """Keep letters about to be sent by `claimer`; `place` is (organisation id, bot id). Without one, any process sends them soon.

    Their words are sealed under the key of the day: a letter waits hours at most, and nothing of it should last.
    """
    if not letters:
        return
    today, state = now.date(), SENDING if claimer else PENDING
    shared = {"organisation_id": place[0], "bot_id": place[1], "state": state, "claimer": claimer, "created_at": now}
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


def settle(db: Connection, settled: Sequence[Settled], now: dt.datetime) -> None:
    """Record what became of letters. Replies that went out, or never will, leave nothing behind.

    The words of what the bot started stay only while nobody knows whether it went out: staff may send it again.
    """
    gone = [one.id for one in settled if one.lane == REPLY and one.state in {SENT, FAILED}]
    if gone:
        db.execute(delete(outbox).where(outbox.c.id.in_(gone)))
    back = [{"letter": one.id, "of": one.claim, "due": one.due_at} for one in settled if one.state == PENDING]
    claim = func.coalesce(bindparam("of", type_=Integer), outbox.c.attempts)
    same = outbox.c.id == bindparam("letter"), outbox.c.attempts == claim
    if back:
        due = func.coalesce(bindparam("due", type_=outbox.c.due_at.type), outbox.c.due_at)
        waits = update(outbox).where(*same, outbox.c.state == SENDING)
        db.execute(waits.values(state=PENDING, claimer="", due_at=due), back)
    kept = [
        {"letter": one.id, "of": one.claim, "now": one.state, "why": one.reason, "started": one.lane != REPLY}
        for one in settled
        if one.state == UNKNOWN or (one.lane != REPLY and one.state != PENDING)
    ]
    if kept:
        unsure = and_(bindparam("started", type_=Boolean), bindparam("now") == UNKNOWN)
        words = case((unsure, outbox.c.sealed), else_=None)
        became = case((and_(outbox.c.tapped, bindparam("now") == UNKNOWN), SENT), else_=bindparam("now"))
        values: dict[str, Any] = {"state": became, "reason": bindparam("why"), "sealed": words, "ended_at": now}
        db.execute(update(outbox).where(*same).values(values), kept)


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


def give_up(db: Connection, bot_id: int, dead: Collection[str], now: dt.datetime) -> int:
    """What the `dead` left in `sending` and may not be sent again becomes unknown; returns how many.

    That is all the bot started by itself, for staff to leave or resend, and replies that too many have died over.
    """
    started = (STARTED, outbox.c.bot_id == bot_id, outbox.c.state == SENDING, outbox.c.claimer.in_(dead))
    never = (outbox.c.policy == NEVER_TWICE) | (outbox.c.attempts >= MOST_TAKEOVERS)
    replies = (*_replies(bot_id, SENDING), outbox.c.claimer.in_(dead), never)
    became = {"state": UNKNOWN, "reason": DIED, "ended_at": now}
    arrived = update(outbox).where(*started, outbox.c.tapped).values(state=SENT, sealed=None, ended_at=now)
    db.execute(arrived)  # somebody has tapped its button
    lost = db.execute(update(outbox).where(*started).values(became)).rowcount
    return lost + db.execute(update(outbox).where(*replies).values(became | {"sealed": None})).rowcount


def tally(db: Connection, bot_id: int) -> dict[tuple[str, str, str], int]:
    """How many letters wait, are on their way, unknown or failed, by (lane, state, reason); only what failed has a reason.

    Those that went out are not counted: there may be a million, and each of these is found by an index.
    """
    lane, state, reason = outbox.c.lane, outbox.c.state, outbox.c.reason
    found: dict[tuple[str, str, str], int] = {}
    for place, why in ((REPLYING, literal("")), (STARTED, literal("")), (_UNKNOWN, literal("")), (_FAILED, reason)):
        counted = select(lane, state, why, func.count()).where(outbox.c.bot_id == bot_id, place)
        rows = db.execute(counted.group_by(lane, state, *([reason] if why is reason else [])))
        found |= {(row[0], row[1], row[2]): row[3] for row in rows}
    return found


def prune(db: Connection, now: dt.datetime) -> int:
    """Forget unknown replies after a week; leave what the bot started after a month, and forget it a month after its end.

    Returns how many. What a broadcast sent stays with it.
    """
    unknown = (_UNKNOWN, outbox.c.lane == REPLY, outbox.c.ended_at < now - UNKNOWN_KEPT)
    unsure = (_UNKNOWN, outbox.c.lane != REPLY, outbox.c.ended_at < now - WORDS_KEPT)
    ended = (_ENDED, outbox.c.ended_at < now - ENDED_KEPT)
    gone = sum(db.execute(delete(outbox).where(*old)).rowcount for old in (unknown, ended))
    return gone + db.execute(update(outbox).where(*unsure).values(state=LEFT, sealed=None, ended_at=now)).rowcount
