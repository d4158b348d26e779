"""What tests of backups share: a nursery and houses, an installation that people have answered in, and empty databases."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import postgres
from tests.keeping.installation import Installation
from tests.road.conftest import make_house, make_plain_house, nursery
from tests.storage.world import World

__all__ = ["make_house", "make_plain_house", "nursery"]

KINDS = ["sqlite", "postgresql"]
ONCE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""For a test to which the kind of database makes no difference."""

NewDatabase = Callable[[str], str]


def the_other(database: str) -> str:
    """The kind of database that a URL is not."""
    return KINDS[database.startswith(KINDS[0])]


@pytest.fixture
def new_database(tmp_path: Path) -> Iterator[NewDatabase]:
    """Make an empty database of a kind, and give its URL."""
    with ExitStack() as made:

        def make(kind: str) -> str:
            if kind == "sqlite":
                folder = tmp_path / f"database-{len(list(tmp_path.iterdir()))}"
                folder.mkdir()
                return f"sqlite:///{folder / 'withus.db'}"
            server = os.environ.get(postgres.GIVEN)
            if not server:
                pytest.skip("PostgreSQL is not running: start the tests with `python3 -m tests`")
            return made.enter_context(postgres.fresh_database(server))

        yield make


@pytest.fixture
def home(database: str, tmp_path: Path) -> Installation:
    """Give an installation on a fresh database, once on each kind."""
    return Installation(tmp_path / "home", database)


@pytest.fixture
def world(home: Installation) -> Iterator[World]:
    """Give the organisation of that installation, on it."""
    with World(home.url, home.keys) as made:
        yield made
