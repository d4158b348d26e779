"""What is sealed in an installation, opened: by names of rows that are told here once more."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import Connection, LargeBinary, Select, select

from storage import schema
from storage.keeping import resealing
from storage.keys import Keys
from tests.keeping.installation import Installation
from tests.keeping.test_restoring import look

SHORTEST = 32  # bytes: whatever is shorter, or a hash, is not sealed


def read(home: Installation, columns: Collection[str] = resealing.SEALED) -> dict[str, list[str]]:
    """What is sealed, opened; raises UnopenedError for what does not open."""
    found: dict[str, list[str]] = look(home, lambda db: _read(db, home.keys, columns))
    return found


def _read(db: Connection, held: Keys, columns: Collection[str]) -> dict[str, list[str]]:
    s = schema
    names: dict[str, tuple[Select[Any], Callable[..., str]]] = {
        "addresses.sealed": (select(s.addresses.c.lookup, s.addresses.c.sealed), lambda lookup: lookup.hex()),
        "sessions.sealed": (select(s.sessions.c.code, s.sessions.c.sealed), str),
        "answers.sealed": (
            select(s.answers.c.engagement_id, s.answers.c.respondent, s.answers.c.step, s.answers.c.sealed),
            lambda engagement, who, step: f"{engagement}.{who.hex()}.{step}",
        ),
        "wishes.sealed": (
            select(s.people.c.code, s.wishes.c.engagement_id, s.wishes.c.step, s.wishes.c.sealed).join_from(s.wishes, s.people),
            lambda code, engagement, step: f"{code}.{engagement}.{step}",
        ),
        "outbox.sealed": (select(s.outbox.c.id, s.outbox.c.sealed), str),
        "failures.sealed": (select(s.failures.c.code, s.failures.c.sealed), str),
        "failures.trace": (select(s.failures.c.code, s.failures.c.trace), str),
        "people.name": (select(s.people.c.code, s.people.c.name), str),
        "staff.totp": (select(s.staff.c.code, s.staff.c.totp), str),
        "staff_chats.sealed": (select(s.staff_chats.c.lookup, s.staff_chats.c.sealed), lambda lookup: lookup.hex()),
        "readings.redacted": (
            select(s.readings.c.engagement_id, s.readings.c.respondent, s.readings.c.step, s.readings.c.redacted),
            lambda engagement, who, step: f"{engagement}.{who.hex()}.{step}",
        ),
        "occasions.joining": (select(s.occasions.c.code, s.occasions.c.joining), str),
        "needs.sealed": (select(s.people.c.code, s.needs.c.need, s.needs.c.sealed).join_from(s.needs, s.people), "{}.{}".format),
        "points.sealed": (select(s.points.c.code, s.points.c.sealed), str),
        "corrections.sealed": (select(s.corrections.c.code, s.corrections.c.sealed), str),
    }
    return {
        where: sorted(held.open(where, name(*row[:-1]), row[-1]).decode() for row in db.execute(wanted) if row[-1] is not None)
        for where, (wanted, name) in names.items()
        if where in columns
    }


def numbers(home: Installation) -> set[int]:
    """The lasting keys that anything lies under, in any column of bytes there is: no register is believed here."""

    def work(db: Connection) -> set[int]:
        every = (column for table in schema.metadata.sorted_tables for column in table.columns)
        wanted = (column for column in every if isinstance(column.type, LargeBinary))
        values = [bytes(value) for column in wanted for value in db.scalars(select(column)) if value is not None]
        return {int.from_bytes(value[2:4]) for value in values if value[:2] == b"\1\0" and len(value) > SHORTEST}

    found: set[int] = look(home, work)
    return found
