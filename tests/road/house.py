"""One installation of the bot in a folder: its settings, its command line, its process, and the Telegram it talks to."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import io
import json
import os
import secrets
import shutil
import signal
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from typer.main import get_command

from bot import commands, config_file
from bot.clock import Clock
from bot.config import ConfigError
from bot.foundation import foundation
from conversations import flow, library, phrases
from emulator.client import Telegram
from emulator.server import running
from storage import failures
from storage.database import DatabaseError
from storage.failures import Failure
from storage.keys import KeysError
from tests.road import colleagues, tongues
from tests.road.nursery import Nursery

ENGAGEMENTS = Path(__file__).parent / "engagements"
SECRET = "the-secret-of-the-webhook"
PATIENCE = 20.0  # seconds a condition may take on a busy machine


@dataclass
class House:
    """An installation; two of the same database need the same `keys`. `variant` breaks its bot on purpose."""

    folder: Path
    telegram: Telegram
    nursery: Nursery
    database: str
    receive: str = "polling"
    variant: str = ""
    port: int = 0
    pid: int = 0
    starts: int = 0
    keys: Path = Path("keys.json")
    links: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.port = _free_port()
        self.content.mkdir(parents=True, exist_ok=True)
        self.keys = self.folder / self.keys
        self.moved_by.write_text("0")
        self.settings.write_text(_settings(self))
        for picture in ENGAGEMENTS.glob("*.png"):
            shutil.copy(picture, self.content)
        tongues.lay(self.content)

    @property
    def settings(self) -> Path:
        return self.folder / "config.toml"

    @property
    def content(self) -> Path:
        return self.folder / "engagements"

    @property
    def moved_by(self) -> Path:
        return self.folder / "clock"

    @property
    def log(self) -> Path:
        """What the present process has written."""
        return self.folder / f"log-{self.starts}"

    @property
    def url(self) -> str:
        """Where pages and webhook are heard."""
        return f"http://127.0.0.1:{self.port}"

    def command(self, *arguments: str) -> str:
        """What `bot ARGUMENTS --config …` prints. Raises AssertionError with its words when it fails."""
        code, said = run_command(*arguments, "--config", str(self.settings))
        assert code == 0, f"bot {' '.join(arguments)} failed: {said}"
        return said

    def put(self, source: str, name: str) -> None:
        """Lay an engagement file into the content folder."""
        (self.content / f"{name}.toml").write_text(source, "utf-8")

    def lay(self, engagement: str) -> None:
        """Lay an engagement of `tests/road/engagements` into the content folder."""
        shutil.copy(ENGAGEMENTS / f"{engagement}.toml", self.content)

    def open(self, engagement: str, source: str | None = None) -> str:
        """Open an engagement of `tests/road/engagements`, or one given as text; returns the code of its link."""
        if source is None:
            self.lay(engagement)
        else:
            self.put(source, engagement)
        said = self.command("engagement", "open", engagement)
        self.links[engagement] = said.partition("/start ")[2].split()[0]
        return self.links[engagement]

    def open_copy(self, engagement: str, file: Path | None = None) -> str:
        """Open a copy under an id of its own, for tests that share a house; returns that id. Whoever opens it closes it."""
        known = f"{engagement}.toml"
        source = library.SHIPPED.get(known) or (file or ENGAGEMENTS / known).read_text("utf-8")
        name = flow.read(source).id
        own = f"{name}-{secrets.token_hex(4)}"
        self.open(own, source.replace(f'id = "{name}"', f'id = "{own}"', 1))
        return own

    def close(self, engagement: str) -> str:
        return self.command("engagement", "close", engagement)

    def results(self, engagement: str) -> Any:
        return json.loads(self.command("results", engagement, "--format", "json"))

    def failures(self) -> list[Failure]:
        """What could not be dealt with, as it is kept sealed."""

        async def work() -> list[Failure]:
            async with foundation(config_file.read(self.settings, {})) as base, base.engine.begin() as connection:
                return await connection.run_sync(failures.read, base.house.keys, base.house.bot_id)

        return asyncio.run(work())

    def take_in(self, role: str, name: str) -> str:
        """A new colleague: the code by which they link their chat."""

        async def work() -> str:
            config, clock = config_file.read(self.settings, {}), Clock(self.moved_by)
            async with foundation(config, clock) as base, base.engine.begin() as connection:
                return await connection.run_sync(colleagues.take_in_with_code, base, role, name)

        return asyncio.run(work())

    def start(self) -> None:
        """Start the bot and wait until it hears Telegram."""
        before = self._called()
        self.begin()
        self.await_ready()
        until(lambda: self._listens(before), lambda: f"the bot does not listen to Telegram: {self.said()}")

    def begin(self) -> None:
        """Start the bot and do not wait."""
        self.starts += 1
        arguments = ("run", "--config", str(self.settings), "--clock", str(self.moved_by))
        self.pid = self.nursery.raise_bot(arguments, self.log, self.variant)

    def await_ready(self) -> None:
        until(lambda: '"ready"' in self.said(), lambda: f"the bot is not ready: {self.said()}")

    def said(self) -> str:
        """What the bot has logged since it was last started."""
        return self.log.read_text() if self.log.exists() else ""

    def _called(self) -> int:
        return len(self.telegram.log())

    def _listens(self, before: int) -> bool:
        method = "getUpdates" if self.receive == "polling" else "setWebhook"
        polling = self.receive == "polling" and bool(self.telegram.state()["polling"])
        return polling or any(entry.get("method") == method for entry in self.telegram.log(before, "call"))

    def kill(self) -> None:
        """End the bot as a power cut would."""
        os.kill(self.pid, signal.SIGKILL)
        self.nursery.wait(self.pid)
        self.pid = 0

    def stop(self) -> int:
        """Ask the bot to stop, and return its exit code."""
        os.kill(self.pid, signal.SIGTERM)
        code = self.nursery.wait(self.pid)
        self.pid = 0
        return code

    def restart(self) -> None:
        self.stop()
        self.start()

    def move_clock(self, seconds: float) -> None:
        """Set the bot's clock ahead by so much more."""
        self.moved_by.write_text(str(float(self.moved_by.read_text()) + seconds))

    def settle(self) -> None:
        """Wait until every update is taken and every letter sent."""
        until(lambda: self.telegram.state()["pending"] == 0, lambda: f"updates wait: {self.telegram.state()}")


