"""Why a database cannot be used just now, in words for whoever runs the bot: what happened, and what to do."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

_BYTE = 0xFF  # the lowest byte of SQLite's code is the kind of trouble; those above say more of where it was


def explain(error: BaseException) -> str:
    """What is wrong and what to do, by what the database said; never what it was asked to write."""
    if isinstance(error, PoolTimeoutError):
        return SLOW
    if isinstance(error, DBAPIError):
        return _of_sqlite(error.orig) or _of_postgresql(error.orig) or f"{UNKNOWN} ({type(error.orig).__name__})"
    if isinstance(error, OSError):
        return _of_system(error)
    return f"{UNKNOWN} ({type(error).__name__})"


def _of_sqlite(error: object) -> str:
    code = getattr(error, "sqlite_errorcode", None)
    return "" if code is None else SQLITE.get(code & _BYTE, f"{UNKNOWN} (SQLite says: {error})")


def _of_postgresql(error: object) -> str:
    if not hasattr(error, "sqlstate"):
        return ""
    state = str(getattr(error, "sqlstate") or "08000")
    return next((words for begins, words in POSTGRESQL.items() if state.startswith(begins)), f"{UNKNOWN} (PostgreSQL says {state})")


def _of_system(error: OSError) -> str:
    words = str(error) if error.errno is None else f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return SYSTEM.get(error.errno or 0, "{}").format(words)
