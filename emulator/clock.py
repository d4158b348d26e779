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
        return await any_rings([self], seconds)

    def expect(self, waiter: asyncio.Future[None]) -> None:
        self._waiters.add(waiter)

    def forget(self, waiter: asyncio.Future[None]) -> None:
        self._waiters.discard(waiter)


async def any_rings(bells: Iterable[Bell], seconds: float) -> bool:
    """Wait until one of several bells rings, or `seconds` have passed; from the very first moment no ring is missed."""
    bells, waiter = list(bells), asyncio.get_running_loop().create_future()
    for bell in bells:
        bell.expect(waiter)
    try:
        async with asyncio.timeout(max(seconds, 0)):  # wait_for would swallow a cancellation that comes with the ring
            await waiter
    except TimeoutError:
        return False
    finally:
        for bell in bells:
            bell.forget(waiter)
    return True


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
