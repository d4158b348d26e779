"""Bots broken on purpose: each control starts one of these, and the test it belongs to must catch it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from typing import Any

from bot import turns, waiting
from bot.telegram import polling, sender
from conversations import checking
from storage import database, keys


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


def die_at(point: str, times: str) -> None:
    """Die, as by a power cut, when a point is reached for the so-manieth time: see POINTS."""
    left = [int(times)]
    owner, name, before = POINTS[point]
    whole = getattr(owner, name)

    def count() -> None:
        left[0] -= 1
        if left[0] == 0:
            os._exit(9)

    async def awaited(*arguments: Any, **named: Any) -> Any:
        if before:
            count()
        result = await whole(*arguments, **named)
        if not before:
            count()
        return result

    def called(*arguments: Any, **named: Any) -> Any:
        if before:
            count()
        result = whole(*arguments, **named)
        if not before:
            count()
        return result

    setattr(owner, name, awaited if asyncio.iscoroutinefunction(whole) else called)


POINTS: dict[str, tuple[Any, str, bool]] = {
    "before a key is kept": (keys.Keys, "_write", True),
    "after a key is kept": (keys.Keys, "_write", False),
    "before a turn": (turns, "take_turns", True),
    "before a commit": (turns, "take_turns", False),
    "after a commit": (waiting.Waiting, "_transact", False),
    "before an acknowledgement": (polling.Poller, "_keep", False),
    "before a message": (sender.Sender, "_deliver", True),
    "after a message": (sender.Sender, "_deliver", False),
}
"""Point -> the function it lies at, and whether before or after it; those of keys come first, when there are none yet."""
