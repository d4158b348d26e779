"""Bots with few letters on their way, or broken on purpose, for tests that kill them; each goes on to another variant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from importlib import import_module

from sqlalchemy import Connection, update

from bot.telegram import dispatch, pacer
from storage import outbox, schema

AT_ONCE = 3


def three_at_once(module: str = "", function: str = "", *arguments: str) -> None:
    """Have at most three letters on their way."""
    dispatch.MOST = AT_ONCE
    if module:
        getattr(import_module(module), function)(*arguments)


def send_again(*then: str) -> None:
    """Take what a dead process had on its way for unsent."""

    def give_back(db: Connection, bot_id: int, dead: Collection[str], now: dt.datetime) -> int:  # noqa: ARG001
        lost = (outbox.STARTED, schema.outbox.c.bot_id == bot_id, schema.outbox.c.claimer.in_(dead))
        return db.execute(update(schema.outbox).where(*lost).values(state=outbox.PENDING)).rowcount

    outbox.give_up = give_back
    three_at_once(*then)


def wait_for_two() -> None:
    """Take two refusals for everybody's, and let nobody try meanwhile."""
    pacer.Pacer._is_witness = lambda self, chat_id, now: not self.is_halted(now)  # type: ignore[method-assign]  # noqa: ARG005
    pacer.Pacer.heard = lambda *_: None  # type: ignore[method-assign]
