"""What a power cut did: how long the bot was off, what waited for it, and whether any of that was lost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.demo.running import RunningBot
from bot.demo.telegram import Json, Telegram


@dataclass(frozen=True, slots=True)
class Outage:
    """One time off. None: not known yet. `unheard`: taps and messages that nothing came of."""

    seconds: float | None = None
    waiting: int | None = None
    unheard: int | None = None

    def __str__(self) -> str:
        if self.seconds is None:
            return "The bot is off. It comes back by itself. You can go on tapping."
        back = f"The bot was off for {self.seconds:.1f} seconds and is back."
        if not self.waiting:
            return f"{back} Nobody answered in that time, so nothing had to wait."
        waited = f"{back} {self.waiting} {'tap or message was' if self.waiting == 1 else 'taps and messages were'} waiting"
        if self.unheard is None:
            return f"{waited} …"
        return f"{waited}; {self.unheard} got no reply." if self.unheard else f"{waited}; none was lost."


class Plug:
    """Ends the bot's process hard, and finds out from the pretend Telegram what became of what people did meanwhile."""

    def __init__(self, bot: RunningBot, telegram: Telegram) -> None:
        self.last: Outage | None = None
        self._pulled = 0
        self._bot = bot
        self._telegram = telegram

    async def pull(self) -> None:
        """Pull the plug and follow what comes of it; returns when all is known."""
        self._pulled += 1
        number = self._pulled
        before = await self._telegram.state()
        up = asyncio.ensure_future(self._bot.up(self._bot.runs + 1))
        self._bot.pull_the_plug()
        self._tell(number, Outage())
        state = await self._follow(before, up)
        first = state["next_update"] - state["pending"]
        known = Outage(self._bot.off_for, state["pending"])
        self._tell(number, known)
        lost = await self._count_unheard(range(first, state["next_update"])) if known.waiting else 0
        self._tell(number, replace(known, unheard=lost))

    def _tell(self, number: int, outage: Outage) -> None:
        if number == self._pulled:  # else it has been pulled again
            self.last = outage

    async def _follow(self, state: Json, up: asyncio.Future[None]) -> Json:
        """The state of the pretend Telegram just before the bot took up its work again."""
        while not up.done():
            await asyncio.wait({up}, timeout=LOOK_EVERY)
            newer = await self._telegram.state()
            if newer["offset"] == state["offset"]:
                state = newer
        return state

    async def _count_unheard(self, updates: range) -> int:
        """How many of these have got no reply, at the latest after a while."""
        loop = asyncio.get_running_loop()
        until = loop.time() + PATIENCE
        entries = await self._telegram.log(0)
        acts, seen = [entry for entry in entries if entry.get("update_id") in updates], 0
        while True:
            seen += len(entries)
            acts = unheard(acts, entries)
            if not acts or loop.time() >= until:
                return len(acts)
            entries = await self._telegram.log(seen, until - loop.time())


def unheard(acts: Iterable[Json], entries: Iterable[Json]) -> list[Json]:
    """Those of `acts` to which none of `entries` is a reply: a later call to the same chat, or an answer to that very tap."""
    calls = [entry for entry in entries if entry["what"] == "call" and entry["applied"]]
    last = {call["chat"]: call["seq"] for call in calls if call["chat"] is not None}
    queries = {call["parameters"].get("callback_query_id") for call in calls}
    return [act for act in acts if last.get(act["chat"], 0) < act["seq"] and act.get("query_id", "") not in queries]


LOOK_EVERY = 0.05  # seconds
PATIENCE = 15.0  # seconds for the bot to deal with what waited
