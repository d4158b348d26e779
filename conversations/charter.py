"""What an engagement owes those who answer: why it is asked, and who reads what they write, by when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from conversations.text import Text

_DAY = dt.timedelta(days=1)

READ_WITHIN = 5
READ_WITHIN_FOR_THE_YOUNG = 1
"""Working days, where the file names none. Whoever lets everyone answer may be written to by somebody under 18."""

OF_AGE = "adults"

LONGEST_WITHIN = 60


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
    """Who reads what people write, and within how many working days of the day they finished."""

    by: str = ""
    within_days: int = READ_WITHIN

    def due(self, day: dt.date, rests: Callable[[dt.date], bool]) -> dt.date:
        """The last day to read what was finished on `day`; `rests` says which days nobody works."""
        left = self.within_days
        while left:
            day += _DAY
            left -= not rests(day)
        return day

    def overdue(self, today: dt.date, rests: Callable[[dt.date], bool]) -> dt.date:
        """The last day of which what was finished should have been read before `today`."""
        day = today - self.within_days * _DAY
        while self.due(day, rests) >= today:
            day -= _DAY
        return day


def read_reading(table: Mapping[str, Any]) -> Reading:
    """What an engagement's checked table says of reading."""
    told = table.get("reading", {})
    usual = READ_WITHIN if table["audience"] == OF_AGE else READ_WITHIN_FOR_THE_YOUNG
    return Reading(told.get("by", ""), told.get("within_days", usual))
