"""Bots with few letters on their way, or broken on purpose, for tests that kill them; each goes on to another variant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import replace
from importlib import import_module
from typing import Any

from sqlalchemy import Connection, update

from bot import broadcasting
from bot.telegram import dispatch, pacer
from storage import schema
from storage.broadcasting import freezing
from storage.letters import claims, outbox
from storage.letters.outbox import Letter

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


def few_at_once(*then: str) -> None:
    """Have at most three letters on their way, four people in a slice of an audience, and everything looked at often."""
    freezing.MOST, broadcasting.LOOK_EVERY, dispatch.LOOK_EVERY = 4, 0.05, 0.05
    three_at_once(*then)


def mark_at_fetch(*then: str) -> None:
    """Take a letter for sent when it is taken off the pile."""
    take = claims.take

    def marked(db: Connection, *asked: Any) -> list[Letter]:
        letters = take(db, *asked)
        mine = schema.outbox.c.id.in_([letter.id for letter in letters])
        db.execute(update(schema.outbox).where(mine).values(state=outbox.SENT, attempts=0))
        return letters

    claims.take = marked  # type: ignore[assignment]
    few_at_once(*then)


def mark_after_send(*then: str) -> None:
    """Remember only in memory what is on its way."""
    take, met = claims.take, set[int]()

    def unmarked(db: Connection, *asked: Any) -> list[Letter]:
        letters = take(db, *asked)
        mine = schema.outbox.c.id.in_([letter.id for letter in letters])
        db.execute(update(schema.outbox).where(mine).values(state=outbox.PENDING))
        fresh = [replace(letter, claim=None) for letter in letters if letter.id not in met]
        met.update(letter.id for letter in fresh)
        return fresh

    claims.take = unmarked  # type: ignore[assignment]
    few_at_once(*then)
