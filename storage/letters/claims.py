"""The next letters the bot starts by itself: a few at a time, in order, and each only while nothing speaks against it.

Asked in the transaction that claims: whether anything is paused, whether the broadcast still goes out, and, of each person,
whether they may still be written to, and whether at this hour.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, update

from conversations.hours import NEVER
from storage.broadcasting import audiences, broadcast_rows, clocks
from storage.broadcasting.audiences import TELEGRAM, Sending
from storage.broadcasting.broadcast_rows import RUNNING, Broadcast
from storage.broadcasting.clocks import Clock
from storage.keys import Keys
from storage.letters import lateness, pauses
from storage.letters.outbox import BROADCAST, FAILED, PENDING, REMINDER, SENDING, STARTED, Letter, unpack
from storage.schema import addresses, broadcasts, outbox, people
from storage.staffing import preferences
from storage.unopened import UnopenedError

LANES = (REMINDER, BROADCAST)
"""What the bot starts by itself, the first before the second."""

LATE = dt.timedelta(days=1)
"""How late a letter is of which it is asked again whether its person has had enough, for others have gone meanwhile."""

PUT_OFF = 1_000
"""Letters put off in one claim when quiet hours begin: some 15 ms in which nobody else writes."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody a broadcast is about to go to. `name` is what they want to be called, if they said."""

    chat_id: int
    language: str
    name: str


Content = Mapping[str, Any]
Write = Callable[[Connection, Broadcast, Sequence[Recipient]], Sequence[Content | None]]
"""Writes a broadcast to some people, as the content of letters of kind say; None for whom there are no words."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Who claims for which bot, and how much: `wanted` letters, while at most `most` are on their way.

    `turn` rises from claim to claim, so that of several broadcasts each comes first in its turn. Without `write` only what has
    its words is claimed.
    """

    keys: Keys
    place: tuple[int, int]  # organisation id, bot id
    claimer: str
    wanted: int
    most: int
    now: dt.datetime
    write: Write | None = None
    turn: int = 0


def waits(db: Connection, organisation_id: int, bot_id: int, now: dt.datetime) -> bool:
    """Whether there is anything to claim."""
    lanes = _open(db, organisation_id)
    if REMINDER in lanes and db.execute(_reminders(db, (organisation_id, bot_id), now, 1)).first():
        return True
    running = _running(db, bot_id, now) if BROADCAST in lanes else []
    return any(db.execute(select(outbox.c.id).where(*_due(one, now)).limit(1)).first() for one in running)


def take(
    db: Connection,
    keys: Keys,
    place: tuple[int, int],
    claimer: str,
    wanted: int,
    most: int,
    now: dt.datetime,
    write: Write | None = None,
    turn: int = 0,
) -> list[Letter]:
    """Up to `wanted` letters, claimed; never more than `most` on their way. The rest as in `Claim`.

    The database is asked how many are on their way, not memory: that is what a crash at this moment would leave unknown.
    """
    claim = Claim(keys, place, claimer, wanted, most, now, write, turn)
    under_way = (STARTED, outbox.c.bot_id == place[1], outbox.c.state == SENDING)
    room = min(wanted, most - db.scalars(select(func.count()).select_from(outbox).where(*under_way)).one())
    lanes = _open(db, place[0]) if room > 0 else []
    letters = _of_nobody(db, claim, room) if REMINDER in lanes else []
    if BROADCAST in lanes and write and len(letters) < room:
        letters += _of_broadcasts(db, claim, room - len(letters))
    if letters:
        ids = [letter.id for letter in letters]
        values = {"state": SENDING, "claimer": claimer, "attempts": outbox.c.attempts + 1}
        db.execute(update(outbox).where(outbox.c.id.in_(ids)).values(values))
    return letters


def return_unseen(db: Connection, bot_id: int, claimer: str, seen: Collection[int]) -> int:
    """Give back what `claimer` claimed and never heard of: the connection was lost between commit and answer."""
    ours = (STARTED, outbox.c.bot_id == bot_id, outbox.c.state == SENDING, outbox.c.claimer == claimer)
    return db.execute(update(outbox).where(*ours, outbox.c.id.not_in(seen)).values(state=PENDING, claimer="")).rowcount


def _open(db: Connection, organisation_id: int) -> list[str]:
    """The lanes that are not paused."""
    held = {pause.what for pause in pauses.held(db, organisation_id)}
    return [] if pauses.EVERYTHING in held else [lane for lane in LANES if lane not in held]


