"""What could not be read, decided or written: kept sealed for 7 days with its traceback, and replayable."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, delete, func, insert, select

from storage import codes
from storage.keys import Keys
from storage.schema import failures

KEPT = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Failure:
    """One update that failed; `where` is reading, deciding or writing."""

    where: str
    update: bytes
    trace: str
    lookup: bytes = b""  # the address it came from, so that it goes when they ask to be forgotten
    code: str = field(default="", compare=False)  # its name, once it is kept
    at: dt.datetime | None = field(default=None, compare=False)


def keep(db: Connection, keys: Keys, bot_id: int, failed: Sequence[Failure], now: dt.datetime) -> None:
    """Keep failures, sealed."""
    if failed:
        db.execute(insert(failures), [_row(keys, bot_id, one, now) for one in failed])


def _row(keys: Keys, bot_id: int, failure: Failure, now: dt.datetime) -> dict[str, object]:
    code = codes.make()
    return {
        "code": code,
        "bot_id": bot_id,
        "at": now,
        "where": failure.where,
        "lookup": failure.lookup or None,
        "sealed": keys.seal("failures.sealed", code, failure.update),
        "trace": keys.seal("failures.trace", code, failure.trace.encode()),
    }


def read(db: Connection, keys: Keys, bot_id: int) -> list[Failure]:
    """Every failure kept, oldest first."""
    rows = db.execute(select(failures).where(failures.c.bot_id == bot_id).order_by(failures.c.id))
    return [
        Failure(
            row.where,
            keys.open("failures.sealed", row.code, row.sealed),
            keys.open("failures.trace", row.code, row.trace).decode(),
            bytes(row.lookup or b""),
            row.code,
            row.at,
        )
        for row in rows
    ]


def count(db: Connection, bot_id: int) -> int:
    """How many failures are kept."""
    return db.execute(select(func.count()).where(failures.c.bot_id == bot_id)).scalar_one()


def forget(db: Connection, bot_id: int, code: str) -> None:
    """Forget one: it was dealt with."""
    db.execute(delete(failures).where(failures.c.bot_id == bot_id, failures.c.code == code))


def prune(db: Connection, now: dt.datetime) -> int:
    """Forget those kept long enough."""
    return db.execute(delete(failures).where(failures.c.at < now - KEPT)).rowcount
