"""A colleague's own chat, for what carries little risk. It is tied to them by a one-time code from the console."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, and_, delete, insert, select, update

from storage import audit, codes, upserts
from storage.keys import Keys
from storage.schema import bots, chat_codes, staff, staff_chats
from storage.staffing import staff as colleagues
from storage.staffing.second_factors import hash_code
from storage.staffing.staff import Staff

LIFE = dt.timedelta(minutes=15)
DOOR = "telegram"


def make_code(db: Connection, staff_id: int, now: dt.datetime) -> str:
    """A code to send to the bot within 15 minutes; the one before ends."""
    db.execute(delete(chat_codes).where((chat_codes.c.staff_id == staff_id) | (chat_codes.c.expires_at <= now)))
    code = codes.make()
    db.execute(insert(chat_codes).values(hash=hash_code(code), staff_id=staff_id, expires_at=now + LIFE))
    return code


def take_code(db: Connection, keys: Keys, code: str, bot_id: int, chat_id: int, now: dt.datetime) -> Staff | None:
    """Tie a chat to whoever made this code, which is used up; None when it does not count."""
    counts = and_(chat_codes.c.hash == hash_code(code), chat_codes.c.expires_at > now)
    used = db.scalars(delete(chat_codes).where(counts).returning(chat_codes.c.staff_id)).first()
    one = _find(db, bot_id, staff.c.id == used) if used is not None else None
    if one is None:
        return None
    lookup = keys.lookup(bot_id, DOOR, str(chat_id))
    sealed = keys.seal("staff_chats.sealed", lookup.hex(), str(chat_id).encode())
    row = {"bot_id": bot_id, "lookup": lookup, "staff_id": one.id, "sealed": sealed, "linked_at": now}
    made = upserts.insert(db, staff_chats).values(row | {"digest_at": "", "digest_on": None})
    db.execute(made.on_conflict_do_update(index_elements=["bot_id", "lookup"], set_=row | {"digest_at": "", "digest_on": None}))
    audit.note(db, _organisation(db, bot_id), one.code, "link-chat", one.code, now)
    return one


def find(db: Connection, lookup: bytes) -> Staff | None:
    """Whose chat this is, while they work here."""
    wanted = select(staff).join(staff_chats).where(staff_chats.c.lookup == lookup, staff.c.state == colleagues.ACTIVE)
    row = db.execute(wanted).first()
    return colleagues.take(row) if row else None


def chats(db: Connection, keys: Keys, bot_id: int, staff_id: int) -> list[int]:
    """The chats with this bot that are tied to somebody."""
    wanted = select(staff_chats.c.lookup, staff_chats.c.sealed)
    theirs = wanted.where(staff_chats.c.bot_id == bot_id, staff_chats.c.staff_id == staff_id)
    return [int(keys.open("staff_chats.sealed", row.lookup.hex(), row.sealed)) for row in db.execute(theirs)]


def count(db: Connection, staff_id: int) -> int:
    """How many chats are tied to somebody."""
    return len(db.execute(select(staff_chats.c.lookup).where(staff_chats.c.staff_id == staff_id)).all())


def unlink(db: Connection, staff_id: int, lookup: bytes | None = None) -> int:
    """Untie one chat, or all of somebody's; returns how many there were."""
    which = staff_chats.c.lookup == lookup if lookup is not None else staff_chats.c.lookup.is_not(None)
    return db.execute(delete(staff_chats).where(staff_chats.c.staff_id == staff_id, which)).rowcount


def set_digest(db: Connection, lookup: bytes, at: str) -> None:
    """When the daily digest goes to this chat, "08:30" by the organisation's clock; empty for never."""
    db.execute(update(staff_chats).where(staff_chats.c.lookup == lookup).values(digest_at=at, digest_on=None))


def _find(db: Connection, bot_id: int, which: object) -> Staff | None:
    theirs = and_(staff.c.organisation_id == _organisation(db, bot_id), staff.c.state == colleagues.ACTIVE)
    row = db.execute(select(staff).where(which, theirs)).first()  # type: ignore[arg-type]
    return colleagues.take(row) if row else None


def _organisation(db: Connection, bot_id: int) -> int:
    return int(db.scalars(select(bots.c.organisation_id).where(bots.c.id == bot_id)).one())
