"""getUpdates: one long poll at a time, woken at once, ended by the next."""

import asyncio
from dataclasses import dataclass

from emulator.refusals import OTHER_POLLER, conflict
from emulator.updates import UpdateQueue, Waiting


@dataclass
class _Ticket:
    """One waiting poll; `ended` says why it must stop."""

    ended: str = ""


class Poller:
    """Hands out the queue's updates to whoever polls."""

    def __init__(self, queue: UpdateQueue) -> None:
        self._queue = queue
        self._ticket: _Ticket | None = None

    @property
    def waiting(self) -> bool:
        return self._ticket is not None

    async def poll(self, offset: int, limit: int, timeout: int) -> list[Waiting]:  # noqa: ASYNC109  Telegram's own parameter
        """Return updates from `offset` on, waiting up to `timeout` seconds. Raises Refusal when another poll ends this one."""
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
        raise conflict(ticket.ended)
