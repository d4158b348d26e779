"""Days as XForms spell them, 2027-02-26."""

from __future__ import annotations

import datetime as dt


def day_in(value: str) -> dt.date | None:
    """The day `value` spells; None when it spells none."""
    try:
        return dt.date.fromisoformat(value) if len(value) == len("2027-02-26") else None
    except ValueError:
        return None


def day_bound(sign: str, value: str) -> dt.date | None:
    """The first or last day on that side of the day `value` spells; None when there is none."""
    day = day_in(value)
    try:
        return day and dt.date.fromordinal(day.toordinal() + (sign == ">") - (sign == "<"))
    except ValueError:
        return None
