"""What the database tells, by a connection that can only read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from bot.config import Config
from bot.doctor.findings import Finding, find
from storage import database, keys, measures, organisations, sessions
from storage.database import DatabaseError
from storage.keeping import heartbeat, moving
from storage.keeping.heartbeat import Beat
from storage.keys import Keys, KeysError
from storage.letters import pauses
from storage.schema import organisations as table
from storage.troubles import explain
from storage.unopened import ONE_FOLDER

Look = Callable[[str], AbstractContextManager[Connection]]
ALIVE = 60.0  # seconds since the last word of a bot that runs


@dataclass(frozen=True, slots=True)
class Bot:
    """What was learnt of it: its organisation, since when it is in use, and its last word, as far as that could be read."""

    organisation_id: int | None = None
    since: dt.datetime | None = None
    alive: dt.datetime | None = None

    def seems_to_run(self, now: dt.datetime) -> bool:
        """Whether its last word is of just now; by a clock that is wrong it may be of any time."""
        return self.alive is not None and abs((now - self.alive).total_seconds()) < ALIVE


def without_database(config: Config) -> list[Finding]:
    """What is said when there is none: it may be new, or lost."""
    try:
        used = keys.is_there(config.storage.keys) and keys.load(config.storage.keys).is_used
    except KeysError as error:
        return find("keys broken", well=False, why=error)
    return find("database gone" if used else "no database", well=False, where=config.storage.url.removeprefix("sqlite:///"))


def examine(config: Config, look: Look) -> tuple[list[Finding], Bot]:
    """What is found in the database, and what else has to know of it."""
    beat = heartbeat.read(config.storage.keys)
    try:
        with look(config.storage.url) as db:
            return _examine(config, db, beat)
    except DBAPIError as error:
        return find("database", well=False, why=explain(error)), Bot()
    except DatabaseError as error:
        return find("database", well=False, why=error), Bot()


def _examine(config: Config, db: Connection, beat: Beat | None) -> tuple[list[Finding], Bot]:
    at, steps = database.revision(db), database.pending(db)
    if at is None:
        return find("no database", well=False), Bot()
    moving.refuse(db)
    if steps:
        return find("schema", well=False, at=at, head=database.revisions()[-1]), Bot()
    row = db.execute(select(table).order_by(table.c.id)).first()
    if row is None:
        return find("no database", well=False), Bot()
    alive = measures.told(db, measures.ALIVE)
    return [*_of_keys(config, db), *_of_work(config, db, row.id, beat)], Bot(row.id, row.created_at, alive)


def _of_keys(config: Config, db: Connection) -> list[Finding]:
    if not keys.is_there(config.storage.keys):
        return find("keys gone", well=False, file=config.storage.keys)
    try:
        held: Keys = keys.load(config.storage.keys)
        organisations.compare(db, held)
    except KeysError as error:
        return find("keys broken", well=False, why=error)
    n = sessions.find_shut(db, held)
    return [*find("database", well=True), *find("keys lacking", not n, n=n, do=ONE_FOLDER)]


def of_life(bot: Bot, *, runs: bool) -> list[Finding]:
    """Whether it runs, where it ever did."""
    return find("alive", runs, at=f"{bot.alive:%-d %B %Y at %H:%M} (UTC)") if bot.alive else []


def _of_work(config: Config, db: Connection, organisation_id: int, beat: Beat | None) -> Iterator[Finding]:
    figures = measures.read(db, organisation_id, config.telegram.bot_id, dt.datetime.now(dt.UTC))
    held = pauses.held(db, organisation_id)
    why = "" if held else heartbeat.doubt(db, config.storage.keys, beat)
    yield from find("old copy", not why, why=why)
    for one in held:
        yield from find("paused", well=False, since=f"{one.since:%-d %B %Y}", why=one.why or one.what)
    yield from find("unknown", not figures.unknown, n=figures.unknown)
    yield from find("failures", not figures.failures, n=figures.failures)
