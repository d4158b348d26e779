"""How fast Telegram let a bot send when it last did, so that a restart begins where it was."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, select

from storage import upserts
from storage.schema import paces


@dataclass(frozen=True, slots=True)
class Pace:
    """Messages a second; what the bot starts goes out only after `held_until`. `at` is when this was so."""

    pace: float
    held_until: dt.datetime | None
    at: dt.datetime


def keep(db: Connection, bot_id: int, pace: Pace) -> None:
    """Keep a bot's pace in place of the last."""
    row = {"pace": pace.pace, "held_until": pace.held_until, "at": pace.at}
    made = upserts.insert(db, paces).values(bot_id=bot_id, **row)
    db.execute(made.on_conflict_do_update(index_elements=["bot_id"], set_=row))


def find(db: Connection, bot_id: int) -> Pace | None:
    """The pace kept last."""
    row = db.execute(select(paces).where(paces.c.bot_id == bot_id)).one_or_none()
    return Pace(row.pace, row.held_until, row.at) if row else None
