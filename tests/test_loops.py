"""`run` may begin a second loop, after an upgrade: what comes between the two is not lost."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from tests.house import tree

BETWEEN = """
import asyncio, os, signal, sys
from bot.commands.running import _loop

async def serve():
    for one in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(one, lambda: None)

_loop(serve())
os.kill(os.getpid(), int(sys.argv[1]))
print("nobody heard it")
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_between_two_loops_ends_the_program(number: signal.Signals) -> None:
    command = [sys.executable, "-c", BETWEEN, str(int(number))]
    done = subprocess.run(command, cwd=tree.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == -number
    assert done.stdout == ""
