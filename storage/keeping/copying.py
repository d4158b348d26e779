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


@dataclass(frozen=True, slots=True)
class Shape:
    """A table as it is: its columns in order of the alphabet, its key, and what must be put in plain form, by place."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    plain: tuple[tuple[int, Callable[[Any], Any]], ...]


def shapes(db: Connection) -> list[Shape]:
    """Every table of ours; those that others refer to come first."""
    look = inspect(db)
    names = [name for name, _ in look.get_sorted_table_and_fkc_names() if name and name in metadata.tables]
    columns = {name: sorted(found, key=_name) for (_, name), found in look.get_multi_columns().items()}
    keys = {name: tuple(found["constrained_columns"]) for (_, name), found in look.get_multi_pk_constraint().items()}
    forms = {} if db.dialect.name == "sqlite" else _FORMS
    return [Shape(name, tuple(map(_name, columns[name])), keys[name], _plain(columns[name], forms)) for name in names]


def _name(column: Mapping[str, Any]) -> str:
    return str(column["name"])


def _plain(
    columns: Iterable[Mapping[str, Any]], forms: Mapping[type, Callable[[Any], Any]]
) -> tuple[tuple[int, Callable[[Any], Any]], ...]:
    return tuple((at, form) for at, one in enumerate(columns) for kind, form in forms.items() if isinstance(one["type"], kind))


def count(db: Connection, say: Say = lambda _table, _rows: None) -> dict[str, Tally]:
    """Every table's tally."""
    return {shape.name: _pass(db, shape, say, _exhaust) for shape in shapes(db)}


def copy(source: Connection, target: Connection, say: Say = lambda _table, _rows: None) -> dict[str, Tally]:
    """Put every row of `source` into the empty tables of `target`, of the same schema; returns what was copied.

    Raises CopyError when their tables differ.
    """
    ours = shapes(source)
    has, wanted = ({shape.name: shape.columns for shape in each} for each in (shapes(target), ours))
    if has != wanted:
        differ = {name for name in {*has, *wanted} if has.get(name) != wanted.get(name)}
        msg = f"these tables are not the same in both: {', '.join(sorted(differ))}"
        raise CopyError(msg)
    write = _INTO[target.dialect.name]
    copied = {shape.name: _pass(source, shape, say, partial(write, target, shape.name, shape.columns)) for shape in ours}
    _number_on(target, ours)
    return copied


def compare(wanted: Mapping[str, Tally], found: Mapping[str, Tally]) -> None:
    """Raises CopyError naming every table whose rows are not those that were wanted."""
    differ = [name for name in sorted({*wanted, *found}) if wanted.get(name) != found.get(name)]
    if differ:
        msg = f"these tables do not hold what they should: {', '.join(differ)}"
        raise CopyError(msg)


def _pass(db: Connection, shape: Shape, say: Say, take: Callable[[Iterator[Sequence[Row]]], None]) -> Tally:
    counted = _Count()
    take(counted.pass_on(_read(db, shape), lambda rows: say(shape.name, rows)))
    return counted.done()


def _exhaust(batches: Iterable[Sequence[Row]]) -> None:
    for _ in batches:
        pass


def _read(db: Connection, shape: Shape) -> Iterator[Sequence[Row]]:
    """The rows of a table in order of its key, so that they are written where they belong one after the other."""
    chosen: list[ColumnElement[Any]] = [column(one) for one in shape.columns]
    wanted = select(*chosen).select_from(table(shape.name)).order_by(*map(column, shape.key))
    for batch in db.execute(wanted.execution_options(yield_per=_AT_ONCE)).partitions():
        yield [_in_plain(row, shape.plain) for row in batch] if shape.plain else batch


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


def _number_on(db: Connection, copied: Iterable[Shape]) -> None:
    """Let PostgreSQL number new rows from where the copied ones end."""
    if db.dialect.name == "sqlite":
        return  # it looks at the highest number itself
    for shape in copied:
        if shape.key == ("id",) and (series := db.scalar(select(func.pg_get_serial_sequence(shape.name, "id")))):
            last = db.scalar(select(func.max(column("id"))).select_from(table(shape.name)))
            db.execute(select(func.setval(series, last or 1, last is not None)))


_INTO: dict[str, Callable[[Connection, str, Sequence[str], Iterable[Sequence[Row]]], None]] = {
    "sqlite": _into_sqlite,
    "postgresql": _into_postgresql,
}
"""How rows get into a database."""

_FORMS: dict[type, Callable[[Any], Any]] = {Boolean: int, DateTime: _moment, Date: dt.date.isoformat}
"""Kinds of column that PostgreSQL hands over in a form of its own -> the form SQLite keeps them in."""
