"""The audit log shows what was altered in it."""

import asyncio
import datetime as dt

import pytest
from sqlalchemy import delete, insert, select, update

from storage import audit, schema
from tests.storage.world import NOON, World


def note(world: World, number: int, organisation_id: int | None = None) -> None:
    now = NOON + dt.timedelta(microseconds=number)
    where = organisation_id or world.organisation_id
    world.do(lambda db: audit.note(db, where, "sam", "read-results", f"clinic {number}", now))


@pytest.fixture
def ids(world: World) -> list[int]:
    """Give the ids of four rows."""
    for number in range(4):
        note(world, number)
    return list(world.do(lambda db: db.scalars(select(schema.audit.c.id).order_by(schema.audit.c.id)).all()))


def test_a_log_nobody_touched_is_whole(world: World, ids: list[int]) -> None:
    assert len(ids) == 4
    assert world.do(audit.verify) is None


@pytest.mark.parametrize("change", [{"who": "alex"}, {"about": "ward"}, {"what": "opened"}, {"at": NOON}, {"chain": bytes(32)}])
def test_a_changed_row_is_found(world: World, ids: list[int], change: dict[str, object]) -> None:
    world.do(lambda db: db.execute(update(schema.audit).where(schema.audit.c.id == ids[1]).values(change)).rowcount)
    assert world.do(audit.verify) == ids[1]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_missing_row_is_found_at_the_next(world: World, ids: list[int], place: int) -> None:
    world.do(lambda db: db.execute(delete(schema.audit).where(schema.audit.c.id == ids[place])).rowcount)
    assert world.do(audit.verify) == ids[place + 1]


def test_each_organisation_has_a_chain_of_its_own(world: World, ids: list[int]) -> None:
    row = {"code": "another", "name": "Another", "time_zone": "UTC", "created_at": NOON}
    made = insert(schema.organisations).values(row).returning(schema.organisations.c.id)
    other = world.do(lambda db: db.scalars(made).one())
    for number in range(3):
        note(world, number, other)
        note(world, number)
    assert ids
    assert world.do(audit.verify) is None


def test_rows_noted_at_once_follow_one_another(world: World) -> None:
    async def one(number: int) -> None:
        async with world.engine.begin() as connection:
            await connection.run_sync(audit.note, world.organisation_id, "sam", "read-results", str(number), NOON)

    async def all_at_once() -> None:
        await asyncio.gather(*(one(number) for number in range(4)))

    world.run(all_at_once)
    assert world.count(schema.audit) == 4
    assert world.do(audit.verify) is None
