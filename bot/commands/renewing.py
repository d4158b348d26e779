"""`keys show` and `keys renew`: which keys there are, and how to get rid of those that somebody else may have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from bot.clock import Clock
from bot.commands.workplace import ConfigOption, are_apart, fail, settings, who
from bot.config import Config
from storage import database, key_file, keys, organisations
from storage.database import OLDER, DatabaseError, OlderSchemaError
from storage.keeping import moving, resealing
from storage.keeping.copying import snapshot
from storage.keeping.engines import open_plainly
from storage.keeping.resealing import Renewed, Renewer
from storage.keys import Keys, is_daily
from storage.presence import alone
from storage.troubles import explain

cli = typer.Typer(help="See which keys there are, and renew them.", no_args_is_help=True, rich_markup_mode=None)


@cli.command("show")
def show(config_file: ConfigOption = None) -> None:
    """Say which keys there are, since when, and how many things lie under each; never a key."""
    config = settings(config_file)
    with open_plainly(config.storage.url) as engine, snapshot(engine) as db:
        held = _keys_of(config, db)
        found = resealing.count(db)
    for line in _told(held, found):
        typer.echo(line)


def _keys_of(config: Config, db: Connection) -> Keys:
    """The key file of a database. Raises KeysError when it is another's, DatabaseError for an older schema."""
    if database.pending(db):
        raise OlderSchemaError(OLDER)
    moving.refuse(db)  # its keys are those of the other database now
    held = keys.load(config.storage.keys)
    organisations.compare(db, held)
    return held


def _told(held: Keys, found: Counter[bytes]) -> Iterator[str]:
    newest = max(held.lasting.values())
    for head, number in held.lasting.items():
        since = f"since {made}" if (made := held.since(number)) else "since the beginning"
        use = "in use" if number == newest else "old: `keys renew` was not finished, run it again"
        yield f"Key {number}, {since}, {use}: {found.pop(head, 0):,} sealed"
    days = [head for head in found if is_daily(head)]
    yield f"Keys of days, made and destroyed by the bot itself: {sum(found.pop(head) for head in days):,} sealed"
    if found:
        yield f"Keys that are not in {held.path}: {found.total():,} sealed, which nothing here opens"
    yield f"Never renewed: {FOR_GOOD}"


@cli.command("renew")
def renew(
    keep_old: Annotated[Path | None, typer.Option(help="Keep the old keys, which older backups need, in this folder.")] = None,
    let_go: Annotated[bool, typer.Option("--let-go", help="Destroy old keys even if something was damaged.")] = False,
    config_file: ConfigOption = None,
) -> None:
    """Seal everything under a new key and destroy the old one. The bot must be stopped. Interrupted, run it again."""
    config = settings(config_file)
    now = Clock().now()
    with _undisturbed(config) as (engine, held):
        if keep_old:
            kept = _place_for(config, keep_old) / f"{held.path.name}.before-{now:%Y%m%d-%H%M%S}"
            held.copy_lasting(kept)
            typer.echo(f"The old keys are kept in {kept}. Whoever has that file can still read older backups.")
        renewed = resealing.renew(engine, held, Renewer(who(), now, let_go), _tell)
    typer.echo(f"Key {renewed.key} is in use. Sealed afresh under it: {renewed.rows:,}.")
    if not renewed.destroyed:
        fail(DAMAGED.format(renewed.shut))
    for line in _done(renewed, config):
        typer.echo(line)


@contextmanager
def _undisturbed(config: Config) -> Iterator[tuple[Engine, Keys]]:
    """The database and its keys, while nobody else seals. What goes wrong then is told with what to do."""
    path = config.storage.keys
    with open_plainly(config.storage.url) as engine, key_file.lock_use(path, against_all=True) as free:
        if not free:
            fail(IN_USE)
        with alone(engine):
            with snapshot(engine) as db:
                held = _keys_of(config, db)
            try:
                yield engine, held
            except (DBAPIError, OSError) as error:
                msg = f"The keys were not renewed: {explain(error)} {AGAIN}"
                raise DatabaseError(msg) from error


def _place_for(config: Config, folder: Path) -> Path:
    if folder.resolve() == config.storage.keys.resolve().parent or not are_apart(folder, config.storage.backups):
        fail(f"{folder} is where the key file or the backups lie. Choose another folder for the old keys. Nothing was changed.")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _tell(where: str, rows: int) -> None:
    """A line about what takes long."""
    typer.echo(f"  {where}: {rows:,} sealed afresh so far", err=True)


def _done(renewed: Renewed, config: Config) -> Iterator[str]:
    gone = " and ".join(str(number) for number in renewed.destroyed)
    yield f"Nothing lies under key {gone} any more. It is destroyed."
    if renewed.shut:
        yield f"{renewed.shut:,} that were damaged, and did not open before either, stay shut for good."
    yield BACKUPS.format(config.storage.keys)
    yield f"Not renewed: {FOR_GOOD}"


FOR_GOOD = (
    "the key by which addresses are found and the list of erasures is kept, those of confidential engagements, and that of "
    "buttons. Keys of days end by themselves within three days."
)
BACKUPS = (
    "Backups made before open only with the key file of then. Make a new backup now, and copy {} to where you keep it; a copy "
    "from before does not open what is kept from now on."
)
AGAIN = "Nothing is lost, and everything can be read. Mend that, and run `withus keys renew` again: it goes on where it was."
IN_USE = "A bot or another command is using the keys. Stop the bot first, then run this again. Nothing was changed."
DAMAGED = (
    "{:,} under old keys are damaged and do not open, so the old keys stay for now. If there is a backup in which they are "
    "whole, restore it. To do without them, run `withus keys renew --let-go`: it destroys the old keys."
)
