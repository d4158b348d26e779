"""Figures for whoever watches over the bot, and looking without touching, on both databases."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, text
from sqlalchemy.exc import DBAPIError

from storage import measures, schema
from storage.database import DatabaseError
from storage.keeping import inspection
from storage.letters import pauses
from tests.storage.world import NOON, World

BOT = 7000
HOUR = dt.timedelta(hours=1)


def _write(db: Connection) -> None:
    shared = {"organisation_id": 1, "bot_id": BOT, "policy": "never-twice", "attempts": 0, "created_at": NOON - HOUR}
    letters = [
        ("reply", "sending", None),
        ("reply", "pending", None),
        ("reminder", "pending", NOON + HOUR),
        ("broadcast", "sending", NOON - HOUR),
        ("broadcast", "pending", NOON - 2 * HOUR),
        ("broadcast", "sent", NOON - 3 * HOUR),
        ("broadcast", "unknown", NOON - 3 * HOUR),
    ]
    for number, (lane, state, due) in enumerate(letters):
        db.execute(insert(schema.outbox).values(**shared, id=number, lane=lane, state=state, due_at=due))


def test_letters_are_counted_by_lane_and_what_is_not_due_does_not_wait(world: World) -> None:
    world.do(_write)
    figures = world.do(lambda db: measures.read(db, world.organisation_id, BOT, NOON))
    assert figures.waiting == {"reply": 2, "reminder": 0, "broadcast": 2}
    assert figures.oldest == {"reply": NOON - HOUR, "broadcast": NOON - 2 * HOUR}
    assert (figures.unknown, figures.failures, figures.held) == (1, 0, 0)


def test_letters_of_another_bot_are_not_counted(world: World) -> None:
    world.do(_write)
    figures = world.do(lambda db: measures.read(db, world.organisation_id, BOT + 1, NOON))
    assert (sum(figures.waiting.values()), figures.unknown) == (0, 0)


def test_a_pause_is_told(world: World) -> None:
    world.do(lambda db: pauses.begin(db, world.organisation_id, pauses.EVERYTHING, "a test", "me", NOON))
    assert world.do(lambda db: measures.read(db, world.organisation_id, BOT, NOON)).held == 1


def test_what_is_noted_replaces_what_was(world: World) -> None:
    assert world.do(lambda db: measures.told(db, measures.ALIVE)) is None
    world.do(lambda db: measures.note(db, measures.ALIVE, NOON))
    world.do(lambda db: measures.note(db, measures.ALIVE, NOON + HOUR))
    assert world.do(lambda db: measures.told(db, measures.ALIVE)) == NOON + HOUR


def test_whoever_only_looks_can_change_nothing(world: World) -> None:
    with inspection.look(world.url) as db:
        assert measures.told(db, measures.ALIVE) is None
        with pytest.raises(DBAPIError, match=r"read-?only"):
            db.execute(text("DELETE FROM settings"))


def test_looking_for_a_database_makes_none(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'deep' / 'withus.db'}"
    assert not inspection.is_there(url)
    with pytest.raises(DBAPIError), inspection.look(url):
        pass
    assert list(tmp_path.iterdir()) == []


def test_an_address_that_is_none_is_said_to_be_none() -> None:
    with pytest.raises(DatabaseError, match=r"storage\.url"):
        inspection.is_there("mysql://somewhere")
