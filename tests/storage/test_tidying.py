"""What has had its time is forgotten in pieces, between which others write."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, func, insert, select

from bot.upkeep import Upkeep
from storage import people, schema, seen
from tests.road.indoors import indoors


async def nothing() -> None:
    """Not looked at here."""


def test_old_markers_go_a_few_at_a_time_and_new_ones_stay(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (seen, people):
        monkeypatch.setattr(module, "_AT_ONCE", 3)
    sizes: list[int] = []
    with indoors(database, tmp_path) as house:
        now = house.base.clock.now()
        house.do(_mark, now)
        upkeep = Upkeep(house.base.engine, house.base.house, lambda: now, *[nothing] * 5)
        event.listen(house.base.engine.sync_engine, "commit", lambda _db: sizes.append(1))
        house.runner.run(upkeep.look())
        assert house.do(_count) == (1, 1)
        assert len(sizes) > 2 * 4  # of ten markers each, three at a time
        sizes.clear()
        house.runner.run(upkeep.look())
        assert sizes == []  # not twice in an hour


def _mark(db: Connection, now: dt.datetime) -> None:
    days = [now.date() - dt.timedelta(days=9)] * 10 + [now.date()]
    db.execute(insert(schema.seen), [{"bot_id": 7, "update_id": number, "day": day} for number, day in enumerate(days)])
    ends = [now] * 10 + [now + dt.timedelta(days=1)]
    rows = [{"bot_id": 7, "lookup": bytes([number]) * 16, "until": until} for number, until in enumerate(ends)]
    db.execute(insert(schema.turned_away), rows)


def _count(db: Connection) -> tuple[int, ...]:
    return tuple(db.scalar(select(func.count()).select_from(table)) or 0 for table in (schema.seen, schema.turned_away))
