"""The neighbourhood: thousands of pretend people who have asked to hear about invitations, and then wait to be asked."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

import aiohttp

from bot.demo.telegram import Telegram

AT_ONCE = 24  # people who are typing at the same moment
SAID = ("/start", "18 or over", "/choices", "2")
"""What each of them types: hello, how old they are, and the second of what we may write to them about: invitations."""


@dataclass
class Neighbours:
    """People who come to be there, not to answer; `wanted` in all, of whom so many have `joined`."""

    telegram: Telegram
    wanted: int
    joined: int = 0

    async def come(self) -> None:
        """Have all of them join, a few at a time."""
        turns = iter(range(self.wanted))
        await asyncio.gather(*(self._go_on(turns) for _ in range(AT_ONCE)))

    async def _go_on(self, turns: Iterator[int]) -> None:
        for _ in turns:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                await self._join()

    async def _join(self) -> None:
        person = await self.telegram.invite()
        for words in SAID:
            await self.telegram.post(f"/sim/people/{person}/send", {"text": words})
        self.joined += 1
