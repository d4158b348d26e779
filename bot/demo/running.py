"""The bot's process: started, watched, and started again whenever it dies."""

from __future__ import annotations

import asyncio
import contextlib
import time
from asyncio.subprocess import Process
from pathlib import Path

import aiohttp

from bot.demo.settings import Settings
from bot.demo.shelter import Shelter
from bot.demo.trouble import Trouble


class RunningBot:
    """`python -m bot run`, kept going. `runs` counts how often it has come up; `off_since` is None while it is up."""

    def __init__(self, shelter: Shelter, place: Settings) -> None:
        self.runs = 0
        self.off_since: float | None = time.monotonic()
        self.off_for = 0.0  # seconds it was off before it last came up
        self._came_up = asyncio.Condition()
        self._shelter = shelter
        self._place = place
        self._process: Process | None = None

    @property
    def is_up(self) -> bool:
        return self.off_since is None

    async def keep(self) -> None:
        """Keep it running until cancelled. Raises Trouble when it does not come up the first time."""
        while True:
            process = await self._start()
            try:
                if await self._comes_up(process):
                    await self._note_up()
                    await process.wait()
                elif not self.runs:
                    raise Trouble(f"The bot does not start. It said:\n{_tail(self._place.log)}")
                else:
                    await asyncio.sleep(BREATH)
            finally:
                self.off_since = self.off_since or time.monotonic()
                await self._shelter.end(process)

    def pull_the_plug(self) -> None:
        """End it as a power cut would: at once, with no chance to finish anything."""
        if self._process is not None and self._process.returncode is None:
            self.off_since = self.off_since or time.monotonic()
            self._process.kill()

    async def up(self, runs: int = 1) -> None:
        """Wait until it has come up so many times."""
        async with self._came_up:
            await self._came_up.wait_for(lambda: self.runs >= runs)

    async def _start(self) -> Process:
        place = self._place
        with place.log.open("ab") as log:
            given = ("--config", str(place.config), "--clock", str(place.clock))
            self._process = await self._shelter.start("run", *given, to=log)
        return self._process

    async def _comes_up(self, process: Process) -> bool:
        """Wait until its pages answer; False when it ends before that."""
        async with aiohttp.ClientSession() as session:
            while process.returncode is None:
                with contextlib.suppress(aiohttp.ClientError):
                    async with session.get(f"{self._place.pages}/healthz") as response:
                        if response.ok:
                            return True
                await asyncio.sleep(LOOK_EVERY)
        return False

    async def _note_up(self) -> None:
        self.off_for = time.monotonic() - (self.off_since or time.monotonic())
        self.off_since = None
        self.runs += 1
        async with self._came_up:
            self._came_up.notify_all()


def _tail(log: Path) -> str:
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-LAST_LINES:])


LOOK_EVERY = 0.05  # seconds
BREATH = 1.0  # seconds before trying again when it did not come up
LAST_LINES = 15
