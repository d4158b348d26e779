"""What tests of the whole road share: the nursery, and a house a database and door for all who need no house of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.road.house import House, house
from tests.road.nursery import Nursery

MakeHouse = Callable[..., House]


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    with Nursery() as raised:
        yield raised


@pytest.fixture
def make_house(nursery: Nursery, tmp_path: Path, database: str) -> Iterator[MakeHouse]:
    """Make a house of this test's own on a fresh database: once on SQLite, once on PostgreSQL."""
    with ExitStack() as houses:

        def make(receive: str = "polling", variant: str = "", **more: Any) -> House:
            return houses.enter_context(house(tmp_path / "house", nursery, database, receive, variant, **more))

        yield make
