"""Whether the day by which people hear what came of it still lies ahead, and not too far."""

from __future__ import annotations

import datetime as dt

from conversations.checking.problems import ADVICE, Findings
from conversations.checking.shapes import Table

LONGEST_WAIT = dt.timedelta(days=366)


def check(table: Table, today: dt.date, findings: Findings) -> None:
    """Note a `feedback_by` that is over, or more than a year away."""
    day = table["charter"]["feedback_by"]
    if day < today:
        what = f"feedback_by is in the past: {day}"
        findings.add(_PATH, what, "write the day by which people will hear what you did", ADVICE)
    elif day - today > LONGEST_WAIT:
        what = f"feedback_by is more than a year ahead: {day}"
        findings.add(_PATH, what, "tell people something sooner, or look at the year", ADVICE)


_PATH = ("charter", "feedback_by")
