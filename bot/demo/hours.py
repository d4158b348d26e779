"""The demo's clock: moved for the bot and for the pretend Telegram at once, and only forwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.demo.telegram import Telegram

ZONE = ZoneInfo("Europe/London")


class Hours:
    """The time in the demo, and moving it."""

    def __init__(self, file: Path, telegram: Telegram) -> None:
        self._file = file
        self._clock = Clock(file)
        self._telegram = telegram
        self._ahead = 0.0

    def now(self) -> dt.datetime:
        """The time in the demo, where its organisation is."""
        return self._clock.now().astimezone(ZONE)

    async def move(self, by: str) -> None:
        """Move the clock on by one of MOVES."""
        now = self.now()
        seconds = MOVES[by](now).timestamp() - now.timestamp()
        await self._telegram.post("/sim/clock", {"advance": seconds})
        self._ahead += seconds
        fresh = self._file.with_suffix(".new")
        fresh.write_text(str(self._ahead))
        fresh.replace(self._file)  # the bot never reads half a number

    def __str__(self) -> str:
        now = self.now()
        return f"{now:%A} {now.day} {now:%B %Y}, {now:%H:%M}"


def _tomorrow_at_nine(now: dt.datetime) -> dt.datetime:
    return dt.datetime.combine(now.date() + dt.timedelta(days=1), dt.time(9), now.tzinfo)


MOVES: Mapping[str, Callable[[dt.datetime], dt.datetime]] = {
    "hour": lambda now: now.astimezone(dt.UTC) + dt.timedelta(hours=1),
    "morning": _tomorrow_at_nine,
    "days": lambda now: now.astimezone(dt.UTC) + dt.timedelta(days=3),
}
"""Move -> from this time to that."""
