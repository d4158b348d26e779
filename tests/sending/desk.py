"""Somebody at the desk of an installation: lays letters on the pile and looks at what became of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, select

from bot import config_file
from bot.clock import Clock
from bot.foundation import Foundation, foundation
from emulator.someone import Someone
from storage import schema
from storage.letters import outbox
from storage.letters.outbox import NEVER_TWICE, REMINDER, Letter
from tests.road.house import House

T = TypeVar("T")

WORDS = "To everybody"


@dataclass
class Desk:
    """The desk of one house; its bot may run meanwhile, or not."""

    house: House
    base: Foundation
    runner: asyncio.Runner

    def do(self, work: Callable[[Connection], T]) -> T:
        """Do something in one transaction."""

        async def whole() -> T:
            async with self.base.engine.begin() as connection:
                return await connection.run_sync(work)

        return self.runner.run(whole())

    def keep(self, chats: Sequence[int], lane: str = REMINDER, first: int = 1) -> None:
        """A letter for each of these, numbered from `first`."""
        house, now = self.base.house, self.base.clock.now()
        content = {"text": WORDS, "bold": [], "rows": []}
        letters = [Letter(n, None, chat, "say", content, lane, NEVER_TWICE) for n, chat in enumerate(chats, first)]
        self.do(lambda db: outbox.keep(db, house.keys, (house.organisation_id, house.bot_id), letters, now))

    def states(self) -> dict[int, str]:
        """Letter -> its state, of those that wait by themselves."""
        started = select(schema.outbox.c.id, schema.outbox.c.state).where(schema.outbox.c.due_at.is_not(None))
        rows: list[Any] = self.do(lambda db: list(db.execute(started)))
        return {row.id: row.state for row in rows}


@contextmanager
def at_desk(house: House) -> Iterator[Desk]:
    """Sit down at the desk of a house."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        clock = Clock(house.moved_by)
        base = runner.run(stack.enter_async_context(foundation(config_file.read(house.settings, {}), clock)))
        try:
            yield Desk(house, base, runner)
        finally:
            runner.run(stack.aclose())


def meet(house: House, number: int) -> list[Someone]:
    """People who have started the bot, so that it may write to them."""
    people = [house.telegram.person() for _ in range(number)]
    for person in people:
        person.starts()
    return people


def times_seen(person: Someone) -> int:
    """How often somebody was sent the letter to everybody."""
    return sum(message.get("text", "").startswith(WORDS) for message in person.chat()["messages"])
