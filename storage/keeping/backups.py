"""Backups: every row as it was at one moment, in a SQLite file with a manifest, whichever database it came from.

A backup is a folder. It holds no key: neither the daily ones, which are destroyed after two days, nor the lasting ones,
without which it is of no use to whoever finds it. Its name begins with its number, for a clock may go back.
"""

from __future__ import annotations

import datetime as dt
import errno
import fcntl
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, select
from sqlalchemy.exc import DBAPIError

from storage import database, erasure, keys, schema
from storage.keeping import copying, engines
from storage.keeping.copying import CopyError, Say, snapshot
from storage.keeping.manifests import NAME, BackupError, Manifest, changed
from storage.keys import KeysError
from storage.troubles import explain

DATABASE, ERASED = "database.sqlite", "erased.txt"
UNFINISHED = ".unfinished"


@dataclass(frozen=True, slots=True)
class Maker:
    """Who makes a backup, when, and with which key file in use."""

    program: str
    now: dt.datetime
    keys: Path


def make(source: Engine, folder: Path, maker: Maker, say: Say) -> Path:
    """Back up everything into a new folder in `folder`, while others go on reading and writing; returns it.

    Raises BackupError; then nothing half done is left.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _only_one(folder):
            clean(folder)
            name = _name(folder, maker.now)
            with workshop(folder, name) as part:
                _fill(source, part, maker, say)
                part.rename(folder / name)
            sync(folder)
            return folder / name
    except (OSError, DBAPIError) as error:
        msg = f"The backup could not be made in {folder}: {_why(error)} Nothing half done is left."
        raise BackupError(msg) from error


def _fill(source: Engine, part: Path, maker: Maker, say: Say) -> None:
    file = part / DATABASE
    with snapshot(source) as ours:
        at = database.revision(ours)
        if at is None:
            msg = "There is nothing to back up yet: the database is empty."
            raise BackupError(msg)
        with writing(file) as db:
            database.migrate(db, at)
            tallies = copying.copy(ours, db, say)
            told = _tell(ours)
    made = maker.now.isoformat(timespec="seconds")
    erased = erasure.read(erasure.list_beside(maker.keys))  # after the snapshot: no shorter than what it shows
    (part / ERASED).write_text("".join(f"{line}\n" for line in erased))
    hashes = {name: _hash(part / name) for name in (DATABASE, ERASED)}
    Manifest(maker.program, at, made, *told, _known(maker.keys), len(erased), hashes, tallies).write(part)
    for one in (file, part / ERASED, part / NAME):
        one.chmod(0o600)
        sync(one)
    sync(part)


def _tell(db: Connection) -> tuple[str, tuple[int, ...], str]:
    """The organisation, its bots, and the fingerprint of the key file."""
    organisation = db.scalars(select(schema.organisations.c.name).order_by(schema.organisations.c.id)).first()
    bots = db.scalars(select(schema.bots.c.id).order_by(schema.bots.c.id)).all()
    fingerprint = db.scalars(select(schema.settings.c.value).where(schema.settings.c.name == "keys")).first()
    return organisation or "", tuple(bots), fingerprint or ""


def _known(file: Path) -> tuple[str, ...]:
    """The engagements a key file knows the respondents of."""
    try:
        return keys.load(file).confidential
    except KeysError:  # all the more reason for a backup
        return ()


@contextmanager
def writing(file: Path) -> Iterator[Connection]:
    """One transaction on a SQLite file that is nobody else's: with no journal, for it counts only once it is whole."""
    engine = engines.connect_plainly(f"sqlite:///{file}")
    event.listen(engine, "connect", _haste)
    try:
        with engine.begin() as db:
            yield db
    finally:
        engine.dispose()


