"""What every command stands on: an open database, its key file, and the engagements on the shelf."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import content, phrasebook
from bot.clock import Clock
from bot.config import Config
from bot.house import House, Numbers
from storage import codes, key_file, keys, organisations
from storage.database import open_database
from storage.engagements import Adoption
from storage.keeping import moving
from storage.keys import Keys, KeysError


@dataclass(frozen=True, slots=True)
class Foundation:
    """What every command stands on: an open database, its keys, and the organisation in it."""

    config: Config
    engine: AsyncEngine
    house: House
    clock: Clock
    shelf: content.Shelf
    adopted: Adoption


@asynccontextmanager
async def foundation(config: Config, clock: Clock | None = None, *, adopt: bool = False) -> AsyncIterator[Foundation]:
    """Open the database and the key file; with `adopt`, make editions of changed engagement files.

    Raises DatabaseError or KeysError, saying what to do.
    """
    with key_file.lock_use(config.storage.keys) as free:
        if not free:
            raise KeysError(BEING_RENEWED)
        async with _founded(config, clock or Clock(), adopt=adopt) as base:
            yield base


@asynccontextmanager
async def _founded(config: Config, clock: Clock, *, adopt: bool) -> AsyncIterator[Foundation]:
    engine = await open_database(config.storage.url, begin=not keys.is_there(config.storage.keys))
    try:
        async with engine.begin() as connection:
            held = await connection.run_sync(_unlock, config)
            told = phrasebook.take(config.content.folder)
            shelf = content.read(config.content.folder)
            organisation_id, adopted = await connection.run_sync(_settle, config, shelf if adopt else None, clock)
        house = House(
            keys=held,
            organisation_id=organisation_id,
            organisation=config.organisation.name,
            bot_id=config.telegram.bot_id,
            claimer=codes.make(),
            numbers=Numbers(secrets.randbelow(1024)),
            minimum_age=config.telegram.minimum_age,
            zone=ZoneInfo(config.organisation.time_zone),
            local=config.telegram.is_local,
            public_url=config.web.public_url,
            is_certain=clock.is_certain,
        )
        shelf = replace(shelf, problems=(*told, *shelf.problems))
        yield Foundation(config, engine, house, clock, shelf, adopted)
    finally:
        await engine.dispose()


def _unlock(db: Connection, config: Config) -> Keys:
    """The key file of this database; made now when the database is new and there is none."""
    moving.refuse(db)
    path = config.storage.keys
    held = keys.make(path) if organisations.is_new(db) and not keys.is_there(path) else keys.load(path)
    organisations.match(db, held)
    return held


def _settle(db: Connection, config: Config, shelf: content.Shelf | None, clock: Clock) -> tuple[int, Adoption]:
    now = clock.now()
    organisation_id = organisations.settle(db, config.organisation.name, config.organisation.time_zone, now)
    organisations.introduce(db, config.telegram.bot_id, organisation_id)
    return organisation_id, content.adopt(db, organisation_id, shelf, now) if shelf else Adoption()


BEING_RENEWED = "The keys are being renewed just now. Wait until `keys renew` is done, then run this again. Nothing was changed."
