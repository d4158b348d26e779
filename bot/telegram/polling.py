"""The polling door: asks for news, and moves the offset only past what is committed. Nothing ends this loop but stopping."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson
import structlog

from bot.arrivals import Arrival
from bot.buttons import Sign
from bot.telegram.reader import ALLOWED, number_of, read
from bot.telegram.replies import Replies
from bot.telegram.wire import NotSentError, Reply, UnknownOutcomeError, Wire
from bot.waiting import NotKeptError, Waiting
from conversations.inputs import Words

log = structlog.get_logger()

CONFLICT = 409
LIMIT = 100
_TYPED_AGAIN = 3  # seconds after which the same words are the same answer, sent again
WAIT = 30  # seconds Telegram holds an empty answer back
_BRIEF = 2  # the same while there is trouble
_CALM = 5.0  # seconds without a conflict after which the other is believed to be gone
_CALMEST = 80.0  # the same once they came back; longer than anybody waits between two tries
_BACK_OFF = (0.5, 1, 2, 5, 10, 20, 30)


class Poller:
    """One poller of one bot. `trouble` says in words why nothing comes in; empty when all is well."""

    def __init__(self, wire: Wire, waiting: Waiting, sign: Sign, replies: Replies | None = None) -> None:
        self._wire = wire
        self._waiting = waiting
        self._sign = sign
        self._replies = replies
        self._offset: int | None = None
        self._numbers: list[int] = []  # of the last batch
        self._again = 0  # how often the same batch came again
        self._failed = 0
        self._contended = -_CALMEST  # when somebody else was last seen to use the token
        self._calm = _CALM
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
                if reply.code == CONFLICT:
                    await self._contend(reply)
                await self._back_off(_explain(reply), reply.retry_after)
                continue
            await self._keep(reply.result)

    async def _ask(self) -> Reply:
        # The first answer comes at once: only then is it known that news can come. In trouble, soon: when has it passed?
        wait = 0 if not self._wire.well_at else _BRIEF if self.trouble else WAIT
        arguments: dict[str, Any] = {"limit": LIMIT, "timeout": wait, "allowed_updates": ALLOWED}
        if self._offset is not None:
            arguments["offset"] = self._offset
        return await self._wire.call("getUpdates", orjson.dumps(arguments), WAIT + 10.0)

    async def _contend(self, reply: Reply) -> None:
        """Somebody else uses the token: a webhook of theirs is removed, for this bot is to poll."""
        now = asyncio.get_running_loop().time()
        if not self.trouble:  # new, or back: then they are gone only when they stay away
            self._calm = _CALMEST if now - self._contended < 2 * _CALMEST else _CALM
        self._contended = now
        if _is_webhook(reply):
            with contextlib.suppress(NotSentError, UnknownOutcomeError):
                await self._wire.call("deleteWebhook")

    async def _keep(self, updates: Sequence[Any]) -> None:
        """Take a batch, again and again until it is committed: Telegram keeps it as long as the offset stays."""
        arrivals = read_all(updates, self._sign)
        if self._replies:
            arrivals = await self._replies.open(arrivals)
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
        self._numbers, self._again, self._failed = numbers, 0, 0
        if numbers:
            self._offset = numbers[-1] + 1  # the order is the queue's own; a number may be far too high
        if asyncio.get_running_loop().time() - self._contended > self._calm:  # two who take turns both hear something
            self.trouble = ""

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
    return without_repeats(arrivals)


def without_repeats(arrivals: Sequence[Arrival]) -> list[Arrival]:
    """The same, but words somebody typed again because no answer came ask for nothing: they would answer the next question.

    Those that came together were all typed before anything was said to them. What is typed twice within a moment may be
    meant for two questions by someone who knows them.
    """
    last: dict[int, Arrival] = {}
    kept = []
    for one in arrivals:
        before = last.get(one.chat_id, one)
        again = isinstance(one.given, Words) and one.given == before.given and one.said_at - before.said_at >= _TYPED_AGAIN
        kept.append(replace(one, given=None) if again else one)
        last[one.chat_id] = one
    return kept


def _explain(reply: Reply) -> str:
    match reply.code:
        case 401 | 404:
            return "Telegram does not know this token; check telegram.token with @BotFather"
        case 409:
            return THEIR_WEBHOOK if _is_webhook(reply) else THEIR_POLLING
        case 429:
            return "Telegram asked to wait"
        case 200:
            return "the Bot API server answered something else than updates"
    return f"Telegram answered {reply.code}"


def _is_webhook(reply: Reply) -> bool:
    return "webhook" in reply.description.lower()


_TOKEN = "Stop that program; if you know of none, somebody has your token: get a new one from @BotFather with /revoke."  # noqa: S105
THEIR_POLLING = f"another program takes this bot's news with the same token, so people may wait long for an answer. {_TOKEN}"
THEIR_WEBHOOK = f"another program had set a webhook for this bot, so no news came; it was removed. {_TOKEN}"
