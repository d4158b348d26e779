"""A throw-away folder and the processes that live in it; both are gone when the demo is, even if it is killed."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from asyncio.subprocess import Process
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import bot
from bot.demo import guard
from bot.demo.trouble import Trouble

ROOT = Path(bot.__file__).parents[1]  # where `python -m bot` finds this very program
OURS = "WITHUS_"
WAYS_OUT = {"http_proxy", "https_proxy", "all_proxy"}


class Shelter:
    """Enter it for `folder`; what is started in it ends with it."""

    def __init__(self) -> None:
        self.folder = Path()

    def __enter__(self) -> Self:
        self.folder = Path(tempfile.mkdtemp(prefix="withus-demo-"))
        command = [sys.executable, "-I", str(guard.__file__), str(self.folder)]
        self._guard = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603 - our own file
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        _pipe(self._guard).close()
        self._guard.wait()

    async def start(self, *arguments: str, to: int | IO[bytes]) -> Process:
        """Start a command of the bot, with what it says going `to` a file or a pipe."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", *arguments,
            cwd=ROOT, env=_surroundings(), stdin=subprocess.DEVNULL, stdout=to, stderr=subprocess.STDOUT,
            process_group=0,  # Ctrl-C is for the demo; it ends the others in its own order
        )  # fmt: skip
        self._tell(f"+{process.pid}\n")
        return process

    async def end(self, process: Process) -> None:
        """End a process at once, if it has not ended yet. Its number may soon be somebody else's, so nobody keeps it."""
        if process.returncode is None:
            process.kill()
            await process.wait()
        self._tell(f"-{process.pid}\n")

    async def ask(self, *arguments: str) -> str:
        """Run a command of the bot to its end and return what it said. Raises Trouble when it fails."""
        process = await self.start(*arguments, to=subprocess.PIPE)
        try:
            said, _ = await process.communicate()
        finally:
            await self.end(process)
        if process.returncode:
            raise Trouble(f"`{' '.join(arguments[:3])}` did not work, so the demo cannot start:\n{said.decode()}")
        return said.decode()

    def _tell(self, line: str) -> None:
        pipe = _pipe(self._guard)
        pipe.write(line.encode())
        pipe.flush()


def _pipe(process: subprocess.Popen[bytes]) -> IO[bytes]:
    assert process.stdin is not None  # noqa: S101 - it was asked for
    return process.stdin


def _surroundings() -> dict[str, str]:
    """The environment, less what could lead the demo's bot to a real Telegram, a real database or off this computer."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS) and name.lower() not in WAYS_OUT}
