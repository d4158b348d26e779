"""Sealing everything afresh under a new lasting key, and destroying the old ones once nothing lies under them any more.

An interruption leaves all readable, for what is sealed tells its key: done again, it goes on. Nobody may write meanwhile.
"""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    Row,
    Select,
    bindparam,
    func,
    inspect,
    literal_column,
    select,
    tuple_,
    update,
)

from storage import audit, organisations, schema
from storage.keeping.copying import Say
from storage.keys import HEAD, Keys, is_daily
from storage.schema import (
    addresses,
    answers,
    corrections,
    failures,
    metadata,
    needs,
    occasions,
    outbox,
    people,
    points,
    readings,
    sessions,
    staff,
    staff_chats,
    wishes,
)
from storage.unopened import UnopenedError

_AT_ONCE = 5_000  # rows of a transaction
_EVERY = 100_000  # rows between two words to `Say`
_ENOUGH = 20  # rows that do not open: one may be damaged, so many lie under another key


@dataclass(frozen=True, slots=True)
class Renewer:
    """Who renews the keys and when, and whether what does not open any more may go with the old ones."""

    who: str
    now: dt.datetime
    let_go: bool = False


@dataclass(frozen=True, slots=True)
class Renewed:
    """What came of it: the key in use, how much was sealed afresh, how much does not open, and the keys destroyed."""

    key: int
    rows: int
    shut: int
    destroyed: tuple[int, ...]


def renew(engine: Engine, keys: Keys, renewer: Renewer, say: Say) -> Renewed:
    """Bring everything under a new lasting key; a renewal that was begun is carried on with.

    The old keys stay while anything lies under them that does not open.
    """
    if len(keys.lasting) == 1:
        keys.add_lasting(renewer.now.date())
    with engine.begin() as db:
        organisations.remember(db, keys)
    rows = sum(_reseal(engine, keys, where, say) for where in SEALED)
    _sweep(engine)
    *old, new = keys.lasting.values()
    with engine.begin() as db:
        shut = sum(count(db)[head] for head in _old(keys))
        if shut and not renewer.let_go:
            return Renewed(new, rows, shut, ())
        for organisation in db.scalars(select(schema.organisations.c.id)).all():
            audit.note(db, organisation, renewer.who, "renew keys", f"key {new}", renewer.now)
    keys.destroy_older()
    return Renewed(new, rows, shut, tuple(old))


def _there(db: Connection) -> list[str]:
    """The sealed columns that this database has: a backup may be of before some of them were."""
    known = inspect(db)
    tables = {name: {one["name"] for one in known.get_columns(name)} for name in known.get_table_names()}
    return [where for where in SEALED if _column(where).name in tables.get(_column(where).table.name, ())]


def count(db: Connection) -> Counter[bytes]:
    """How many sealed things begin with which bytes."""
    found = Counter[bytes]()
    for where in _there(db):
        column = _column(where)
        counted = select(_head(column), func.count()).where(column.is_not(None)).group_by(_head(column))
        found.update({bytes(head): number for head, number in db.execute(counted)})
    return found


def find_shut(db: Connection, keys: Keys) -> list[str]:
    """The columns of which something lies under a lasting key that is not in the file. Those of days are another matter."""
    shut = []
    for where in _there(db):
        column = _column(where)
        heads = [bytes(head) for head in db.scalars(select(_head(column)).where(column.is_not(None)).distinct())]
        some = [db.execute(_wanted(where, [head]).limit(_ENOUGH)).all() for head in heads if not is_daily(head)]
        if not all(any(_open(keys, where, row) is not None for row in rows) for rows in some):
            shut.append(where)
    return shut


def _reseal(engine: Engine, keys: Keys, where: str, say: Say) -> int:
    """Go through a column in order of its table's key, a transaction for some rows; returns how many were sealed afresh."""
    table, done, after = _column(where).table, 0, None
    mine = [column == bindparam(f"key_{column.name}") for column in table.primary_key]
    change = update(table).where(*mine).values({_column(where).name: bindparam("fresh")})
    while True:
        with engine.begin() as db:
            rows = db.execute(_wanted(where, _old(keys), after).limit(_AT_ONCE)).all()
            if fresh := [_renewed(keys, where, row, inside) for row in rows if (inside := _open(keys, where, row)) is not None]:
                db.execute(change, fresh)
        if (done + len(fresh)) // _EVERY > done // _EVERY:
            say(where, done + len(fresh))
        done += len(fresh)
        if len(rows) < _AT_ONCE:
            return done
        after = _key(where, rows[-1])


