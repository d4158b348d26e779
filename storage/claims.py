"""The next letters the bot starts by itself: taken a few at a time, in order, and only while nothing is paused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, update

from storage import pauses
from storage.keys import Keys
from storage.outbox import BROADCAST, FAILED, PENDING, REMINDER, SENDING, STARTED, Letter, unpack
from storage.schema import outbox, people
from storage.unopened import UnopenedError

LANES = (REMINDER, BROADCAST)
"""What the bot starts by itself, the first before the second."""


def waits(db: Connection, organisation_id: int, bot_id: int, now: dt.datetime) -> bool:
    """Whether there is anything to claim."""
    return any(db.execute(_next(bot_id, lane, now, 1)).first() for lane in _open(db, organisation_id))


def take(
    db: Connection, keys: Keys, place: tuple[int, int], claimer: str, wanted: int, most: int, now: dt.datetime
) -> list[Letter]:
    """Up to `wanted` letters, claimed; never more than `most` on their way. `place` is (organisation id, bot id).

    The database is asked how many are on their way, not memory: that is what a crash at this moment would leave unknown.
    """
    organisation_id, bot_id = place
    under_way = (STARTED, outbox.c.bot_id == bot_id, outbox.c.state == SENDING)
    room = min(wanted, most - db.scalars(select(func.count()).select_from(outbox).where(*under_way)).one())
    rows: list[Row[Any]] = []
    for lane in _open(db, organisation_id):
        if len(rows) < room:
            chosen = _next(bot_id, lane, now, room - len(rows))
            rows += db.execute(chosen.with_for_update(skip_locked=True)).all()
    letters = _open_all(db, keys, rows)
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


def _next(bot_id: int, lane: str, now: dt.datetime, most: int) -> Select[Any]:
    due = (STARTED, outbox.c.bot_id == bot_id, outbox.c.state == PENDING, outbox.c.lane == lane, outbox.c.due_at <= now)
    return select(outbox).where(*due).order_by(outbox.c.due_at, outbox.c.id).limit(most)


def _open_all(db: Connection, keys: Keys, rows: Sequence[Row[Any]]) -> list[Letter]:
    """The letters of these rows. One whose words cannot be opened, or whose person said stop meanwhile, fails."""
    persons = {row.person_id for row in rows}
    stopped = set(db.scalars(select(people.c.id).where(people.c.id.in_(persons), people.c.stopped))) if persons else set()
    letters = []
    for row in rows:
        reason = "stopped" if row.person_id in stopped else "" if row.sealed else "sealed"
        try:
            letter = replace(unpack(keys, row), claim=row.attempts + 1) if row.sealed else None
        except UnopenedError:
            letter, reason = None, "sealed"
        if reason or letter is None:
            words = None if reason == "stopped" else row.sealed  # what does not open here may open elsewhere
            db.execute(update(outbox).where(outbox.c.id == row.id).values(state=FAILED, reason=reason, sealed=words))
        else:
            letters.append(letter)
    return letters
