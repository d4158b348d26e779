"""How many connections Telegram opens to a webhook: freely while it works, one at a time to see whether it does."""

from collections import deque
from dataclasses import dataclass, field


@dataclass
class Connections:
    """Counts connections; it holds none. `scale` shortens the pauses, for tests."""

    most: int
    scale: float = 1.0
    open: int = 0
    busy: int = 0
    _success: float = float("-inf")
    _opened: deque[float] = field(default_factory=deque)

    def take(self, now: float) -> float:
        """Take a connection and return 0, or return the seconds to wait before asking again."""
        if self.busy >= self.open and (wait := self._open_one(now)):
            return wait
        self.busy += 1
        return 0.0

    def give_back(self, *, lost: bool) -> None:
        self.busy -= 1
        self.open -= lost

    def worked(self, now: float) -> None:
        """Something was delivered: for a while there may be as many connections as were asked for."""
        self._success = now

    def _open_one(self, now: float) -> float:
        trusted = now <= self._success + TRUSTED_FOR
        if self.open >= (self.most if trusted else 1):
            return LONG
        count, window = (MOST_AT_ONCE, WINDOW) if trusted else (1, PROBE_EVERY)
        if len(self._opened) >= count and (wait := self._opened[-count] + window * self.scale - now) > 0:
            return wait
        self._opened.append(now)
        while len(self._opened) > MOST_AT_ONCE:
            self._opened.popleft()
        self.open += 1
        return 0.0


TRUSTED_FOR = 10.0
MOST_AT_ONCE, WINDOW = 10, 0.5
PROBE_EVERY = 2.0
LONG = 60.0  # whoever waits is woken when a connection comes back