def _wanted(where: str, heads: Collection[bytes], after: Sequence[Any] | None = None) -> Select[Any]:
    """Rows of a column that begin with one of `heads`: the table's key, what is sealed, and what names the row."""
    column = _column(where)
    source: Any = column.table
    for other in {part.table for part in SEALED[where]} - {column.table}:
        source = source.join(other)
    key = list(column.table.primary_key)
    wanted = select(*(one.label(f"key_{one.name}") for one in key), column.label("inside"), *_names(where))
    wanted = wanted.select_from(source).where(_head(column).in_(heads)).order_by(*key)
    return wanted if after is None else wanted.where(tuple_(*key) > tuple_(*after))


def _names(where: str) -> list[ColumnElement[Any]]:
    return [part.label(f"name_{number}") for number, part in enumerate(SEALED[where])]


def _open(keys: Keys, where: str, row: Row[Any]) -> bytes | None:
    try:
        return keys.open(where, _name(where, row), bytes(row.inside))
    except UnopenedError:
        return None


def _renewed(keys: Keys, where: str, row: Row[Any], inside: bytes) -> dict[str, Any]:
    key = zip(_column(where).table.primary_key, _key(where, row), strict=True)
    return {f"key_{one.name}": value for one, value in key} | {"fresh": keys.seal(where, _name(where, row), inside)}


def _key(where: str, row: Row[Any]) -> tuple[Any, ...]:
    return tuple(row[: len(_column(where).table.primary_key)])


def _name(where: str, row: Row[Any]) -> str:
    parts = row[-len(SEALED[where]) :]
    return ".".join(bytes(part).hex() if isinstance(part, bytes | memoryview) else str(part) for part in parts)


def _old(keys: Keys) -> list[bytes]:
    return list(keys.lasting)[:-1]


def _head(column: Column[Any]) -> ColumnElement[bytes]:
    first, length = literal_column("1", Integer), literal_column(str(HEAD), Integer)  # PostgreSQL takes no values where it groups
    return func.substr(column, first, length, type_=LargeBinary)


def _column(where: str) -> Column[Any]:
    table, name = where.split(".")
    return metadata.tables[table].c[name]


def _sweep(engine: Engine) -> None:
    """Have the database give up its old pages, in which what lay under the old keys still stands."""
    with closing(engine.raw_connection()) as raw:
        _SWEEP[engine.dialect.name](raw.driver_connection, engine)


def _sweep_sqlite(connection: Any, engine: Engine) -> None:
    """By way of a file beside: VACUUM by itself takes as much memory as the database is long, in builds such as ours."""
    beside = Path(f"{engine.url.database}{BESIDE}")
    beside.unlink(missing_ok=True)  # of one that was interrupted
    try:
        os.close(os.open(beside, os.O_WRONLY | os.O_CREAT, 0o600))
        connection.execute("VACUUM INTO ?", (str(beside),))
        with closing(type(connection)(str(beside))) as fresh:
            fresh.backup(connection)
    finally:
        beside.unlink(missing_ok=True)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _sweep_postgresql(connection: Any, _engine: Engine) -> None:
    connection.autocommit = True
    for table in sorted({_column(where).table.name for where in SEALED}):
        connection.execute(f"VACUUM FULL {table}")
    connection.autocommit = False


_SWEEP: dict[str, Callable[[Any, Engine], None]] = {"sqlite": _sweep_sqlite, "postgresql": _sweep_postgresql}
"""How a database gives up its old pages."""

BESIDE = ".renewing"

SEALED: dict[str, tuple[Column[Any], ...]] = {
    "addresses.sealed": (addresses.c.lookup,),
    "sessions.sealed": (sessions.c.code,),
    "answers.sealed": (answers.c.engagement_id, answers.c.respondent, answers.c.step),
    "wishes.sealed": (people.c.code, wishes.c.engagement_id, wishes.c.step),
    "outbox.sealed": (outbox.c.id,),
    "failures.sealed": (failures.c.code,),
    "failures.trace": (failures.c.code,),
    "people.name": (people.c.code,),
    "staff.totp": (staff.c.code,),
    "staff_chats.sealed": (staff_chats.c.lookup,),
    "readings.redacted": (readings.c.engagement_id, readings.c.respondent, readings.c.step),
    "occasions.joining": (occasions.c.code,),
    "needs.sealed": (people.c.code, needs.c.need),
    "points.sealed": (points.c.code,),
    "corrections.sealed": (corrections.c.code,),
}
"""Every sealed column -> what names its row where it is sealed: these values, bytes in hexadecimal, joined by dots."""
