"""How long the offer of a place stands: in hours that are not quiet for that person, and never until the last moment."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from conversations.hours import Quiet, later, next_open

BEFORE = dt.timedelta(hours=1)
"""An offer ends so long before the start: whoever has it by then can still come."""

LEAST = dt.timedelta(hours=1)
"""To answer in. Where less is left, nothing is offered: a free place goes to whoever asks."""


def ends(now: dt.datetime, starts_at: dt.datetime, minutes: int, zone: ZoneInfo, quiet: Quiet) -> dt.datetime | None:
    """Until when somebody may answer an offer that goes out as soon as it may; None when that leaves them too little time."""
    told, last = next_open(now, zone, quiet), starts_at - BEFORE
    return min(later(told, dt.timedelta(minutes=minutes), zone, quiet), last) if told <= last - LEAST else None


def is_past(now: dt.datetime, starts_at: dt.datetime) -> bool:
    """Whether it is too late to offer anything to anybody."""
    return now > starts_at - BEFORE - LEAST
