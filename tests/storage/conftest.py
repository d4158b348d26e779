"""What tests of storage share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.storage.world import World, make_keys


@pytest.fixture
def world(database: str, tmp_path: Path) -> Iterator[World]:
    """Give a fresh organisation, once on each database."""
    with World(database, make_keys(tmp_path)) as made:
        yield made
