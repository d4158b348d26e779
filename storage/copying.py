"""Copying every row of a database into another, with counts and checksums that are the same on SQLite and PostgreSQL.

Rows travel in the form SQLite keeps them in: whole numbers, floats, text, bytes and nothing. What a moment or a yes is in
PostgreSQL is told by its columns.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    Engine,
    column,
    func,
    insert,
    inspect,
    select,
    table,
    text,
)

from storage.database import READING
from storage.schema import metadata

Row = Sequence[Any]
Say = Callable[[str, int], None]
"""Is told of a table and how many of its rows are done, every million of them."""

_AT_ONCE = 2_000  # rows
_EVERY = 1_000_000  # rows between two words to `Say`
_BITS = 128


class CopyError(Exception):
    """Two databases do not hold the same tables, or not the same rows; the message says which."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows a table has, and a checksum over them in whatever order they come."""

    rows: int
    checksum: str


@dataclass(slots=True)
class _Count:
    """A tally in the making. Sums do not mind the order, and two databases do not sort words alike."""

    rows: int = 0
    total: int = 0

    def pass_on(self, batches: Iterable[Sequence[Row]], said: Callable[[int], None]) -> Iterator[Sequence[Row]]:
        for batch in batches:
            for row in batch:
                digest = hashlib.blake2b(ascii(tuple(row)).encode(), digest_size=_BITS // 8).digest()
                self.total += int.from_bytes(digest)
            before, self.rows = self.rows, self.rows + len(batch)
            if self.rows // _EVERY > before // _EVERY:
                said(self.rows)
            yield batch

    def done(self) -> Tally:
        return Tally(self.rows, f"{self.total % (1 << _BITS):032x}")


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees the database as it is now, however long it takes, and keeps no writer waiting."""
    sqlite = engine.dialect.name == "sqlite"
    options = READING if sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as db:
        yield db


def tables(db: Connection) -> dict[str, list[str]]:
    """Every table of ours with its columns in order of the alphabet; those that others refer to come first."""
    look = inspect(db)
    names = [name for name, _ in look.get_sorted_table_and_fkc_names() if name and name in metadata.tables]
    return {name: sorted(one["name"] for one in look.get_columns(name)) for name in names}


def count(db: Connection, say: Say = lambda _table, _rows: None) -> dict[str, Tally]:
    """Every table's tally."""
    return {name: _pass(db, name, columns, say, _exhaust) for name, columns in tables(db).items()}


def copy(source: Connection, target: Connection, say: Say = lambda _table, _rows: None) -> dict[str, Tally]:
    """Put every row of `source` into the empty tables of `target`, of the same schema; returns what was copied.

    Raises CopyError when their tables differ.
    """
    ours, theirs = tables(source), tables(target)
    if ours != theirs:
        differ = {name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name)}
        msg = f"these tables are not the same in both: {', '.join(sorted(differ))}"
        raise CopyError(msg)
    write = _INTO[target.dialect.name]
    copied = {name: _pass(source, name, columns, say, partial(write, target, name, columns)) for name, columns in ours.items()}
    _number_on(target)
    return copied


def compare(wanted: Mapping[str, Tally], found: Mapping[str, Tally]) -> None:
    """Raises CopyError naming every table whose rows are not those that were wanted."""
    differ = [name for name in sorted({*wanted, *found}) if wanted.get(name) != found.get(name)]
    if differ:
        msg = f"these tables do not hold what they should: {', '.join(differ)}"
        raise CopyError(msg)


def _pass(db: Connection, name: str, columns: Sequence[str], say: Say, take: Callable[[Iterator[Sequence[Row]]], None]) -> Tally:
    counted = _Count()
    take(counted.pass_on(_read(db, name, columns), lambda rows: say(name, rows)))
    return counted.done()


def _exhaust(batches: Iterable[Sequence[Row]]) -> None:
    for _ in batches:
        pass


def _read(db: Connection, name: str, columns: Sequence[str]) -> Iterator[Sequence[Row]]:
    """The rows of a table in order of its key, so that they are written where they belong one after the other."""
    look = inspect(db)
    chosen: list[ColumnElement[Any]] = [column(one) for one in columns]
    wanted = select(*chosen).select_from(table(name))
    wanted = wanted.order_by(*map(column, look.get_pk_constraint(name)["constrained_columns"]))
    found = db.execute(wanted.execution_options(yield_per=_AT_ONCE)).partitions()
    if db.dialect.name == "sqlite":
        yield from found
        return
    kinds = {one["name"]: one["type"] for one in look.get_columns(name)}
    plain = [(at, form) for at, one in enumerate(columns) for kind, form in _FORMS.items() if isinstance(kinds[one], kind)]
    for batch in found:
        yield [_in_plain(row, plain) for row in batch]


def _in_plain(row: Row, plain: Iterable[tuple[int, Callable[[Any], Any]]]) -> Row:
    values = list(row)
    for at, form in plain:
        if values[at] is not None:
            values[at] = form(values[at])
    return values


def _moment(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _into_sqlite(db: Connection, name: str, columns: Sequence[str], batches: Iterable[Sequence[Row]]) -> None:
    statement = str(insert(table(name, *map(column, columns))).compile(dialect=db.dialect))
    for batch in batches:
        db.exec_driver_sql(statement, [tuple(row) for row in batch])


def _into_postgresql(db: Connection, name: str, columns: Sequence[str], batches: Iterable[Sequence[Row]]) -> None:
    """By COPY, as text: PostgreSQL makes of it what its columns want."""
    db.execute(text("SET LOCAL TIME ZONE 'UTC'"))  # moments travel without a zone
    quote = db.dialect.identifier_preparer.quote
    statement = f"COPY {quote(name)} ({', '.join(map(quote, columns))}) FROM STDIN"
    with db.connection.cursor() as cursor, cursor.copy(statement) as lines:  # type: ignore[attr-defined]
        for batch in batches:
            for row in batch:
                lines.write_row(row)


def _number_on(db: Connection) -> None:
    """Let PostgreSQL number new rows from where the copied ones end."""
    if db.dialect.name == "sqlite":
        return  # it looks at the highest number itself
    for name, columns in tables(db).items():
        if "id" in columns and (series := db.scalar(select(func.pg_get_serial_sequence(name, "id")))):
            last = db.scalar(select(func.max(column("id"))).select_from(table(name)))
            db.execute(select(func.setval(series, last or 1, last is not None)))


_INTO: dict[str, Callable[[Connection, str, Sequence[str], Iterable[Sequence[Row]]], None]] = {
    "sqlite": _into_sqlite,
    "postgresql": _into_postgresql,
}
"""How rows get into a database."""

_FORMS: dict[type, Callable[[Any], Any]] = {Boolean: int, DateTime: _moment, Date: dt.date.isoformat}
"""Kinds of column that PostgreSQL hands over in a form of its own -> the form SQLite keeps them in."""
