"""Updates waiting for a bot that polls: kept until its offset confirms them, as Telegram keeps them."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from benchmarks.wire import Wire

MOST_AT_ONCE = 100
LONGEST_WAIT = 50
TERMINATED = b'{"ok":false,"error_code":409,"description":"Conflict: terminated by other getUpdates request"}'


@dataclass(slots=True)
class Tap:
    """When one update could be had, when the bot took it, and when the reply that the person waits for came."""

    ready: float
    taken: float = 0.0
    replied: float = 0.0


@dataclass(frozen=True, slots=True)
class Update:
    """One update: its number, whose it is, its JSON, and its times."""

    number: int
    chat: int
    body: bytes
    tap: Tap


class Updates:
    """The queue behind getUpdates. `handed` hears how many updates each answer carried."""

    def __init__(self, handed: Callable[[int], None]) -> None:
        self._handed = handed
        self._held: deque[Update] = deque()
        self._wire: Wire | None = None
        self._limit = MOST_AT_ONCE
        self._giving_up: asyncio.TimerHandle | None = None
        self._waking = False

    def put(self, update: Update) -> None:
        """Make an update available; a poll that waits is answered once this moment's other updates are here too."""
        self._held.append(update)
        if self._wire is not None and not self._waking:
            self._waking = True
            asyncio.get_running_loop().call_soon(self._wake)

    def poll(self, wire: Wire, asked: dict[str, Any]) -> None:
        """Answer a getUpdates: forget what its offset confirms, then give what is held or wait for more."""
        self._confirm(int(asked.get("offset") or 0))
        if self._wire is not None:
            self._stop_waiting().answer(TERMINATED, 409)
        self._limit = min(max(int(asked.get("limit") or MOST_AT_ONCE), 1), MOST_AT_ONCE)
        timeout = min(int(asked.get("timeout") or 0), LONGEST_WAIT)
        if self._held or not timeout:
            self._give(wire)
        else:
            self._wire = wire
            self._giving_up = asyncio.get_running_loop().call_later(timeout, self._wake)

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            while len(self._held) > -offset:
                self._held.popleft()
        while self._held and self._held[0].number < offset:
            self._held.popleft()

    def _wake(self) -> None:
        self._waking = False
        if self._wire is not None:
            wire = self._stop_waiting()
            if wire.open:
                self._give(wire)

    def _stop_waiting(self) -> Wire:
        assert self._wire is not None
        wire, self._wire = self._wire, None
        if self._giving_up is not None:
            self._giving_up.cancel()
        return wire

    def _give(self, wire: Wire) -> None:
        batch = [self._held[place] for place in range(min(self._limit, len(self._held)))]
        now = perf_counter()
        for update in batch:
            update.tap.taken = update.tap.taken or now
        self._handed(len(batch))
        wire.answer(b'{"ok":true,"result":[' + b",".join([update.body for update in batch]) + b"]}")
