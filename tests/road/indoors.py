"""The road without its doors: updates go straight to the turns of a real database, fast enough for hypothesis."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from bot.clock import Clock
from bot.config import Config
from bot.desk import Outgoing
from bot.foundation import Foundation, foundation
from bot.telegram import polling
from bot.waiting import NotKeptError, Waiting
from conversations.library import SHIPPED
from storage import codes, engagements, failures
from storage.engagements import Engagement
from storage.figures import results
from storage.letters.outbox import Letter
from tests.road.house import ENGAGEMENTS

Update = dict[str, Any]


@dataclass
class Indoors:
    """A house without doors. `letters` is everything it wrote, in order; `toasts` what taps brought up."""

    base: Foundation
    runner: asyncio.Runner
    letters: list[Letter] = field(default_factory=list)
    toasts: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1_000_000))

    def _keep(self, out: Outgoing) -> None:
        self.letters += out.letters
        self.toasts += [tap.words for tap in out.tapped]

    def take(self, updates: Sequence[Update]) -> None:
        """Take raw updates as a poller does with one batch: again and again, until they are kept."""

        async def work() -> None:
            waiting = Waiting(self.base.engine, self.base.house, self.base.clock.now, self._keep, self._regain)
            taking = asyncio.create_task(waiting.run())
            arrivals = polling.read_all(updates, self.base.house.keys.sign)
            while True:
                try:
                    await waiting.take(arrivals)
                    break
                except NotKeptError:
                    await asyncio.sleep(0)
            waiting.stop()
            await taking

        self.runner.run(work())

    async def _regain(self) -> None:
        """Nothing is sent from here, so nothing can be lost on the way out."""

    def do(self, work: Any, *arguments: Any) -> Any:
        """`work(connection, *arguments)` in a transaction of its own."""

        async def whole() -> Any:
            async with self.base.engine.begin() as connection:
                return await connection.run_sync(work, *arguments)

        return self.runner.run(whole())

    def open(self, name: str) -> tuple[Engagement, str]:
        """A copy of an engagement of its own, open, and the code of its link."""
        slug = f"{name}-{codes.make()[:8]}"
        source = SHIPPED.get(f"{name}.toml") or (ENGAGEMENTS / f"{name}.toml").read_text("utf-8")
        source = source.replace(f'id = "{name}"', f'id = "{slug}"', 1)

        def work(db: Connection) -> tuple[Engagement, str]:
            now, organisation_id = self.base.clock.now(), self.base.house.organisation_id
            engagements.adopt(db, organisation_id, {slug: source}, now)
            found = engagements.find(db, organisation_id, slug)
            assert found
            engagements.set_state(db, found.id, engagements.OPEN, now)
            return found, engagements.make_link(db, found, "", now).code

        opened: tuple[Engagement, str] = self.do(work)
        return opened

    def close(self, engagement: Engagement) -> None:
        self.do(engagements.set_state, engagement.id, engagements.CLOSED, self.base.clock.now())

    def results(self, engagement: Engagement) -> dict[str, Any]:
        def work(db: Connection) -> dict[str, Any]:
            flow = self.base.house.know(db, {engagement.edition_id})[engagement.edition_id]
            return results.exact(db, self.base.house.keys, engagement, flow)

        found: dict[str, Any] = self.do(work)
        return found

    def failures(self) -> list[failures.Failure]:
        kept: list[failures.Failure] = self.do(failures.read, self.base.house.keys, self.base.house.bot_id)
        return kept

    def renumber(self) -> None:
        """Go on numbering updates from anywhere, lower or higher, where none has been."""
        self.numbers = itertools.count(random.SystemRandom().randrange(2**50))

    def person(self) -> Visitor:
        return Visitor(self, random.randrange(10**9, 10**12))


@dataclass
class Visitor:
    """Somebody whose updates are made here; an update is made once and may be delivered any number of times."""

    indoors: Indoors
    chat_id: int

    def types(self, words: str, number: int | None = None) -> Update:
        user = {"id": self.chat_id, "is_bot": False, "first_name": "V"}
        message = {"message_id": 1, "date": 1, "chat": {"id": self.chat_id, "type": "private"}, "from": user, "text": words}
        return {"update_id": self._number(number), "message": message}

    def taps(self, label: str, number: int | None = None) -> Update:
        """Tap the newest button with these words."""
        return self.taps_data(self.data(label), number)

    def taps_data(self, data: str, number: int | None = None) -> Update:
        user = {"id": self.chat_id, "is_bot": False, "first_name": "V"}
        message = {"message_id": 1, "date": 1, "chat": {"id": self.chat_id, "type": "private"}}
        number = self._number(number)
        query = {"id": str(number), "from": user, "message": message, "chat_instance": "1", "data": data}
        return {"update_id": number, "callback_query": query}

    def _number(self, number: int | None) -> int:
        return next(self.indoors.numbers) if number is None else number

    def data(self, label: str) -> str:
        for letter in reversed(self.heard):
            for row in letter.content.get("rows", ()):
                for words, data in row:
                    if label in words:
                        return str(data)
        raise AssertionError(f"no button {label!r} in {self.said}")

    @property
    def heard(self) -> list[Letter]:
        return [letter for letter in self.indoors.letters if letter.chat_id == self.chat_id]

    @property
    def said(self) -> list[str]:
        """The texts this person was sent."""
        return [letter.content["text"] for letter in self.heard if letter.kind == "say"]


@contextmanager
def indoors(database: str, folder: Path, clock: Clock | None = None, **telegram: Any) -> Iterator[Indoors]:
    """An installation on `database` with its key file in `folder`; `telegram` are settings of that section."""
    settings = {
        "telegram": {"token": "123456789:local", "api_url": "http://127.0.0.1:9", **telegram},
        "storage": {"url": database, "keys": folder / "keys.json"},
    }
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        base = runner.run(stack.enter_async_context(foundation(Config.model_validate(settings), clock)))
        try:
            yield Indoors(base, runner)
        finally:
            runner.run(stack.aclose())
