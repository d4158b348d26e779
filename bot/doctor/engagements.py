"""What the doctor finds of engagements: of their files, and of what may be served."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from bot import content, launch, phrasebook
from bot.config import Config
from bot.content import Shelf
from bot.doctor.findings import Finding, find
from bot.doctor.inside import Look
from conversations import directory
from conversations.checking.problems import ERROR, Problem
from storage import engagements


def examine(config: Config, organisation_id: int, now: dt.datetime, look: Look) -> list[Finding]:
    """What is found of them."""
    told = phrasebook.take(config.content.folder)
    shelf = content.read(config.content.folder)
    with look(config.storage.url) as db:
        found = [*_of_files(db, organisation_id, shelf, told), *_of_open(config, db, organisation_id, shelf)]
    stale = [entry.id for entry in directory.ENTRIES if entry.is_stale(now.date())]
    found += find("ages", well=True, age=config.telegram.minimum_age)
    return found + find("help numbers", not stale, names=", ".join(stale))


def _of_files(db: Connection, organisation_id: int, shelf: Shelf, told: Sequence[Problem]) -> Iterator[Finding]:
    for problem in (*told, *shelf.problems):
        yield from find("left out", well=False, why=problem)
    for problem in content.foresee(db, organisation_id, shelf):
        yield from find("refused" if problem.level == ERROR else "doubtful", well=False, why=problem)
    for slug in engagements.kept_apart(db, organisation_id):
        yield from find("apart", well=False, slug=slug)


def _of_open(config: Config, db: Connection, organisation_id: int, shelf: Shelf) -> Iterator[Finding]:
    opened = [one for one in engagements.load(db, organisation_id).values() if one.state == engagements.OPEN]
    number = f"{len(opened)} engagements are" if len(opened) != 1 else "1 engagement is"
    yield from find("open", opened, n=number)
    left = content.without_file(db, organisation_id, shelf)
    flows = engagements.read_editions(db, {one.edition_id for one in opened})
    for one in opened:
        yield from find("no file", one.slug not in left, slug=one.slug)
        why = launch.obstacle(flows[one.edition_id], local=config.telegram.is_local)
        yield from find("not served", not why, slug=one.slug, why=why)
