"""What stays of people who are forgotten: that so many came, and nothing that leads to anybody."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, func, select, update

from storage.events.deputies import NOBODYS
from storage.schema import occasions, places


def keep(db: Connection, person_ids: Collection[int]) -> None:
    """Before their places go: they are counted among those who came, and whoever stands in for them stands in for nobody.

    The id of a place may be given out again.
    """
    theirs = select(places.c.id).where(places.c.person_id.in_(person_ids))
    db.execute(update(places).where(places.c.deputy_of.in_(theirs)).values(deputy_of=NOBODYS))
    came = select(places.c.occasion_id, func.count().label("number")).where(places.c.person_id.in_(person_ids), places.c.came)
    for row in db.execute(came.group_by(places.c.occasion_id).order_by(places.c.occasion_id)).all():
        more = occasions.c.walk_ins + row.number
        db.execute(update(occasions).where(occasions.c.id == row.occasion_id).values(walk_ins=more))
