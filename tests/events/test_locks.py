"""What may happen at the same time on PostgreSQL; on SQLite one writes after another."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, insert, text
from sqlalchemy.exc import DBAPIError

from storage import organisations, people, schema
from storage.events import attendance, registers
from tests.events.stage import announce, do, do_in, enrol, states
from tests.storage.world import NOON, World

BOT = 7


@pytest.mark.promise("P7")
def test_somebody_in_a_turn_of_their_own_can_be_offered_a_place_meanwhile(world: World) -> None:
    _, [one] = announce(world, 1)
    first, second = enrol(world, 2)
    for person in (first, second):
        do(world, person, one, "join")
    reached = {"person_id": second, "bot_id": BOT, "door": "telegram", "lookup": b"second"}
    world.do(lambda db: organisations.introduce(db, BOT, world.organisation_id))
    world.do(lambda db: db.execute(insert(schema.addresses).values(reached)))

    def leave(db: Connection) -> None:
        if db.dialect.name == "postgresql":
            db.execute(text("SET LOCAL lock_timeout = 500"))
        do_in(db, first, one, "leave")

    async def both() -> None:
        own_turn = world.engine.execution_options(withus_reading=True).begin()  # on SQLite it must not be a writer's
        async with own_turn as theirs, world.engine.begin() as ours:
            known = await theirs.run_sync(people.find, BOT, "telegram", [b"second"])
            assert [one.id for one in known.values()] == [second]
            await ours.run_sync(leave)

    world.run(both)
    assert states(world, one) == {first: "withdrawn", second: "offered"}


def test_who_came_is_noted_behind_whoever_has_the_register(world: World) -> None:
    if not world.url.startswith("postgresql"):
        pytest.skip("on SQLite one writes after another")
    _, [one] = announce(world, 2)
    [person] = enrol(world, 1)
    do(world, person, one, "join")

    def tick(db: Connection) -> None:
        db.execute(text("SET LOCAL lock_timeout = 50"))
        attendance.note(db, one, {person: True}, NOON)

    async def both() -> None:
        async with world.engine.begin() as theirs, world.engine.connect() as ours:
            await theirs.run_sync(registers.lock, [one.code], [person], NOON)
            with pytest.raises(DBAPIError, match="lock timeout"):
                await ours.run_sync(tick)

    world.run(both)
