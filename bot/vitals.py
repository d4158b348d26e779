"""Whether the bot can take and keep news: looked at now and then, and told in words with what to do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.config import Telegram
from bot.foundation import Foundation
from bot.pulse import Pulse
from bot.telegram.pacer import Pacer
from bot.telegram.wire import NotSentError, UnknownOutcomeError, Wire
from storage import measures
from storage.database import READING
from storage.measures import Figures
from storage.unopened import ONE_FOLDER, SHUT

LOOK_EVERY = 15.0  # seconds
SILENCE = 60.0  # seconds without a word from Telegram, or without a write, before something is wrong; a tap lives 150
_PATIENCE = 5.0  # seconds for Telegram or the database to say how they are
_FRESH = 5.0  # seconds that figures from the database serve


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that keeps news from being taken or kept, and what to do."""

    what: str
    do: str


@dataclass(slots=True)
class Vitals:
    """The signs of life of one running bot; `back` is the wire that news comes in by, `told` what the parts say is wrong.

    Times are of `time.monotonic`.
    """

    base: Foundation
    pulse: Pulse
    out: Wire
    back: Wire
    pacer: Pacer
    told: Callable[[], str]
    polls: bool = False  # this process is the one that asks Telegram for news
    stopping: bool = False
    webhook: Mapping[str, Any] = field(default_factory=dict)  # what Telegram last said of it, and when
    webhook_at: float = 0.0
    began: float = field(default_factory=time.monotonic)
    _figures: Figures | None = None
    _figured_at: float = 0.0

    def __post_init__(self) -> None:
        self.pulse.written_at = self.began

    @property
    def settings(self) -> Telegram:
        """How Telegram is reached."""
        return self.base.config.telegram

    async def measure(self) -> None:
        """Write a word, so that a full disk is known before somebody's answer meets it, and ask Telegram what waits."""
        await self.ask()
        async with self.base.engine.begin() as connection:
            await connection.run_sync(measures.note, measures.ALIVE, self.base.clock.now())
        self.pulse.written_at = time.monotonic()

    async def ask(self) -> None:
        """Ask Telegram what it knows of the webhook, and how much news waits there."""
        try:
            reply = await self.out.call("getWebhookInfo", patience=_PATIENCE)
        except (NotSentError, UnknownOutcomeError):
            return
        if reply.ok and isinstance(reply.result, dict):
            self.webhook, self.webhook_at = reply.result, time.monotonic()

    async def figures(self) -> Figures | None:
        """Figures from the database, a few seconds old at most; None while it does not answer."""
        if time.monotonic() - self._figured_at > _FRESH:
            try:
                self._figures = await asyncio.wait_for(self._read(), _PATIENCE)
            except Exception:  # noqa: BLE001 - whatever is wrong with the database, the other figures are still wanted
                self._figures = None
            self._figured_at = time.monotonic()
        return self._figures

    async def _read(self) -> Figures:
        async with self.base.engine.connect() as connection:
            await connection.execution_options(**READING)
            place = (self.base.house.organisation_id, self.base.house.bot_id, self.base.clock.now())
            return await connection.run_sync(measures.read, *place)

    @property
    def receives(self) -> bool:
        """Whether news comes in at this process."""
        return self.polls or self.settings.receive == "webhook"

    def silence(self) -> float:
        """Seconds since Telegram was last heard; a poll that brings nothing counts."""
        return time.monotonic() - max(self.pulse.heard_at, self.back.well_at, self.began)

    def unwritten(self) -> float:
        """Seconds since something could last be written."""
        return time.monotonic() - self.pulse.written_at

    def pending(self) -> int | None:
        """How much news waits at Telegram, as far as it said."""
        waiting = self.webhook.get("pending_update_count")
        return waiting if isinstance(waiting, int) else None

    def troubles(self) -> list[Trouble]:
        """Everything that is wrong just now; nothing when news is taken and kept."""
        found = [Trouble(*STOPPING)] if self.stopping else []
        if words := self.told():
            found.append(Trouble(words.rstrip("."), DO))
        elif self.unwritten() > SILENCE:
            found.append(Trouble(f"nothing could be written for {self.unwritten():.0f} seconds", DO))
        if self.base.house.keys.lacks:
            found.append(Trouble(SHUT, ONE_FOLDER))
        if self.settings.receive == "webhook":
            return [*found, *self._of_webhook()]
        if self.polls and not words:
            found += self._of_polling()
        return found

    def _of_polling(self) -> list[Trouble]:
        if not self.back.well_at:
            return [Trouble("Telegram has not been heard since the start", WAIT)]
        if self.silence() > SILENCE:
            return [Trouble(f"nothing was heard from Telegram for {self.silence():.0f} seconds", DO)]
        return []

    def _of_webhook(self) -> list[Trouble]:
        if not self.webhook:
            return [Trouble("Telegram has not said yet whether it knows this bot's webhook", WAIT)]
        if (unsaid := time.monotonic() - self.webhook_at) > SILENCE:
            return [Trouble(f"Telegram has not said for {unsaid:.0f} seconds whether it can call this bot", DO)]
        if self.webhook.get("url") != self.settings.webhook_url:
            return [Trouble("the webhook that Telegram calls is not the one in telegram.webhook_url", RESTART)]
        since = self.base.clock.now().timestamp() - float(self.webhook.get("last_error_date") or 0)
        if self.pending() and since < SILENCE:
            said = str(self.webhook.get("last_error_message", ""))[:200]
            return [Trouble(f"Telegram cannot deliver by the webhook: {said}", DO)]
        return []


DO = "Run `withus doctor` on that computer: it says what to mend."
WAIT = f"Wait a minute after a start. If it stays so: {DO[0].lower()}{DO[1:]}"
RESTART = "Another program may have set it. Stop that one, then start this bot again: it sets the webhook when it starts."
STOPPING = ("the bot is stopping", "If nothing starts it again by itself, start it: `withus run`.")
