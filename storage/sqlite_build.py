"""Puts a recent SQLite in place of the system's, where a wheel brings one."""

import sys
from importlib import import_module
from importlib.util import find_spec

SAFE = (3, 51, 3)  # the first release without the bug in which a reset of the write-ahead log can corrupt the file


def choose() -> str:
    """Make `import sqlite3` mean `pysqlite3` where it is installed, and return the version that will be used.

    Call it before anything imports `sqlite3`: a module that already holds the old one keeps it.
    """
    if find_spec("pysqlite3"):
        for ours, theirs in REPLACED.items():
            sys.modules[ours] = import_module(theirs)
    return str(import_module("sqlite3").sqlite_version)


def is_safe() -> bool:
    """Tell whether the SQLite in use is new enough to be written by more than one connection."""
    return tuple(map(int, choose().split("."))) >= SAFE


REPLACED = {"sqlite3": "pysqlite3", "sqlite3.dbapi2": "pysqlite3.dbapi2"}
