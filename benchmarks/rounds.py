"""One round: a fresh bot with an empty database, a crowd, and every answer accounted for."""

import asyncio
import gc
import shutil
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.api import Api
from benchmarks.figures import Watch
from benchmarks.hotspots import Hotspots
from benchmarks.modes import Mode
from benchmarks.people import Crowd, Tally
from benchmarks.readings import read_peak_memory
from benchmarks.subject import Broken, Subject, free_port, pin, stop
from benchmarks.survey import read_survey
from tests import postgres

FEWEST_ALONE = 20
WARM_UP_ALONE = 3
LONGEST_START = 60
LONGEST_SILENCE = 15
STUCK_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """What every round of this run has in common: `core` is the bot's own, `postgres` a server's address, if any."""

    command: tuple[str, ...]
    people: int
    at_once: int
    seed: int
    core: int | None = None
    postgres: str | None = None

    def at_once_in(self, mode: Mode) -> int:
        """Say how many people there are at once."""
        return 1 if mode.alone else self.at_once

    def warm_up_in(self, mode: Mode) -> int:
        """Say how many people are through before anything counts."""
        return WARM_UP_ALONE if mode.alone else self.at_once

    def people_in(self, mode: Mode) -> int:
        """Say how many people come in all: never so few that nobody is left to count."""
        fewest = FEWEST_ALONE if mode.alone else 3 * self.at_once
        return max(round(self.people * mode.share), fewest)


async def run_round(mode: Mode, plan: Plan, hotspots: Hotspots | None = None) -> dict[str, float]:
    """Measure one mode once; Broken if the bot stops, goes quiet, or lost or changed an answer."""
    folder = Path(tempfile.mkdtemp(prefix="withus-benchmark-"))
    try:
        with _database(mode, plan, folder) as database:
            return await _run(mode, plan, Subject(plan.command, folder), database, hotspots)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _run(mode: Mode, plan: Plan, subject: Subject, database: str, hotspots: Hotspots | None) -> dict[str, float]:
    api = Api(mode.late)
    server = await asyncio.get_running_loop().create_server(api.connect, "127.0.0.1", 0)
    subject.write_config(server.sockets[0].getsockname()[1], free_port(), mode.receive, database)
    crowd = Crowd(api, read_survey(), Random(plan.seed), await subject.open_survey())
    try:
        async with _running(subject, plan.core) as process:
            await _until_ready(api, process)
            watch = Watch(api, crowd, process.pid, plan.warm_up_in(mode))
            with hotspots.sample(process.pid) if hotspots else nullcontext():
                await _use(crowd, watch, process, plan.people_in(mode), plan.at_once_in(mode))
            peak = read_peak_memory(process.pid)
    except Broken as problem:
        raise Broken(f"{mode.title}: {problem}\nthe bot's last words:\n{subject.last_words()}") from None
    finally:
        server.close()
    account_for(crowd.tally, crowd.finished, await subject.results())
    return watch.figures(peak)


def _database(mode: Mode, plan: Plan, folder: Path) -> AbstractContextManager[str]:
    if mode.postgres:
        assert plan.postgres is not None
        return postgres.fresh_database(plan.postgres)
    return nullcontext(f"sqlite:///{folder}/withus.db")


@asynccontextmanager
async def _running(subject: Subject, core: int | None) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await subject.start()
    if core is not None:
        pin(process.pid, core)
    try:
        yield process
    finally:
        await stop(process)


async def _until_ready(api: Api, process: asyncio.subprocess.Process) -> None:
    ready = asyncio.ensure_future(api.ready.wait())
    ended = asyncio.ensure_future(process.wait())
    await asyncio.wait({ready, ended}, timeout=LONGEST_START, return_when=asyncio.FIRST_COMPLETED)
    ready.cancel()
    ended.cancel()
    if not api.ready.is_set():
        state = f"waited {LONGEST_START} s" if process.returncode is None else "it ended"
        raise Broken(f"the bot did not begin to receive: {state}, after it had called {dict(api.calls)}")


async def _use(crowd: Crowd, watch: Watch, process: asyncio.subprocess.Process, people: int, at_once: int) -> None:
    """Let the people through; the collector rests meanwhile, so that its pauses are not taken for the bot's."""
    gc.collect()
    gc.disable()
    try:
        crowd.come(people, at_once)
        seen = -1
        while not crowd.through.is_set():
            if process.returncode is not None or seen == watch.replies:
                raise Broken(_why_stuck(crowd, process))
            seen = watch.replies
            with suppress(TimeoutError):
                await asyncio.wait_for(crowd.through.wait(), LONGEST_SILENCE)
    finally:
        gc.enable()


def _why_stuck(crowd: Crowd, process: asyncio.subprocess.Process) -> str:
    state = "the bot ended" if process.returncode is not None else f"no reply for {LONGEST_SILENCE} s"
    heard = [repr(person.heard) for person in list(crowd.here.values())[:STUCK_SHOWN]]
    return f"{state}; {crowd.finished} people were through, some of the others last heard:\n" + "\n".join(heard)


def account_for(tally: Tally, people: int, results: dict[str, Any]) -> None:
    """Hold the bot's results to what the people said, exactly."""
    steps = results["steps"]
    options = {
        (step["id"], option["id"]): option["count"] for step in steps for option in step.get("options") or () if option["count"]
    }
    texts = Counter(text for step in steps for text in step.get("texts") or ())
    for name, said, kept in (
        ("people through to the end", people, results["people"]["finished"]),
        ("answers by tap", dict(tally.options), options),
        ("answers in words", tally.texts, texts),
    ):
        if said != kept:
            raise Broken(f"an answer was lost or changed: {name}\n  people said {said}\n  the bot kept {kept}")
