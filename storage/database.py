"""Opening a database: SQLite through aiosqlite or PostgreSQL through psycopg, migrated to the schema of this program."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from storage import sqlite_build

sqlite_build.choose()

from alembic import command  # noqa: E402
from alembic.config import Config  # noqa: E402 - the SQLite build is chosen first
from alembic.migration import MigrationContext  # noqa: E402
from alembic.script import ScriptDirectory  # noqa: E402
from sqlalchemy import Connection, event, text  # noqa: E402
from sqlalchemy.engine import URL, make_url  # noqa: E402
from sqlalchemy.exc import ArgumentError, DBAPIError  # noqa: E402
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine  # noqa: E402

READING = {"withus_reading": True}
"""Execution option of a transaction that only reads: it does not take SQLite's one writer's place."""

_FILE = "sqlite:///"
_WAIT = 10_000  # ms a SQLite writer waits for another; PostgreSQL has its own


class DatabaseError(Exception):
    """The database cannot be used; the message says what to do."""


def parse(url: str) -> URL:
    """The URL with the driver this program uses. Raises DatabaseError for anything it does not know."""
    if url.startswith(_FILE):  # a path may hold what means something else in an address: ? # %
        return URL.create("sqlite+aiosqlite", database=url.removeprefix(_FILE))
    try:
        parsed = make_url(url)
    except ArgumentError:
        msg = "storage.url is not a database address; write sqlite:///data/withus.db or postgresql+psycopg://…"
        raise DatabaseError(msg) from None
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
    base = parsed.drivername.partition("+")[0]
    if base not in drivers:
        msg = f"storage.url begins with {parsed.drivername!r}; use sqlite:/// or postgresql+psycopg://"
        raise DatabaseError(msg)
    return parsed.set(drivername=drivers[base])


def connect(url: str) -> AsyncEngine:
    """An engine for `url`. Nothing is opened yet; folders of a SQLite file are made."""
    parsed = parse(url)
    if parsed.drivername.startswith("sqlite"):
        return _sqlite(parsed)
    return create_async_engine(parsed, pool_size=4, max_overflow=4, pool_pre_ping=True, hide_parameters=True)


def _sqlite(url: URL) -> AsyncEngine:
    if not url.database or url.database == ":memory:":
        msg = "storage.url names no file; write sqlite:///data/withus.db"
        raise DatabaseError(msg)
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(url, pool_size=4, max_overflow=0, hide_parameters=True)
    event.listen(engine.sync_engine, "connect", _prepare)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # BEGIN is ours: see _begin
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={_WAIT}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    """A writer takes its place at once: one that reads first and writes later fails at once when another wrote between."""
    reading = connection.get_execution_options().get("withus_reading")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def migrate(db: Connection) -> None:
    """Bring the schema to this program's. Raises DatabaseError when the database is newer than the program."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = db
    script = ScriptDirectory.from_config(config)
    at = MigrationContext.configure(db).get_current_revision()
    known = {revision.revision for revision in script.walk_revisions()}
    if at is not None and at not in known:
        msg = (
            f"This database was made by a newer version of With Us (its schema is {at!r}). "
            "Run that version, or restore a backup made by this one. Nothing was changed."
        )
        raise DatabaseError(msg)
    if at != script.get_current_head():
        command.upgrade(config, "head")


async def open_database(url: str) -> AsyncEngine:
    """An engine whose database answers and has this program's schema. Raises DatabaseError, saying what to do."""
    engine = connect(url)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(migrate)
            await connection.execute(text("SELECT 1"))
    except DBAPIError as error:
        await engine.dispose()
        msg = f"The database does not open: {error.orig}. Check storage.url and that the database runs."
        raise DatabaseError(msg) from error
    except BaseException:
        await engine.dispose()
        raise
    return engine
