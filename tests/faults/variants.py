"""Bots under which something fails while a flag lies in their folder, and bots broken on purpose."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from bot import clock, turns, upkeep, waiting
from bot.arrivals import Arrival
from bot.desk import Desk
from bot.telegram import wire
from storage import database, engagements
from storage.engagements import Engagement
from storage.sqlite_file import SqliteFile
from tests.faults.disks import FLAG, WALL
from tests.road.variants import acknowledge_all, give_up_soon


def suffer(folder: str, pragma: str, well: str = "") -> None:
    """While the flag lies in `folder`, set this pragma of SQLite's in every transaction; otherwise set `well`."""
    give_up_soon()
    flag, begin = Path(folder) / FLAG, database._begin

    def begin_badly(connection: Connection) -> None:
        begin(connection)
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(f"PRAGMA {pragma if flag.exists() else well}")

    database._begin = begin_badly


def fill(folder: str) -> None:
    """No page more than there are: SQLITE_FULL."""
    suffer(folder, "max_page_count=1", "max_page_count=4294967294")


def forbid(folder: str) -> None:
    """SQLITE_READONLY."""
    suffer(folder, "query_only=1", "query_only=0")


def fill_and_acknowledge(folder: str) -> None:
    """The disk is full, and the bot tells Telegram that all is kept."""
    fill(folder)
    acknowledge_all()


def write_anywhere() -> None:
    """Commit without a look at whether the file is still there."""

    def check(self: SqliteFile, _connection: Connection) -> None:
        """Look at nothing."""

    SqliteFile._check = check  # type: ignore[method-assign]


def blame_the_person() -> None:
    """Take a key that cannot be kept for a fault in one conversation: apologise, and acknowledge."""
    turns._try = _try_anything
    waiting.is_trouble = lambda error: isinstance(error, DBAPIError)  # type: ignore[attr-defined]


def _try_anything(db: Connection, desk: Desk, lookup: bytes, one: Arrival) -> None:
    try:
        _try(db, desk, lookup, one)
    except OSError:
        turns._fail(desk, one, "deciding", "")


_try = turns._try


def wrong_wall(folder: str) -> None:
    """The computer's clock stands wrong by the seconds written in a file, and everything is looked at soon."""
    file = Path(folder) / WALL

    def wall() -> dt.datetime:
        return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=float(file.read_text()) if file.exists() else 0)

    clock.Clock.__init__.__kwdefaults__["wall"] = wall  # type: ignore[index]
    upkeep.LOOK_EVERY = 0.3  # type: ignore[assignment]
    wire.HEAR_EVERY = 0.1


def trust_the_wall(folder: str) -> None:
    """The same, of a bot that never compares its clock with another."""
    wrong_wall(folder)

    def hear(self: clock.Clock, date: str | None) -> None:
        """Listen to nobody."""
        del date
        self._waits = False

    clock.Clock.hear = hear  # type: ignore[method-assign]


def remember_what_was_open() -> None:
    """Take what was open once for open still, as a bot does that keeps the shelf in memory."""
    load, known = engagements.load, set[int]()

    def remember(db: Connection, organisation_id: int, *, lock: bool = False) -> dict[int, Engagement]:
        shelf = load(db, organisation_id, lock=lock)
        known.update(row for row, one in shelf.items() if one.state == engagements.OPEN)
        return {row: replace(one, state=engagements.OPEN) if row in known else one for row, one in shelf.items()}

    engagements.load = remember
