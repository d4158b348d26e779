"""What tests of the whole road share: the nursery, and houses of a test's own or for all who can live side by side."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot import logs
from tests import postgres
from tests.road.house import House, house
from tests.road.nursery import Nursery

pytest.register_assert_rewrite("tests.road.crowd", "tests.road.indoors")

MakeHouse = Callable[..., House]


class Street:
    """Houses that stand for the whole run, one for each database and door; made when first asked for."""

    def __init__(self, folder: Path, nursery: Nursery, until_the_end: ExitStack) -> None:
        self._folder, self._nursery, self._end = folder, nursery, until_the_end
        self._houses: dict[tuple[str, str], House] = {}

    def house(self, database: str, receive: str = "polling") -> House:
        made = self._houses.get((database, receive))
        if made is None:
            folder = self._folder / f"{database}-{receive}"
            made = self._end.enter_context(house(folder, self._nursery, self._url(database, folder), receive))
            self._houses[database, receive] = made
        return made

    def _url(self, database: str, folder: Path) -> str:
        if database == "sqlite":
            return f"sqlite:///{folder / 'withus.db'}"
        server = os.environ.get(postgres.GIVEN)
        if not server:
            pytest.skip("PostgreSQL is not running: start the tests with `python3 -m tests`")
        return self._end.enter_context(postgres.fresh_database(server))


@pytest.fixture(scope="session", autouse=True)
def _plain_logs() -> None:
    """What runs inside the tests logs as the program does; the library's own way draws pictures, and takes seconds."""
    logs.configure()


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    with Nursery() as raised:
        yield raised


@pytest.fixture(scope="session")
def street(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    with ExitStack() as until_the_end:
        yield Street(tmp_path_factory.mktemp("street"), nursery, until_the_end)


@pytest.fixture
def make_house(nursery: Nursery, tmp_path: Path, database: str) -> Iterator[MakeHouse]:
    """Make a house of this test's own on a fresh database: once on SQLite, once on PostgreSQL."""
    with _builder(nursery, tmp_path, database) as make:
        yield make


@pytest.fixture
def make_plain_house(nursery: Nursery, laid_file: Path, tmp_path: Path) -> Iterator[MakeHouse]:
    """The same where the database makes no difference."""
    with _builder(nursery, tmp_path, f"sqlite:///{shutil.copy(laid_file, tmp_path / 'withus.db')}") as make:
        yield make


@contextmanager
def _builder(nursery: Nursery, folder: Path, database: str) -> Iterator[MakeHouse]:
    with ExitStack() as houses:

        def make(receive: str = "polling", variant: str = "", **more: Any) -> House:
            return houses.enter_context(house(folder / "house", nursery, database, receive, variant, **more))

        yield make
