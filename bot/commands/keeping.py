"""`backup`, `restore`, `upgrade` and `move`: keeping what people said safe, and taking it elsewhere."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from bot import VERSION
from bot.clock import Clock
from bot.commands.workplace import ConfigOption, are_apart, fail, settings, who
from bot.config import Config
from storage import erasure, keys
from storage.database import DatabaseError
from storage.keeping import backups, moving, restoring, upgrading
from storage.keeping.backups import Maker
from storage.keeping.copying import snapshot
from storage.keeping.engines import open_plainly
from storage.keeping.restoring import Restored, Restorer
from storage.presence import alone
from storage.troubles import HARMED, explain


def back_up(
    to: Annotated[Path | None, typer.Option(help="The folder to put it in. Default: storage.backups.")] = None,
    keep: Annotated[int | None, typer.Option(min=1, help="Remove all but so many of the newest. Default: keep all.")] = None,
    with_keys: Annotated[Path | None, typer.Option(help="Copy the lasting keys into this other folder, too.")] = None,
    config_file: ConfigOption = None,
) -> None:
    """Back up everything, while the bot goes on running. Keys are not in it."""
    config = settings(config_file)
    folder = to or config.storage.backups
    if with_keys and not are_apart(with_keys, folder):
        fail(f"{with_keys} and {folder} lie one in the other. Keys and backups must lie apart: choose another folder.")
    began = time.monotonic()
    with open_plainly(config.storage.url) as engine:
        made = _make(engine, config, folder)
    typer.echo(f"Backed up into {made} ({_size(made)} MB, {time.monotonic() - began:.0f} s).")
    if with_keys:
        _copy_keys(config, with_keys)
    else:
        typer.echo(KEYS_APART.format(config.storage.keys))
    if keep:
        gone = backups.prune(folder, keep)
        typer.echo(f"{len(gone)} older ones were removed." if len(gone) != 1 else "1 older one was removed.")
    there = len(backups.find(folder))
    typer.echo(f"Backups in {folder}: {there}. {RETENTION}")


def _make(engine: Engine, config: Config, folder: Path) -> Path:
    return backups.make(engine, folder, Maker(VERSION, Clock().now(), config.storage.keys), _tell)


def _copy_keys(config: Config, folder: Path) -> None:
    held = keys.load(config.storage.keys)
    copy = folder / held.path.name
    if copy.exists() and keys.load(copy).fingerprint != held.fingerprint:
        fail(f"{copy} is the key file of another installation. Choose another folder for the keys; the backup is made.")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    held.copy_lasting(copy)
    erasure.merge(copy, erasure.read(erasure.list_beside(held.path)))
    typer.echo(KEYS_COPIED.format(copy))


def restore(
    backup: Annotated[Path, typer.Argument(help="The folder of one backup.")],
    replace: Annotated[bool, typer.Option("--replace", help="Back up what is there, then replace it.")] = False,
    config_file: ConfigOption = None,
) -> None:
    """Put a backup in place of the database. Nothing is sent by the bot's own accord until `resume`."""
    config = settings(config_file)
    manifest = backups.verify(backup, _tell)
    restorer = Restorer(who(), Clock().now(), keys.load(config.storage.keys), config.storage.backups)
    restoring.check_keys(manifest, restorer)
    restoring.check_opens(backup, restorer.keys)
    with _target(config.storage.url) as engine:
        with snapshot(engine) as db:
            people = restoring.holds_people(db)
        if people and not replace:
            fail(f"The database holds people already. {REPLACE}")
        if people:
            typer.echo(f"What was there is backed up into {_make(engine, config, config.storage.backups)}.")
        restored = restoring.restore(engine, backup, manifest, restorer, _tell)
    for line in _told(backup, restored):
        typer.echo(line)


@contextmanager
def _target(url: str) -> Iterator[Engine]:
    """The database to restore into. One that is damaged must be moved out of the way by whoever knows what it is."""
    try:
        with open_plainly(url, begin=True) as engine, alone(engine):
            yield engine
    except (DatabaseError, DBAPIError) as error:
        cause = error if isinstance(error, DBAPIError) else error.__cause__
        if cause and explain(cause) == HARMED:
            fail(MOVE_AWAY)
        raise


