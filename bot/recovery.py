"""Letters that nobody is sending any more: those of dead processes, and our own that trouble with the database hid from us."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import structlog
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.house import House
from bot.telegram.sender import Sender
from bot.waiting import Waiting
from storage import presence
from storage.letters import outbox
from storage.letters.outbox import Letter

log = structlog.get_logger()


class Recovery:
    """Finds such letters and hands them to the sender."""

    def __init__(
        self, engine: AsyncEngine, house: House, clock: Callable[[], dt.datetime], sender: Sender, waiting: Waiting
    ) -> None:
        self._engine = engine
        self._house = house
        self._clock = clock
        self._sender = sender
        self._waiting = waiting

    async def take_over(self) -> None:
        """Send what others gave back unsent, and once more the replies that dead ones left in flight."""
        async with self._engine.begin() as connection:
            unknown, letters = await connection.run_sync(self._of_the_dead)
        if unknown:
            log.warning("letters may or may not have gone out: see `letters --unknown`", letters=unknown)
        if letters:
            log.info("sending what another process left", letters=len(letters))
            self._sender.post(letters)

    def _of_the_dead(self, db: Connection) -> tuple[int, list[Letter]]:
        house = self._house
        claimers = outbox.claimers(db, house.bot_id)
        dead = presence.find_dead(db, claimers - {""}, house.claimer)
        unknown = outbox.give_up(db, house.bot_id, dead, self._clock()) if dead else 0
        return unknown, outbox.recover(db, house.keys, house.bot_id, house.claimer, dead) if dead or "" in claimers else []

    async def find_lost(self) -> None:
        """Send replies that are ours, committed, and not known here: the connection was lost between commit and answer."""
        house = self._house
        async with self._engine.begin() as connection:
            ours = await connection.run_sync(outbox.claimed, house.keys, house.bot_id, house.claimer)
        lost = [letter for letter in ours if not (self._sender.holds(letter) or self._waiting.settles(letter.id))]
        if lost:
            log.info("sending what was committed unnoticed", letters=len(lost))
            self._sender.post(lost)
