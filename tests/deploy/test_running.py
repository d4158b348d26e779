"""Everything docs/running.md tells an administrator to type, typed in its order in an empty folder, against a local Telegram."""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.telegram import acquaintance
from emulator.client import Telegram
from emulator.server import running
from tests import postgres
from tests.house import tree
from tests.road.crowd import hear
from tests.road.house import run_command
from tests.typed import unknown

PAGE = (tree.ROOT / "docs/running.md").read_text("utf-8")
BLOCKS = [(sort, body) for sort, body in re.findall(r"^```sh ?(\w*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)]
TYPED = [(sort, line.partition("  #")[0].strip()) for sort, body in BLOCKS for line in body.splitlines()]
CAPTIONS = {"": "the bot may run", "stopped": "it must not", "server": "needs root", "docker": "needs an engine"}
TO_MEND = {"not every number in /help was checked by a person within 60 days"}
"""What `doctor` rightly says of a new installation."""


@dataclass
class Evening:
    """An administrator at work in a folder."""

    folder: Path
    telegram: Telegram
    database: str
    bot: subprocess.Popen[str] | None = None
    port: int = 0
    link: str = ""

    def type(self, line: str) -> None:
        """What happens when the line is typed; it must end well."""
        line = line.replace("backups/NAME", f"backups/{self._newest()}").replace(":8080", f":{self.port}")
        line = line.replace("postgresql+psycopg://withus@127.0.0.1/withus", self.database)
        if line == "withus run":
            self._run()
            return
        code, said = self._carry_out(line)
        assert "Traceback" not in said
        if line == "withus doctor":
            assert {found.partition(". ")[0] for found in re.findall(r"^MEND  (.*)$", said, re.MULTILINE)} <= TO_MEND, said
        else:
            assert code == 0, f"{line}: {said}"
        if line == "withus init":
            self._choose_port()
        if line == f"withus move {self.database}":
            self._write("url", self.database)
        if line == "withus engagement open first-question":
            (self.link,) = re.findall(r"/start (\w+)", said)

    def stop(self) -> None:
        if self.bot:
            self.bot.send_signal(signal.SIGTERM)
            self.bot.communicate(timeout=20)
            assert self.bot.returncode == 0
            self.bot = None

    def _carry_out(self, line: str) -> tuple[int, str]:
        """The exit code of a line and what it printed; the program is run here, which spares its start."""
        program, *words = shlex.split(line)
        if program == "withus":
            with pytest.MonkeyPatch.context() as here:
                here.chdir(self.folder)
                here.setattr(acquaintance, "LISTEN", 1)
                for name, value in self._answers().items() if words == ["init"] else ():
                    here.setenv(name, value)
                return run_command(*words)
        done = subprocess.run(
            ["sh", "-c", line], cwd=self.folder, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        return done.returncode, done.stdout

    def _answers(self) -> dict[str, str]:
        return {
            "WITHUS_TELEGRAM__TOKEN": self.telegram.token,
            "WITHUS_TELEGRAM__API_URL": self.telegram.url,
            "WITHUS_ORGANISATION__NAME": "The clinic",
        }

    def _run(self) -> None:
        environment = {"PATH": os.environ["PATH"], "WITHUS_HOME": str(tree.ROOT)}
        self.bot = subprocess.Popen(
            [tree.ROOT / "deploy/withus", "run"], cwd=self.folder, env=environment, text=True, stderr=subprocess.PIPE
        )
        assert self.bot.stderr
        said = ""
        while '"ready"' not in said:
            line = self.bot.stderr.readline()
            assert line, f"it ended: {said}"
            said += line

    def _choose_port(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._write("listen", f"127.0.0.1:{self.port}")

    def _write(self, name: str, value: str) -> None:
        settings = self.folder / "config.toml"
        there, line = re.compile(rf"^(# )?{name} = .*$", re.MULTILINE), f'{name} = "{value}"'
        written, times = there.subn(lambda _: line, settings.read_text())
        assert times == 1
        settings.write_text(written)

    def _newest(self) -> str:
        made = sorted((self.folder / "backups").glob("*/manifest.json"), key=os.path.getmtime)
        return made[-1].parent.name if made else "none"


@contextmanager
def _evening(folder: Path) -> Iterator[Evening]:
    server = os.environ.get(postgres.GIVEN)
    with running(retry_scale=0.05) as telegram, postgres.fresh_database(server) if server else nullcontext("") as empty:
        evening = Evening(folder, telegram, empty)
        try:
            yield evening
        finally:
            if evening.bot:
                evening.bot.kill()
                evening.bot.communicate()


def test_the_evening_of_an_administrator_goes_as_it_is_written(tmp_path: Path) -> None:
    folder = tmp_path / "evening"
    folder.mkdir()
    with _evening(folder) as evening:
        for sort, line in TYPED:
            if CAPTIONS[sort].startswith("needs") or (line.startswith("withus move") and not evening.database):
                continue
            if sort == "stopped":
                evening.stop()
            evening.type(line)
            if line == "withus run":
                _somebody_answers(evening)
        evening.stop()
        assert [path.name for path in folder.iterdir() if path.name != "webhook.secret"] == []


def _somebody_answers(evening: Evening) -> None:
    person = evening.telegram.person()
    person.says(f"/start {evening.link}")
    hear(person, "how old are you")
    person.says("18")
    hear(person, "Where do you like to hear from us?")


def test_every_command_that_is_only_shown_exists_with_its_options_and_files() -> None:
    shown = [line for sort, line in TYPED if CAPTIONS[sort].startswith("needs")]
    assert shown
    for line in shown:
        for found in re.findall(r"(?:compose (?:run --rm|exec (?:-T )?withus)|sudo -u withus) (withus .*)$", line):
            assert unknown(found.removeprefix("withus ").removeprefix("withus ")) == [], line
        for file in re.findall(r"/opt/withus/(deploy/\S+)", line):
            assert (tree.ROOT / file).exists(), line
    for mentioned in re.findall(r"`withus ([a-z][^`…]*)`", PAGE):
        assert unknown(mentioned) == [], mentioned
