"""The demo's clock: moved for the bot and for the pretend Telegram at once, and only forwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.demo.telegram import Telegram
from conversations.hours import Quiet, next_open
from storage.followups import rules
from storage.followups.rules import Happening

ZONE = ZoneInfo("Europe/London")
QUIET = Quiet("20:00", "09:00", sundays=False, nation="ENG")


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

    async def begin(self) -> None:
        """Begin at an hour at which messages may go out, whatever hour it really is."""
        await self._move(_open(self.now()))

    async def move(self, by: str) -> None:
        """Move the clock on by one of MOVES."""
        await self._move(MOVES[by](self.now()))

    async def follow(self, date: Happening) -> None:
        """Move the clock to the next of `stops`, if there is one."""
        _, at = next(stops(date, self.now()), ("", None))
        if at:
            await self._move(at)

    async def _move(self, to: dt.datetime) -> None:
        seconds = to.timestamp() - self.now().timestamp()
        if seconds <= 0:
            return
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


def _open(now: dt.datetime) -> dt.datetime:
    """This time, or the next morning of a working day: an hour from the end of the day counts as over."""
    later = now.astimezone(dt.UTC) + dt.timedelta(hours=1)
    found = next_open(later, ZONE, QUIET)
    return found if found > later else now


def stops(date: Happening, now: dt.datetime) -> Iterator[tuple[str, dt.datetime]]:
    """What people with a place hear of a date yet, in words, each with a time at which they have just heard it."""
    opens = partial(next_open, zone=ZONE, quiet=QUIET)
    for kind, words in STOPS.items():
        at = rules.plan(kind, date, ZONE, opens, now.astimezone(dt.UTC))
        if at is not None:
            yield words, at + A_MOMENT


A_MOMENT = dt.timedelta(minutes=1)
STOPS: Mapping[str, str] = {
    "reminder-7": "the week before",
    "reminder-2": "two days before",
    rules.MORNING: "the morning of the day",
    rules.AFTER: "the day after",
}
"""What is told of a date -> when, in words."""

MOVES: Mapping[str, Callable[[dt.datetime], dt.datetime]] = {
    "minutes": lambda now: now.astimezone(dt.UTC) + dt.timedelta(minutes=10),
    "hour": lambda now: now.astimezone(dt.UTC) + dt.timedelta(hours=1),
    "morning": _tomorrow_at_nine,
    "days": lambda now: now.astimezone(dt.UTC) + dt.timedelta(days=3),
    "week": lambda now: now + dt.timedelta(days=7),  # the same hour of the day
}
"""Move -> from this time to that."""