def _told(backup: Path, restored: Restored) -> list[str]:
    counts = {
        "People who had asked to be forgotten since, and are forgotten again": restored.erased,
        "Anonymous conversations that no key opens any more; those people can answer anew": restored.lost,
        "Replies that waited then, and are not sent now": restored.replies,
        "Messages of the bot's own that may have gone out since, marked as unknown": restored.uncertain,
    }
    return [
        f"Restored {restored.people} people from {backup}, as they were at {restored.manifest.made_at}.",
        *(f"  {what}: {count}" for what, count in counts.items() if count),
        ERASED_SINCE,
        NEXT,
    ]


def upgrade(config_file: ConfigOption = None) -> None:
    """Bring the database of an older version up to this one, after a backup."""
    steps = bring_up(settings(config_file))
    typer.echo(f"Upgraded the database in {len(steps)} steps." if steps else "The database is up to date. Nothing was done.")


def bring_up(config: Config) -> tuple[str, ...]:
    """Do what `upgrade` does; returns the steps done."""
    with open_plainly(config.storage.url) as engine:

        def make_first() -> None:
            typer.echo(f"Backed up first, into {_make(engine, config, config.storage.backups)}.")

        return upgrading.upgrade(engine, make_first)


def move(
    to: Annotated[str, typer.Argument(help="The new, empty database: postgresql+psycopg://user:password@host/name.")],
    rehearse: Annotated[bool, typer.Option("--rehearse", help="Do all of it, and keep nothing.")] = False,
    config_file: ConfigOption = None,
) -> None:
    """Move everything into another database, with every row counted and compared. The old one stays as it is."""
    config = settings(config_file)
    undisturbed = nullcontext if rehearse else alone  # a rehearsal may be of a bot that is running
    with open_plainly(config.storage.url) as source, undisturbed(source), open_plainly(to, begin=True) as target:
        moved = moving.move(source, target, _tell, rehearse=rehearse)
    done = f"{moved.rows} rows of {moved.tables} tables"
    if rehearse:
        typer.echo(f"Rehearsed: {done} were copied and compared in {moved.seconds:.0f} s, and nothing of it was kept.")
        return
    typer.echo(f"Moved: {done}, each compared, in {moved.seconds:.0f} s.")
    typer.echo(f"Now write the new address into the settings, in [storage]: url = {_masked(to)!r}")
    typer.echo(AFTER_MOVING)


def _masked(url: str) -> str:
    return re.sub(r"(://[^:/@]*:)[^@]*@", r"\1***@", url)


def _tell(table: str, rows: int) -> None:
    """A line about what takes long."""
    typer.echo(f"  {table}: {rows:,} rows so far", err=True)


def _size(folder: Path) -> int:
    return -(-sum(file.stat().st_size for file in folder.iterdir()) // 1_000_000)


KEYS_APART = (
    "It opens only with the key file {0}, which is not in it. Keep a copy of that file, and of {0}.erased if it is there, "
    "in another place: whoever has both can read everything."
)
KEYS_COPIED = (
    "The lasting keys are copied to {}. Keep them away from the backup: whoever has both can read everything. Daily keys are "
    "not copied, so anonymous answers under way can never be read from a backup older than two days."
)
RETENTION = "People who are deleted stay in the older ones until those are removed; restoring one deletes them again."
REPLACE = "To put the backup in its place, add --replace: what is there now is backed up first. Nothing was changed."
MOVE_AWAY = (
    "The database that is there now is damaged. Move it away, a SQLite file together with its -wal and -shm files, and restore "
    "again. Nothing was changed."
)
ERASED_SINCE = (
    "Whoever deleted themselves after that moment is in it again, unless the list beside your key file (its name ends in "
    ".erased) is the newest there is. If the old computer still has a newer one, put it there and restore again."
)
NEXT = (
    "Now start the bot: people go on where they were. It starts nothing by itself until you have looked it over and run "
    "`python3 -m bot resume`."
)
AFTER_MOVING = "Then start the bot. Keep the old database until you are sure; no bot starts on it again."
