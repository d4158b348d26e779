"""Once a year people are asked whether what is kept of what helps them is still right."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import Connection, exists, select

from storage.followups import planning
from storage.followups.planning import Due
from storage.followups.rules import REVIEW
from storage.schema import needs, people

AFTER = dt.timedelta(days=365)
AT = dt.time(10, tzinfo=dt.UTC)  # or when their quiet hours next end


def plan(db: Connection, person_ids: Collection[int], today: dt.date) -> None:
    """Have these people asked in a year; those nothing is kept of that may be used again, never."""
    planning.drop(db, person_ids=person_ids, kinds=[REVIEW])
    kept = exists(select(1).where(needs.c.person_id == people.c.id, needs.c.kept))
    rows = db.execute(select(people.c.id, people.c.organisation_id).where(people.c.id.in_(person_ids), kept)).all()
    day = today + AFTER
    at = dt.datetime.combine(day, AT)
    planning.plan(db, [Due(row.organisation_id, row.id, REVIEW, REVIEW, day, at) for row in rows])
