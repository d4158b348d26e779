"""P14: while the database is locked or gone nothing is acknowledged; afterwards everything is there."""

from __future__ import annotations

import http.client
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy import make_url

from storage import sqlite_build
from tests import postgres
from tests.road.conftest import MakeHouse
from tests.road.crowd import END, ENGAGEMENT, check, hear, make_plans, type_all
from tests.road.house import PATIENCE, House, until

sqlite_build.choose()
import sqlite3  # noqa: E402 - the one the program uses


@contextmanager
def locked(house: House) -> Iterator[None]:
    """Keep the bot from writing: hold the SQLite file, or throw everybody out of the PostgreSQL database."""
    url = make_url(house.database)
    if url.drivername == "sqlite":
        connection = sqlite3.connect(str(url.database), isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            connection.rollback()
            connection.close()
        return
    server = os.environ[postgres.GIVEN].replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(server, autocommit=True) as administration:
        administration.execute(f"ALTER DATABASE {url.database} WITH ALLOW_CONNECTIONS false".encode())
        administration.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [url.database])
        try:
            yield
        finally:
            administration.execute(f"ALTER DATABASE {url.database} WITH ALLOW_CONNECTIONS true".encode())


def answer_through_an_outage(house: House, tell_all_is_well: Callable[[House], bool]) -> None:
    """Everybody answers while nothing can be written; `tell_all_is_well` says whether that was noticed."""
    code = house.open(ENGAGEMENT)
    plans = make_plans(12, seed=6)
    first = house.telegram.person()
    type_all(first, plans[0], code)
    hear(first, END)
    people = [house.telegram.person() for _ in plans[1:]]
    with locked(house):
        for person, plan in zip(people, plans[1:], strict=True):
            type_all(person, plan, code)
        until(lambda: re.search(r'"waiting": [1-9].*"nothing could be written"', house.said()), house.said)
        until(lambda: not tell_all_is_well(house), house.said)
    last = house.telegram.person()
    plans += make_plans(1, seed=7)
    type_all(last, plans[-1], code)
    hear(last, END)
    house.settle()
    check(house, plans)
    for person in people:
        hear(person, END)
    until(lambda: tell_all_is_well(house), house.said)


def is_well(house: House) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=PATIENCE)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    finally:
        connection.close()


@pytest.mark.promise("P14")
@pytest.mark.parametrize("receive", ["polling", "webhook"])
def test_nothing_is_lost_while_the_database_cannot_be_written_and_health_tells(make_house: MakeHouse, receive: str) -> None:
    house = make_house(receive, "tests.road.variants:give_up_soon")
    answer_through_an_outage(house, is_well)
    if receive == "webhook":
        assert house.telegram.log(0, "delivery", status=503)
    assert house.stop() == 0


@pytest.mark.promise("P14", control=True)
def test_a_bot_that_acknowledges_while_nothing_can_be_written_is_caught(make_house: MakeHouse) -> None:
    house = make_house("polling", "tests.road.variants:acknowledge_all")
    with pytest.raises(AssertionError, match="words number"):
        answer_through_an_outage(house, is_well)
