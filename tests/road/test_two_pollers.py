"""Two programs that poll with one token: health says so for as long as both do, and does not flicker."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any, cast

import pytest

from bot.telegram.polling import CONFLICT, Poller
from bot.telegram.wire import Reply
from tests.sending.afternoon import live


class Contended:
    """Telegram's side of it: another program comes every so many seconds and takes the news, until it ends."""

    def __init__(self, gap: float, end: float) -> None:
        self.well_at, self._gap, self._end, self._next = 1.0, gap, end, gap

    async def call(self, _method: str, body: bytes = b"", _patience: float = 0) -> Reply:
        wait = 2 if b'"timeout":2' in body else 30
        loop = asyncio.get_running_loop()
        while self._next < loop.time():
            self._next += self._gap
        if self._next < min(loop.time() + wait, self._end):
            await asyncio.sleep(self._next - loop.time() + 0.01)
            return Reply(CONFLICT, description="Conflict: terminated by other getUpdates request")
        await asyncio.sleep(wait)
        return Reply(200, [])


@pytest.mark.parametrize("gap", [3, 8, 20, 45, 70])
def test_health_does_not_flicker_while_another_program_polls_and_is_well_once_it_ended(gap: float) -> None:
    seen: list[bool] = []

    async def work() -> None:
        poller = Poller(cast("Any", Contended(gap, end=1800)), cast("Any", None), cast("Any", None))
        polling = asyncio.create_task(poller.run())
        for _ in range(2000):
            await asyncio.sleep(1)
            seen.append(bool(poller.trouble))
        polling.cancel()

    live(work())
    turns = sum(before != after for before, after in pairwise(seen))
    assert turns <= 4  # red, once well again by mistake, red, and well
    assert all(seen[200:1790])
    assert not any(seen[1900:])
