"""The schema: migrations build what is declared, and every column that could hold something personal is registered."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, LargeBinary, String, inspect, text

from storage import database as databases
from storage import register, schema
from storage.database import DatabaseError, open_database, parse
from tests.storage.world import World

OF_WORDS = {
    f"{table.name}.{column.name}"
    for table in schema.metadata.tables.values()
    for column in table.columns
    if isinstance(column.type, String | LargeBinary)
}


def test_every_column_of_words_or_bytes_is_registered_once() -> None:
    registered = [*register.PERSONAL, *register.IMPERSONAL]
    assert sorted(registered) == sorted(OF_WORDS)


def test_everything_personal_is_erased_unlinked_or_expires() -> None:
    assert set(register.PERSONAL.values()) == {"erase", "unlink", "expire"}


def test_the_register_would_miss_nothing_new() -> None:
    assert {"answers.sealed", "addresses.lookup", "people.code", "audit.chain"} <= OF_WORDS


def test_migrations_build_exactly_the_declared_schema(world: World) -> None:
    def differences(db: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(db, opts={"compare_type": True}), schema.metadata))

    assert world.do(differences) == []


def test_no_migration_is_edited_once_it_has_landed() -> None:
    files = Path(databases.__file__).with_name("migrations").glob("versions/0*.py")
    assert {file.name: hashlib.sha256(file.read_bytes()).hexdigest()[:32] for file in files} == MIGRATIONS


MIGRATIONS = {
    "0001_first.py": "3dd11ad4ed4df882e225f6390ff15418",
    "0002_words.py": "bb3848764bf834e890be1d3632cc9857",
    "0003_running.py": "5d79a8f13930ae333fa45b1ee7ede6d1",
    "0004_staff.py": "c0c54b68b95d59bd127849e42b8b0ae6",
    "0005_events.py": "a9a3e68e209ea6205e9a98febbbf85ea",
}
"""Migration -> the beginning of its SHA-256. Databases have been changed by it: to change more, write another."""


def test_the_index_of_what_is_not_counted_holds_nothing_else(world: World) -> None:
    if world.engine.dialect.name == "sqlite":
        found = world.do(lambda db: db.scalar(text("SELECT sql FROM sqlite_master WHERE name = 'ix_responses_uncounted'")))
    else:
        found = world.do(lambda db: db.scalar(text("SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_responses_uncounted'")))
    assert "release_id IS NULL" in found


def test_opening_a_database_again_changes_nothing(world: World) -> None:
    before = world.do(lambda db: sorted(inspect(db).get_table_names()))
    world.do(databases.migrate)
    assert world.do(lambda db: sorted(inspect(db).get_table_names())) == before


def test_a_database_newer_than_the_program_is_refused_untouched(world: World) -> None:
    world.do(lambda db: db.execute(text("UPDATE alembic_version SET version_num = '9999'")).rowcount)
    with pytest.raises(DatabaseError, match="newer version"):
        world.run(lambda: open_database(world.url))
    assert world.do(lambda db: db.scalar(text("SELECT version_num FROM alembic_version"))) == "9999"


@pytest.mark.parametrize("address", ["mysql://localhost/withus", "withus.db", "", "sqlite://", "sqlite:///:memory:"])
def test_an_address_that_is_no_database_of_ours_is_refused_in_words(address: str) -> None:
    with pytest.raises(DatabaseError, match=r"storage\.url"):
        databases.connect(address)


@pytest.mark.parametrize("address", ["postgres://host/withus", "postgresql://host/withus", "postgresql+psycopg://host/withus"])
def test_every_spelling_of_postgresql_means_the_same(address: str) -> None:
    assert parse(address).drivername == "postgresql+psycopg"


def test_a_file_that_is_no_database_is_said_not_to_open(tmp_path: Path) -> None:
    path = tmp_path / "withus.db"
    path.write_text("this is a letter, and not a short one: " * 100)
    with pytest.raises(DatabaseError, match="does not open"):
        asyncio.run(open_database(f"sqlite:///{path}"))
