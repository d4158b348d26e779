"""Opening a database: SQLite through aiosqlite or PostgreSQL through psycopg, migrated to the schema of this program."""

from __future__ import annotations

import asyncio
import os
from functools import cache
from pathlib import Path
from typing import Any

from storage import sqlite_build

sqlite_build.choose()

from alembic import command  # noqa: E402
from alembic.config import Config  # noqa: E402 - the SQLite build is chosen first
from alembic.migration import MigrationContext  # noqa: E402
from alembic.script import ScriptDirectory  # noqa: E402
from sqlalchemy import Connection, Engine, event, inspect  # noqa: E402
from sqlalchemy.engine import URL, make_url  # noqa: E402
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError  # noqa: E402
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine  # noqa: E402

from storage.schema import metadata  # noqa: E402
from storage.sqlite_file import LogGoneError, SqliteFile  # noqa: E402
from storage.troubles import explain  # noqa: E402

READING = {"withus_reading": True}
"""Execution option of a transaction that only reads: it does not take SQLite's one writer's place."""

_FILE = "sqlite:///"
_WAIT = 10_000  # ms a writer waits for another
_GLANCE = 1_000  # ms of one wait in SQLite: it cannot be broken off, and a bot that is told to stop has ten seconds
_PATIENCE = {
    "connect_timeout": 10,  # seconds, as the next two; then the number of tries; then milliseconds
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""How soon a PostgreSQL server that went without a word is given up. The system's own limits are hours."""


class DatabaseError(Exception):
    """The database cannot be used; the message says what to do."""


class OlderSchemaError(DatabaseError):
    """The database was made by an older version of this program and has not been upgraded yet."""


def parse(url: str) -> URL:
    """The URL with the driver this program uses. Raises DatabaseError for anything it does not know."""
    if "\0" in url:
        msg = "storage.url holds a character that no address has"
        raise DatabaseError(msg)
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


def connect(url: str, *, begin: bool = True) -> AsyncEngine:
    """An engine for `url`. Nothing is opened yet; with `begin` a missing SQLite file and its folders are made."""
    parsed = parse(url)
    if parsed.drivername.startswith("sqlite"):
        return _sqlite(parsed, begin=begin)
    patience = {name: value for name, value in _PATIENCE.items() if name not in parsed.query}
    engine = create_async_engine(
        parsed, pool_size=4, max_overflow=4, pool_pre_ping=True, hide_parameters=True, connect_args=patience
    )
    tend(engine.sync_engine)
    return engine


def _sqlite(url: URL, *, begin: bool) -> AsyncEngine:
    if not url.database or url.database == ":memory:":
        msg = "storage.url names no file; write sqlite:///data/withus.db"
        raise DatabaseError(msg)
    file = SqliteFile(Path(url.database), may_begin=begin)
    if begin:
        file.path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(url, pool_size=4, max_overflow=0, hide_parameters=True)
    tend(engine.sync_engine)
    file.watch(engine)
    return engine


def tend(engine: Engine) -> None:
    """Have every connection made ready; of SQLite, every writer takes its place at once."""
    if engine.dialect.name != "sqlite":
        event.listen(engine, "connect", _agree)
        return
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)


