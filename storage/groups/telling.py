"""What members are told of their group's work: letters planned for them, each once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import Connection, select

from storage.followups import planning, rules
from storage.groups.quorum import Meeting
from storage.schema import followups


def tell(
    db: Connection,
    people: Collection[int],
    kind: str,
    about: str,
    now: dt.datetime,
    meeting: Meeting | None = None,
    turn: str = "",
) -> int:
    """Plan a letter of this kind for each of them who has never had it; `turn` tells one such letter from the next.

    Returns for how many.
    """
    rule = rules.name(kind, about, turn)
    had = set(db.scalars(select(followups.c.person_id).where(followups.c.rule == rule, followups.c.person_id.in_(people))))
    new = set(people) - had
    planning.tell(db, kind, new, meeting.id if meeting else None, about, now, turn)
    return len(new)
