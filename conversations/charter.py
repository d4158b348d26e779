"""What an engagement owes those who answer: why it is asked, and who reads what they write, by when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from conversations.text import Text

_DAY = dt.timedelta(days=1)

LONGEST_WITHIN = 60

OF_AGE = "adults"
"""The audience in which nobody is under 18."""


@dataclass(frozen=True, slots=True)
class Charter:
    """Why it is asked: what it settles, who decides, what can and cannot change, when people hear back."""

    settles: Text
    decided_by: Text
    can_change: Text
    cannot_change: Text
    feedback_by: dt.date


@dataclass(frozen=True, slots=True)
class Reading:
    """Who reads what people write, and within how many working days; 0 where the organisation's own number holds."""

    by: str = ""
    within_days: int = 0


def due(day: dt.date, within: int, rests: Callable[[dt.date], bool]) -> dt.date:
    """The last day to read what was finished on `day`; `rests` says on which days nobody works."""
    while within:
        day += _DAY
        within -= not rests(day)
    return day


def overdue(today: dt.date, within: int, rests: Callable[[dt.date], bool]) -> dt.date:
    """The last day of which what was finished should have been read before `today`."""
    day = today - within * _DAY
    while due(day, within, rests) >= today:
        day -= _DAY
    return day
