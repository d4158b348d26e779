"""Whether lived experience was in the room when something was decided."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import Connection, select

from conversations import quorum as arithmetic
from storage.groups import quorum
from storage.groups.quorum import Meeting
from storage.schema import decisions


class Presence(NamedTuple):
    """At how many of so many decisions somebody of lived experience was there; `unknown`: who came is not recorded."""

    present: int
    decided: int
    unknown: int = 0

    @property
    def percent(self) -> int | None:
        """None where nothing was decided."""
        return arithmetic.percent(self.present, self.decided) if self.decided else None

    def tell(self) -> str:
        """In a sentence, with its numbers."""
        told = "No decision was noted."
        if self.decided:
            some = "decision" if self.decided == 1 else "decisions"
            told = f"Lived experience was present at {self.percent} % of decisions ({self.present} of {self.decided} {some})."
        one = "1 more decision is" if self.unknown == 1 else f"{self.unknown} more decisions are"
        return told if not self.unknown else f"{told} {one} not counted: nobody recorded who came."


def measure(db: Connection, group_ids: Collection[int], since: dt.date, until: dt.date, now: dt.datetime) -> Presence:
    """Of the decisions of groups' meetings from one day to the day before another."""
    meetings = [one for one in quorum.past(db, group_ids, now, 1000) if since <= one.day < until]
    ids = [one.id for one in meetings]
    noted = Counter(db.scalars(select(decisions.c.occasion_id).where(decisions.c.occasion_id.in_(ids))))
    held = quorum.sit(db, [one for one in meetings if noted[one.id]], ended=True)
    there = {one.id for one in meetings if one.recorded_at and one.id in held and quorum.count(held[one.id]).lived}
    known = {one.id for one in meetings if one.recorded_at}
    return Presence(
        sum(noted[one] for one in there), sum(noted[one] for one in known), sum(noted[one] for one in ids if one not in known)
    )


def deciding(db: Connection, meetings: Iterable[Meeting]) -> list[Meeting]:
    """Those of which a decision is noted."""
    known = list(meetings)
    noted = set(db.scalars(select(decisions.c.occasion_id).where(decisions.c.occasion_id.in_([one.id for one in known]))))
    return [one for one in known if one.id in noted]
