"""Colleagues for tests of the road: taken in straight away, each with a chat of their own to link."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from storage import schema
from storage.staffing import staff_chats
from tests.road.colleagues import take_in
from tests.road.indoors import Indoors, Visitor


def colleague(home: Indoors, role: str = "officer", **more: Any) -> int:
    """A colleague with that role: their id."""
    made: int = home.do(lambda db: take_in(db, home.base, role, f"Sam {role}", **more))
    return made


def code_of(home: Indoors, staff_id: int) -> str:
    """A code to link a chat by, as the console makes it."""
    made: str = home.do(staff_chats.make_code, staff_id, home.base.clock.now())
    return made


def linked(home: Indoors, role: str = "officer", **more: Any) -> tuple[Visitor, int]:
    """A colleague in their own chat, and their id."""
    one, visitor = colleague(home, role, **more), home.person()
    home.take([visitor.types(f"/link {code_of(home, one)}")])
    return visitor, one


def change(home: Indoors, staff_id: int, **values: Any) -> None:
    home.do(lambda db: db.execute(update(schema.staff).where(schema.staff.c.id == staff_id).values(values)))


def chats(home: Indoors) -> list[Any]:
    found: list[Any] = home.do(lambda db: db.execute(select(schema.staff_chats)).all())
    return found


def audited(home: Indoors) -> list[tuple[str, str]]:
    """(who, what), oldest first."""
    rows: list[tuple[str, str]] = home.do(
        lambda db: [(row.who, row.what) for row in db.execute(select(schema.audit).order_by(schema.audit.c.id))]
    )
    return rows