def run_command(*arguments: str) -> tuple[int, str]:
    """The exit code of the command line and what it printed, run here as `bot.commands.main` runs it."""
    printed, code = io.BytesIO(), 0
    said = io.TextIOWrapper(printed, "utf-8", write_through=True)  # results are printed as bytes
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            _cli()(list(arguments), standalone_mode=False)
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        except (ConfigError, DatabaseError, KeysError) as error:
            return 1, str(error)
        finally:
            phrases.take({})  # those of the house's folder are not for the next test
    return code, printed.getvalue().decode(errors="replace")


@functools.cache  # building it takes longer than most commands
def _cli() -> Callable[..., Any]:
    return get_command(commands.cli)


@contextlib.contextmanager
def house(
    folder: Path, nursery: Nursery, database: str, receive: str = "polling", variant: str = "", *, begin: bool = True
) -> Iterator[House]:
    """A house with its own Telegram, its bot listening; `{folder}` in `database` is the house's folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with running(retry_scale=0.01) as telegram:
        made = House(folder, telegram, nursery, database, receive, variant)
        if begin:
            made.start()
        try:
            yield made
        finally:
            if made.pid:
                made.kill()


def until(met: Callable[[], object], otherwise: Callable[[], str], wait: float = PATIENCE) -> None:
    """Wait for a condition. Raises AssertionError with what `otherwise` says after `wait` seconds."""
    deadline = time.monotonic() + wait
    while not met():
        if time.monotonic() > deadline:
            raise AssertionError(otherwise())
        time.sleep(0.01)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _settings(house: House) -> str:
    hook = f'receive = "webhook"\nwebhook_url = "{house.url}/telegram"\nwebhook_secret = "{SECRET}"\n'
    return (
        f'[telegram]\ntoken = "{house.telegram.token}"\napi_url = "{house.telegram.url}"\n'
        f"{hook if house.receive == 'webhook' else ''}"
        f'[storage]\nurl = "{house.database}"\nkeys = "{house.keys}"\n'
        f'[content]\nfolder = "{house.content}"\n'
        f'[web]\nlisten = "127.0.0.1:{house.port}"\n'
        '[organisation]\nname = "The clinic group"\n'
    )
