"""getUpdates: one long poll at a time, woken at once, ended by the next, slowed when it asks the same again and again."""

import asyncio
from dataclasses import dataclass

from emulator.clock import Clock
from emulator.refusals import OTHER_POLLER, conflict
from emulator.updates import UpdateQueue, Waiting


@dataclass
class _Ticket:
    """One waiting poll; `ended` says why it must stop."""

    ended: str = ""


class Poller:
    """Hands out the queue's updates to whoever polls."""

    def __init__(self, queue: UpdateQueue, clock: Clock) -> None:
        self._queue, self._clock = queue, clock
        self._ticket: _Ticket | None = None
        self._last: tuple[int, float] = (-1, 0.0)
        self._next_conflict = 0.0

    @property
    def waiting(self) -> bool:
        return self._ticket is not None

    async def poll(self, offset: int, limit: int, timeout: int) -> list[Waiting]:  # noqa: ASYNC109  Telegram's own parameter
        """Return updates from `offset` on, waiting up to `timeout` seconds. Raises Refusal when another poll ends this one."""
        limit, timeout = self._slow_down(offset, limit, timeout)
        if offset:
            self._queue.confirm(offset)
        found = self._queue.take(limit)
        if found or timeout <= 0:
            return found
        self.end(OTHER_POLLER)
        return await self._wait(limit, timeout)

    def end(self, reason: str) -> None:
        """End the poll that waits, if any."""
        if self._ticket is not None:
            self._ticket.ended = reason
            self._ticket = None
            self._queue.arrived.ring()

    async def refuse(self, reason: str) -> None:
        """Raise the Refusal of a poll: at once, but only after a pause when another was refused just now."""
        now = self._clock.now()
        if now < self._next_conflict:
            await self._clock.sleep(CONFLICT_PAUSE)
        else:
            self._next_conflict = now + CONFLICT_PAUSE
        raise conflict(reason)

    def _slow_down(self, offset: int, limit: int, seconds: int) -> tuple[int, int]:
        """Return the limit and timeout that count: one who asks for the same again at once gets little, and slowly."""
        (last, at), now = self._last, self._clock.now()
        self._last = (offset, now)
        if offset != last:
            return limit, seconds
        return 1 if now < at + ONE_AT_A_TIME else limit, max(seconds, PATIENT) if now < at + PATIENT else seconds

    async def _wait(self, limit: int, seconds: int) -> list[Waiting]:
        ticket = self._ticket = _Ticket()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while not ticket.ended:
            rung = await self._queue.arrived.wait(deadline - loop.time())
            if ticket.ended:
                break
            found = self._queue.take(limit)
            if found or not rung:
                self._ticket = None
                return found
        await self.refuse(ticket.ended)
        return []


CONFLICT_PAUSE = 3.0
ONE_AT_A_TIME, PATIENT = 0.5, 3
