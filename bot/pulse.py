"""What the bot counts of itself: plain numbers that cost a tap nothing, read only when somebody looks (`bot.web.metrics`)."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Self

from bot.arrivals import Arrival
from storage.letters.outbox import FAILED, Settled

SIZES = (1, 2, 5, 10, 20, 50, 100, 200)  # arrivals
SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)

TAKEN, REFUSED = "taken", "refused"


class Spread:
    """How values spread: how many were at most each of `bounds`, how many were larger, and their sum."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def note(self, value: float) -> None:
        """Count one value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


class Pulse:
    """Counts since the process began. Times are of `time.monotonic`."""

    def __init__(self) -> None:
        self.updates: Counter[tuple[str, str]] = Counter()  # (kind, TAKEN or REFUSED)
        self.letters: Counter[tuple[str, str, str]] = Counter()  # (lane, state, why it failed)
        self.strangers: Counter[str] = Counter()  # what came by the webhook and was no update: wrong secret, size or shape
        self.failed = 0  # updates that could not be dealt with
        self.sizes = Spread(SIZES)
        self.seconds = Spread(SECONDS)
        self.heard_at = 0.0  # an update last came
        self.written_at = 0.0  # something was last committed
        self._waits: dict[Wait, float] = {}

    def wait(self) -> Wait:
        """News has come; it waits within this context."""
        return Wait(self._waits)

    def oldest(self) -> float:
        """Seconds the oldest news has waited to be committed; 0 when none waits."""
        return time.monotonic() - next(iter(self._waits.values())) if self._waits else 0.0

    def hear(self) -> None:
        """Note that news came."""
        self.heard_at = time.monotonic()

    def take(self, arrivals: Sequence[Arrival], began: float) -> None:
        """Count a batch that was committed."""
        self.written_at = now = time.monotonic()
        self.seconds.note(now - began)
        if arrivals:
            self.sizes.note(len(arrivals))
            self.updates.update((_kind(one), TAKEN) for one in arrivals)

    def refuse(self, arrivals: Iterable[Arrival]) -> None:
        """Count arrivals that could not be kept, and will come again."""
        self.updates.update((_kind(one), REFUSED) for one in arrivals)

    def settle(self, one: Settled) -> None:
        """Count what became of a letter."""
        self.letters[one.lane, one.state, one.reason if one.state == FAILED else ""] += 1


class Wait:
    """One piece of news on its way into the database."""

    __slots__ = ("_waits",)

    def __init__(self, waits: dict[Wait, float]) -> None:
        self._waits = waits

    def __enter__(self) -> Self:
        self._waits[self] = time.monotonic()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        del self._waits[self]


def _kind(one: Arrival) -> str:
    if one.trace:
        return "unreadable"
    if one.given is not None:
        return "tap" if one.query_id else "words"
    return "blocking" if one.state else "group" if one.group else "other"
