"""The polling door: asks for news, and moves the offset only past what is committed. Nothing ends this loop but stopping."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import orjson
import structlog

from bot.arrivals import Arrival
from bot.buttons import Sign
from bot.telegram.reader import ALLOWED, number_of, read
from bot.telegram.wire import NotSentError, Reply, UnknownOutcomeError, Wire
from bot.waiting import NotKeptError, Waiting

log = structlog.get_logger()

LIMIT = 100
WAIT = 30  # seconds Telegram holds an empty answer back
_BACK_OFF = (0.5, 1, 2, 5, 10, 20, 30)


class Poller:
    """One poller of one bot. `trouble` says in words why nothing comes in; empty when all is well."""

    def __init__(self, wire: Wire, waiting: Waiting, sign: Sign) -> None:
        self._wire = wire
        self._waiting = waiting
        self._sign = sign
        self._offset: int | None = None
        self._numbers: list[int] = []  # of the last batch
        self._again = 0  # how often the same batch came again
        self._failed = 0
        self.trouble = ""

    async def run(self) -> None:
        """Poll until cancelled."""
        while True:
            try:
                reply = await self._ask()
            except (NotSentError, UnknownOutcomeError) as error:
                await self._back_off(f"Telegram cannot be reached ({error})")
                continue
            if not reply.ok or not isinstance(reply.result, list):
                await self._back_off(_explain(reply), reply.retry_after)
                continue
            await self._keep(reply.result)

    async def _ask(self) -> Reply:
        arguments: dict[str, Any] = {"limit": LIMIT, "timeout": WAIT, "allowed_updates": ALLOWED}
        if self._offset is not None:
            arguments["offset"] = self._offset
        return await self._wire.call("getUpdates", orjson.dumps(arguments), WAIT + 10.0)

    async def _keep(self, updates: Sequence[Any]) -> None:
        """Take a batch, again and again until it is committed: Telegram keeps it as long as the offset stays."""
        arrivals = read_all(updates, self._sign)
        while arrivals:
            try:
                await self._waiting.take(arrivals)
                break
            except NotKeptError:
                await asyncio.sleep(1)
        numbers = [number for number in map(number_of, updates) if number is not None]
        if updates and not numbers:  # they cannot be confirmed, so they would come again at once
            await self._back_off("only updates without a number come")
            return
        if numbers and numbers == self._numbers:  # the offset did not confirm them: try the others in turn
            self._again += 1
            self._offset = sorted(numbers)[-self._again % len(numbers)] + 1
            self._failed = 0  # a moment only: something new may stand behind them
            await self._back_off("the same news comes again and again")
            return
        self._numbers, self._again, self._failed, self.trouble = numbers, 0, 0, ""
        if numbers:
            self._offset = numbers[-1] + 1  # the order is the queue's own; a number may be far too high

    async def _back_off(self, why: str, wait: float = 0) -> None:
        if why != self.trouble:
            log.error("no news from Telegram", why=why)
        self.trouble = why
        await asyncio.sleep(max(wait, _BACK_OFF[min(self._failed, len(_BACK_OFF) - 1)]))
        self._failed += 1


def read_all(updates: Sequence[Any], sign: Sign) -> list[Arrival]:
    """The arrivals in raw updates. What has no number is logged and left: it can be neither kept nor told apart."""
    arrivals = []
    for update in updates:
        arrival = read(update, sign)
        if arrival is None:
            log.error("an update without a number", kind=type(update).__name__)
        else:
            arrivals.append(arrival)
    return arrivals


def _explain(reply: Reply) -> str:
    match reply.code:
        case 401 | 404:
            return "Telegram does not know this token; check telegram.token with @BotFather"
        case 409:
            return "another program polls this bot, or a webhook is set; stop the other one"
        case 429:
            return "Telegram asked to wait"
        case 200:
            return "the Bot API server answered something else than updates"
    return f"Telegram answered {reply.code}"
