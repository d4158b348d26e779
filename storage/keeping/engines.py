"""Engines without a loop, for work that goes through a whole database and has nothing else to do meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError

from storage.database import DatabaseError, diagnose, name_of, parse, tend


def connect_plainly(url: str) -> Engine:
    """Such an engine for `url`. Nothing is opened yet."""
    parsed = parse(url)
    if parsed.drivername.startswith("sqlite"):
        parsed = parsed.set(drivername="sqlite+pysqlite")
    engine = create_engine(parsed, hide_parameters=True)
    tend(engine)
    return engine


@contextmanager
def open_plainly(url: str, *, begin: bool = False) -> Iterator[Engine]:
    """The same once it answers, with whatever schema it has; with `begin` a missing SQLite file is made.

    Raises DatabaseError, saying what to do.
    """
    parsed, where = parse(url), name_of(url)
    engine = connect_plainly(url)
    try:
        if parsed.drivername.startswith("sqlite"):
            _place(Path(str(parsed.database)), begin=begin)
        with engine.connect():
            pass
    except (DBAPIError, OSError) as error:
        engine.dispose()
        msg = f"The database {where} does not open. {diagnose(url, error)}"
        raise DatabaseError(msg) from error
    try:
        yield engine
    finally:
        engine.dispose()


def _place(file: Path, *, begin: bool) -> None:
    if begin:
        file.parent.mkdir(parents=True, exist_ok=True)
    else:
        file.stat()
