"""Why something sealed does not open. Only what lay under the key of a day that is over may be forgotten for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.keys import Keys

UNOPENED = "This could not be opened."
"""What staff see in place of such a thing, with all the rest of the page."""


def words(keys: Keys, where: str, row: str, sealed: bytes) -> str:
    """The words sealed for column `where` of the row named `row`; empty where they do not open here."""
    try:
        return keys.open(where, row, sealed).decode()
    except UnopenedError:
        return ""


class UnopenedError(Exception):
    """Something sealed, in the column it is raised with ("table.column"), does not open."""


class GoneError(UnopenedError):
    """Its day is over: the key of that day was destroyed, and nobody can open it any more."""


class ShutError(UnopenedError):
    """This key file does not open it, which is no reason to delete it: another machine may have the key."""


SHUT = (
    "This machine's key file lacks keys that another machine made: some of what is kept does not open here. Nothing of it was "
    "deleted"
)
ONE_FOLDER = (
    "All machines that share a database must use one key folder. Stop the bot on each, keep a copy of every key file, let "
    "storage.keys name the same file on all of them (first the one that opens most), and start them again. "
    "If keys are lost for good: `withus backup`, then `withus restore` lets go of what no key opens."
)
