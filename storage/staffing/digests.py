"""The daily digest of colleagues who asked for one: whose time has come, once a day of the organisation's clock."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from sqlalchemy import Connection, or_, select, update

from storage.keys import Keys
from storage.schema import staff, staff_chats
from storage.staffing import staff as colleagues
from storage.staffing.staff import ACTIVE, Staff


class Due(NamedTuple):
    """A digest whose time has come; `at` is the time they chose."""

    who: Staff
    lookup: bytes
    chat_id: int
    at: str


def due(db: Connection, keys: Keys, bot_id: int, local: dt.datetime) -> list[Due]:
    """Those of today that have not gone out yet; `local` is the time on the organisation's clock."""
    chats = staff_chats.c
    waits = or_(chats.digest_on.is_(None), chats.digest_on < local.date())
    come = (chats.bot_id == bot_id, chats.digest_at != "", chats.digest_at <= f"{local:%H:%M}", waits, staff.c.state == ACTIVE)
    where = select(chats.lookup, chats.sealed, chats.digest_at, chats.staff_id).join_from(staff_chats, staff).where(*come)
    return [
        Due(
            _read(db, row.staff_id), row.lookup, int(keys.open("staff_chats.sealed", row.lookup.hex(), row.sealed)), row.digest_at
        )
        for row in db.execute(where).all()
    ]


def take(db: Connection, bot_id: int, lookup: bytes, today: dt.date) -> bool:
    """Count today's as sent, or passed over; False when somebody else has."""
    chats = staff_chats.c
    mine = (chats.bot_id == bot_id, chats.lookup == lookup, or_(chats.digest_on.is_(None), chats.digest_on < today))
    return db.execute(update(staff_chats).where(*mine).values(digest_on=today)).rowcount == 1


def _read(db: Connection, staff_id: int) -> Staff:
    return colleagues.take(db.execute(select(staff).where(staff.c.id == staff_id)).one())
