"""That the bot lives, noted in the database and beside the key file: together they tell an old copy of the database from itself.

Somebody who puts back a file, a disk or a whole machine of last week brings back letters that went out since. Each beat has a
number that rises; whichever of the two notes has the higher one was written later.
"""

from __future__ import annotations

import datetime as dt
import os
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, delete, select

from storage import upserts
from storage.letters.outbox import PENDING, STARTED
from storage.schema import broadcasts, outbox, settings

NAME = "heartbeat"

AWAY = dt.timedelta(hours=1)
"""After a longer silence what came due meanwhile waits for a person's word: a machine put back as it was looks just like it."""

DUE = ("scheduled", "freezing", "sending")
"""The states of broadcasts that go on by themselves."""


class Beat(NamedTuple):
    """One beat: its number, and when it was."""

    number: int
    at: dt.datetime

    @classmethod
    def parse(cls, told: str) -> Beat | None:
        """The beat that was noted so; None for anything else."""
        number, _, at = told.partition("\n")[0].partition(" ")
        try:
            return cls(int(number), dt.datetime.fromisoformat(at).astimezone(dt.UTC))
        except (ValueError, OverflowError):
            return None

    def __str__(self) -> str:
        return f"{self.number} {self.at.isoformat(timespec='seconds')}"


def beside(keys: Path) -> Path:
    """Where the other note lies."""
    return keys.with_name(keys.name + ".heartbeat")


def last(db: Connection) -> Beat | None:
    """The last beat this database knows of."""
    value = db.scalar(select(settings.c.value).where(settings.c.name == NAME))
    return Beat.parse(value) if value else None


def read(keys: Path) -> Beat | None:
    """The last beat noted beside the key file; None when there is no such note, or none that can be read."""
    try:
        return Beat.parse(beside(keys).read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return None


def note(db: Connection, now: dt.datetime, above: int = 0) -> Beat:
    """The next beat, noted in the database: it must be committed before the other note says so."""
    before = last(db)
    beat = Beat(max(above, before.number if before else 0) + 1, now)
    row = upserts.insert(db, settings).values(name=NAME, value=str(beat))
    db.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": row.excluded.value}))
    return beat


def write(keys: Path, beat: Beat) -> None:
    """Note a beat beside the key file, on disk. Raises OSError.

    It is written in place: so short a line is never cut, and several processes may do it at once.
    """
    handle = os.open(beside(keys), os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.write(handle, f"{beat}\n".encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def start(db: Connection, keys: Path, now: dt.datetime) -> None:
    """Have a note beside the key file before the database knows of any beat: then whoever has the database alone lacks it."""
    if last(db) is None and read(keys) is None:
        with suppress(OSError):
            write(keys, Beat(0, now))


def forget(db: Connection) -> None:
    """Have the database know of no beat."""
    db.execute(delete(settings).where(settings.c.name == NAME))


def forget_beside(keys: Path) -> None:
    """Have no note beside the key file, as far as that can be changed."""
    with suppress(OSError):
        beside(keys).unlink()


def doubt(db: Connection, keys: Path, there: Beat | None) -> str:
    """Why this database may be an old copy, or one of another machine's, in words; empty when it is neither.

    `there` is what was noted beside the key file: read before the database is, for others may beat meanwhile.
    """
    here = last(db)
    if there and here and here.number < there.number:
        return OLDER.format(_told(here.at), _told(there.at))
    if there and there.number and not here:
        return OLDER.format("an unknown time", _told(there.at))
    if here and not there:
        return ALONE.format(beside(keys))
    return ""


def silence(db: Connection, bot_id: int, now: dt.datetime) -> str:
    """Since when nothing ran while things came due, in words; empty when that is not long, or nothing did."""
    here = last(db)
    if here is None or now - here.at < AWAY:
        return ""
    letters = (STARTED, outbox.c.bot_id == bot_id, outbox.c.state == PENDING, outbox.c.due_at <= now)
    whole = (broadcasts.c.bot_id == bot_id, broadcasts.c.state.in_(DUE), broadcasts.c.due_at <= now)
    due = any(db.execute(select(1).where(*where).limit(1)).first() for where in (letters, whole))
    return SILENT.format(_told(here.at), _told(now)) if due else ""


def _told(at: dt.datetime) -> str:
    return f"{at:%-d %B %Y, %H:%M} (UTC)"


OLDER = "the database is an older copy: its last use was at {}, and the bot has run until {}"
ALONE = "the database was used before, but not with this key folder, which lacks {}: it may be a copy of another machine's"
SILENT = "the bot did not run from {} until {}, and messages came due meanwhile, or went out already if this machine was put back"