# --- Letters that have their words, and no broadcast keeps


def _reminders(db: Connection, place: tuple[int, int], now: dt.datetime, most: int) -> Select[Any]:
    late = dt.timedelta(hours=preferences.read(db, place[0]).late_hours)
    mine = (STARTED, outbox.c.bot_id == place[1], outbox.c.state == PENDING, outbox.c.lane == REMINDER)
    due = (*mine, outbox.c.broadcast_id.is_(None), outbox.c.due_at <= now, lateness.is_in_time(now, late))
    return select(outbox).where(*due).order_by(outbox.c.due_at, outbox.c.id).limit(most)


def _of_nobody(db: Connection, claim: Claim, room: int) -> list[Letter]:
    """Those that may go out now. One whose words cannot be opened, or whose person said stop meanwhile, fails."""
    rows = db.execute(_reminders(db, claim.place, claim.now, room).with_for_update(skip_locked=True)).all()
    asked = select(people.c.id, people.c.stopped, *clocks.COLUMNS)
    persons = {row.id: row for row in db.execute(asked.where(people.c.id.in_([row.person_id for row in rows])))} if rows else {}
    quiet = _quiet(db, claim, {_clock(person) for person in persons.values()})
    failed, letters = _Failed(), []
    for row in rows:
        person = persons.get(row.person_id)
        if person and person.stopped:
            failed.note("stopped", row.id)
        elif person and (at := quiet.get(_clock(person))):
            db.execute(update(outbox).where(outbox.c.id == row.id).values(due_at=at))
        elif (letter := _unsealed(claim.keys, row)) is None:
            failed.note("sealed", row.id)
        else:
            letters.append(letter)
    failed.write(db, claim.now)
    return letters


def _unsealed(keys: Keys, row: Row[Any]) -> Letter | None:
    try:
        return replace(unpack(keys, row), claim=row.attempts + 1) if row.sealed else None
    except UnopenedError:
        return None


# --- Letters of broadcasts, whose words are made now


def _running(db: Connection, bot_id: int, now: dt.datetime) -> list[Broadcast]:
    """The broadcasts that go out, are not late, and open what is open, with their words as they are now."""
    running = broadcast_rows.of_bot(db, bot_id, RUNNING)
    return [one for one in running if (one.late_at is None or one.late_at > now) and not broadcast_rows.is_shut(db, one)]


def _due(one: Broadcast, now: dt.datetime) -> tuple[Any, ...]:
    return outbox.c.broadcast_id == one.id, outbox.c.state == PENDING, outbox.c.due_at <= now


