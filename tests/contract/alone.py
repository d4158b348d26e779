"""The emulator as anybody starts it: `python3 -m emulator`, in a process of its own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from emulator.client import Telegram


@contextmanager
def alone(*options: str) -> Iterator[Telegram]:
    """Run it for the length of a `with`, and give a client for it."""
    command = [sys.executable, "-m", "emulator", "--no-browser", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            told = dict(process.stdout.readline().strip().split(": ", 1) for _ in range(4))
            with Telegram(told["Phones"].rstrip("/"), told["Token"]) as telegram:
                yield telegram
        finally:
            process.terminate()
