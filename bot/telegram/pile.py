"""The pile of letters the bot starts by itself, as `dispatch` sees it: the next ones claimed, the pace kept."""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.house import House
from storage.database import READING
from storage.letters import claims, paces
from storage.letters.claims import Write
from storage.letters.outbox import Letter
from storage.letters.paces import Pace

log = structlog.get_logger()

TROUBLE = (SQLAlchemyError, OSError)
_REMEMBERED = 1000  # letters; those on their way are among the last few


class Pile:
    """One bot's pile in the database. Its methods raise what `TROUBLE` names.

    `write` gives letters of broadcasts their words; without it only those that have theirs are claimed.
    """

    def __init__(self, engine: AsyncEngine, house: House, clock: Callable[[], dt.datetime], write: Write | None = None) -> None:
        self._engine = engine
        self._house = house
        self._write = write
        self._turn = 0  # of claiming: broadcasts take turns
        self._seen: deque[int] = deque(maxlen=_REMEMBERED)
        self._doubtful = False
        self.clock = clock

    async def waits(self) -> bool:
        """Whether there is anything to claim."""
        if not self._house.is_certain():
            return False
        async with self._engine.connect() as connection:
            await connection.execution_options(**READING)
            return await connection.run_sync(claims.waits, self._house.organisation_id, self._house.bot_id, self.clock())

    async def claim(self, wanted: int, most: int) -> Sequence[Letter]:
        """The next letters, at most `wanted`, as long as not more than `most` are on their way; committed.

        Nothing is begun by a clock that cannot be trusted.
        """
        if not self._house.is_certain():
            return []
        doubtful, self._doubtful = self._doubtful, True  # until the commit has been heard of
        async with self._engine.begin() as connection:
            if doubtful:
                await connection.run_sync(self._return_unseen)
            place = (self._house.organisation_id, self._house.bot_id)
            self._turn += 1
            claim = (self._house.keys, place, self._house.claimer, wanted, most, self.clock(), self._write, self._turn)
            letters = await connection.run_sync(claims.take, *claim)
        self._doubtful = False
        self._seen.extend(letter.id for letter in letters)
        return letters

    def _return_unseen(self, db: Connection) -> None:
        claims.return_unseen(db, self._house.bot_id, self._house.claimer, self._seen)

    async def find_pace(self) -> Pace | None:
        """The pace kept last, by whichever process."""
        async with self._engine.connect() as connection:
            await connection.execution_options(**READING)
            return await connection.run_sync(paces.find, self._house.bot_id)

    async def keep_pace(self, pace: Pace) -> None:
        """Keep the pace for the next start."""
        await self._do(paces.keep, self._house.bot_id, pace)

    async def _do(self, work: Any, *arguments: Any) -> None:
        async with self._engine.begin() as connection:
            await connection.run_sync(work, *arguments)
