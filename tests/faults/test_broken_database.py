"""P14: a locked, lost or damaged database loses nothing, and staff are told."""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from storage import database
from storage.sqlite_file import LogGoneError
from tests.faults.disks import administration, file_of, inside, is_sqlite, locked, read_only, vanished, whole
from tests.faults.outage import Outage, answer_through, health, health_says
from tests.faults.test_full_disk import variant
from tests.road.conftest import MakeHouse
from tests.road.crowd import END, ENGAGEMENT, Crowd, check, hear, make_plans, type_all
from tests.road.house import House, until

HASTY = "tests.road.variants:give_up_soon"
OUTAGES: dict[str, tuple[Outage, str]] = {
    "locked": (locked, "holds the database"),
    "read-only": (read_only, "may only be read"),
    "vanished": (vanished, "moved or deleted|no database of that name|does not answer"),
}


@pytest.mark.promise("P14")
@pytest.mark.parametrize("fault", list(OUTAGES))
def test_nothing_is_lost_while_the_database_cannot_be_written(make_house: MakeHouse, fault: str, tmp_path: Path) -> None:
    house = make_house("polling", variant("forbid", tmp_path))
    outage, words = OUTAGES[fault]
    answer_through(house, outage, words)
    assert house.stop() == 0
    assert not is_sqlite(house) or whole(house) == "ok"


@pytest.mark.promise("P14")
def test_telegram_is_told_to_send_it_again_when_the_webhook_could_not_keep_it(make_house: MakeHouse) -> None:
    house = make_house("webhook", HASTY)
    answer_through(house, locked, "holds the database")
    assert house.telegram.log(0, "delivery", status=503)


@pytest.mark.promise("P14", control=True)
def test_a_bot_that_acknowledges_while_nothing_can_be_written_is_caught(make_house: MakeHouse) -> None:
    house = make_house("polling", "tests.road.variants:acknowledge_all")
    with pytest.raises(AssertionError, match="words number"):
        answer_through(house, locked)


# --- What belongs to one database alone


def answer_beside_another_writer(house: House) -> None:
    """People answer while another program writes a little, again and again. It must be no trouble at all."""
    code = house.open(ENGAGEMENT)
    done = threading.Event()

    def write() -> None:
        with sqlite3.connect(file_of(house), isolation_level=None, timeout=20) as db:
            db.execute("CREATE TABLE other (row INTEGER)")
            while not done.wait(0.002):
                db.execute("INSERT INTO other VALUES (1)")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        with Crowd(house.telegram, code) as crowd:
            crowd.add(make_plans(20, seed=8))
    finally:
        done.set()
        writer.join()
    check(house, crowd.plans)
    assert "nothing could be written" not in house.said()
    assert "upkeep failed" not in house.said()


@pytest.mark.promise("P14")
def test_another_program_that_writes_now_and_then_is_waited_for(make_plain_house: MakeHouse) -> None:
    answer_beside_another_writer(make_plain_house("polling", HASTY))


def read_and_then_write(file: Path) -> None:
    """One transaction of ours, in the middle of which another program tries to write. Raises when ours fails."""

    async def work() -> None:
        engine = await database.open_database(f"sqlite:///{file}")
        try:
            with closing(sqlite3.connect(file, isolation_level=None, timeout=0)) as theirs:
                async with engine.begin() as ours:
                    await ours.execute(text("SELECT count(*) FROM settings"))
                    with suppress(sqlite3.OperationalError):
                        theirs.execute("INSERT INTO settings VALUES ('theirs', '')")
                    await ours.execute(text("INSERT INTO settings VALUES ('ours', '')"))
        finally:
            await engine.dispose()

    asyncio.run(work())


@pytest.mark.promise("P14")
def test_whoever_reads_first_and_then_writes_has_the_writers_place_from_the_beginning(tmp_path: Path) -> None:
    read_and_then_write(tmp_path / "withus.db")


@pytest.mark.promise("P14", control=True)
def test_taking_the_writers_place_only_when_it_is_needed_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_begin", lambda connection: connection.exec_driver_sql("BEGIN") and None)
    with pytest.raises(OperationalError, match="locked"):
        read_and_then_write(tmp_path / "withus.db")


@pytest.mark.promise("P14", control=True)
def test_a_bot_that_writes_into_a_file_that_has_gone_is_caught(make_plain_house: MakeHouse) -> None:
    house = make_plain_house("polling", "tests.faults.variants:write_anywhere")
    plans = make_plans(2, seed=6)
    code = house.open(ENGAGEMENT)
    type_all(house.telegram.person(), plans[0], code)
    house.settle()
    with vanished(house):
        type_all(house.telegram.person(), plans[1], code)
        with pytest.raises(AssertionError, match="ready"):
            until(lambda: health_says(house, "moved or deleted"), lambda: str(health(house)), 3)


