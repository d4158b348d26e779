"""`python3 -m benchmarks month`: a month goes by in minutes, people come and go every hour, and nothing of the bot may grow.

The bot's clock is moved on by an hour again and again. In each, people answer the survey from end to end and some leave it
half done; what the bot does every hour and every day is done. Memory, open files, tasks and the write-ahead log are read
all along; those of the last days are held to those of the first days after the warm-up.
"""

import argparse
import asyncio
import re
import shutil
import sys
import tempfile
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median

from benchmarks.api import Api
from benchmarks.modes import Goal
from benchmarks.people import Crowd
from benchmarks.report import describe_machine
from benchmarks.subject import Broken, Subject, free_port, stop
from benchmarks.survey import read_survey

HOUR = 3600  # seconds
LOOKS = 0.45  # real seconds of each hour in which the regular work is done
LONGEST = 60.0  # seconds
WARM_UP, WINDOW = 0.3, 0.1  # of the whole time
BOT = (sys.executable, "-m", "benchmarks.hurried")

GROWTH: Mapping[str, Goal] = {
    "memory (MB)": Goal(1.05),
    "open files": Goal(1.10),
    "tasks": Goal(1.25),
    "threads": Goal(1.10),
    "write-ahead log (MB)": Goal(1.50),
}
"""What must not grow -> by how much it may at most, from after the warm-up to the end."""


@dataclass(frozen=True, slots=True)
class Life:
    """How long the bot lives, in its own hours, and who comes in each of them."""

    hours: int = 720
    people: int = 20
    seed: int = 1


def main(words: list[str]) -> int:
    """Live through a month, print the figures, and return 1 if something grew."""
    parser = argparse.ArgumentParser("python3 -m benchmarks month", description=__doc__.partition("\n")[0])
    parser.add_argument("--hours", type=int, default=720, help="how many hours of the bot's clock go by (720)")
    parser.add_argument("--people", type=int, default=20, help="how many people come in each (20)")
    wanted = parser.parse_args(words)
    print(describe_machine(pinned=False))
    try:
        seen = asyncio.run(live(Life(wanted.hours, wanted.people), say=print))
    except Broken as problem:
        print(f"\nBROKEN: {problem}")
        return 1
    for name, (first, last) in compare(seen).items():
        met = "met" if is_flat(name, first, last) else "NOT MET"
        print(f"  {name:<24}{first:>8.1f} after the warm-up, {last:>8.1f} at the end   goal ≤ × {GROWTH[name].bound}: {met}")
    return int(not all(is_flat(name, *both) for name, both in compare(seen).items()))


def compare(seen: Sequence[Mapping[str, float]]) -> dict[str, tuple[float, float]]:
    """Each figure after the warm-up and at the end."""
    window, warm = max(1, round(len(seen) * WINDOW)), round(len(seen) * WARM_UP)
    spans = (seen[warm : warm + window], seen[-window:])
    return {name: (median(one[name] for one in spans[0]), median(one[name] for one in spans[1])) for name in GROWTH}


def is_flat(name: str, first: float, last: float) -> bool:
    """Whether it did not grow; a single file or task more is nothing."""
    return GROWTH[name].met_by(last / max(first, 1.0)) or (last - first <= 1 and name != "memory (MB)")


async def live(life: Life, bot: Sequence[str] = BOT, say: object = None, database: str = "") -> list[Mapping[str, float]]:
    """What was seen at the end of each hour. Raises Broken if the bot stops or goes quiet."""
    folder = Path(tempfile.mkdtemp(prefix="withus-month-"))
    try:
        return await _live(life, Subject(tuple(bot), folder), say, database or f"sqlite:///{folder}/withus.db")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _live(life: Life, subject: Subject, say: object, database: str) -> list[Mapping[str, float]]:
    api = Api()
    server = await asyncio.get_running_loop().create_server(api.connect, "127.0.0.1", 0)
    port = free_port()
    subject.write_config(server.sockets[0].getsockname()[1], port, "polling", database)
    crowd = Crowd(api, read_survey(), Random(life.seed), await subject.open_survey())
    clock = subject.folder / "clock"
    clock.write_text("0")
    process = await subject.start("--clock", str(clock))
    seen: list[Mapping[str, float]] = []
    try:
        await asyncio.wait_for(api.ready.wait(), LONGEST)
        for hour in range(life.hours):
            clock.write_text(str(hour * HOUR))
            await _pass_an_hour(crowd, life.people, hour)
            seen.append(await asyncio.to_thread(_look, subject.folder, port))
            if callable(say) and hour % 24 == 23:  # noqa: PLR2004 - a day is over
                say(
                    f"  day {hour // 24 + 1}: " + ", ".join(f"{name} {value:.1f}" for name, value in seen[-1].items()), flush=True
                )
    except TimeoutError:
        raise Broken(f"the bot went quiet in hour {len(seen)}:\n{subject.last_words()}") from None
    finally:
        await stop(process)
        server.close()
    return seen


async def _pass_an_hour(crowd: Crowd, people: int, hour: int) -> None:
    """People answer from end to end, one begins and leaves, and the regular work is done."""
    crowd.through.clear()
    crowd.come(crowd.begun + people, people)
    crowd.say(HALFWAY + hour, f"/start {crowd.code}")
    await asyncio.wait_for(crowd.through.wait(), LONGEST)
    await asyncio.sleep(LOOKS)


HALFWAY = 1_700_000_000  # chats of those who leave at the first question


def _look(folder: Path, port: int) -> dict[str, float]:
    """What the bot and the system tell of it."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=LONGEST) as answer:
        page = answer.read().decode()
    told = {name: float(value) for name, value in re.findall(r"^(\w+) (\S+)$", page, re.MULTILINE)}
    log = folder / "withus.db-wal"
    return {
        "memory (MB)": told["process_resident_memory_bytes"] / 1e6,
        "open files": told["process_open_fds"],
        "tasks": told["withus_tasks"],
        "threads": told["withus_threads"],
        "write-ahead log (MB)": log.stat().st_size / 1e6 if log.exists() else 0.0,
    }
