"""`python3 -m benchmarks broadcast`: a broadcast to ten thousand people while others talk; then paid, a thousand a second.

The bot is the whole bot. Telegram answers after 50 ms, holds to a limit, and thirty times something goes wrong. In the end
everybody is accounted for. An audience of 100,000 is frozen besides, while people talk.
"""

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks import mailing
from benchmarks.modes import Goal
from benchmarks.post import Post, Talkers
from benchmarks.readings import read_memory, read_usage
from benchmarks.report import describe_machine
from benchmarks.subject import Broken, Subject, free_port, stop
from bot.telegram.dispatch import MOST

LATE = 0.05  # seconds before a call takes effect and is answered
FAULTS = 30
TALK = 4.0  # people a second who begin to talk
LONGEST = 60.0  # seconds until the bot is there
LOOK = 0.5  # seconds
MEMORY = Goal(200)
NAMES = ("free", "paid", "freezing", "killed")


@dataclass(frozen=True, slots=True)
class Way:
    """One way of sending. `pace` is the ceiling in letters a second, `limit` what Telegram takes in any second."""

    title: str
    people: int
    pace: int
    limit: int
    goals: dict[str, Goal]
    faults: int = FAULTS
    paid: bool = False
    freezes_only: bool = False
    kills: int = 0


def ways(*, quick: bool) -> tuple[Way, ...]:
    """What is measured; quickly, with fewer people."""
    held, kills = Goal(97.0, at_least=True), 5 if quick else 20
    return (
        Way(
            "25 a second", 1_500 if quick else 10_000, 25, 30,
            {"held": held, "p95": Goal(150), "provoked": Goal(0), "memory": MEMORY, "grown": Goal(5)},
            5 if quick else FAULTS,
        ),
        Way(
            "paid, 1,000 a second", 10_000 if quick else 60_000, 1_000, 1_050,
            {"held": Goal(95.0, at_least=True), "p95": Goal(500), "core": Goal(100), "provoked": Goal(0), "memory": MEMORY},
            5 if quick else FAULTS, paid=True,
        ),
        Way(
            "freezing 100,000", 100_000, 25, 30, {"freezing": Goal(2.0), "slowest": Goal(100), "memory": MEMORY}, 0,
            freezes_only=True,
        ),
        Way("killed at random", 2_000 if quick else 10_000, 150, 1_000, {"unknown": Goal(kills * MOST)}, 0, kills=kills),
    )  # fmt: skip


