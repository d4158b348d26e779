"""Arrivals that wait for their turn, and the loop that takes all of them at once, at most one a chat.

A door puts arrivals in and is told when they are committed; only then may it acknowledge them.
"""

from __future__ import annotations

import asyncio
import time
import traceback
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

import structlog

from bot import turns
from bot.desk import Outgoing
from bot.pulse import Pulse
from storage.database import recover
from storage.troubles import SLOW, explain, is_trouble

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.ext.asyncio import AsyncEngine

    from bot.arrivals import Arrival
    from bot.house import House
    from storage.letters.outbox import Settled

log = structlog.get_logger()

MOST = 200
"""Arrivals in one transaction."""

_MOMENT = 0.003
"""Seconds that settled letters wait for company. In these a kill makes a reply that had arrived go out once more."""

_SLOW = 15.0  # seconds after which a transaction under way is trouble too

_TROUBLE = (0.2, 0.5, 1, 2, 5)  # seconds between tries while the database cannot be written


class NotKeptError(Exception):
    """The database could not be written: nothing may be acknowledged, and it will come again."""


Waiter = tuple["Arrival", "asyncio.Future[None]"]


class Waiting:
    """The arrivals and settled letters waiting; `run` takes them until it is cancelled or stopped.

    `out` is handed what may go out; `regained` is awaited when the database can be written again.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        house: House,
        clock: Callable[[], dt.datetime],
        out: Callable[[Outgoing], None],
        regained: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._engine = engine
        self._house = house
        self._clock = clock
        self._out = out
        self._arrivals: deque[Waiter] = deque()
        self._batch: list[Waiter] = []  # in the transaction under way
        self._settled: list[Settled] = []
        self._news = asyncio.Event()
        self._stopping = False
        self._regained = regained
        self.pulse = Pulse()
        self._trouble = ""
        self._began: float | None = None  # when the transaction under way began

    @property
    def trouble(self) -> str:
        """Why nothing can be written just now, and what to do, in words for health; empty when all is well."""
        hangs = self._began is not None and asyncio.get_running_loop().time() - self._began > _SLOW
        return self._trouble or (SLOW if hangs else "")

    async def take(self, arrivals: Sequence[Arrival]) -> None:
        """Wait until these are committed. Raises NotKeptError when they could not be, or when it is too late for more."""
        self.pulse.hear()
        if self._stopping:
            raise NotKeptError("stopping")
        loop = asyncio.get_running_loop()
        waiters = [(arrival, loop.create_future()) for arrival in arrivals]
        self._arrivals.extend(waiters)
        self._news.set()
        with self.pulse.wait():
            outcomes = await asyncio.gather(*(future for _, future in waiters), return_exceptions=True)
        if any(isinstance(outcome, BaseException) for outcome in outcomes):
            raise NotKeptError(self._trouble)

    def settle(self, settled: Settled) -> None:
        """Record what became of a letter, with the next transaction, or with one of its own a moment later."""
        if not self._settled:
            asyncio.get_running_loop().call_later(_MOMENT, self._news.set)
        self._settled.append(settled)
        self.pulse.settle(settled)

    def settles(self, letter_id: int) -> bool:
        """Whether what became of this letter is known, and only not recorded yet."""
        return any(one.id == letter_id for one in self._settled)

    async def run(self) -> None:
        """Take what waits, until `stop`. What still waits when it is cancelled is refused, and comes again."""
        try:
            await self._run()
        finally:
            _refuse([*self._batch, *self._arrivals], NotKeptError("stopped"))

    async def _run(self) -> None:
        failed, missed = 0, False  # tries in vain; whether what was committed may have gone unnoticed
        while not (self._stopping and not self._arrivals and not self._settled):
            if not self._arrivals and not self._stopping:
                await self._news.wait()
            self._news.clear()  # after waking: what comes from here on sets it again
            if not self._arrivals and not self._settled:
                missed = missed and (failed > 0 or not await self._look_back())
                continue
            self._batch, settled = self._next(), self._settled
            self._settled = []
            try:
                await self._commit(self._batch, settled)
                failed, self._trouble = 0, ""
            except Exception as error:
                self._settled = settled + self._settled
                self._trouble = explain(error)
                log.exception("nothing could be written", waiting=len(self._batch), why=self._trouble)
                self.pulse.refuse(arrival for arrival, _ in (*self._batch, *self._arrivals))
                # All of them, or someone's later words would be taken before earlier ones that come again.
                _refuse([*self._batch, *self._arrivals], error)
                self._arrivals.clear()
                await recover(self._engine, error)
                await asyncio.sleep(_TROUBLE[min(failed, len(_TROUBLE) - 1)])
                failed, missed = failed + 1, True
                self._news.set()  # try again, though nobody writes just now
                continue
            missed = missed and not await self._look_back()

    async def _look_back(self) -> bool:
        """Whether what was committed unnoticed has been looked for, while nothing else is being written."""
        try:
            if self._regained:
                await self._regained()
        except Exception:  # what has just been committed stays so
            log.exception("what may have been committed unnoticed could not be looked for")
            asyncio.get_running_loop().call_later(_TROUBLE[-1], self._news.set)
            return False
        return True

    def stop(self) -> None:
        """Finish what waits, then end `run`."""
        self._stopping = True
        self._news.set()

    def _next(self) -> list[Waiter]:
        """Up to `MOST` arrivals in order, one a chat; a chat's next one stays for the next transaction."""
        batch: list[Waiter] = []
        later: list[Waiter] = []
        chats: set[int] = set()
        while self._arrivals and len(batch) < MOST:
            waiter = self._arrivals.popleft()
            chat = waiter[0].chat_id
            if chat and chat in chats:
                later.append(waiter)
            else:
                chats.add(chat)
                batch.append(waiter)
        self._arrivals.extendleft(reversed(later))
        return batch

    async def _commit(self, batch: Sequence[Waiter], settled: list[Settled]) -> None:
        arrivals = [arrival for arrival, _ in batch]
        began = time.monotonic()
        try:
            out = await self._transact(arrivals, settled)
        except Exception as error:
            if is_trouble(error):
                raise
            log.exception("a batch could not be written; taking its members one by one", members=len(batch))
            out = await self._one_by_one(arrivals, settled)
        self.pulse.take(arrivals, began)
        self.pulse.failed += out.failed
        for _, future in batch:
            if not future.done():
                future.set_result(None)
        self._out(out)

    async def _transact(self, arrivals: Sequence[Arrival], settled: Sequence[Settled]) -> Outgoing:
        self._began = asyncio.get_running_loop().time()
        try:
            async with self._engine.begin() as connection:
                return await connection.run_sync(turns.take_turns, self._house, arrivals, settled, self._clock())
        finally:
            self._began = None

    async def _one_by_one(self, arrivals: Sequence[Arrival], settled: list[Settled]) -> Outgoing:
        out = await self._transact([], settled)
        settled.clear()  # they are not recorded twice, whatever comes of the rest
        for arrival in arrivals:
            try:
                one = await self._transact([arrival], [])
            except Exception as error:
                if is_trouble(error):
                    raise
                one = await self._set_aside(arrival, error)
            out.letters += one.letters
            out.failed += one.failed
            out.tapped += one.tapped
        return out

    async def _set_aside(self, arrival: Arrival, error: Exception) -> Outgoing:
        trace = "".join(traceback.format_exception(error))
        async with self._engine.begin() as connection:
            return await connection.run_sync(turns.set_aside, self._house, arrival, trace, self._clock())


def _refuse(batch: Sequence[Waiter], error: Exception) -> None:
    for _, future in batch:
        if not future.done():
            future.set_exception(NotKeptError(type(error).__name__))
