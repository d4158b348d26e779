"""The key file on the disk: written whole or not at all, by one process at a time, and not renewed while others use it."""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any


def write(path: Path, held: Mapping[str, Any]) -> None:
    """Whole or not at all, on disk before anything is sealed with it."""
    new = path.with_name(path.name + ".new")
    try:
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump(held, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError:
        with suppress(OSError):
            new.unlink()
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keep other processes from changing the file meanwhile."""
    with path.with_name(path.name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def lock_use(path: Path, *, against_all: bool = False) -> Iterator[bool]:
    """Use the keys of a file, together with others or `against_all`; yields False when others stand against it.

    Whoever seals with a key that is destroyed meanwhile would lose what they sealed. Where there is no file yet, or nothing
    can be written beside it, nobody can renew it either.
    """
    handle = None
    try:
        handle = os.open(path.with_name(path.name + ".use"), os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(handle, (fcntl.LOCK_EX if against_all else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        free = True
    except OSError as error:
        free = error.errno != errno.EWOULDBLOCK
        if free and against_all:
            raise
    try:
        yield free
    finally:
        if handle is not None:
            os.close(handle)


def end_days(held: dict[str, Any], least: int) -> None:
    """Destroy the keys of days before number `least`, and keep that those days are over: what lay under them is gone."""
    held["daily"] = {number: key for number, key in held["daily"].items() if int(number) >= least}
    held["over"] = max(least, int(held.get("over", 0)))
