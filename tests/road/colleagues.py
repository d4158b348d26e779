"""Colleagues, taken in without the pages of the console."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert

from bot.foundation import Foundation
from storage import codes, schema
from storage.staffing import staff_chats


def take_in(db: Connection, base: Foundation, role: str, name: str, **more: Any) -> int:
    """A colleague with that role, as if they had chosen their password already: their id."""
    now, code = base.clock.now(), codes.make()
    row = {
        "code": code, "organisation_id": base.house.organisation_id, "name": name, "email": f"{code}@example.org",
        "role": role, "state": "active", "reviewed_at": now, "created_at": now,
    }  # fmt: skip
    made: int = db.scalars(insert(schema.staff).values(row | more).returning(schema.staff.c.id)).one()
    return made


def take_in_with_code(db: Connection, base: Foundation, role: str, name: str) -> str:
    """The same, and a code to link a chat by. By the clock of `base`, which must be the bot's: a code lives for minutes."""
    return staff_chats.make_code(db, take_in(db, base, role, name), base.clock.now())
