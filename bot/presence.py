"""This process's place among others: what it holds while it lives, so that what it leaves is taken over at once.

SQLite: one process holds a lock on a file beside the database, so every other claimer is dead. PostgreSQL: each process
holds advisory locks on a connection of its own; they end with it, however it ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.database import DatabaseError
from storage.presence import ALONE, lock_beside, lock_number

log = structlog.get_logger()

_ASK_EVERY = 0.5  # seconds
_LOCK_TAKEN = "55P03"  # PostgreSQL's word for a lock that was waited for in vain

TAKEN = "The whole database is being moved, restored or upgraded by another program. Wait until that is done, and start again."


class Presence:
    """This process's presence; entering it takes the place, leaving gives it back.

    Entering raises DatabaseError when another process has the SQLite file, or is alone with the PostgreSQL database.
    """

    def __init__(self, engine: AsyncEngine, claimer: str) -> None:
        self._engine = engine
        self._claimer = claimer
        self._file: int | None = None
        self._connection: AsyncConnection | None = None
        self._lost = asyncio.Event()
        self._speaking = asyncio.Lock()  # several ask over the one connection

    async def __aenter__(self) -> Self:
        if self._engine.dialect.name == "sqlite":
            self._file = _lock_file(Path(str(self._engine.url.database)))
        else:
            try:
                await self._connect()
            except OperationalError as error:
                if getattr(error.orig, "sqlstate", "") == _LOCK_TAKEN:
                    raise DatabaseError(TAKEN) from error
                raise
        return self

    async def _connect(self) -> None:
        connection = await self._engine.connect()
        try:
            connection = await connection.execution_options(isolation_level="AUTOCOMMIT")
            ask = text("SELECT pg_advisory_lock_shared(:all), pg_advisory_lock(:me)")
            await connection.execute(ask, {"all": ALONE, "me": lock_number(self._claimer)})
        except BaseException:
            await connection.invalidate()  # a returned connection would keep what it locked
            await connection.close()
            raise
        self._connection = connection

    async def keep(self) -> None:
        """Look after the connection that says we live: when it broke, say so to `lost` and take the place again."""
        if self._file is not None:
            return
        try:
            if self._connection is None:
                await self._connect()
                log.info("this process is known to be alive again")
            else:
                async with self._speaking:
                    await self._connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError) as error:
            log.warning("the connection that says this process lives is lost", why=type(error).__name__)
            await self._give_up()

    async def _give_up(self) -> None:
        broken, self._connection = self._connection, None
        self._lost.set()
        self._lost = asyncio.Event()
        if broken is not None:
            with contextlib.suppress(SQLAlchemyError, OSError):
                await broken.invalidate()
                await broken.close()

    async def lost(self) -> None:
        """Wait until another process may have taken what this one held."""
        await self._lost.wait()

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._file is not None:
            os.close(self._file)
        if self._connection is not None:
            await self._connection.invalidate()  # a returned connection would keep the locks
            await self._connection.close()

    async def may_poll(self, bot_id: int) -> bool:
        """Whether this process is the one that polls for `bot_id`; asks for the place when nobody has it."""
        return await self._takes(f"poll {bot_id}")

    async def may_send(self, bot_id: int) -> bool:
        """Whether this process is the one that sends what `bot_id` starts by itself, so that one pace rules."""
        return await self._takes(f"send {bot_id}")

    async def _takes(self, place: str) -> bool:
        if self._file is not None:
            return True
        if self._connection is None:
            return False
        ask = text("SELECT pg_try_advisory_lock(:key)")
        try:
            async with self._speaking:
                return bool((await self._connection.execute(ask, {"key": lock_number(place)})).scalar_one())
        except (SQLAlchemyError, OSError):
            return False  # `keep` finds out and connects again

    async def alone(self, may: Callable[[int], Awaitable[bool]], bot_id: int, work: Callable[[], Awaitable[None]]) -> None:
        """Do `work`, which never ends by itself, whenever this process is the one that may."""
        while True:
            while not await may(bot_id):  # noqa: ASYNC110 - PostgreSQL tells nobody that a place is free
                await asyncio.sleep(_ASK_EVERY)
            doing, losing = asyncio.ensure_future(work()), asyncio.ensure_future(self.lost())
            try:
                await asyncio.wait({doing, losing}, return_when=asyncio.FIRST_COMPLETED)
                if doing.done():
                    doing.result()  # a fault, which must be heard
            finally:
                doing.cancel()
                losing.cancel()
                await asyncio.wait({doing, losing})


def _lock_file(database: Path) -> int:
    beside = lock_beside(database)
    try:
        handle = os.open(beside, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        msg = f"The file {beside} cannot be used ({error.strerror}). Give the bot's user the right to it and to its folder."
        raise DatabaseError(msg) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        msg = f"Another bot is running on {database}. One at a time: stop that one first, or move to PostgreSQL."
        raise DatabaseError(msg) from None
    return handle
