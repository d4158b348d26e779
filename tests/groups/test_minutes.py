"""When minutes are due: as it was promised for that meeting."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert, update

from storage import schema
from storage.groups import minutes
from tests.groups.table import settle
from tests.storage.world import NOON, World

RULES: dict[str, Any] = {
    "key": True, "quorum": 1, "quorum_lived": 0, "few_why": "", "papers_days": 7, "minutes_days": 40, "secretary": "",
    "version": 1,
}  # fmt: skip


def test_minutes_that_were_begun_keep_their_day_when_the_rules_change(world: World) -> None:
    table = settle(world)
    begun, shared, none = table.meet(-20), table.meet(-21), table.meet(-22)
    here = world.organisation_id

    def work(db: Connection) -> None:
        db.execute(insert(schema.group_rules).values(group_id=table.group_id, **RULES))
        for meeting in (begun, shared):
            minutes.write(db, here, meeting, "Notes", 0, "s", NOON)
        minutes.share(db, shared, NOON)

    world.do(work)
    every = [begun, shared, none]
    assert world.do(lambda db: minutes.overdue(db, here, every, NOON.date())) == []
    world.do(lambda db: db.execute(update(schema.group_rules).values(minutes_days=1)).rowcount)
    late = world.do(lambda db: minutes.overdue(db, here, every, NOON.date()))
    assert [one.code for one, _ in late] == [none.code]
    far = world.do(lambda db: minutes.overdue(db, here, every, NOON.date().replace(month=6)))
    assert [one.code for one, _ in far] == [begun.code, none.code]
