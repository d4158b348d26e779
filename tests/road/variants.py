"""Bots broken on purpose: each control starts one of these, and the test it belongs to must catch it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from bot.telegram import polling


def acknowledge_first() -> None:
    """Move the offset when updates arrive and take them afterwards, as a bot does that queues them in memory."""
    running: set[asyncio.Task[None]] = set()
    keep = polling.Poller._keep

    async def keep_later(self: polling.Poller, updates: Sequence[Any]) -> None:
        task = asyncio.create_task(keep(self, updates))
        running.add(task)
        self._offset = max(update["update_id"] for update in updates) + 1 if updates else self._offset

    polling.Poller._keep = keep_later  # type: ignore[method-assign]
