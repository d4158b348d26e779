"""The emulator runs alone and in a test, stops cleanly, and never repeats an earlier run's numbers."""

import asyncio
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest

from emulator.client import Telegram
from emulator.clock import Bell
from emulator.server import running


def test_alone_it_prints_its_addresses_one_a_line() -> None:
    command = [sys.executable, "-m", "emulator", "--token", "42:own", "--username", "own_bot"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = dict(process.stdout.readline().strip().split(": ", 1) for _ in range(4))
        with Telegram(lines["Phones"].rstrip("/"), lines["Token"]) as telegram:
            assert telegram.bot("getMe")["result"]["username"] == "own_bot"
        process.terminate()
    assert list(lines) == ["Phones", "Bot API", "Token", "Acts and history"]
    assert lines["Token"] == "42:own"


async def test_whoever_is_cancelled_just_as_the_bell_rings_waits_no_more() -> None:
    bell = Bell()
    waiting = asyncio.create_task(bell.wait(60))
    await asyncio.sleep(0)
    bell.ring()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


def test_it_stops_while_somebody_waits() -> None:
    with warnings.catch_warnings(), ThreadPoolExecutor(2) as threads:
        warnings.simplefilter("error")
        with running() as telegram:
            person = telegram.person()
            watching = threads.submit(person.chat, 0, 50)
            polling = threads.submit(telegram.bot, "getUpdates", timeout=50)
            telegram.await_state(polling=True)
        assert polling.exception(5) is not None
        assert watching.exception(5) is not None


def test_two_can_run_side_by_side() -> None:
    with running() as one, running() as other:
        one.person("Aisha").says("hello")
        assert one.url != other.url
        assert (one.state()["pending"], other.state()["pending"]) == (1, 0)
