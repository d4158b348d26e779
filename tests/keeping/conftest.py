"""What tests of backups share: a nursery and houses, and a second, empty database for another machine."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import postgres
from tests.road.conftest import make_house, nursery

__all__ = ["make_house", "nursery"]

NewDatabase = Callable[[str], str]


@pytest.fixture
def new_database(tmp_path: Path) -> Iterator[NewDatabase]:
    """Make an empty database of a kind, "sqlite" or "postgresql", and give its URL."""
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
