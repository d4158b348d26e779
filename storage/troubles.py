"""Why nothing can be kept just now, in words for whoever runs the bot: what happened, and what to do."""

from __future__ import annotations

import errno

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from storage.keys import KeysError

_KIND = 0xFF  # the lowest byte of SQLite's code is the kind of trouble; those above say where it was


def is_trouble(error: BaseException) -> bool:
    """Whether the disk, the connection or the key file failed, and not something about what was to be kept."""
    if isinstance(error, OSError | PoolTimeoutError | KeysError):
        return True
    return isinstance(error, DBAPIError) and not isinstance(error, DataError | IntegrityError)


def is_deadlock(error: DBAPIError) -> bool:
    """Whether two waited for one another, and nothing of this one was kept; done again it goes through."""
    return getattr(error.orig, "sqlstate", None) == "40P01"


def explain(error: BaseException) -> str:
    """What is wrong and what to do, by what the database or the system said; never what it was asked to write."""
    if isinstance(error, PoolTimeoutError):
        return SLOW
    if isinstance(error, DBAPIError):
        return _of_sqlite(error.orig) or _of_postgresql(error.orig) or f"{OTHER} ({type(error.orig).__name__})"
    if isinstance(error, OSError):
        return _of_system(error)
    if isinstance(error, KeysError):
        return str(error)
    return f"{OTHER} ({type(error).__name__})"


def _of_sqlite(error: object) -> str:
    code = getattr(error, "sqlite_errorcode", None)
    return "" if code is None else SQLITE.get(code & _KIND, f"{OTHER} (SQLite: {error})")


def _of_postgresql(error: object) -> str:
    if not hasattr(error, "sqlstate"):
        return ""
    state = str(getattr(error, "sqlstate", None) or _NO_ANSWER)
    return next((words for begins, words in POSTGRESQL.items() if state.startswith(begins)), f"{OTHER} (PostgreSQL: {state})")


def _of_system(error: OSError) -> str:
    if error.errno is None:
        return str(error)
    words = f"{error.strerror}: {error.filename}" if error.filename else str(error.strerror)
    return f"{SYSTEM.get(error.errno, OTHER)} ({words})"


_NO_ANSWER = "08000"  # PostgreSQL's own state for a connection that broke: then there is no state

KEPT = "Telegram keeps what people send for a day, and the bot goes on by itself afterwards."

FULL = f"The disk is full, so nothing can be kept. Make room on it. {KEPT}"
SLOW = f"The database does not answer. See that it runs, and that no other program holds it. {KEPT}"
HELD = f"Another program holds the database, so nothing can be kept. Stop that program, or wait until it is done. {KEPT}"
CLOSED = f"The database may only be read. Give the bot's user the right to write to it and to its folder. {KEPT}"
AWAY = f"The database cannot be opened. Put its file or folder back, with the right to use it. {KEPT}"
NO_FILE = f"A file that is needed cannot be opened. Put it or its folder back, with the right to use it. {KEPT}"
NO_RIGHT = f"A file may not be written. Give the bot's user the right to write to it and to its folder. {KEPT}"
HARMED = (
    "The database is damaged, so nothing more is written to it. Stop the bot, keep a copy of the database, and restore the "
    "last backup. Telegram keeps what people send for a day."
)
BROKEN_DISK = f"The disk does not take what is written: it is full, or it is failing. Make room, and look at its log. {KEPT}"
STRANGE = "The database is not the one the bot opened: something of it is missing. Stop the bot and see what was changed."
OTHER = f"Nothing can be kept just now. Look at the database's own log. {KEPT}"

SQLITE = {
    5: HELD, 6: HELD, 15: HELD,  # busy, locked, protocol
    8: CLOSED, 3: CLOSED, 23: CLOSED,  # read-only, no permission, not authorised
    10: BROKEN_DISK,
    11: HARMED, 26: HARMED,  # corrupt, not a database
    13: FULL,
    14: AWAY,
    1: STRANGE, 17: STRANGE,  # a missing table; a changed schema
}  # fmt: skip
"""SQLite's code -> words."""

POSTGRESQL = {
    "53100": FULL,
    "53300": "PostgreSQL takes no more connections. Raise its max_connections, or stop what else uses it. " + KEPT,
    "55P03": HELD, "40P01": HELD,  # lock not available, deadlock
    "25006": CLOSED, "42501": CLOSED,  # read-only transaction, no privilege
    "57P": SLOW, "08": SLOW,  # shutting down or starting up, connection
    "28": "PostgreSQL refuses this user or password. Check storage.url. " + KEPT,
    "3D000": "PostgreSQL has no database of that name. Check storage.url, or make it. " + KEPT,
    "42": STRANGE,
    "58": BROKEN_DISK, "XX": HARMED,
}  # fmt: skip
"""How PostgreSQL's state begins -> words; the first that fits."""

SYSTEM = {
    errno.ENOSPC: FULL, errno.EDQUOT: FULL, errno.EFBIG: FULL,
    errno.EACCES: NO_RIGHT, errno.EPERM: NO_RIGHT, errno.EROFS: NO_RIGHT,
    errno.EIO: BROKEN_DISK, errno.ENOENT: NO_FILE, errno.ENOTDIR: NO_FILE, errno.EISDIR: NO_FILE,
    errno.ECONNREFUSED: SLOW, errno.ECONNRESET: SLOW, errno.ETIMEDOUT: SLOW, errno.EPIPE: SLOW,
}  # fmt: skip
"""The system's code -> words."""
