"""Kinds of column that mean the same on both databases."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, LargeBinary, String, TypeDecorator


class UTCDateTime(TypeDecorator[dt.datetime]):
    """An instant, aware and in UTC on both databases: SQLite hands naive ones back, PostgreSQL in its own zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Refuse naive instants; SQLite keeps them without their zone, which is always UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "a naive datetime is no instant"
            raise ValueError(msg)
        utc = value.astimezone(dt.UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        """Aware, whatever the driver returned."""
        if value is None:
            return None
        instant: dt.datetime = value
        return instant.replace(tzinfo=dt.UTC) if dialect.name == "sqlite" else instant.astimezone(dt.UTC)


Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only in an INTEGER primary key
Code = String(16)  # 80 random bits in base 32: how a row is named outside the database
Slug = String(40)  # a name its author gave: an engagement's, step's or option's id
Lookup = LargeBinary(16)  # keyed hash by which a sealed thing is found
CLUSTERED: dict[str, Any] = {"sqlite_with_rowid": False}