def main(words: list[str]) -> int:
    """Measure each way, print the figures, and return 1 when somebody was not accounted for."""
    parser = argparse.ArgumentParser("python3 -m benchmarks broadcast", description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer people: two minutes in place of ten")
    parser.add_argument("--only", choices=NAMES, help="one of them")
    parser.add_argument("--database", metavar="URL", help="an empty PostgreSQL database, in place of SQLite files; with --only")
    wanted = parser.parse_args(words)
    print(describe_machine(pinned=False))
    met: list[bool] = []
    try:
        for name, way in zip(NAMES, ways(quick=wanted.quick), strict=True):
            if wanted.only in {None, name}:
                with _folder() as folder:
                    met += _tell(way, asyncio.run(Run(way, folder, wanted.database).measure()))
    except Broken as problem:
        print(f"\nBROKEN: {problem}")
        return 1
    print(f"goals met: {sum(met)} of {len(met)}; everybody accounted for")
    return 0


@contextmanager
def _folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="withus-broadcast-"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@dataclass
class Run:
    """One way, from an empty folder to its figures."""

    way: Way
    folder: Path
    database: str | None
    killed: int = 0
    memory: list[float] = field(default_factory=list)

    async def measure(self) -> dict[str, float]:
        """The figures, by the names of FIGURES. Raises Broken."""
        way, subject = self.way, Subject((sys.executable, "-m", "bot"), self.folder)
        gap = way.people // (way.faults + 1)
        api = Post(0.0 if way.freezes_only else LATE, way.limit, [gap * (number + 1) for number in range(way.faults)])
        server = await asyncio.get_running_loop().create_server(api.connect, "127.0.0.1", 0)
        database = self.database or f"sqlite:///{self.folder}/withus.db"
        port = server.sockets[0].getsockname()[1]
        paced = {"messages_per_second": way.pace, "paid_broadcasts": way.paid}
        subject.write_config(port, free_port(), "polling", database, telegram=paced)
        api.listener = talkers = Talkers(api, await subject.open_survey())
        clock = self.folder / "clock"
        clock.write_text(str(mailing.until_noon()))
        async with mailing.desk(self.folder / "withus.toml", clock) as desk:
            await desk.do(mailing.enrol, desk.house, way.people, desk.now().date())
            self.process = await subject.start("--clock", str(clock))
            killing = asyncio.create_task(self._kill(subject, api, clock))
            try:
                await asyncio.wait_for(api.ready.wait(), LONGEST)
                return await self._watch(desk, api, talkers)
            except TimeoutError:
                raise Broken(f"the bot went quiet:\n{subject.last_words()}") from None
            finally:
                killing.cancel()
                await stop(self.process)
                server.close()

    async def _kill(self, subject: Subject, api: Post, clock: Path) -> None:
        """Kill the bot as a power cut would, each time after some more letters, and start it again."""
        chance = random.Random(1)
        for number in range(1, self.way.kills + 1):
            at = (number - chance.random()) * self.way.people / self.way.kills
            while len(api.times) < at:  # noqa: ASYNC110 - it is somebody else's doing
                await asyncio.sleep(chance.random() / 100)
            self.process.kill()
            await self.process.wait()
            self.process = await subject.start("--clock", str(clock))
            self.killed = number

    async def _watch(self, desk: mailing.Desk, api: Post, talkers: Talkers) -> dict[str, float]:
        talking = asyncio.create_task(self._talk(talkers))
        before, began = read_usage(self.process.pid), perf_counter()
        code = await desk.do(mailing.launch, desk.house, desk.now())
        ended = {"sending", "done"} if self.way.freezes_only else {"done"}
        patience = 60 + 3 * self.way.people / self.way.pace + 20 * self.way.kills
        while (one := await desk.do(mailing.find, desk.house, code)).state not in ended:
            self.memory.append(read_memory(self.process.pid))
            if perf_counter() - began > patience:
                raise Broken(f"the broadcast is {one.state}, and {len(api.times):,} letters came")
            await asyncio.sleep(LOOK)
        self.memory.append(read_memory(self.process.pid))
        after = read_usage(self.process.pid)
        talking.cancel()
        frozen = await desk.do(mailing.seconds_of_freezing, one)
        unknown = 0
        if not self.way.freezes_only:
            unknown = await desk.do(mailing.account_for, one, api.got, self.way.people, self.way.faults, self.killed * MOST)
        times, waits = api.times, sorted(talkers.waits)
        spent = after.user + after.system - before.user - before.system
        return {
            "held": 100 * (len(times) - 1) / (times[-1] - times[0]) / self.way.pace if len(times) > 1 else 0.0,
            "p50": 1000 * median(waits),
            "p95": 1000 * waits[int(0.95 * len(waits))],
            "slowest": 1000 * waits[-1],
            "core": 100 * spent / (perf_counter() - began),
            "provoked": api.provoked,
            "freezing": frozen,
            "memory": max(self.memory),
            "unknown": unknown,
            "grown": 100 * (self.memory[-1] / self.memory[len(self.memory) // 5] - 1),
        }

    async def _talk(self, talkers: Talkers) -> None:
        while True:
            talkers.speak()
            await asyncio.sleep(talkers.gap(TALK * (5 if self.way.freezes_only else 1)))


def _tell(way: Way, figures: dict[str, float]) -> list[bool]:
    print(f"{way.title}, {way.people:,} people, {way.faults} faults" + (f", {way.kills} kills" if way.kills else ""))
    shown = ("freezing", "p50", "slowest", "memory") if way.freezes_only else ("unknown",) if way.kills else FIGURES
    for name in shown:
        label, places = FIGURES[name]
        goal = way.goals.get(name)
        line = f"    {label:<52}{figures[name]:>10,.{places}f}"
        if goal:
            sign, met = "≥" if goal.at_least else "≤", "met" if goal.met_by(figures[name]) else "NOT MET"
            line += f"   goal {sign} {goal.bound:,.0f}: {met}"
        print(line, flush=True)
    return [goal.met_by(figures[name]) for name, goal in way.goals.items()]


FIGURES = {
    "held": ("of the ceiling, from the first letter to the last (%)", 1),
    "p50": ("people who talk: half wait less than (ms)", 1),
    "p95": ("people who talk: 95 of 100 wait less than (ms)", 1),
    "slowest": ("people who talk: the slowest (ms)", 1),
    "core": ("the bot's processor (% of a core)", 0),
    "provoked": ("refusals that the pace provoked", 0),
    "unknown": ("people of whom nobody knows, listed by name", 0),
    "freezing": ("the audience frozen in (s)", 2),
    "memory": ("the bot's memory at most (MB)", 0),
    "grown": ("its growth from a fifth of the way to the end (%)", 1),
}
