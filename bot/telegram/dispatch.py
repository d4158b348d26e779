"""Sends what the bot starts by itself: claims a few letters of the pile at a time and hands them out at the pace there is.

Few are claimed beforehand, for the process may die, or a pause begin, at any moment. One process a bot does this.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace

import structlog

from bot.telegram.pacer import CHAT_GAP, TICK, Pacer
from bot.telegram.pile import TROUBLE, Pile
from bot.telegram.sender import IN_VAIN, REFUSED, Sender
from storage.letters.outbox import PENDING, UNKNOWN, Letter, Settled
from storage.letters.paces import Pace

log = structlog.get_logger()

MOST = 8
"""Letters on their way at once: as many can be unknown after a crash. Thirty a second of 100 ms each are three."""

MOST_PAID = 250
"""The same where broadcasts are paid for, a thousand a second: as many as a quarter of a second sends, and no more."""

LOOK_EVERY = 1.0  # seconds between two looks at an empty pile
_AHEAD = 0.3  # seconds of letters claimed beforehand
_CLAIMING = 0.06  # seconds a claim may take: it begins so long before the last letter in hand goes out
_SOON = 0.02  # seconds until letters that have just gone out are written down, and make room
_PATIENCE = 2.0  # seconds a claimed letter may wait for its place; then it is given back
_RETRY = (0.2, 1, 2, 5, 10, 30)  # seconds without a new letter while nobody hears, or answers get lost
_ENDING = 0.5  # seconds the database has when the bot is told to stop
_KEEP_EVERY = 5.0  # seconds between two times the pace is kept
_NOTICEABLE = 0.1  # of the pace
_LONG = 2.0  # seconds; a halt that lasts so much longer than the one that was kept is kept at once


class Dispatch:
    """One bot's letters on their way. Whoever makes it passes what the sender says of them to `settled`."""

    def __init__(self, pile: Pile, sender: Sender, pacer: Pacer, settle: Callable[[Settled], None], most: int = MOST) -> None:
        self._pile = pile
        self._sender = sender
        self._pacer = pacer
        self._settle = settle
        self._most = most
        self._held: dict[int, Letter] = {}  # claimed, and not yet settled
        self._room = asyncio.Event()
        self._failed = 0  # tries in a row after which nobody was heard
        self._again_at = 0.0
        self._kept = (0.0, 0.0, -_KEEP_EVERY)  # the pace, until when all is halted, and when this was kept
        self._refused = asyncio.Event()

    async def run(self) -> None:
        """Send what waits until cancelled; then what was claimed and has not gone out is given back."""
        await self._resume()
        keeping = asyncio.create_task(self._go_on_keeping())
        try:
            while True:
                try:
                    await self._send_what_waits()
                except Exception:  # replies must go on
                    log.exception("what the bot starts cannot be sent just now")
                    self._give_back_unsent()
                    await asyncio.sleep(_RETRY[-1])
        finally:
            self._give_back_unsent()
            keeping.cancel()
            await asyncio.wait({keeping})
            await self._keep_pace(ending=True)

    async def _go_on_keeping(self) -> None:
        """Keep the pace, beside all else: whoever waits for a halt to end may be killed meanwhile."""
        while True:
            await self._keep_pace()
            self._refused.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY):  # wait_for may swallow our own cancelling
                    await self._refused.wait()

    async def _send_what_waits(self) -> None:
        rest = _SOON
        while True:
            await self._until_room()
            letters = await self._claim()
            while letters:
                letters, rest = await self._hand_out_all(letters), _SOON
            await self._rest(rest)
            rest = min(rest * 2, LOOK_EVERY)

    async def _hand_out_all(self, letters: Sequence[Letter]) -> Sequence[Letter]:
        """Give letters to the sender; returns the next ones, claimed while the last of these waited for their time."""
        ahead: asyncio.Task[Sequence[Letter]] | None = None
        try:
            for place, letter in enumerate(letters):
                soon = len(letters) - place <= max(1, self._pacer.pace * _CLAIMING)
                if soon and not (ahead or self._failed) and len(self._held) < self._most:
                    ahead = asyncio.create_task(self._claim())
                await self._hand_out(letter)
            return await ahead if ahead else ()
        except BaseException:
            if ahead:
                ahead.cancel()
                await asyncio.wait({ahead})  # what it claims is in our hands, to be given back
            raise

    def settled(self, outcome: Settled) -> None:
        """Hear what became of a letter, and pass it on to be recorded."""
        letter = self._held.pop(outcome.id, None)
        now = self._now()
        if letter and outcome.reason == REFUSED and outcome.state == PENDING:
            outcome = replace(outcome, due_at=self._in(self._pacer.free_at(letter.chat_id) - now))
            self._refused.set()
        elif outcome.reason == IN_VAIN or outcome.state == UNKNOWN:
            self._wait_longer(now)
        elif outcome.state != PENDING:
            self._failed = 0
        self._settle(outcome)
        self._room.set()

    def _wait_longer(self, now: float) -> None:
        """One letter at a time, and ever more seldom: all that go out while answers get lost become unknown."""
        if now >= self._again_at:  # those that were on their way together fail together
            self._again_at = now + _RETRY[min(self._failed, len(_RETRY) - 1)]
            self._failed += 1

    async def _until_room(self) -> None:
        """Wait until another letter may be claimed."""
        while len(self._held) >= (1 if self._failed else self._most):
            self._room.clear()
            await self._room.wait()
        at = max(self._pacer.opens_at(self._now()), self._again_at)
        await asyncio.sleep(at - self._now())

    async def _claim(self) -> Sequence[Letter]:
        """The next letters: no more than can go out within a moment."""
        soon = max(1, int(self._pacer.pace * _AHEAD))
        wanted = 1 if self._failed else min(soon, self._most - len(self._held))
        claiming = asyncio.create_task(self._pile.claim(wanted, self._most))
        try:
            await asyncio.wait({claiming})
        finally:  # when cancelled too: what is claimed is ours to give back
            await asyncio.wait({claiming}, timeout=_ENDING)
            claiming.cancel()
            await asyncio.wait({claiming})
            letters = _claimed(claiming)
            self._held |= {letter.id: letter for letter in letters}
        return letters

    async def _rest(self, seconds: float) -> None:
        """Wait until something may be there."""
        while True:
            await asyncio.sleep(seconds)
            seconds = LOOK_EVERY
            with contextlib.suppress(*TROUBLE):
                if await self._pile.waits():
                    return

    async def _hand_out(self, letter: Letter) -> None:
        """Give a letter to the sender when its time has come, or back when it will not come soon."""
        while True:
            now = self._now()
            wait = max(self._pacer.opens_at(now), self._again_at) - now
            if wait > _PATIENCE or (self._failed and len(self._held) > 1):
                return self._give_back(letter)
            if wait <= 0:
                break
            await asyncio.sleep(max(wait, TICK))
        busy = self._pacer.free_at(letter.chat_id) - now
        if busy > 0 or not self._sender.start(letter):
            return self._give_back(letter, max(busy, 0) + CHAT_GAP)
        return self._pacer.take(letter.chat_id, now)

    def _give_back_unsent(self) -> None:
        for letter in [one for one in self._held.values() if not self._sender.holds(one)]:
            self._give_back(letter)

    def _give_back(self, letter: Letter, seconds: float = 0) -> None:
        """A letter that did not go out waits again, to be tried after so many seconds."""
        self._held.pop(letter.id, None)
        self._settle(letter.became(PENDING, due_at=self._in(seconds) if seconds else None))

    async def _resume(self) -> None:
        """Begin at the pace that was kept; a time told by a clock that has changed since counts for nothing."""
        with contextlib.suppress(*TROUBLE):
            kept = await self._pile.find_pace()
            if kept:
                now = self._pile.clock()
                ago = max(0.0, (now - kept.at).total_seconds())
                hold = (kept.held_until - max(now, kept.at)).total_seconds() if kept.held_until else 0.0
                self._pacer.resume(kept.pace, ago, max(0.0, hold), self._now())
                self._kept = (kept.pace, self._now() + max(0.0, hold), -_KEEP_EVERY)

    async def _keep_pace(self, *, ending: bool = False) -> None:
        """Keep the pace when it has changed so much that a start would notice, a long halt at once, and both at the end."""
        now, pace, hold = self._now(), self._pacer.pace, self._pacer.hold(self._now())
        before, until, at = self._kept
        noticeable = abs(pace - before) > _NOTICEABLE * pace and now - at >= _KEEP_EVERY
        if not (ending and pace != before) and not noticeable and now + hold <= max(until, now) + _LONG:
            return
        with contextlib.suppress(*TROUBLE):
            async with asyncio.timeout(_ENDING if ending else None):
                await self._pile.keep_pace(Pace(pace, self._in(hold) if hold else None, self._pile.clock()))
            self._kept = (pace, now + hold, now)

    def _in(self, seconds: float) -> dt.datetime:
        return self._pile.clock() + dt.timedelta(seconds=seconds)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


def _claimed(claiming: asyncio.Task[Sequence[Letter]]) -> Sequence[Letter]:
    if claiming.cancelled():
        return []
    try:
        return claiming.result()
    except TROUBLE as error:
        log.warning("nothing could be claimed", why=type(error).__name__)
        return []
