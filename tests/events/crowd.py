"""`python -m tests.events.crowd URL CODE HOW FIRST LAST AT_ONCE`: people who sign up from a process of their own.

It says "ready" and starts when it is told to; in the end it prints what each was told, as JSON. HOW is `locked`, or `naive`:
then all look first, and write once every process has looked.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence

from storage import sqlite_build

sqlite_build.choose()

from sqlalchemy import Connection  # noqa: E402 - the SQLite build is chosen first
from sqlalchemy.ext.asyncio import AsyncEngine  # noqa: E402

from storage.database import connect  # noqa: E402
from storage.events import registers  # noqa: E402
from storage.events.registers import Deed, Registers  # noqa: E402
from tests.storage.world import NOON  # noqa: E402

Told = dict[int, tuple[str, int]]


def _decide(db: Connection, code: str, people: Sequence[int], told: Told) -> Registers:
    register = registers.lock(db, [code], people, NOON)
    for person in people:
        done = register.do(Deed(person, code, "join"))
        told[person] = (done.result, done.position)
    return register


async def _locked(engine: AsyncEngine, code: str, people: Sequence[int], told: Told) -> None:
    async with engine.begin() as connection:
        await connection.run_sync(lambda db: _decide(db, code, people, told).write())


async def _naive(engine: AsyncEngine, code: str, people: Sequence[int], told: Told) -> None:
    async with engine.begin() as connection:
        register = await connection.run_sync(_decide, code, people, told)
    _wait("looked")

    def write(db: Connection) -> None:
        register.db = db
        register.write()

    async with engine.begin() as connection:
        await connection.run_sync(write)


def _wait(saying: str) -> None:
    print(saying, flush=True)
    sys.stdin.readline()


async def main(url: str, code: str, how: str, first: str, last: str, at_once: str) -> None:
    engine, told, size = connect(url), Told(), int(at_once)
    async with engine.connect():
        _wait("ready")
    for begin in range(int(first), int(last) + 1, size):
        people = range(begin, min(begin + size, int(last) + 1))
        await {"locked": _locked, "naive": _naive}[how](engine, code, people, told)
    await engine.dispose()
    print(json.dumps(told))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
