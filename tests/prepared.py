"""Databases whose tables were made once and are copied: nearly all tests need tables, and few ask how they are made."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from storage.database import open_database
from tests import postgres, promises


@pytest.fixture(scope="session")
def laid_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a SQLite file with all tables and nothing in them."""
    path = tmp_path_factory.mktemp("laid") / "withus.db"
    _lay(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def laid_database() -> Iterator[str]:
    """Give the name of the same in PostgreSQL."""
    with postgres.fresh_database(_server()) as url:
        _lay(url)
        yield str(make_url(url).database)


@pytest.fixture(params=list(promises.DATABASES))
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the SQLAlchemy URL of a copy: one run of the test on SQLite, another on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{shutil.copy(request.getfixturevalue('laid_file'), tmp_path / 'withus.db')}"
        return
    like = request.getfixturevalue("laid_database")
    with postgres.fresh_database(os.environ[postgres.GIVEN], like) as url:
        yield url


@pytest.fixture(params=list(promises.DATABASES))
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the URL of a fresh one without any table, once on each."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'withus.db'}"
        return
    with postgres.fresh_database(_server()) as url:
        yield url


def _lay(url: str) -> None:
    async def whole() -> None:
        engine = await open_database(url)
        await engine.dispose()

    asyncio.run(whole())


def _server() -> str:
    server = os.environ.get(postgres.GIVEN)
    if not server:
        pytest.skip("PostgreSQL is not running: start the tests with `python3 -m tests`")
    return server
