"""Starts a demo as a person does, with an empty home and a folder for what is temporary that a test can look into."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.house import tree

LAST = "Press Ctrl-C"
NEIGHBOURS = 60  # more than a colleague may write to without another's approval


@dataclass(frozen=True)
class Demo:
    """A demo that runs: its process, where its temporary things lie, and the addresses it printed."""

    process: "subprocess.Popen[str]"
    folder: Path
    addresses: dict[str, str]

    @property
    def url(self) -> str:
        return self.addresses["Demo"]

    @property
    def config(self) -> Path:
        return next(self.folder.glob("withus-demo-*/config.toml"))


@contextmanager
def start(folder: Path, people: int, temporary: str = "temporary") -> "Iterator[subprocess.Popen[str]]":
    """A demo being set up, its temporary things in `folder / temporary`; it is told to end when the test is over."""
    home = folder / "home"
    home.mkdir()
    (folder / temporary).mkdir(parents=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "demo", "--no-browser"],
        cwd=tree.ROOT,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "TMPDIR": str(folder / temporary),
            "WITHUS_DEMO_PEOPLE": str(people),
            "WITHUS_DEMO_NEIGHBOURS": str(NEIGHBOURS),
            "WITHUS_TELEGRAM__API_URL": "https://telegram.invalid",  # whatever a real bot is told, the demo's is not
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.terminate()


def said(process: "subprocess.Popen[str]", until: str) -> list[str]:
    """The lines it prints up to one that begins with `until`. Raises AssertionError when it ends before that."""
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if line.startswith(until):
            return lines
    raise AssertionError("\n".join(lines))


@contextmanager
def running(folder: Path, people: int) -> Iterator[Demo]:
    with start(folder, people) as process:
        lines = said(process, LAST)
        addresses = dict(line.split(": ", 1) for line in lines if ": http" in line)
        yield Demo(process, folder / "temporary", addresses)


def left_of(folder: Path) -> list[str]:
    """The processes that name `folder`, and the files in it."""
    processes = [" ".join(each.info["cmdline"] or ()) for each in psutil.process_iter(["cmdline"])]
    return [line for line in processes if str(folder) in line] + [str(path) for path in folder.iterdir()]
