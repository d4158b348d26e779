"""Who is signed in, by the hash of their cookie."""

from __future__ import annotations

import datetime as dt
import hashlib

from sqlalchemy import Connection, select

from storage.schema import signins, staff
from storage.staff import Staff


def find(db: Connection, token: str, _now: dt.datetime) -> Staff | None:
    """Whoever has this cookie."""
    wanted = select(staff).join(signins).where(signins.c.hash == hashlib.sha256(token.encode()).digest())
    row = db.execute(wanted.where(staff.c.state == "active")).first()
    return Staff(row.id, row.code, row.name, row.email, row.role, row.partner_id, row.state) if row else None
