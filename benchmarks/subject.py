"""The bot under test: its own process, folder, configuration and database."""

import asyncio
import json
import os
import re
import secrets
import signal
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from benchmarks.survey import CONTENT, SURVEY

REPOSITORY = Path(__file__).parents[1]
START_CODE = re.compile(r"/start ([a-z0-9]{16})\b")
LONGEST_COMMAND = 90
LONGEST_STOP = 30
LAST_LINES = 30


class Broken(Exception):
    """The run cannot be counted; the message says why."""


@dataclass(frozen=True, slots=True)
class Subject:
    """How to run the bot: the words before its command, its folder, and the file that configures it."""

    command: tuple[str, ...]
    folder: Path

    @property
    def _config(self) -> Path:
        return self.folder / "withus.toml"

    def write_config(
        self,
        api_port: int,
        web_port: int,
        receive: str,
        database: str,
        content: Path = CONTENT,
        telegram: Mapping[str, object] = MappingProxyType({}),
    ) -> None:
        """Write the configuration file; `telegram` is what else its section of that name says."""
        web = f"127.0.0.1:{web_port}"
        ours: dict[str, object] = {
            "token": f"7000:{secrets.token_hex(16)}",
            "api_url": f"http://127.0.0.1:{api_port}",
            "receive": receive,
            **telegram,
        }
        if receive == "webhook":
            ours |= {"webhook_url": f"http://{web}/telegram", "webhook_secret": secrets.token_hex(16)}
        sections: dict[str, dict[str, object]] = {
            "telegram": ours,
            "storage": {"url": database, "keys": str(self.folder / "keys")},
            "content": {"folder": str(content)},
            "web": {"listen": web},
            "organisation": {"name": "The Travel Group"},
        }
        text = "\n".join(_toml(name, values) for name, values in sections.items())
        self._config.write_text(text, encoding="utf-8")

    async def open_survey(self, survey: str = SURVEY) -> str:
        """Open the survey and return its start code."""
        said = await self.ask("engagement", "open", survey)
        if not (found := START_CODE.search(said)):
            raise Broken(f"opening the survey gave no start code:\n{said}")
        return found[1]

    async def results(self) -> dict[str, Any]:
        """Ask the bot what people said."""
        said = await self.ask("results", SURVEY, "--format", "json")
        return json.loads(said[said.index("{") :])  # type: ignore[no-any-return]

    async def start(self, *more: str) -> asyncio.subprocess.Process:
        """Start the bot, with `more` words after its command; what it says goes to a file in its folder."""
        with self._log.open("wb") as log:
            return await asyncio.create_subprocess_exec(
                *self.command, "run", "--config", str(self._config), *more, cwd=REPOSITORY, stdout=log, stderr=log
            )

    def last_words(self) -> str:
        """Quote the end of what the bot has said."""
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-LAST_LINES:])

    @property
    def _log(self) -> Path:
        return self.folder / "bot.log"

    async def ask(self, *words: str, may_fail: bool = False) -> str:
        """Run a command and return what it says. Raises Broken when it fails."""
        process = await asyncio.create_subprocess_exec(
            *self.command,
            *words,
            "--config",
            str(self._config),
            cwd=REPOSITORY,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            out, complaint = await asyncio.wait_for(process.communicate(), LONGEST_COMMAND)
        except TimeoutError:
            process.kill()
            await process.wait()
            raise Broken(f"`{' '.join(words)}` did not end within {LONGEST_COMMAND} s") from None
        if process.returncode and not may_fail:
            raise Broken(f"`{' '.join(words)}` failed:\n{(out + complaint).decode(errors='replace')}")
        return out.decode()


async def stop(process: asyncio.subprocess.Process) -> None:
    """Ask the bot to stop, and end it if it does not."""
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), LONGEST_STOP)
    except TimeoutError:
        process.kill()
        await process.wait()


def pin(process: int, core: int) -> None:
    """Keep a process, and the threads it will start, on one core."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(process, {core})


def cores() -> list[int]:
    """List the cores we may use."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def free_port() -> int:
    """Find a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _toml(name: str, values: dict[str, object]) -> str:
    """Write one section; strings, numbers and flags are the same in JSON and TOML."""
    return f"[{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())
