"""What people settled about messages, and what they said of themselves to be kept with their record."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, select, update

from conversations.effects import Attention
from storage.schema import people, switches


def find(db: Connection, ids: Collection[int]) -> dict[int, Attention]:
    """The same for each of these people."""
    given: dict[int, set[str]] = {}
    on = select(switches.c.person_id, switches.c.purpose).where(switches.c.person_id.in_(ids), switches.c.given)
    for row in db.execute(on):
        given.setdefault(row.person_id, set()).add(row.purpose)
    kept = select(people.c.id, people.c.paused_until, people.c.quiet).where(people.c.id.in_(ids))
    return {row.id: Attention(frozenset(given.get(row.id, ())), row.paused_until, row.quiet) for row in db.execute(kept)}


def settle(db: Connection, changes: Sequence[tuple[int, Mapping[str, object]]]) -> None:
    """Write columns of `people` back: (id, column -> value). A partner is kept only where there is none yet."""
    for person, values in changes:
        where = [people.c.id == person]
        if "partner_id" in values:
            where.append(people.c.partner_id.is_(None))
        db.execute(update(people).where(*where).values(values))
