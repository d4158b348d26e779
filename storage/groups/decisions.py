"""What a meeting decided."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from storage import codes
from storage.groups.quorum import Meeting
from storage.groups.rules import RefusedError
from storage.schema import decisions

LONGEST = 500


class Decision(NamedTuple):
    """One of them."""

    code: str
    words: str


def load(db: Connection, occasion_id: int) -> list[Decision]:
    """Of one meeting, in order."""
    mine = select(decisions.c.code, decisions.c.words).where(decisions.c.occasion_id == occasion_id)
    return [Decision(*row) for row in db.execute(mine.order_by(decisions.c.id))]


def add(db: Connection, meeting: Meeting, words: str, by: str, now: dt.datetime) -> str:
    """The code of a decision that is noted. Raises RefusedError."""
    tidy = " ".join(words.split())
    if not tidy or len(tidy) > LONGEST:
        msg = f"Write the decision in at most {LONGEST} letters."
        raise RefusedError(msg, "decision")
    if now < meeting.starts_at or meeting.state != "planned":
        msg = "This meeting has not taken place. Note its decisions when it has."
        raise RefusedError(msg, "decision")
    code = codes.make()
    db.execute(insert(decisions).values(code=code, occasion_id=meeting.id, words=tidy, noted_by=by, noted_at=now))
    return code


def remove(db: Connection, occasion_id: int, code: str) -> None:
    """It was noted by mistake."""
    db.execute(delete(decisions).where(decisions.c.occasion_id == occasion_id, decisions.c.code == code))
