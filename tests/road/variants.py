"""Bots broken on purpose: each control starts one of these, and the test it belongs to must catch it."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine.base import RootTransaction

from bot import presence, waiting
from bot.telegram import polling, sender
from conversations import checking
from storage import database, seen
from storage.letters import outbox


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


def commit_twice() -> None:
    """Commit that an update was seen before what it brought is written, as a bot does that has two transactions a turn."""
    take = seen.take

    def take_and_commit(db: Connection, bot_id: int, updates: Iterable[int], today: dt.date) -> set[int]:
        fresh = take(db, bot_id, updates, today)
        begun = db.get_transaction()
        assert isinstance(begun, RootTransaction)
        db._commit_impl()
        db._begin_impl(begun)
        return fresh

    seen.take = take_and_commit


def send_from_memory() -> None:
    """Hand letters to the sender without writing them down."""
    outbox.write = lambda *_arguments: None


def share_everything() -> None:
    """Run beside others without asking whether there are any."""
    presence._lock_file = lambda database: os.open(database, os.O_RDONLY)

    async def may_poll(self: presence.Presence, bot_id: int) -> bool:  # noqa: ARG001 - the names it is called by
        return True

    presence.Presence.may_poll = may_poll  # type: ignore[method-assign]


def stop_at_once() -> None:
    """Wait for nothing when told to stop."""
    close = sender.Sender.close

    async def drop(self: sender.Sender, patience: float) -> None:  # noqa: ARG001 - the name it is called by
        await close(self, 0)

    sender.Sender.close = drop  # type: ignore[method-assign]
