"""People, their addresses, the updates already taken, and what could not be read."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest
from sqlalchemy import Connection, select

from storage import failures, organisations, people, schema, seen
from storage.failures import Failure
from storage.people import Known
from tests.storage.world import NOON, World

BOT = 7
ANNA, BELA = b"a" * 16, b"b" * 16
TODAY = NOON.date()


@pytest.fixture
def bot(world: World) -> int:
    """Give a bot that is known."""
    world.do(lambda db: organisations.introduce(db, BOT, world.organisation_id))
    return BOT


def meet(world: World, *lookups: bytes) -> dict[bytes, Known]:
    return world.do(lambda db: people.meet(db, (world.organisation_id, BOT, "telegram"), lookups, TODAY))


def test_a_new_person_is_met_with_nothing_but_a_lookup(world: World, bot: int) -> None:
    anna = meet(world, ANNA)[ANNA]
    assert bot
    assert (anna.age_band, anna.language, anna.asking, anna.stopped, anna.sealed) == ("", "en", "", False, False)
    assert len(anna.code) == 16


def test_someone_known_is_met_again_and_never_twice(world: World, bot: int) -> None:
    first = meet(world, ANNA)
    both = meet(world, ANNA, BELA)
    assert bot
    assert both[ANNA] == first[ANNA]
    assert both[BELA].id != both[ANNA].id
    assert world.count(schema.people) == 2


def test_two_processes_that_meet_someone_at_once_meet_one_person(world: World, bot: int) -> None:
    async def one() -> dict[bytes, Known]:
        async with world.engine.begin() as connection:
            place = (world.organisation_id, bot, "telegram")
            return await connection.run_sync(people.meet, place, [ANNA], TODAY)

    async def both() -> list[dict[bytes, Known]]:
        return list(await asyncio.gather(one(), one()))

    first, second = world.run(both)
    assert first == second
    assert world.count(schema.people) == world.count(schema.addresses) == 1


def test_what_changes_about_a_person_is_kept(world: World, bot: int) -> None:
    anna, bela = meet(world, ANNA, BELA).values()
    changed = {"id": anna.id, "age_band": "16-17", "language": "cy", "asking": "language", "stopped": True}
    changed |= {"asking_about": "workshop", "session_id": 5}
    world.do(lambda db: people.save(db, [changed]))
    found = world.do(lambda db: people.find(db, bot, "telegram", [ANNA, BELA]))
    now = found[ANNA]
    assert (now.age_band, now.language, now.asking, now.about) == ("16-17", "cy", "language", "workshop")
    assert (now.stopped, now.session_id) == (True, 5)
    assert found[BELA] == bela


def test_an_address_is_kept_sealed_once_it_may_be(world: World, bot: int) -> None:
    anna = meet(world, ANNA)[ANNA]
    world.do(lambda db: people.wait_for_age(db, {anna.address_id: "a-link"}))
    assert world.do(lambda db: people.find(db, bot, "telegram", [ANNA]))[ANNA].opening == "a-link"
    world.do(lambda db: people.keep_address(db, world.keys, {ANNA: (anna.address_id, 123456789)}))
    now = world.do(lambda db: people.find(db, bot, "telegram", [ANNA]))[ANNA]
    sealed = world.do(lambda db: db.scalars(select(schema.addresses.c.sealed)).one())
    assert (now.sealed, now.opening) == (True, "")
    assert b"123456789" not in sealed
    assert world.keys.open("addresses.sealed", ANNA.hex(), sealed) == b"123456789"


def test_an_address_that_blocks_us_is_marked(world: World, bot: int) -> None:
    meet(world, ANNA, BELA)
    world.do(lambda db: people.set_states(db, bot, "telegram", {ANNA: "blocked"}))
    found = world.do(lambda db: people.find(db, bot, "telegram", [ANNA, BELA]))
    assert (found[ANNA].state, found[BELA].state) == ("blocked", "open")


def test_someone_too_young_is_forgotten_but_for_a_marker_that_ends(world: World, bot: int) -> None:
    anna = meet(world, ANNA, BELA)[ANNA]
    world.do(lambda db: people.turn_away(db, bot, {ANNA: anna.id}, NOON))
    assert world.count(schema.people) == world.count(schema.addresses) == 1

    def away(now: dt.datetime) -> set[bytes]:
        return world.do(lambda db: people.find_turned_away(db, bot, [ANNA, BELA], now))

    assert (away(NOON), away(NOON + people.TURNED_AWAY_FOR)) == ({ANNA}, set())
    assert world.do(lambda db: people.prune_turned_away(db, NOON)) == 0
    assert world.do(lambda db: people.prune_turned_away(db, NOON + people.TURNED_AWAY_FOR)) == 1


@pytest.mark.promise("P2")
def test_an_update_is_new_once(world: World) -> None:
    assert world.do(lambda db: seen.take(db, BOT, [3, 1, 1, 2], TODAY)) == {1, 2, 3}
    assert world.do(lambda db: seen.take(db, BOT, [2, 4], TODAY)) == {4}
    assert world.do(lambda db: seen.take(db, BOT + 1, [2], TODAY)) == {2}
    assert world.do(lambda db: seen.take(db, BOT, [], TODAY)) == set()


def test_update_numbers_used_again_after_a_quiet_week_are_new(world: World) -> None:
    world.do(lambda db: seen.take(db, BOT, [1], TODAY))
    assert world.do(lambda db: seen.prune(db, TODAY + seen.KEPT)) == 0
    assert world.do(lambda db: seen.prune(db, TODAY + seen.KEPT + dt.timedelta(days=1))) == 1
    assert world.do(lambda db: seen.take(db, BOT, [1], TODAY)) == {1}


def test_a_failure_is_kept_sealed_for_a_week(world: World) -> None:
    failed = [Failure("reading", b'{"update_id": 1}', "Traceback: a"), Failure("deciding", b"{}", "Traceback: b")]

    def work(db: Connection) -> list[Failure]:
        failures.keep(db, world.keys, BOT, failed, NOON)
        return failures.read(db, world.keys, BOT)

    assert world.do(work) == failed
    assert b"Traceback" not in world.do(lambda db: db.scalars(select(schema.failures.c.trace)).first() or b"")
    assert world.do(lambda db: failures.prune(db, NOON + failures.KEPT)) == 0
    assert world.do(lambda db: failures.prune(db, NOON + failures.KEPT + dt.timedelta(seconds=1))) == 2
    assert world.do(lambda db: failures.count(db, BOT)) == 0
