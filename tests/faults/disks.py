"""Disks and databases made to fail from outside, under a bot that runs."""

from __future__ import annotations

import os
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from tests import postgres
from tests.road.house import House

FLAG = "fault"
"""A file in a house's folder: while it is there, a bot raised with one of `tests.faults.variants` suffers its fault."""

WALL = "wall"
"""A file in a house's folder: the seconds by which its computer's clock is wrong."""


def file_of(house: House) -> Path:
    """The file of a SQLite house."""
    return Path(str(make_url(house.database).database))


def is_sqlite(house: House) -> bool:
    return house.database.startswith("sqlite")


def whole(house: House) -> str:
    """What SQLite finds when it looks its file over: "ok" when it is whole."""
    with sqlite3.connect(file_of(house)) as db:
        return str(db.execute("PRAGMA integrity_check").fetchone()[0])


@contextmanager
def administration() -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A connection to the PostgreSQL server beside any house's database."""
    server = os.environ[postgres.GIVEN].replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(server, autocommit=True) as connection:
        yield connection


@contextmanager
def inside(house: House) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A connection to the house's own PostgreSQL database."""
    with psycopg.connect(house.database.replace("postgresql+psycopg://", "postgresql://", 1), autocommit=True) as connection:
        yield connection


@contextmanager
def flagged(house: House) -> Iterator[None]:
    """Let a bot of `tests.faults.variants` suffer its fault."""
    flag = house.folder / FLAG
    flag.touch()
    try:
        yield
    finally:
        flag.unlink()


@contextmanager
def full(house: House) -> Iterator[None]:
    """No room in the database: SQLite is out of pages, PostgreSQL finds no space in the middle of a transaction."""
    if is_sqlite(house):
        _use_up(house)
        with flagged(house):
            yield
        return
    with inside(house) as db:
        db.execute(
            "CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
            "'could not extend file \"base/1/1\": No space left on device' USING ERRCODE = '53100'; END $$"
        )
        for table in ("answers", "outbox"):  # in the middle of a turn, and at its end
            db.execute(f"CREATE TRIGGER no_space BEFORE INSERT ON {table} EXECUTE FUNCTION no_space()".encode())
        yield
        db.execute("DROP FUNCTION no_space CASCADE")


def _use_up(house: House) -> None:
    """Fill the pages that are free inside the file, so that the next answer needs another."""
    with sqlite3.connect(file_of(house), timeout=20, isolation_level=None) as db:
        free, size = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("freelist_count", "page_size"))
        db.execute("CREATE TABLE filler (bytes BLOB)")
        db.execute("INSERT INTO filler VALUES (zeroblob(?))", [free * size])


@contextmanager
def nothing_fits(house: House) -> Iterator[None]:
    """No file of the bot's may be written at all, its own log included."""
    _, hard = resource.prlimit(house.pid, resource.RLIMIT_FSIZE)
    before = resource.prlimit(house.pid, resource.RLIMIT_FSIZE, (1, hard))
    try:
        yield
    finally:
        resource.prlimit(house.pid, resource.RLIMIT_FSIZE, before)


@contextmanager
def read_only(house: House) -> Iterator[None]:
    """Whoever writes is refused: root, whom no file mode stops, included."""
    if is_sqlite(house):
        with flagged(house):
            yield
        return
    name = make_url(house.database).database
    with administration() as db:
        db.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on".encode())
        _throw_out(db, name)
        yield
        db.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only".encode())
        _throw_out(db, name)


@contextmanager
def vanished(house: House) -> Iterator[None]:
    """The database is not where it was, and comes back."""
    if is_sqlite(house):
        file = file_of(house)
        away = file.with_name("elsewhere.db")
        file.rename(away)
        try:
            yield
            assert not file.exists(), "something was made in the place of the database"
        finally:
            away.rename(file)
        return
    name = make_url(house.database).database
    with administration() as db:
        _rename(db, name, f"{name}_away")
        yield
        _rename(db, f"{name}_away", name)


def _rename(db: psycopg.Connection[tuple[object, ...]], name: str | None, new: str | None) -> None:
    db.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false".encode())
    _throw_out(db, name)
    while db.execute("SELECT 1 FROM pg_stat_activity WHERE datname = %s", [name]).fetchone():
        pass
    db.execute(f"ALTER DATABASE {name} RENAME TO {new}".encode())
    db.execute(f"ALTER DATABASE {new} WITH ALLOW_CONNECTIONS true".encode())


def _throw_out(db: psycopg.Connection[tuple[object, ...]], name: str | None) -> None:
    db.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])


@contextmanager
def shut(house: House) -> Iterator[None]:
    """Nobody gets in: the SQLite file is held, and PostgreSQL throws everybody out of the database."""
    if is_sqlite(house):
        with locked(house):
            yield
        return
    name = make_url(house.database).database
    with administration() as db:
        db.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false".encode())
        _throw_out(db, name)
        try:
            yield
        finally:
            db.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true".encode())


@contextmanager
def locked(house: House) -> Iterator[None]:
    """Another program keeps everybody from writing."""
    if is_sqlite(house):
        held = sqlite3.connect(file_of(house), isolation_level=None)
        held.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            held.rollback()
            held.close()
        return
    with inside(house) as db, db.transaction():
        db.execute("LOCK TABLE people, sessions, outbox IN ACCESS EXCLUSIVE MODE")
        yield