@pytest.mark.promise("P14")
def test_a_log_that_was_taken_away_is_saved_and_nothing_is_lost(make_plain_house: MakeHouse) -> None:
    house = make_plain_house()
    code, plans = house.open(ENGAGEMENT), make_plans(6, seed=9)
    for plan in plans[:3]:
        type_all(house.telegram.person(), plan, code)
    house.settle()
    Path(f"{file_of(house)}-wal").unlink()
    for plan in plans[3:]:
        person = house.telegram.person()
        type_all(person, plan, code)
        hear(person, END)
    house.settle()
    assert "taken away" in house.said()
    house.kill()  # what only the running bot knew would be lost now
    house.start()
    check(house, plans)
    house.stop()
    assert whole(house) == "ok"


@pytest.mark.promise("P14")
def test_a_log_that_was_taken_away_is_saved_though_somebody_was_reading(tmp_path: Path) -> None:
    async def count(engine: AsyncEngine) -> int:
        async with engine.begin() as ours:
            await ours.execute(text("INSERT INTO settings SELECT count(*), '' FROM settings"))
            return int(await ours.scalar(text("SELECT count(*) FROM settings")) or 0)

    async def work() -> None:
        engine = await database.open_database(f"sqlite:///{tmp_path / 'withus.db'}")
        before = await count(engine)
        async with engine.connect() as reading:
            await reading.execute(text("SELECT * FROM settings"))
            (tmp_path / "withus.db-wal").unlink()
            with pytest.raises(LogGoneError) as trouble:
                await count(engine)
            await database.recover(engine, trouble.value)
        assert await count(engine) == before + 1
        await engine.dispose()

    asyncio.run(work())


@pytest.mark.promise("P14")
def test_another_file_in_the_place_of_the_database_is_not_written_to(make_plain_house: MakeHouse) -> None:
    house = make_plain_house("polling", HASTY)
    code, (plan,) = house.open(ENGAGEMENT), make_plans(1, seed=9)
    file = file_of(house)
    with vanished(house):
        sqlite3.connect(file).execute("CREATE TABLE theirs (x)").connection.close()
        before = file.read_bytes()
        person = house.telegram.person()
        type_all(person, plan, code)
        until(lambda: health_says(house, "replaced by another"), lambda: str(health(house)))
        assert file.read_bytes() == before
        file.unlink()
    hear(person, END)
    check(house, [plan])


@pytest.mark.promise("P14")
def test_a_damaged_page_stops_the_bot_from_writing_and_a_good_copy_lets_it_go_on(make_plain_house: MakeHouse) -> None:
    house = make_plain_house("polling", HASTY)
    code, plans = house.open(ENGAGEMENT), make_plans(4, seed=9)
    person = house.telegram.person()
    type_all(person, plans[0], code)
    hear(person, END)
    house.settle()
    house.stop()
    file = file_of(house)
    good = file.read_bytes()
    house.start()
    damage(file)
    for plan in plans[1:]:
        type_all(house.telegram.person(), plan, code)
    until(lambda: health_says(house, "is damaged.*restore"), lambda: f"{health(house)} {house.said()}")
    assert house.telegram.state()["pending"] >= 3
    house.kill()
    for beside in ("-wal", "-shm"):
        Path(f"{file}{beside}").unlink(missing_ok=True)
    file.write_bytes(good)
    house.start()
    house.settle()
    check(house, plans)


def damage(file: Path) -> None:
    """Write nonsense over every page but the first."""
    with file.open("r+b") as held:
        size = held.seek(0, os.SEEK_END)
        held.seek(4096)
        held.write(random.Random(3).randbytes(size - 4096))


@pytest.mark.promise("P14")
def test_connections_killed_in_the_middle_of_a_transaction_lose_nothing(make_pg_house: MakeHouse) -> None:
    house = make_pg_house()
    code, plans = house.open(ENGAGEMENT), make_plans(20, seed=12)
    with inside(house) as db:
        db.execute(
            "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.03); RETURN NEW; END $$;"
            "CREATE TRIGGER slow BEFORE INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION slow()"
        )
    people = [house.telegram.person() for _ in plans]
    name, killed = make_url(house.database).database, 0
    with administration() as server:
        for person, plan in zip(people, plans, strict=True):
            type_all(person, plan, code)
            killed += len(server.execute(KILL, [name]).fetchall())
        until(lambda: server.execute(KILL, [name]).fetchone(), lambda: "no transaction was ever under way", 5)
    for person in people:
        hear(person, END)
    house.settle()
    check(house, plans)
    assert killed


KILL = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid() "
    "AND xact_start IS NOT NULL"
)


@pytest.mark.long
@pytest.mark.promise("P14")
def test_a_database_locked_for_thirty_seconds_loses_nothing(make_house: MakeHouse) -> None:
    @contextmanager
    def long_locked(house: House) -> Iterator[None]:
        with locked(house):
            yield
            time.sleep(30)

    answer_through(make_house(), long_locked, "holds the database|does not answer")
