"""What time does to broadcasts, in a running bot: those whose time has come are frozen and let go, the rest is tidied up."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.house import House
from storage.broadcasting import broadcasts, departures, freezing
from storage.broadcasting.broadcast_rows import FREEZING, Broadcast
from storage.broadcasting.broadcasts import Refusal
from storage.broadcasting.criteria import CriteriaError
from storage.database import READING
from storage.staffing import preferences
from storage.staffing.preferences import Preferences

log = structlog.get_logger()

LOOK_EVERY = 1.0  # seconds
SWEPT = 1_000  # letters left at once: some 15 ms
_BREATH = 0.005  # seconds between two slices, in which people are answered

T = TypeVar("T")


class Broadcasting:
    """One bot's broadcasts. Any number of processes may look at once: each step is taken by one."""

    def __init__(self, engine: AsyncEngine, house: House, clock: Callable[[], dt.datetime]) -> None:
        self._engine = engine
        self._house = house
        self._clock = clock

    async def look(self) -> None:
        """Do what is due. Nothing is begun or ended by a clock that cannot be trusted."""
        if not self._house.is_certain():
            return
        due, is_due = await self._read(departures.look, self._house.bot_id, self._clock())
        if is_due:
            await self._tidy()
        for one in due:
            try:
                await self._make_ready(one)
            except Refusal as why:
                log.info("a broadcast was left alone", broadcast=one.code, why=str(why))
            except CriteriaError as why:
                await self._write(departures.refuse, one, str(why), self._clock())

    async def _tidy(self) -> None:
        now = self._clock()
        for one in await self._write(departures.hold, self._house.bot_id, now):
            log.warning("a broadcast is late, and held", broadcast=one.code)
        for one in await self._write(departures.finish, self._house.bot_id, now):
            log.info("a broadcast is done", broadcast=one.code)
        while await self._write(departures.sweep, self._house.bot_id, SWEPT):  # noqa: ASYNC110 - others write meanwhile
            await asyncio.sleep(_BREATH)

    async def _make_ready(self, one: Broadcast) -> None:
        """Choose who gets it, and let it go."""
        wanted = await self._read(preferences.read, self._house.organisation_id)
        if one.state != FREEZING:
            reach = await self._read(broadcasts.measure, one, self._clock())
            if await self._write(departures.begin, one, reach, wanted, self._clock()) != FREEZING:
                log.warning("a broadcast is to be approved again", broadcast=one.code)
                return
        while piece := await self._read(freezing.cut, one.id, self._clock()):
            try:
                done = await self._write(freezing.freeze, piece, self._clock())
            except IntegrityError:  # two letters drew the same lot
                continue
            if done and piece.last:
                await self._let_go(one, wanted)
            await asyncio.sleep(_BREATH)

    async def _let_go(self, one: Broadcast, wanted: Preferences) -> None:
        reach = await self._read(broadcasts.frozen, one)
        state = await self._write(departures.start, one, reach, wanted, self._clock())
        log.info("a broadcast is ready", broadcast=one.code, people=reach.people, state=state)

    async def _read(self, work: Callable[..., T], *arguments: Any) -> T:
        async with self._engine.connect() as connection:
            await connection.execution_options(**READING)
            return await connection.run_sync(work, *arguments)

    async def _write(self, work: Callable[..., T], *arguments: Any) -> T:
        async with self._engine.begin() as connection:
            return await connection.run_sync(work, *arguments)
