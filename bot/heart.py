"""The heartbeat of one bot: noted each minute, and looked at once at the start, before the bot sends anything by itself."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import Callable

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.house import House
from storage import audit
from storage.keeping import heartbeat
from storage.keeping.heartbeat import Beat
from storage.letters import pauses

log = structlog.get_logger()

BEAT_EVERY = dt.timedelta(minutes=1)
LOOK_EVERY = 1  # seconds
WHO = "the bot, at its start"

_AGAIN = 0.1  # seconds


class Heart:
    """Beats once it knows whether this database is what it seems to be."""

    def __init__(self, engine: AsyncEngine, house: House, clock: Callable[[], dt.datetime]) -> None:
        self._engine = engine
        self._house = house
        self._clock = clock
        self._began = False
        self._beaten: dt.datetime | None = None
        self._beginning = asyncio.Lock()
        self._mute = False

    async def begin(self) -> None:
        """Wait until the clock can be trusted and the database answers; hold what would go out if this may be an old copy."""
        while not self._began:
            with contextlib.suppress(SQLAlchemyError, OSError):
                await self.beat()
            if not self._began:
                await asyncio.sleep(_AGAIN)

    async def look(self) -> None:
        """Beat once a minute by the house's clock: one that was set ahead is noted before anybody can take it for a silence."""
        if self._beaten is None or abs(self._clock() - self._beaten) >= BEAT_EVERY:
            await self.beat()

    async def beat(self) -> None:
        """Beat once; the first time, look before."""
        if not self._house.is_certain():
            return
        there = heartbeat.read(self._house.keys.path)
        async with self._beginning, self._engine.begin() as connection:
            why, beat = await connection.run_sync(self._note, there)
        if why:
            log.error("nothing is sent by itself until you say so", why=why, do=DO)
        self._began, self._beaten = True, beat.at
        try:
            await asyncio.to_thread(heartbeat.write, self._house.keys.path, beat)
        except OSError as error:
            await self._do_without(error)

    def _note(self, db: Connection, there: Beat | None) -> tuple[str, Beat]:
        house, now = self._house, self._clock()
        if self._began:
            return "", heartbeat.note(db, now)
        why = heartbeat.doubt(db, house.keys.path, there) or heartbeat.silence(db, house.bot_id, now)
        held = bool(why) and pauses.begin(db, house.organisation_id, pauses.EVERYTHING, why, WHO, now)
        if held:
            audit.note(db, house.organisation_id, WHO, "pause", why, now)
        heartbeat.start(db, house.keys.path, now)
        return why if held else "", heartbeat.note(db, now, above=there.number if there else 0)

    async def _do_without(self, error: OSError) -> None:
        """Where the note beside the key file cannot be written there is nothing to compare with."""
        if not self._mute:
            log.warning("an old copy of the database could not be told from the newest", why=error.strerror, do=WRITABLE)
        self._mute = True
        async with self._engine.begin() as connection:
            await connection.run_sync(heartbeat.forget)


DO = "When you are sure that it may go on: python3 -m bot resume. People who write are answered meanwhile."
WRITABLE = "Let the bot's user write in the folder of the key file."
