"""The one clock of the house, compared with Telegram's. Only `app` asks it; everyone else is told the time.

A computer can have the time wrong: a battery ran out, a machine was copied, somebody set it by hand. What is thrown away by
a wrong clock does not come back, so nothing is while two clocks disagree.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from pathlib import Path

FAR = dt.timedelta(minutes=10)
"""How far two clocks may lie apart."""

_ASK_AFTER = 600.0  # seconds without a word of the other clock
_ASK_AGAIN = 60.0  # seconds between two questions


class Clock:
    """The time now, moved ahead by the seconds written in `moved_by`, a file, if there is one.

    A `checked` clock is certain only once another agreed. While the two are apart, or ours has jumped since, the time is
    reckoned from the other one; `doubt` says so in words. `wall` and `steady` are the computer's two clocks.
    """

    def __init__(
        self,
        moved_by: Path | None = None,
        *,
        checked: bool = False,
        wall: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        steady: Callable[[], float] | None = None,
    ) -> None:
        self._moved_by = moved_by
        self._wall = wall
        self._steady = steady = steady or _steady()
        self._waits = checked
        # What the other clock said, when by the steady one, and how far ahead this one was then.
        self._told: tuple[dt.datetime, float, dt.timedelta] | None = None
        self._asked = steady()

    def now(self) -> dt.datetime:
        """This instant, in UTC."""
        ahead = self._ahead()
        other = self._other()
        return self._wall() + ahead if other is None or self._agrees(other, ahead) else other + ahead

    def hear(self, date: str | None) -> None:
        """Compare with another clock: `date` is what an answer over HTTP says of the time, if it says anything."""
        try:
            told = parsedate_to_datetime(date or "")
        except ValueError:
            told = None
        if told is not None and told.tzinfo is not None:
            self._told = (told, self._steady(), self._ahead())
        self._waits = False  # whoever never tells the time cannot be waited for

    @property
    def doubt(self) -> str:
        """Why this clock is not trusted, and what to do; empty when it is."""
        other = self._other()
        if other is None or self._agrees(other, self._ahead()):
            return ""
        return DOUBT.format(f"{self._wall():%-d %B %Y, %H:%M}", f"{other:%-d %B %Y, %H:%M}")

    def is_certain(self) -> bool:
        """Whether things may be thrown away, or begun, by this clock."""
        return not self._waits and not self.doubt

    def wants_to_ask(self) -> bool:
        """Whether it is time to ask the other clock, because nothing was heard of it for long. Says so once a minute."""
        now = self._steady()
        heard = self._told[1] if self._told and not self.doubt else -_ASK_AFTER
        if now - heard < _ASK_AFTER or now - self._asked < _ASK_AGAIN:
            return False
        self._asked = now
        return True

    def _other(self) -> dt.datetime | None:
        """What the other clock must say by now."""
        return self._told and self._told[0] + dt.timedelta(seconds=self._steady() - self._told[1])

    def _agrees(self, other: dt.datetime, ahead: dt.timedelta) -> bool:
        """A clock moved on purpose is right, whether or not the other was moved with it, and was heard since."""
        wall, then = self._wall(), self._told[2] if self._told else ahead
        return any(abs(wall + moved - other) <= FAR for moved in (dt.timedelta(), then, ahead))

    def _ahead(self) -> dt.timedelta:
        try:
            return dt.timedelta(seconds=float(self._moved_by.read_text() if self._moved_by else 0))
        except (OSError, ValueError, OverflowError):
            return dt.timedelta()


def _steady() -> Callable[[], float]:
    """Seconds since the computer started; `time.monotonic` leaves out those in which it slept."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return lambda: time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic


DOUBT = (
    "This computer's clock says {} and Telegram's says {} (UTC). Set this computer's clock right. "
    "Until the two agree Telegram's is used, and nothing is deleted, released or sent by itself."
)
