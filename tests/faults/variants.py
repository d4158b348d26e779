"""Bots under which something fails while a flag lies in their folder, and bots broken on purpose."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from storage import database
from tests.faults.disks import FLAG
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


def fit_nothing_and_acknowledge() -> None:
    """The same, of a bot whose files may not grow."""
    acknowledge_all()


def begin_deferred() -> None:
    """Read first and take the writer's place later, as SQLite does by itself: then it is too late to wait."""
    give_up_soon()
    database._begin = lambda connection: connection.exec_driver_sql("BEGIN") and None  # type: ignore[func-returns-value]


def write_anywhere() -> None:
    """Commit without a look at whether the file is still there."""
    database.SqliteFile._check = lambda self, connection: None  # type: ignore[method-assign]  # noqa: ARG005
