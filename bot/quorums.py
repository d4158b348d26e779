"""Warnings that a meeting may not be quorate: to its secretary's own chat, a week before it and two days before, each once.

Where that is a day on which nobody works, it is the working day before. Whoever has no chat finds it on the page Today.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection, update

from bot import access, letters
from bot.house import House
from conversations import quorum as forecasts
from conversations.effects import Say
from conversations.faces import line
from conversations.text import FALLBACK, NEXT_LINE, Line
from storage.broadcasting import groups
from storage.groups import quorum, waiting
from storage.groups.quorum import Meeting
from storage.groups.rules import Rules, is_working, last_working_day
from storage.letters import outbox
from storage.letters.outbox import NEVER_TWICE, REMINDER
from storage.schema import occasions
from storage.staffing import preferences, staff, staff_chats

log = structlog.get_logger()

LOOK_EVERY = 60.0  # seconds
DAYS = (waiting.WARNED.days, 2)
"""Before a meeting: from then on its secretary is warned."""
WORKING = range(9, 18)
"""The hours of the organisation's clock in which colleagues are."""


def warn(db: Connection, house: House, now: dt.datetime) -> int:
    """Warn of what has not been warned of yet; returns how many letters that makes."""
    here, nation = now.astimezone(house.zone), preferences.read(db, house.organisation_id).nation
    if here.hour not in WORKING or not is_working(nation, here.date()):
        return 0
    sent = 0
    for meeting, rules, found in quorum.to_warn(db, house.organisation_id, now, waiting.MOST_AHEAD):
        step = _step(meeting, here.date(), nation)
        chats = _chats(db, house, rules, now) if step else []
        if chats is None and _take(db, meeting, step):
            log.warning("a meeting may not be quorate, and nobody has a chat to be told in", meeting=meeting.code, days=step)
        elif chats and _take(db, meeting, step):
            said = Say(_words(db, house, meeting, forecasts.tell(found)))
            told = [letters.say(house, (None, chat), said, FALLBACK, now) for chat in chats]
            kept = [replace(letter, lane=REMINDER, policy=NEVER_TWICE) for letter in told]
            outbox.keep(db, house.keys, (house.organisation_id, house.bot_id), kept, now)
            sent += len(kept)
    return sent


def _step(meeting: Meeting, today: dt.date, nation: str) -> int:
    """Of DAYS the last that is reached; 0 before the first. One on which nobody works is reached on the working day before."""
    reached = (days for days in DAYS if today >= last_working_day(nation, meeting.day - dt.timedelta(days=days)))
    return min(reached, default=0)


def _chats(db: Connection, house: House, rules: Rules, now: dt.datetime) -> list[int] | None:
    """The secretary's chats with this bot, while they work here and may see groups. None: with no bot is there one."""
    who = staff.find(db, house.organisation_id, rules.secretary) if rules.secretary else None
    if who is None or who.state != staff.ACTIVE or not access.allows(who.role, "see-groups") or not staff_chats.count(db, who.id):
        return None
    return [] if who.is_locked(now) else staff_chats.chats(db, house.keys, house.bot_id, who.id)


def _take(db: Connection, meeting: Meeting, step: int) -> bool:
    """Count this warning as given; False when it, or a later one, has been."""
    before = occasions.c.warned.in_([0, *(days for days in DAYS if days > step)])
    return db.execute(update(occasions).where(occasions.c.id == meeting.id, before).values(warned=step)).rowcount == 1


def _words(db: Connection, house: House, meeting: Meeting, told: tuple[str, ...]) -> tuple[Line, ...]:
    named = next((one.name for one in groups.load(db, house.organisation_id) if one.id == meeting.group_id), "")
    starts = meeting.starts_at.astimezone(ZoneInfo(meeting.zone))
    first = (line("warn-quorum"), line("warn-quorum-which", group=named, starts=starts))
    return (*first, *(Line({FALLBACK: words}, parting=NEXT_LINE) for words in told), line("warn-quorum-do"))
