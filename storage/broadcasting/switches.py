"""What people want to hear about: a switch for each purpose, off until they turn it on. Their last word counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select

from conversations import records
from storage.schema import switches
from storage.upserts import insert


def turn(db: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Turn switches; each row has `person_id`, `purpose`, `given`, `source`, `language` and `on_day`, the last of two counts."""
    if not rows:
        return
    latest = {(row["person_id"], row["purpose"]): dict(row) for row in rows}
    kept = insert(db, switches)
    anew = {name: kept.excluded[name] for name in ("given", "source", "language", "on_day")}
    db.execute(kept.on_conflict_do_update(index_elements=["person_id", "purpose"], set_=anew), list(latest.values()))


def of(db: Connection, person_id: int) -> dict[str, bool]:
    """Every purpose, and whether this person wants to hear about it: not before they say so."""
    said = select(switches.c.purpose, switches.c.given).where(switches.c.person_id == person_id)
    given = {row.purpose: row.given for row in db.execute(said)}
    return {purpose: given.get(purpose, False) for purpose in PURPOSES}


PURPOSES = dict(
    zip(records.PURPOSES, ("short polls", "invitations to take part", "reminders", "what came of it", "news"), strict=True)
)
"""What a message can be for -> how staff read it."""
