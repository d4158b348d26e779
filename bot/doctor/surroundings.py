"""What can be told without opening the database: the settings, the files, the disk, the backups."""

from __future__ import annotations

import datetime as dt
import os
import platform
import shutil
import stat
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path

from bot.config import Config
from bot.config_file import doubled, secret_files
from bot.doctor.findings import Finding, find
from storage import erasure, keys, sqlite_build
from storage.keeping import backups
from storage.keeping.manifests import BackupError, Manifest

LEAST_DISK = 200 << 20  # bytes
BACKUP_AGE = dt.timedelta(days=7)


def of_settings(file: Path | None, environment: Mapping[str, str]) -> list[Finding]:
    """Secrets in the settings file, and whether others can read them."""
    twice = [what.removesuffix(".") for what in doubled(file, environment)]
    found = [*chain.from_iterable(find("secret twice", well=False, what=what) for what in twice)]
    files = secret_files(file, environment)
    return [*found, *chain.from_iterable(find("secret file", not _is_open(one), file=one) for one in files)]


def _is_open(file: Path) -> bool:
    return file.exists() and bool(stat.S_IMODE(file.stat().st_mode) & 0o077)


def of_computer(config: Config) -> list[Finding]:
    """The key file, versions, and room on the disk."""
    return [*_of_keys(config), *_of_versions(config), *_of_disk(config)]


def _of_keys(config: Config) -> Iterator[Finding]:
    path = config.storage.keys
    if not keys.is_there(path):
        return
    yield from find("keys open", not keys.is_open_to_others(path), file=path)
    beside = erasure.list_beside(path)
    yield from find("list of erasures", not _is_open(beside), file=beside)
    data = _data(config)
    yield from find("keys beside data", data is None or data.parent.resolve() != path.parent.resolve())


def _of_versions(config: Config) -> list[Finding]:
    if _data(config) is None:
        return []
    return find("sqlite", sqlite_build.is_safe(), version=sqlite_build.choose(), python=platform.python_version())


def _of_disk(config: Config) -> Iterator[Finding]:
    data = _data(config)
    folders = {"the key file": config.storage.keys.parent, "backups": config.storage.backups}
    for what, folder in (({"answers": data.parent} if data else {}) | folders).items():
        there = next(one for one in (folder, *folder.parents) if one.exists())
        free = shutil.disk_usage(there).free
        if free <= LEAST_DISK or what == "answers":
            yield from find("disk", free > LEAST_DISK, what=what, free=free >> 20, folder=folder)
    if data and data.parent.exists():
        yield from find("folder", os.access(data.parent, os.W_OK), folder=data.parent)


def _data(config: Config) -> Path | None:
    """The SQLite file, if it is one."""
    head = "sqlite:///"
    return Path(config.storage.url.removeprefix(head)) if config.storage.url.startswith(head) else None


def of_backups(config: Config, since: dt.datetime | None, now: dt.datetime) -> list[Finding]:
    """How old the last backup is, and whether the list of erasures is as long as then; `since` the installation is in use."""
    if since is None:
        return []
    made = backups.find(config.storage.backups)
    if not made:
        name = "no backup yet" if now - since < BACKUP_AGE else "no backup"
        return find(name, well=False, folder=config.storage.backups)
    try:
        last = Manifest.read(made[-1])
    except BackupError:
        return find("no backup", well=False, folder=config.storage.backups)
    age = now - dt.datetime.fromisoformat(last.made_at)
    beside = erasure.list_beside(config.storage.keys)
    lines = len(erasure.read(beside))
    lost = find("erasures lost", lines >= last.erasures, file=beside, n=lines, before=last.erasures)
    return [*find("backup", age <= BACKUP_AGE, days=age.days), *lost]
