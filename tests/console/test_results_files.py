"""What colleagues look at and take with them holds up nobody who answers."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, event

from bot import packages
from storage.database import READING
from tests.console.office import ADDRESS, Office
from tests.console.test_inbox import HERE as INBOX
from tests.console.test_inbox import engage
from tests.console.test_results import HERE, release
from tests.storage.test_cells import finish


@pytest.fixture
def clinic(office: Office) -> Office:
    """An office with the results of 30 people."""
    made = office.world.engage()
    finish(office.world, made, 30)
    release(office.world, made)
    return office


def overhear(office: Office) -> tuple[list[str], list[str]]:
    """What is said to the database from now on by those who only read, and by whoever holds the one writer."""
    read, written = list[str](), list[str]()

    def listen(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        (read if connection.get_execution_options().get(*READING) else written).append(statement)

    event.listen(office.console.engine.sync_engine, "before_cursor_execute", listen)
    return read, written


@pytest.mark.parametrize("part", [".csv", ".xlsx", ".zip", "/report", "/picture.png"])
def test_taking_a_file_keeps_the_one_writer_only_to_note_it(clinic: Office, part: str) -> None:
    analyst = clinic.staff("analyst")
    read, written = overhear(clinic)
    assert analyst.get(f"{HERE}{part}").status_code == 200
    assert any("release" in statement for statement in read)
    assert not any("release" in statement for statement in written)
    assert "INSERT INTO audit" in written[-1]


@pytest.mark.parametrize("path, table", [(INBOX, "answers"), ("/console/people?place=ME14", "people")])
def test_looking_at_many_keeps_the_one_writer_only_to_note_it(office: Office, path: str, table: str) -> None:
    engage(office, "one", "two")
    ada = office.staff()
    read, written = overhear(office)
    assert ada.get(path).status_code == 200
    assert any(f"FROM {table}" in statement for statement in read)
    assert not any(f"FROM {table}" in statement for statement in written)
    assert "INSERT INTO audit" in written[-1]


def test_files_are_made_beside_the_loop_and_one_at_a_time(clinic: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    analyst, at_once, most, where = clinic.staff("analyst"), list[int](), list[int](), set[int]()
    portal = clinic.world.portal

    def make(*_: Any) -> bytes:
        where.add(threading.get_ident())
        at_once.append(1)
        for _turn in range(200):
            portal.call(asyncio.sleep, 0)
        most.append(len(at_once))
        at_once.pop()
        return b""

    monkeypatch.setitem(packages.FILES, "csv", make)

    async def ask_all() -> None:
        road = httpx.ASGITransport(clinic.app, client=("127.0.0.1", 4000))
        async with httpx.AsyncClient(transport=road, base_url=ADDRESS, cookies=analyst.cookies) as client:
            await asyncio.gather(*(client.get(f"{HERE}.csv") for _ in range(3)))

    clinic.world.run(ask_all)
    assert most == [1, 1, 1]
    assert portal.call(threading.get_ident) not in where
