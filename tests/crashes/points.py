"""Where a process can die: before and after everything of its that others can see.

What others can see is in KINDS: a commit, a call on the wire, an answer to a webhook, a change to a file. A process arms
itself before it starts, by the nursery's `variant` (`armed` writes one), counts the points it passes, and at one of them
kills itself as a power cut would: nothing is flushed, closed or rolled back.

The point before one thing that follows straight upon the point after another is not counted: nothing has changed between.
"""

from __future__ import annotations

import asyncio
import builtins
import functools
import io
import os
import signal
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Connection

from bot.telegram import webhook, wire
from storage.database import READING

COMMIT, SEND, ANSWER, FILE = "commit", "send", "answer", "file"
EVERYTHING = (COMMIT, SEND, ANSWER, FILE)


def armed(diary: Path, number: int, kinds: Collection[str] = EVERYTHING) -> str:
    """The nursery's `variant` for a process that dies at the `number`-th point of these kinds, and writes where to `diary`."""
    return f"{__name__}:arm:{number}:{','.join(kinds)}:{diary}"


def arm(number: str, kinds: str, diary: str) -> None:
    """Have this process die there."""
    points = Points(int(number), frozenset(kinds.split(",")), diary, os.open, os.write)
    for watch in KINDS.values():
        watch(points)


@dataclass(slots=True)
class Points:
    """The points this process passes; `open` and `write` are those of `os`, which are watched too."""

    number: int
    kinds: Collection[str]
    diary: str
    open: Callable[..., int]
    write: Callable[..., int]
    passed: int = 0
    just_after: bool = False

    def reach(self, when: str, kind: str, what: str) -> None:
        """Pass a point, or die there."""
        counted = kind in self.kinds
        same, self.just_after = when == "before" and self.just_after, when == "after" and counted
        if same or not counted:
            return
        self.passed += 1
        if self.passed == self.number:
            self.write(self.open(self.diary, os.O_WRONLY | os.O_CREAT, 0o600), f"{when} {what}".encode())
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, owner: Any, name: str, kind: str, tell: Callable[..., str]) -> None:
        """Count the points around a function. `tell` says what a call does from its arguments; "" is nothing to be seen."""
        whole = getattr(owner, name)

        @functools.wraps(whole)
        def called(*arguments: Any, **named: Any) -> Any:
            what = tell(*arguments, **named)
            if not what:
                return whole(*arguments, **named)
            self.reach("before", kind, what)
            result = whole(*arguments, **named)
            self.reach("after", kind, what)
            return result

        @functools.wraps(whole)
        async def awaited(*arguments: Any, **named: Any) -> Any:
            what = tell(*arguments, **named)
            self.reach("before", kind, what)
            result = await whole(*arguments, **named)
            self.reach("after", kind, what)
            return result

        setattr(owner, name, awaited if asyncio.iscoroutinefunction(whole) else called)


def _commits(points: Points) -> None:
    def tell(connection: Connection) -> str:
        return "" if READING.items() <= connection.get_execution_options().items() else "a commit"

    points.watch(Connection, "_commit_impl", COMMIT, tell)


def _sends(points: Points) -> None:
    points.watch(wire.Wire, "post", SEND, lambda _wire, url, *_rest: f"the call {url.name}")


def _answers(points: Points) -> None:
    whole = webhook.Hear.__call__

    async def hear(self: webhook.Hear, scope: Any, receive: Any, send: Any) -> None:
        async def answer(message: Any) -> None:
            points.reach("before", ANSWER, "an answer to Telegram")
            await send(message)
            points.reach("after", ANSWER, "an answer to Telegram")

        await whole(self, scope, receive, answer)

    webhook.Hear.__call__ = hear  # type: ignore[method-assign]


def _files(points: Points) -> None:
    def opening(file: Any, mode: str = "r", *_rest: Any, **_named: Any) -> str:
        return f"opening {_name(file)}" if set(mode) & set("wax+") and not isinstance(file, int) else ""

    def opening_low(file: Any, flags: int, *_rest: Any, **_named: Any) -> str:
        return f"opening {_name(file)}" if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) else ""

    points.watch(builtins, "open", FILE, opening)
    points.watch(io, "open", FILE, opening)  # what pathlib uses
    points.watch(os, "open", FILE, opening_low)
    for name in ("write", "fsync", "truncate", "ftruncate", "replace", "rename", "link", "unlink", "remove", "rmdir", "mkdir"):
        points.watch(os, name, FILE, functools.partial(_telling, name))


def _telling(name: str, file: Any, *_rest: Any, **_named: Any) -> str:
    return f"{name} {_name(file)}".strip()


def _name(file: Any) -> str:
    return "" if isinstance(file, int) else Path(os.fsdecode(file)).name


KINDS: dict[str, Callable[[Points], None]] = {COMMIT: _commits, SEND: _sends, ANSWER: _answers, FILE: _files}
"""What can be seen from outside -> how it is watched. What goes through a file's buffer is seen once it is synced, or the
next thing happens; opening for writing, which empties a file, is seen at once. A database's own files are its own matter."""
