"""Opening a database only to look: nothing is made, changed or locked, and a running bot is not disturbed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import NullPool

from storage.database import parse

_PATIENCE = 5  # seconds


def is_there(url: str) -> bool:
    """Whether there is something to open; of a server that is not known before."""
    parsed = parse(url)
    return not parsed.drivername.startswith("sqlite") or Path(str(parsed.database)).exists()


@contextmanager
def look(url: str) -> Iterator[Connection]:
    """A connection that can only read. Raises DBAPIError, or DatabaseError for an address that is none."""
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _engine(url: str) -> Engine:
    parsed = parse(url)
    if not parsed.drivername.startswith("sqlite"):
        patience = {"connect_timeout": _PATIENCE, "options": "-c default_transaction_read_only=on"}
        return create_engine(parsed, connect_args=patience, poolclass=NullPool, hide_parameters=True)
    path = Path(str(parsed.database)).absolute()
    # Without a log beside it nobody writes to it; then SQLite is to lay none there either.
    at_rest = "" if path.with_name(path.name + "-wal").exists() else "&immutable=1"
    address = f"file:{quote(str(path))}?mode=ro{at_rest}"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(address, timeout=_PATIENCE, uri=True)

    return create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)
