"""The bot in a hurry: what it looks at every few seconds it looks at several times a second, for hours that last a moment.

`python3 -m benchmarks.hurried COMMAND …` is `python3 -m bot COMMAND …` otherwise. With WITHUS_LEAK it keeps so many bytes of
every turn, as a bot that leaks does.
"""

import os
from typing import Any

from storage import sqlite_build

sqlite_build.choose()

from bot import commands, turns, upkeep, vitals  # noqa: E402 - the SQLite build is chosen first

OFTEN = 0.2  # seconds

kept: list[bytes] = []


def leak(size: int) -> None:
    """Keep something of every turn."""
    take = turns.take_turns

    def take_and_keep(*arguments: Any) -> Any:
        kept.append(os.urandom(size))
        return take(*arguments)

    turns.take_turns = take_and_keep  # type: ignore[assignment]


if __name__ == "__main__":
    for looks in ("RELEASES_EVERY", "LOOK_EVERY"):
        setattr(upkeep, looks, OFTEN)
    vitals.LOOK_EVERY = OFTEN
    if size := int(os.environ.get("WITHUS_LEAK", "0")):
        leak(size)
    commands.main()
