"""Who is signed in. The cookie is a secret of 32 bytes, of which only a hash is kept."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, update

from storage.schema import signins, staff
from storage.staffing import staff as colleagues
from storage.staffing.staff import Staff

IDLE = dt.timedelta(minutes=30)
LONGEST = dt.timedelta(hours=12)
CONFIRMED_FOR = dt.timedelta(minutes=10)
_SEEN_EVERY = dt.timedelta(minutes=1)  # a page that is only looked at hardly ever writes


def begin(db: Connection, staff_id: int, now: dt.datetime) -> str:
    """Sign somebody in; returns the secret of their cookie. Sign-ins that are over go."""
    db.execute(delete(signins).where(or_(signins.c.begun_at <= now - LONGEST, signins.c.seen_at <= now - LONGEST)))
    token = secrets.token_urlsafe(32)
    db.execute(insert(signins).values(hash=_hash(token), staff_id=staff_id, begun_at=now, seen_at=now, confirmed_at=now))
    return token


def find(db: Connection, organisation_id: int, token: str, now: dt.datetime, *, hold: bool = False) -> Staff | None:
    """Whoever has this cookie, if it still counts. With `hold` they cannot be removed before this transaction's end."""
    alive = and_(signins.c.seen_at > now - IDLE, signins.c.begun_at > now - LONGEST)
    theirs = and_(staff.c.organisation_id == organisation_id, staff.c.state == colleagues.ACTIVE, colleagues.is_free(now))
    wanted = select(staff).join(signins).where(signins.c.hash == _hash(token), alive, theirs)
    row = db.execute(wanted.with_for_update(read=True, key_share=True, of=signins) if hold else wanted).first()
    return colleagues.take(row) if row else None


def is_confirmed(db: Connection, token: str, now: dt.datetime, within: dt.timedelta = CONFIRMED_FOR) -> bool:
    """Whether a code of the authenticator was shown a short while ago."""
    wanted = select(signins.c.hash).where(signins.c.hash == _hash(token), signins.c.confirmed_at > now - within)
    return db.execute(wanted).first() is not None


def confirm(db: Connection, token: str, now: dt.datetime) -> None:
    """A code of the authenticator was shown just now."""
    db.execute(update(signins).where(signins.c.hash == _hash(token)).values(confirmed_at=now))


def is_unseen(db: Connection, token: str, now: dt.datetime) -> bool:
    """Whether it is worth writing down that they are still there."""
    wanted = select(signins.c.hash).where(signins.c.hash == _hash(token), signins.c.seen_at <= now - _SEEN_EVERY)
    return db.execute(wanted).first() is not None


def touch(db: Connection, token: str, now: dt.datetime) -> None:
    """They are still there."""
    db.execute(update(signins).where(signins.c.hash == _hash(token), signins.c.seen_at < now).values(seen_at=now))


def end(db: Connection, token: str) -> None:
    """Sign out here."""
    db.execute(delete(signins).where(signins.c.hash == _hash(token)))


def end_all(db: Connection, staff_id: int, but: str = "") -> int:
    """Sign somebody out everywhere, or everywhere but here; returns how many sign-ins ended."""
    return db.execute(delete(signins).where(signins.c.staff_id == staff_id, signins.c.hash != _hash(but))).rowcount


def count(db: Connection, staff_id: int, now: dt.datetime) -> int:
    """In how many places somebody is signed in."""
    alive = (signins.c.seen_at > now - IDLE, signins.c.begun_at > now - LONGEST)
    return db.scalars(select(func.count()).select_from(signins).where(signins.c.staff_id == staff_id, *alive)).one()


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
