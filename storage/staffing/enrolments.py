"""One-time links by which somebody chooses a password and an authenticator."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import Connection, and_, delete, insert, select, update

from storage import audit
from storage.keys import Keys
from storage.schema import enrolments, staff
from storage.staffing import second_factors
from storage.staffing import staff as colleagues
from storage.staffing.staff import Staff, StaffError

LIFE = dt.timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody chose: a password as it is kept, the authenticator's secret, and the step whose code they showed."""

    password: str
    secret: str
    step: int


def make(db: Connection, staff_id: int, now: dt.datetime) -> str:
    """The secret part of a new link; the one before ends."""
    db.execute(delete(enrolments).where((enrolments.c.staff_id == staff_id) | (enrolments.c.expires_at <= now)))
    token = secrets.token_urlsafe(32)
    db.execute(insert(enrolments).values(hash=_hash(token), staff_id=staff_id, expires_at=now + LIFE))
    return token


def find(db: Connection, organisation_id: int, token: str, now: dt.datetime) -> Staff | None:
    """Whose link this is, while it counts."""
    counts = and_(enrolments.c.hash == _hash(token), enrolments.c.expires_at > now)
    theirs = and_(staff.c.organisation_id == organisation_id, staff.c.state == colleagues.INVITED)
    row = db.execute(select(staff).join(enrolments).where(counts, theirs)).first()
    return colleagues.take(row) if row else None


def finish(db: Connection, keys: Keys, organisation_id: int, token: str, choice: Choice, now: dt.datetime) -> list[str]:
    """Use the link up; returns the recovery codes. Raises StaffError when the link does not count any more."""
    one = find(db, organisation_id, token, now)
    if one is None or db.execute(delete(enrolments).where(enrolments.c.hash == _hash(token))).rowcount != 1:
        msg = "This link has been used, or is older than three days. Ask for a new one."
        raise StaffError(msg)
    colleagues.close_doors(db, one.id)
    values = {"password": choice.password, "state": colleagues.ACTIVE, "failed": 0, "locked_until": None}
    db.execute(update(staff).where(staff.c.id == one.id).values(values))
    second_factors.keep_secret(db, keys, one, choice.secret, choice.step)
    audit.note(db, organisation_id, one.code, "enrol", one.code, now)
    return second_factors.renew_recovery_codes(db, one.id)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
