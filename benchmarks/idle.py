"""`python3 -m benchmarks idle`: what the bot costs while nobody says anything, by polling and by webhook."""

import argparse
import asyncio
import shutil
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from benchmarks.api import Api
from benchmarks.hotspots import Hotspots, can_sample
from benchmarks.modes import Goal
from benchmarks.readings import read_usage
from benchmarks.report import describe_machine
from benchmarks.subject import Broken, Subject, free_port, stop

GOAL = Goal(1.0)  # per cent of one core
SETTLING = 5.0  # seconds after the start that do not count


def main(words: list[str]) -> int:
    """Measure both doors and print the figures."""
    parser = argparse.ArgumentParser("python3 -m benchmarks idle", description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60, help="how long each is watched (60)")
    parser.add_argument("--doors", default="polling,webhook", help="some of polling, webhook")
    parser.add_argument("--profile", action="store_true", help="watch a second time, with py-spy")
    wanted = parser.parse_args(words)
    if wanted.profile and not can_sample():
        parser.error("--profile needs py-spy on the path: pip install py-spy")
    print(describe_machine(pinned=False))
    try:
        for door in wanted.doors.split(","):
            asyncio.run(_watch(door, wanted.seconds, profile=wanted.profile))
    except Broken as problem:
        print(f"\nBROKEN: {problem}")
        return 1
    return 0


async def _watch(door: str, seconds: float, *, profile: bool) -> None:
    folder = Path(tempfile.mkdtemp(prefix="withus-idle-"))
    try:
        subject = Subject((sys.executable, "-m", "bot"), folder)
        api = Api()
        server = await asyncio.get_running_loop().create_server(api.connect, "127.0.0.1", 0)
        subject.write_config(server.sockets[0].getsockname()[1], free_port(), door, f"sqlite:///{folder}/withus.db")
        await subject.open_survey()
        process = await subject.start()
        try:
            await asyncio.wait_for(api.ready.wait(), 60)
            await asyncio.sleep(SETTLING)
            await _read(door, process.pid, seconds)
            if profile:
                hotspots = Hotspots()
                with hotspots.sample(process.pid):
                    await asyncio.sleep(seconds)
                print(hotspots.describe())
        except TimeoutError:
            raise Broken(f"the bot did not begin to receive:\n{subject.last_words()}") from None
        finally:
            await stop(process)
            server.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _read(door: str, process: int, seconds: float) -> None:
    before, began = read_usage(process), perf_counter()
    await asyncio.sleep(seconds)
    after, lasted = read_usage(process), perf_counter() - began
    used = after.user + after.system - before.user - before.system
    percent, met = used / lasted * 100, "met" if GOAL.met_by(used / lasted * 100) else "NOT MET"
    switches, written = (after.switches - before.switches) / lasted, (after.written - before.written) / lasted / 1000
    print(f"  by {door}: {percent:.2f} % of a core (goal ≤ {GOAL.bound:g}: {met})", end="")
    print(f", {switches:.1f} threads woken and {written:.2f} kB written a second", flush=True)
