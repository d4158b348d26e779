"""Bringing a database of an older version up to this program's schema: a backup first, then one transaction a step."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine

from storage import database
from storage.database import READING
from storage.presence import alone


def upgrade(engine: Engine, back_up: Callable[[], object]) -> tuple[str, ...]:
    """Do the steps that are missing; returns which. `back_up` is called before the first, if there is any.

    Interrupted, it goes on from the last whole step when it is called again. Raises DatabaseError for a database that is
    newer than the program, or that a bot is running on.
    """
    if not _missing(engine):
        return ()
    with alone(engine):
        steps = _missing(engine)  # another process may have done them meanwhile
        if steps and steps != database.revisions():
            back_up()
        for step in steps:
            with engine.begin() as db:
                database.migrate(db, step)
        return steps


def _missing(engine: Engine) -> tuple[str, ...]:
    with engine.connect().execution_options(**READING) as db:
        return database.pending(db)
