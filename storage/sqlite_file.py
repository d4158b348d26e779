"""The files of a SQLite database: never made by mistake, and watched, so that nothing is written into one that has gone.

SQLite goes on writing into a file that was moved or deleted, and what it writes there is lost.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiosqlite
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry

_Place = tuple[int, int]  # device and inode


class AdriftError(OSError):
    """The database's file is not where it was opened; the message says what to do."""


class LogGoneError(AdriftError):
    """Only the write-ahead log was taken away: what it held is still known, and closing every connection saves it."""


class SqliteFile:
    """One SQLite file and its write-ahead log, as the connections of one engine opened them."""

    def __init__(self, path: Path, *, may_begin: bool) -> None:
        self.path = path
        self._may_begin = may_begin
        self._file: _Place | None = None
        self._log: _Place | None = None
        self._connections = 0

    def watch(self, engine: AsyncEngine) -> None:
        """Look after every connection of `engine`."""
        event.listen(engine.sync_engine, "do_connect", self._aim)
        event.listen(engine.sync_engine, "connect", self._count_in)
        event.listen(engine.sync_engine, "close", self._count_out)
        event.listen(engine.sync_engine, "begin", self._note)
        event.listen(engine.sync_engine, "commit", self._check)
        event.listen(engine.sync_engine, "checkin", self._let_go)

    def _aim(self, _dialect: Any, _record: Any, arguments: list[Any], named: dict[str, Any]) -> None:
        if self._file and _place(self.path) != self._file:
            raise AdriftError(self._gone())
        if self._log_is_gone():  # one more log beside the old one would mix them up
            raise LogGoneError(LOG_GONE.format(self._log_path))
        mode = "rwc" if self._may_begin and not self._file else "rw"
        arguments[0] = f"file:{quote(str(self.path.absolute()))}?mode={mode}"
        named["uri"] = True
        named["async_creator_fn"] = _connect

    def _count_in(self, _connection: Any, _record: Any) -> None:
        self._connections += 1
        self._file = self._file or _place(self.path)

    def _count_out(self, _connection: Any, _record: Any) -> None:
        self._connections -= 1
        if not self._connections:  # the last to close takes the log away, and the next makes another
            self._log = None

    def _note(self, _connection: Connection) -> None:
        self._log = self._log or _place(self._log_path)

    def _check(self, _connection: Connection) -> None:
        """Raises AdriftError instead of a commit that nobody would find again."""
        if _place(self.path) != self._file:
            raise AdriftError(self._gone())
        if self._log_is_gone():
            raise LogGoneError(LOG_GONE.format(self._log_path))

    def _let_go(self, _connection: Any, record: ConnectionPoolEntry) -> None:
        if self._log_is_gone() and _place(self.path) == self._file:  # as long as one is open, no other may be opened
            record.invalidate()

    def _log_is_gone(self) -> bool:
        return self._log is not None and _place(self._log_path) != self._log

    @property
    def _log_path(self) -> Path:
        return self.path.with_name(self.path.name + "-wal")

    def _gone(self) -> str:
        return (REPLACED if self.path.exists() else GONE).format(self.path)


async def _connect(path: str, **named: Any) -> aiosqlite.Connection:
    """As SQLAlchemy does it; but when a file does not open, its thread has ended before the loop it answers to is closed."""
    connection = aiosqlite.connect(path, **named)
    thread = connection._thread  # noqa: SLF001 - aiosqlite leaves it running, and it ends with a traceback
    thread.daemon = True
    try:
        return await connection
    except BaseException:
        thread.join()
        raise


def _place(path: Path) -> _Place | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - at every commit, and a Path costs as much again
    except OSError:
        return None
    return found.st_dev, found.st_ino


GONE = (
    "The database file {} was moved or deleted while the bot ran. Nothing more is taken in, and Telegram keeps what people "
    "send for a day. Move the file back to its place, and the bot goes on by itself. If it is lost, restore a backup."
)
REPLACED = (
    "The database file {} was replaced by another while the bot ran. Nothing more is taken in, and Telegram keeps what "
    "people send for a day. If the new file is the right one, stop the bot and start it again."
)
LOG_GONE = (
    "The file {} was taken away while the bot ran. It belongs to the database and holds the newest answers: leave it alone. "
    "The bot still knows what was in it, saves that, and goes on by itself."
)