def _agree(connection: Any, _record: Any) -> None:
    """Wait no longer for a lock than SQLite does, for trouble nobody hears of is worse; and commit to the disk."""
    connection.autocommit = True  # what is set in a transaction would go with it
    cursor = connection.cursor()
    cursor.execute(f"SET lock_timeout = {_WAIT}")
    cursor.execute("SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'")
    cursor.close()
    connection.autocommit = False


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # BEGIN is ours: see _begin
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={min(_WAIT, _GLANCE)}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    """A writer takes its place at once: one that reads first and writes later fails at once when another wrote between."""
    if connection.get_execution_options().get("withus_reading"):
        connection.exec_driver_sql("BEGIN")
        return
    for glance in range(max(_WAIT // _GLANCE, 1), 0, -1):
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except OperationalError as error:
            if glance == 1 or getattr(error.orig, "sqlite_errorname", "") != "SQLITE_BUSY":
                raise
        else:
            return


def migrate(db: Connection, to: str = "head") -> None:
    """Bring the schema to this program's, or to an older one. Raises DatabaseError when it is newer than the program."""
    if pending(db):
        command.upgrade(_migrations(db), to)


def revision(db: Connection) -> str | None:
    """The schema a database has; None before the first."""
    at = MigrationContext.configure(db).get_current_revision()
    # The first schema was edited for a while before it was released: then it holds what the second brings.
    return "0002" if at == "0001" and inspect(db).has_table("pictures") else at


def pending(db: Connection) -> tuple[str, ...]:
    """The steps from the schema a database has to this program's. Raises DatabaseError when it is newer."""
    at = MigrationContext.configure(db).get_current_revision()
    steps = revisions()
    if at is None:
        return steps
    if at not in steps:
        msg = (
            f"This database was made by a newer version of With Us (its schema is {at!r}). "
            "Run that version, or restore a backup made by this one. Nothing was changed."
        )
        raise DatabaseError(msg)
    return steps[steps.index(at) + 1 :]


@cache  # reading them takes longer than all else that opens a database
def revisions() -> tuple[str, ...]:
    """Every schema this program knows, oldest first."""
    found = ScriptDirectory.from_config(_migrations()).walk_revisions()
    return tuple(one.revision for one in found)[::-1]


def _migrations(db: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = db
    return config


def _fill(db: Connection) -> None:
    """Make the tables of an empty database. Raises OlderSchemaError when there are some, and not yet this program's."""
    steps = pending(db)
    if steps and steps != revisions():
        raise OlderSchemaError(OLDER)
    migrate(db)


async def open_database(url: str, *, begin: bool = True) -> AsyncEngine:
    """An engine whose database answers and has this program's schema; with `begin`, an empty one is filled.

    Raises DatabaseError, saying what to do. A database that is not ours, or without `begin` not there, is left as it is.
    """
    where = name_of(url)
    try:
        engine = connect(url, begin=begin)
    except OSError as error:
        msg = f"The folder of {where} cannot be made: {explain(error)}"
        raise DatabaseError(msg) from error
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_recognise, where, begin)
            await connection.run_sync(_fill)
    except (DBAPIError, OSError) as error:
        await engine.dispose()
        msg = f"The database {where} does not open. {await asyncio.to_thread(diagnose, url, error)}"
        raise DatabaseError(msg) from error
    except BaseException:
        await engine.dispose()
        raise
    return engine


def _recognise(db: Connection, where: str, begin: bool) -> None:  # noqa: FBT001 - run_sync hands on no names
    """Raises DatabaseError when another program's tables are here, or none where there must be some."""
    tables = set(inspect(db).get_table_names())
    if tables >= OURS:
        return
    if tables & {"alembic_version", *metadata.tables} or (tables and db.dialect.name == "sqlite"):
        msg = f"The database {where} belongs to another program. Check storage.url. Nothing was changed."
        raise DatabaseError(msg)
    if not begin:
        raise DatabaseError(EMPTY.format(where))


def diagnose(url: str, error: DBAPIError | OSError) -> str:
    """What is wrong, more exactly than the driver knows."""
    parsed = parse(url)
    if not parsed.drivername.startswith("sqlite"):
        return f"{explain(error)} Check storage.url, and that PostgreSQL runs."
    path = Path(str(parsed.database))
    if path.is_dir():
        return "It is a folder. Check storage.url: it must name a file."
    if not path.exists():
        return MISSING
    if not os.access(path, os.R_OK | os.W_OK) or not os.access(path.parent, os.W_OK):
        return f"This user may not write to it. Give them the right to {path} and to its folder {path.parent.absolute()}."
    return explain(error)


def name_of(url: str) -> str:
    """A database by a name that may be read by anybody."""
    parsed = parse(url)
    return str(parsed.database) if parsed.drivername.startswith("sqlite") else parsed.render_as_string(hide_password=True)


async def take_stock(engine: AsyncEngine) -> None:
    """Have SQLite look at what its tables hold by now: by that it chooses its indexes. PostgreSQL does so by itself."""
    if engine.dialect.name == "sqlite":
        async with engine.begin() as connection:
            await connection.exec_driver_sql("PRAGMA analysis_limit = 400")
            await connection.exec_driver_sql("PRAGMA optimize = 0x10002")  # tables of any size, also those not asked for yet


async def recover(engine: AsyncEngine, error: BaseException) -> None:
    """After trouble: save what a write-ahead log held that was taken away, by closing all that still know it."""
    if isinstance(error, LogGoneError):
        await engine.dispose()  # whoever is in use closes when it is let go


OLDER = (
    "The database was made by an older version of With Us. Stop the bot, then run `python3 -m bot upgrade`: it makes a backup "
    "first. `run` does the same by itself. Nothing was changed."
)

OURS = {"alembic_version", "organisations", "settings"}
"""Tables that every schema of ours has had."""

MISSING = (
    "It is not there. Check storage.url, or put the file back, or restore a backup. "
    "If you want to begin anew, move the key file away first. Nothing was made."
)
EMPTY = (
    "The database {} is empty, and there is a key file, so this installation has been used before. Check storage.url, or "
    "restore a backup. If you want to begin anew, move the key file away first. Nothing was made."
)
