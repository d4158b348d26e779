"""The houses of the road, for what fails beneath them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgres
from tests.road.conftest import MakeHouse, _builder, _plain_logs, make_house, make_plain_house, nursery
from tests.road.nursery import Nursery

pytest.register_assert_rewrite("tests.faults.outage")

__all__ = ["_plain_logs", "make_house", "make_pg_house", "make_plain_house", "nursery"]


@pytest.fixture
def make_pg_house(nursery: Nursery, tmp_path: Path) -> Iterator[MakeHouse]:
    """Make a house on PostgreSQL alone."""
    server = os.environ.get(postgres.GIVEN)
    if not server:
        pytest.skip("PostgreSQL is not running: start the tests with `python3 -m tests`")
    with postgres.fresh_database(server) as url, _builder(nursery, tmp_path, url) as make:
        yield make
