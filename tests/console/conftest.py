"""What tests of the console share: databases that were prepared once and are copied for each test, and consoles on them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests import chromium, postgres, promises
from tests.console import served
from tests.console.office import Browser as Colleague
from tests.console.office import Office
from tests.console.scenery import Scenery, furnish
from tests.groups.table import Table, settle
from tests.storage.world import World, make_keys


@pytest.fixture(scope="session")
def blank_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a SQLite file with all tables, and one organisation in it."""
    folder = tmp_path_factory.mktemp("blank")
    with World(f"sqlite:///{folder / 'withus.db'}", make_keys(folder)):
        return folder / "withus.db"


@pytest.fixture(scope="session")
def blank_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the name of the same in PostgreSQL."""
    server = os.environ.get(postgres.GIVEN)
    if not server:
        pytest.skip("PostgreSQL is not running: start the tests with `python3 -m tests`")
    with postgres.fresh_database(server) as url:
        with World(url, make_keys(tmp_path_factory.mktemp("blank"))):
            pass
        yield url.partition("?")[0].rpartition("/")[2]


@pytest.fixture(params=list(promises.DATABASES))
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the URL of a copy: one run of the test on SQLite, another on PostgreSQL."""
    if request.param == "sqlite":
        yield copy(request.getfixturevalue("blank_file"), tmp_path)
        return
    like = request.getfixturevalue("blank_database")
    with postgres.fresh_database(os.environ[postgres.GIVEN], like) as url:
        yield url


def copy(blank: Path, folder: Path) -> str:
    """A copy of a SQLite file in a folder of its own, as a URL."""
    return f"sqlite:///{shutil.copy(blank, folder / 'withus.db')}"


@pytest.fixture
def office(blank_file: Path, tmp_path: Path) -> Iterator[Office]:
    """Give a console on SQLite."""
    with World(copy(blank_file, tmp_path), make_keys(tmp_path)) as world:
        yield Office(world)


@pytest.fixture
def either(database: str, tmp_path: Path) -> Iterator[Office]:
    """Give a console, once on each database."""
    with World(database, make_keys(tmp_path)) as world:
        yield Office(world)


@pytest.fixture
def table(office: Office) -> Table:
    """Give a reference group of four seats, each with a holder and a deputy."""
    return settle(office.world)


@pytest.fixture
def secretary(office: Office) -> Colleague:
    """Give somebody who looks after groups."""
    return office.staff("secretary", "Bea Moss")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give one real browser for a file of tests."""
    try:
        options = chromium.options()
    except LookupError as reason:
        pytest.skip(str(reason))
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(**options)


@pytest.fixture(scope="module")
def scenery(blank_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenery]:
    """Give an office in the middle of its week, one for a file of tests."""
    folder = tmp_path_factory.mktemp("office")
    with World(copy(blank_file, folder), make_keys(folder)) as world:
        yield furnish(Office(world))


@pytest.fixture(scope="module")
def site(scenery: Scenery) -> Iterator[str]:
    """Give the address at which that office is served."""
    with served.serve(scenery.office) as address:
        yield address
