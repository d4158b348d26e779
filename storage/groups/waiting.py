"""What of the groups waits for staff: meetings that may not be quorate, and what is past its day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection

from conversations.quorum import Forecast
from storage.broadcasting import groups
from storage.groups import minutes, points, quorum, rules
from storage.groups.quorum import Meeting
from storage.staffing import preferences

_BACK = dt.timedelta(days=120)
"""Nobody writes the minutes of what is longer ago."""

WARNED = dt.timedelta(days=7)
"""Before a meeting."""
MOST_AHEAD = WARNED.days + 7
"""Days; the second number is more than any row of days on which nobody works."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """All of it; groups by id, with their code and name."""

    groups: dict[int, tuple[str, str]]
    shaky: tuple[tuple[Meeting, Forecast], ...]  # from the day on which their secretary is warned
    points: dict[int, int]  # group -> how many are past their day
    minutes: tuple[tuple[Meeting, dt.date], ...]  # with the day they were due

    def __bool__(self) -> bool:
        """Whether anything waits."""
        return bool(self.shaky or self.points or self.minutes)


def find(db: Connection, organisation_id: int, now: dt.datetime, today: dt.date) -> Waiting:
    """What waits at this moment; a few queries where no group meets."""
    known = rules.of_all(db, organisation_id)
    if not known:
        return Waiting({}, (), {}, ())
    late: dict[int, int] = {}
    for one in points.overdue(db, organisation_id, today):
        late[one.group_id] = late.get(one.group_id, 0) + 1
    met = [one for one in quorum.past(db, known, now) if one.ends_at > now - _BACK]
    nation = preferences.read(db, organisation_id).nation
    shaky = tuple(
        (meeting, forecast)
        for meeting, _, forecast in quorum.to_warn(db, organisation_id, now, MOST_AHEAD)
        if today >= rules.last_working_day(nation, meeting.day - WARNED)
    )
    named = {one.id: (one.code, one.name) for one in groups.load(db, organisation_id)}
    return Waiting(named, shaky, late, tuple(minutes.overdue(db, organisation_id, met, today)))
