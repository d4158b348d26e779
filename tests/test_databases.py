"""The fixture for an empty database gives each test one that really is what it says."""

from sqlalchemy import Engine, create_engine, inspect, make_url, text
from sqlalchemy.pool import NullPool

from tests.prepared import empty_database as database

__all__ = ["database"]


def engine(url: str) -> Engine:
    return create_engine(url, poolclass=NullPool)


def test_a_database_is_empty_and_can_be_written_to(database: str) -> None:
    with engine(database).begin() as connection:
        assert inspect(connection).get_table_names() == []
        connection.execute(text("CREATE TABLE kept (number integer)"))
        connection.execute(text("INSERT INTO kept VALUES (1)"))
    with engine(database).connect() as connection:
        assert connection.execute(text("SELECT number FROM kept")).scalar_one() == 1


def test_a_database_is_of_the_kind_the_test_was_run_for(database: str) -> None:
    kind = make_url(database).get_backend_name()
    question = "SELECT sqlite_version()" if kind == "sqlite" else "SELECT version()"
    with engine(database).connect() as connection:
        version = str(connection.execute(text(question)).scalar_one())
    assert version.startswith("PostgreSQL") == (kind == "postgresql")
