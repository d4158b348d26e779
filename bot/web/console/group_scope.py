"""What the pages of reference groups share: which group and meeting an address names, and how a change is noted."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from starlette.exceptions import HTTPException

from bot import tongues
from bot.web.console.visits import Visit
from conversations.checking.care.reading_age import reading_age
from conversations.text import FALLBACK
from storage.broadcasting import groups
from storage.broadcasting.groups import Group
from storage.groups import quorum
from storage.groups.quorum import Meeting

HERE = "/console/groups"
HARD = 12
"""The reading age from which on staff are asked to write simpler."""


def find(db: Connection, visit: Visit) -> Group:
    """The group in the address. Raises HTTPException 404 when this organisation has none of that code."""
    group = groups.find(db, visit.organisation_id, visit.part("code"))
    if group is None:
        raise HTTPException(404)
    return group


def find_meeting(db: Connection, visit: Visit) -> tuple[Group, Meeting]:
    """The group and its meeting in the address. Raises HTTPException 404."""
    group = find(db, visit)
    meeting = quorum.find(db, visit.organisation_id, visit.part("meeting"))
    if meeting is None or meeting.group_id != group.id:
        raise HTTPException(404)
    return group, meeting


async def change(visit: Visit, what: str, work: Callable[[Connection, Group], str]) -> str:
    """Do something to the group in the address, and note it; returns what is said of it. Raises GroupError."""

    def whole(db: Connection) -> str:
        group = find(db, visit)
        said = work(db, group)
        visit.note(db, what, group.code)
        return said

    return await visit.write(whole)


async def change_meeting(visit: Visit, what: str, work: Callable[[Connection, Meeting], str]) -> str:
    """The same of a meeting."""

    def whole(db: Connection) -> str:
        _, meeting = find_meeting(db, visit)
        said = work(db, meeting)
        visit.note(db, what, meeting.code)
        return said

    return await visit.write(whole)


def when(visit: Visit, meeting: Meeting) -> str:
    """A meeting's day and time: "Tue 9 Dec 2026, 10:30"; its zone is named when it is not ours."""
    abroad = "" if ZoneInfo(meeting.zone) == visit.house.zone else f" ({meeting.zone})"
    return f"{tongues.day(meeting.day, FALLBACK)}, {meeting.local_at[11:]}{abroad}"


def advice(words: str) -> str:
    """What to know of words that members will read; nothing when they are plain."""
    age = reading_age(words.replace("!", ".").replace("?", ".").split("."))
    if age is None or age.least < HARD:
        return ""
    return f"These words ask for a reading age of about {round(age.likely)}. Shorter sentences and words help more people."