def _haste(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-32000"):
        connection.execute(f"PRAGMA {pragma}")


@contextmanager
def reading(file: Path) -> Iterator[Connection]:
    """A SQLite file that nobody writes, not even this: it may lie where nothing can be written."""

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(f"file:{quote(str(file.absolute()))}?mode=ro&immutable=1", uri=True)

    engine = create_engine("sqlite+pysqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)
    with engine.connect() as db:
        yield db


def verify(backup: Path, say: Say) -> Manifest:
    """The manifest of a backup that is exactly as it was made, and of use to this program. Raises BackupError otherwise."""
    manifest = Manifest.read(backup)
    file = backup / DATABASE
    try:
        for name, sha256 in manifest.sha256.items():
            if _hash(backup / name) != sha256:
                raise changed(backup / name)
        if manifest.schema not in database.revisions():
            msg = f"{backup} was made by a newer version of With Us ({manifest.program}). Restore it with that version."
            raise BackupError(msg)
        with reading(file) as db:
            if db.exec_driver_sql("PRAGMA integrity_check").scalar() != "ok":
                raise changed(file)
            copying.compare(manifest.tables, copying.count(db, say))
    except FileNotFoundError as error:
        msg = f"{error.filename} is missing, so {backup} is not whole. Use another copy of it. Nothing was changed."
        raise BackupError(msg) from None
    except (OSError, DBAPIError, CopyError) as error:
        msg = f"{file} cannot be used: {error}. Use another copy of it. Nothing was changed."
        raise BackupError(msg) from error
    return manifest


# --- The folder they lie in


def find(folder: Path) -> list[Path]:
    """The whole backups in a folder, in the order they were made."""
    return sorted((one.parent for one in folder.glob(f"withus-*/{NAME}") if one.parent.suffix != UNFINISHED), key=_number)


def _number(backup: Path) -> tuple[int, str]:
    number = backup.name.split("-")[1]
    return int(number) if number.isdecimal() else 0, backup.name


def prune(folder: Path, keep: int) -> list[Path]:
    """Remove all but the last `keep` backups; returns those that are gone. Raises BackupError while another is being made."""
    with _only_one(folder):
        old = find(folder)[:-keep]
        for one in old:
            gone = one.with_name(one.name + UNFINISHED)
            one.rename(gone)  # from here on it is no backup, however this ends
            shutil.rmtree(gone)
    return old


def clean(folder: Path) -> None:
    """Remove what was interrupted."""
    for one in folder.glob(f"withus-*{UNFINISHED}"):
        shutil.rmtree(one)


@contextmanager
def workshop(folder: Path, name: str) -> Iterator[Path]:
    """A folder to work in, which is gone afterwards unless it was given another name; `clean` knows it."""
    part = folder / f"{name}{UNFINISHED}"
    part.mkdir(mode=0o700, parents=True)
    try:
        yield part
    finally:
        shutil.rmtree(part, ignore_errors=True)


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    above = (folder.absolute(), *folder.absolute().parents)
    if any((one / NAME).exists() and (one / DATABASE).exists() for one in above):
        msg = f"{folder} lies inside a backup. Choose another folder with --to."
        raise BackupError(msg)
    handle = os.open(folder, os.O_RDONLY)
    try:
        if not _take(handle):
            msg = f"Another backup is being made in {folder}. Wait until it is done."
            raise BackupError(msg)
        yield
    finally:
        os.close(handle)


def _take(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _name(folder: Path, now: dt.datetime) -> str:
    last = max((_number(one)[0] for one in find(folder)), default=0)
    return f"withus-{last + 1:04}-{now:%Y%m%d-%H%M%S}"


def sync(path: Path) -> None:
    """Have a file or a folder on the disk, and not only on its way there."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _hash(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _why(error: OSError | DBAPIError) -> str:
    code = getattr(getattr(error, "orig", error), "sqlite_errorcode", 0) & 0xFF
    number = getattr(error, "errno", None) or 0
    return _WHY.get(number, "") or _WHY_SQLITE.get(code, "") or explain(error)


_FULL = "the disk is full. Make room on it, or choose another place with --to."
_CLOSED = "this user may not write there. Choose another place with --to."

_WHY = {
    errno.ENOSPC: _FULL, errno.EDQUOT: _FULL, errno.EFBIG: _FULL,
    errno.EACCES: _CLOSED, errno.EPERM: _CLOSED, errno.EROFS: _CLOSED,
    errno.ENOTDIR: "that is no folder. Choose another place with --to.",
    errno.EEXIST: "that is no folder. Choose another place with --to.",
}  # fmt: skip
_WHY_SQLITE = {13: _FULL, 10: "the disk does not take what is written: it is full, or it is failing.", 8: _CLOSED, 14: _CLOSED}
"""The system's code, and SQLite's -> why no backup was made."""