def _of_broadcasts(db: Connection, claim: Claim, room: int) -> list[Letter]:
    """A fair share of each, those that remind first."""
    running = _running(db, claim.place[1], claim.now)
    turned = [running[(at + claim.turn) % len(running)] for at in range(len(running))]
    letters: list[Letter] = []
    for place, one in enumerate(sorted(turned, key=lambda one: not one.reminds)):
        share = -((len(letters) - room) // (len(running) - place)) if not one.reminds else room - len(letters)
        letters += _of(db, claim, one, share) if share > 0 else []
    return letters


def _of(db: Connection, claim: Claim, one: Broadcast, most: int) -> list[Letter]:
    """The next letters of one broadcast: those to people who may be written to, now, in words there are."""
    rows = db.execute(_recipients(one, claim.now, most).with_for_update(of=outbox, skip_locked=True)).all()
    if not rows:
        return []
    sending = Sending(
        one.organisation_id, one.bot_id, claim.now, one.purpose, one.sort, one.engagement_id, one.reminds, None, one.id
    )
    late = {row.id: row.person_id for row in rows if row.due_at < claim.now - LATE}
    barred = audiences.still_may(db, sending, [row.person_id for row in rows], claim.now, list(late.values()))
    quiet = _quiet(db, claim, {_clock(row) for row in rows if row.person_id not in barred})
    failed, ready = _Failed(), list[tuple[Row[Any], Recipient]]()
    for row in rows:
        if row.person_id in barred:
            failed.note(barred[row.person_id], row.id)
        elif _clock(row) not in quiet:
            try:
                ready.append((row, _open_recipient(claim.keys, row)))
            except UnopenedError:
                failed.note("sealed", row.id)
    letters = _write(db, claim, one, ready, failed)
    failed.write(db, claim.now)
    if went := [letter.id for letter in letters if letter.id in late]:
        db.execute(update(outbox).where(outbox.c.id.in_(went)).values(due_at=claim.now))
    if quiet:
        _put_off(db, claim, one, quiet)
    return letters


def _write(
    db: Connection, claim: Claim, one: Broadcast, ready: Sequence[tuple[Row[Any], Recipient]], failed: _Failed
) -> list[Letter]:
    letters = []
    contents = claim.write(db, one, [recipient for _, recipient in ready]) if claim.write and ready else ()
    for (row, to), content in zip(ready, contents, strict=True):
        if content is None:
            failed.note("no-words", row.id)
        else:
            letter = Letter(row.id, row.person_id, to.chat_id, "say", content, row.lane, row.policy, row.attempts + 1)
            letters.append(letter)
    return letters


def _recipients(one: Broadcast, now: dt.datetime, most: int) -> Select[Any]:
    ours = (addresses.c.person_id == people.c.id) & (addresses.c.bot_id == one.bot_id) & (addresses.c.door == TELEGRAM)
    told = (outbox.c.id, outbox.c.person_id, outbox.c.lane, outbox.c.policy, outbox.c.attempts, outbox.c.due_at)
    theirs = (people.c.code, people.c.language, people.c.name, *clocks.COLUMNS, addresses.c.lookup, addresses.c.sealed)
    joined = select(*told, *theirs).outerjoin_from(outbox, people, people.c.id == outbox.c.person_id).outerjoin(addresses, ours)
    return joined.where(*_due(one, now)).order_by(outbox.c.due_at, outbox.c.id).limit(most)


def _open_recipient(keys: Keys, row: Row[Any]) -> Recipient:
    """Whom a row names. Raises UnopenedError."""
    chat = keys.open("addresses.sealed", row.lookup.hex(), row.sealed)
    name = keys.open("people.name", row.code, row.name).decode() if row.name else ""
    return Recipient(int(chat), row.language, name)


@dataclass(slots=True)
class _Failed:
    """Letters that may not go out after all, by why."""

    why: dict[str, list[int]] = field(default_factory=dict)

    def note(self, why: str, letter: int) -> None:
        self.why.setdefault(why, []).append(letter)

    def write(self, db: Connection, now: dt.datetime) -> None:
        for why, ids in self.why.items():
            words = {} if why == "sealed" else {"sealed": None}  # what does not open here may open elsewhere
            values = {"state": FAILED, "reason": why, "ended_at": now, **words}
            db.execute(update(outbox).where(outbox.c.id.in_(ids)).values(values))


# --- Quiet hours


def _clock(row: Any) -> Clock:
    return Clock(row.zone, row.nation, row.quiet, row.age_band)


def _quiet(db: Connection, claim: Claim, met: Collection[Clock]) -> dict[Clock, dt.datetime]:
    """Of these clocks those by which it is quiet now, and until when."""
    due = clocks.due(db, claim.place[0], met, claim.now) if met else {}
    return {clock: at for clock, at in due.items() if at > claim.now}


def _put_off(db: Connection, claim: Claim, one: Broadcast, quiet: Mapping[Clock, dt.datetime]) -> None:
    """Put off what is due to everybody by whose clock it is quiet, the first of it now and the rest in the next claims."""
    theirs = select(outbox.c.id, *clocks.COLUMNS).join_from(outbox, people, people.c.id == outbox.c.person_id)
    first = theirs.where(*_due(one, claim.now)).order_by(outbox.c.due_at, outbox.c.id).limit(PUT_OFF)
    until: dict[dt.datetime, list[int]] = {}
    for row in db.execute(first.with_for_update(of=outbox, skip_locked=True)):
        if at := quiet.get(_clock(row)):
            until.setdefault(at, []).append(row.id)
    for at, ids in until.items():
        never: dict[str, Any] = {"state": FAILED, "reason": "quiet", "ended_at": claim.now}
        db.execute(update(outbox).where(outbox.c.id.in_(ids)).values(never if at == NEVER else {"due_at": at}))
    latest = max((at for at in until if at != NEVER), default=claim.now)
    late = latest + dt.timedelta(hours=preferences.read(db, one.organisation_id).late_hours)
    db.execute(update(broadcasts).where(broadcasts.c.id == one.id, broadcasts.c.late_at < late).values(late_at=late))
