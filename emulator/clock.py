"""A clock that keeps time with the real one and can be moved forward, and a bell that wakes those who wait."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field


class Bell:
    """Wakes every waiter at once; who comes later waits for the next ring."""

    def __init__(self) -> None:
        self._waiters: set[asyncio.Future[None]] = set()
        self.followers: list[Bell] = []

    def ring(self) -> None:
        """Wake those who wait here, and at every bell that follows this one."""
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
        self._waiters.clear()
        for follower in self.followers:
            follower.ring()

    async def wait(self, seconds: float) -> bool:
        """Return True when rung, False when `seconds` of real time passed first."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            await asyncio.wait_for(waiter, max(seconds, 0))
        except TimeoutError:
            return False
        finally:
            self._waiters.discard(waiter)
        return True


async def any_rings(bells: Iterable[Bell], seconds: float) -> None:
    """Wait until one of several bells rings, or `seconds` have passed."""
    waits = [asyncio.ensure_future(bell.wait(seconds)) for bell in bells]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


@dataclass
class Clock:
    """Seconds since 1970, `ahead` of the machine's own clock."""

    ahead: float = 0.0
    moved: Bell = field(default_factory=Bell)

    def now(self) -> float:
        return time.time() + self.ahead

    def advance(self, seconds: float) -> None:
        self.ahead += seconds
        self.moved.ring()

    async def sleep(self, seconds: float) -> None:
        """Sleep until this clock, not the machine's, has gone on by `seconds`."""
        until = self.now() + seconds
        while (left := until - self.now()) > 0:
            await self.moved.wait(left)
