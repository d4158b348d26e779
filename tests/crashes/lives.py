"""A bot that is started again whenever it dies: with one variant after the other, and in the end without."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

from tests.crashes.loop import DIED
from tests.road.house import PATIENCE, House

LOOK_EVERY = 0.01  # seconds between looks whether it has died


class Lives:
    """The lives of one house's bot. `broken` is the variant of every one of them, for a control."""

    def __init__(self, house: House, variants: Iterator[str], broken: str = "") -> None:
        self._house, self._variants, self._broken = house, variants, broken
        self.deaths = -1
        self._begin()

    def _begin(self) -> None:
        self._house.variant = "+".join(filter(None, (self._broken, next(self._variants, ""))))
        self._house.begin()
        self.deaths += 1

    def look(self) -> bool:
        """Begin another life if the last one is over; whether one was."""
        code = self._house.nursery.poll(self._house.pid)
        if code is not None:
            self._house.pid = 0
            assert code == DIED, f"the bot ended with {code}: {self._house.said()}"
            self._begin()
        return code is not None

    def end(self) -> None:
        """Stop the bot in good order, however often it dies before that, and even while it stops."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            self.look()
            if '"ready"' not in self._house.said():
                time.sleep(LOOK_EVERY)
                continue
            os.kill(self._house.pid, signal.SIGTERM)
            code, self._house.pid = self._house.nursery.wait(self._house.pid), 0
            if code == 0:
                return
            assert code == DIED, f"the bot ended with {code}: {self._house.said()}"
            self._begin()
        raise AssertionError(f"the bot does not come to rest: {self._house.said()}")
