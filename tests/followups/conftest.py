"""What tests of follow-ups share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.followups.hall import Hall, open_hall
from tests.prepared import database
from tests.storage.conftest import world

__all__ = ["database", "world"]


@pytest.fixture
def hall(database: str, tmp_path: Path) -> Iterator[Hall]:
    """Give a bot whose time the test moves, once on each database."""
    with open_hall(database, tmp_path) as made:
        yield made
