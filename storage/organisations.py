"""Organisations, their bots, and what the database remembers of its key file."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, insert, select, update

from storage import codes, upserts
from storage.keys import Keys, KeysError
from storage.schema import bots, organisations, settings


def settle(db: Connection, name: str, time_zone: str, now: dt.datetime) -> int:
    """The id of the one organisation this installation serves, made or renamed as the configuration says."""
    row = db.execute(select(organisations).order_by(organisations.c.id)).first()
    if row is None:
        values = {"code": codes.make(), "name": name, "time_zone": time_zone, "created_at": now}
        return int(db.scalars(insert(organisations).values(values).returning(organisations.c.id)).one())
    if (row.name, row.time_zone) != (name, time_zone):
        changed = update(organisations).where(organisations.c.id == row.id).values(name=name, time_zone=time_zone)
        db.execute(changed)
    return int(row.id)


def describe(db: Connection, organisation_id: int) -> tuple[str, str]:
    """An organisation's name and time zone."""
    one = organisations.c
    row = db.execute(select(one.name, one.time_zone).where(one.id == organisation_id)).one()
    return row.name, row.time_zone


def introduce(db: Connection, bot_id: int, organisation_id: int, username: str = "") -> None:
    """Know a bot by its number; its name is kept once Telegram has told it."""
    known = db.execute(select(bots.c.username).where(bots.c.id == bot_id)).first()
    if known is None:
        db.execute(insert(bots).values(id=bot_id, organisation_id=organisation_id, username=username))
    elif username and known.username != username:
        db.execute(update(bots).where(bots.c.id == bot_id).values(username=username))


def username(db: Connection, bot_id: int) -> str:
    """The bot's name in Telegram, or nothing when it has never been told."""
    return db.scalars(select(bots.c.username).where(bots.c.id == bot_id)).first() or ""


def is_new(db: Connection) -> bool:
    """Whether this database has never been used with a key file."""
    return db.execute(select(settings.c.value).where(settings.c.name == "keys")).first() is None


def match(db: Connection, keys: Keys) -> None:
    """Tie the database to its key file. Raises KeysError for the key file of another installation."""
    if is_new(db):
        db.execute(insert(settings).values(name="keys", value=keys.fingerprint))
    compare(db, keys)


def compare(db: Connection, keys: Keys) -> None:
    """Raises KeysError for the key file of another installation, and for a copy from before the keys were renewed."""
    wanted = settings.c.name.in_(("keys", "lasting key"))
    held = {row.name: row.value for row in db.execute(select(settings).where(wanted))}
    if held.get("keys", keys.fingerprint) != keys.fingerprint:
        msg = (
            f"The key file {keys.path} belongs to another database. Set storage.keys to the file that was made with "
            "this one, or put that file back. Nothing was changed."
        )
        raise KeysError(msg)
    if not keys.has(held.get("lasting key", keys.mark)):
        msg = (
            f"The key file {keys.path} is a copy from before the keys were renewed: it does not open what was kept since. "
            "Put the newest one back. Nothing was changed."
        )
        raise KeysError(msg)


def remember(db: Connection, keys: Keys) -> None:
    """Have the database know the key in use, to refuse a key file without it."""
    kept = upserts.insert(db, settings).values(name="lasting key", value=keys.mark)
    db.execute(kept.on_conflict_do_update(index_elements=["name"], set_={"value": kept.excluded.value}))
