"""Bots broken on purpose: each control starts one of these, and the test it belongs to must catch it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from bot import waiting
from bot.telegram import polling
from conversations import checking
from storage import database


def acknowledge_first() -> None:
    """Move the offset when updates arrive and take them afterwards, as a bot does that queues them in memory."""
    running: set[asyncio.Task[None]] = set()
    keep = polling.Poller._keep

    async def keep_later(self: polling.Poller, updates: Sequence[Any]) -> None:
        task = asyncio.create_task(keep(self, updates))
        running.add(task)
        self._offset = max(update["update_id"] for update in updates) + 1 if updates else self._offset

    polling.Poller._keep = keep_later  # type: ignore[method-assign]


def give_up_soon() -> None:
    """Wait a fifth of a second for another writer of a SQLite file, not ten: no fault, only a test's haste."""
    database._WAIT = 200


def acknowledge_all() -> None:
    """Tell Telegram that all is kept when nothing could be written, as a bot does that catches every error."""
    give_up_soon()

    def refuse(batch: Sequence[waiting.Waiter], error: Exception) -> None:  # noqa: ARG001 - the name it is called by
        for _, future in batch:
            future.set_result(None)

    waiting._refuse = refuse


def take_unchecked() -> None:
    """Take engagement files as they are."""
    checking.check = lambda source, file: []  # noqa: ARG005 - the names it is called by
