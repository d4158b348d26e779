"""What tests of the console share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.console.office import Office
from tests.storage.world import World, make_keys


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Give a console on SQLite."""
    with World(f"sqlite:///{tmp_path / 'withus.db'}", make_keys(tmp_path)) as world:
        yield Office(world)


@pytest.fixture
def either(database: str, tmp_path: Path) -> Iterator[Office]:
    """Give a console, once on each database."""
    with World(database, make_keys(tmp_path)) as world:
        yield Office(world)
