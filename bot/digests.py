"""The daily digest, for colleagues who chose a time. It is nobody's attention that is budgeted: their work asks for it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from sqlalchemy import Connection

from bot import backstage, letters
from bot.house import House
from conversations.text import FALLBACK
from storage.letters import outbox
from storage.letters.outbox import NEVER_TWICE, REMINDER
from storage.staffing import digests

TOO_LATE = dt.timedelta(hours=3)
"""A digest that could not go out by then, as while the bot was off, is left out: nobody chose the time it would come at."""


def are_due(db: Connection, house: House, now: dt.datetime) -> bool:
    """Whether there is any to send."""
    return bool(digests.due(db, house.keys, house.bot_id, now.astimezone(house.zone)))


def send(db: Connection, house: House, now: dt.datetime) -> int:
    """Put today's digests that are due on the pile; returns how many."""
    local = now.astimezone(house.zone)
    sent = 0
    for one in digests.due(db, house.keys, house.bot_id, local):
        call = backstage.Call(db, house, one.who, one.lookup, now)
        if not digests.take(db, house.bot_id, one.lookup, local.date()):
            continue
        hour, minute = map(int, one.at.split(":"))
        chosen = local.replace(hour=hour, minute=minute, tzinfo=None)
        if local.replace(tzinfo=None) - chosen > TOO_LATE or one.who.is_locked(now) or not call.may("see-today"):
            continue
        said = letters.say(house, (None, one.chat_id), backstage.tell_today(call), FALLBACK, now)
        letter = replace(said, lane=REMINDER, policy=NEVER_TWICE)
        outbox.keep(db, house.keys, (house.organisation_id, house.bot_id), [letter], now)
        sent += 1
    return sent
