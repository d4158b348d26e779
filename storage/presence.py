"""Which processes are alive. PostgreSQL: each holds advisory locks that end with it. SQLite: there is one, by a lock file."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from storage.database import DatabaseError


def find_dead(db: Connection, claimers: Collection[str], me: str) -> set[str]:
    """Those of `claimers` whose process is gone."""
    others = {claimer for claimer in claimers if claimer != me}
    if db.dialect.name == "sqlite":
        return others
    probe = text("SELECT pg_try_advisory_xact_lock(:key)")  # nobody holds it: it is dead; held until this commits
    return {claimer for claimer in others if db.execute(probe, {"key": lock_number(claimer)}).scalar_one()}


def lock_number(name: str) -> int:
    """The number of the advisory lock that goes by a name."""
    return int.from_bytes(hashlib.blake2b(f"withus {name}".encode(), digest_size=8).digest(), signed=True)


def lock_beside(database: Path) -> Path:
    """The file whose lock the one process of a SQLite file holds."""
    return database.with_name(database.name + ".lock")


ALONE = lock_number("alone")
"""What every bot on a PostgreSQL database holds together with others, and whoever must be alone holds for itself."""
_NEXT = lock_number("next")


@contextmanager
def alone(engine: Engine) -> Iterator[None]:
    """Work while no bot runs on a database, and none can start. Raises DatabaseError when one does.

    Whoever also wants to be alone on PostgreSQL waits, however long it takes.
    """
    with (_alone_in_file if engine.dialect.name == "sqlite" else _alone_on_server)(engine):
        yield


@contextmanager
def _alone_in_file(engine: Engine) -> Iterator[None]:
    file = lock_beside(Path(str(engine.url.database)))
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(handle)
        yield
    finally:
        os.close(handle)


def _take(lock: int) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise DatabaseError(RUNNING) from None


@contextmanager
def _alone_on_server(engine: Engine) -> Iterator[None]:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        try:
            db.execute(text("SET lock_timeout = 0"))  # an upgrade may take an hour
            db.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _NEXT})
            if not db.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": ALONE}):
                raise DatabaseError(RUNNING)
            yield
        finally:
            db.execute(text("SELECT pg_advisory_unlock_all()"))
            db.invalidate()  # it has no lock_timeout


RUNNING = "A bot is running on this database. Stop it first, then run this again. Nothing was changed."
