"""What is copied is what was there at one moment, to the last value; a difference of one is found."""

from __future__ import annotations

import shutil
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text

from storage import database
from storage.database import DatabaseError
from storage.keeping import backups, copying, engines, restoring
from storage.keeping.copying import CopyError, Tally
from storage.keeping.manifests import BackupError, Manifest
from tests.keeping.conftest import KINDS, ONCE, NewDatabase
from tests.keeping.people import fill, maker, say_nothing
from tests.storage.world import World, make_keys


def count(url: str) -> dict[str, Tally]:
    with engines.open_plainly(url) as engine, copying.snapshot(engine) as db:
        return copying.count(db)


def test_the_tables_are_filled_before_they_are_copied(world: World) -> None:
    fill(world)
    assert {name for name, tally in count(world.url).items() if not tally.rows} == set()


@pytest.mark.parametrize("kind", KINDS)
def test_a_copy_counts_as_its_source_does(world: World, new_database: NewDatabase, kind: str) -> None:
    fill(world)
    url = new_database(kind)
    with (
        engines.open_plainly(world.url) as source,
        engines.open_plainly(url, begin=True) as target,
        copying.snapshot(source) as ours,
        target.begin() as theirs,
    ):
        database.migrate(theirs)
        copied = copying.copy(ours, theirs)
    assert copied == count(url) == count(world.url)


CHANGES = {
    "a word": "UPDATE people SET language = 'cy' WHERE id = (SELECT min(id) FROM people)",
    "a moment": "UPDATE editions SET made_at = '2027-02-01 12:00:00.000001'",
    "a yes": "UPDATE people SET stopped = NOT stopped WHERE id = (SELECT min(id) FROM people)",
    "a row": "DELETE FROM failures WHERE id = (SELECT min(id) FROM failures)",
    "rows that change places": "UPDATE answers SET chosen = CASE chosen WHEN 'have' THEN 'care' ELSE 'have' END",
}


def test_a_difference_of_one_changes_the_count(world: World) -> None:
    fill(world)
    for what, change in CHANGES.items():
        before = count(world.url)
        world.do(lambda db, change=change: db.execute(text(change)).rowcount)  # type: ignore[misc]
        assert count(world.url) != before, what


def copy_while_somebody_answers(world: World, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Tally]:
    """Back up while another person answers between two tables; returns what the backup holds."""
    clinic = world.engage()
    world.answer(clinic, {})
    monkeypatch.setattr(copying, "_EVERY", 1)
    came: list[int] = []

    def say(table: str, _rows: int) -> None:
        if table == "people" and not came:
            came.append(world.answer(clinic, {}))

    with engines.open_plainly(world.url) as engine:
        made = backups.make(engine, folder, maker(world), say)
    assert came
    with backups.reading(made / backups.DATABASE) as db:
        return copying.count(db)


def finished(held: dict[str, Tally]) -> set[int]:
    """In how many places it stands that somebody finished: one number, if it is all of one moment."""
    return {held[name].rows for name in ("people", "participations", "responses", "sessions")}


@pytest.mark.promise("P20")
def test_a_backup_is_of_one_moment_though_people_answer(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert finished(copy_while_somebody_answers(world, tmp_path / "backups", monkeypatch)) == {1}


@contextmanager
def look_again_at_each_table(engine: Engine) -> Iterator[Connection]:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        if engine.dialect.name == "sqlite":
            db.exec_driver_sql("COMMIT")
        yield db


@pytest.mark.promise("P20", control=True)
def test_a_copy_without_a_snapshot_is_caught(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backups, "snapshot", look_again_at_each_table)
    try:
        held = copy_while_somebody_answers(world, tmp_path / "backups", monkeypatch)
    except BackupError:
        return  # a row refers to somebody who was not there when the people were copied
    assert finished(held) != {1}


@pytest.mark.promise("P20", control=True)
def test_a_plain_copy_of_a_live_sqlite_file_is_caught(tmp_path: Path) -> None:
    live, copy = tmp_path / "withus.db", tmp_path / "copy.db"
    with World(f"sqlite:///{live}", make_keys(tmp_path)) as world:
        world.answer(world.engage(), {})
        shutil.copy(live, copy)
        with pytest.raises((CopyError, DatabaseError)):
            copying.compare(count(world.url), count(f"sqlite:///{copy}"))


@ONCE
def test_an_old_backup_is_brought_up_without_reading_it_into_memory(world: World, tmp_path: Path) -> None:
    fill(world)
    large = 32_000_000
    with engines.open_plainly(world.url) as engine:
        made = backups.make(engine, tmp_path / "backups", maker(world), say_nothing)
    manifest = Manifest.read(made)
    with backups.writing(made / backups.DATABASE) as db:
        db.exec_driver_sql(f"CREATE TABLE large AS SELECT zeroblob({large}) AS content")
        assert db.exec_driver_sql("PRAGMA cache_size").scalar() == -32_000  # kilobytes
    held = {name: getattr(manifest, name) for name in Manifest.__slots__} | {"schema": "0002"}
    tracemalloc.start()
    try:
        with restoring._upgraded(made, Manifest(**held), tmp_path) as file:
            assert file.stat().st_size > large
        assert tracemalloc.get_traced_memory()[1] < large / 2
    finally:
        tracemalloc.stop()
