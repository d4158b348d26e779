"""`python3 -m benchmarks restart`: how soon a bot serves again that has a million people and ten million answers.

The town is built once (minutes) and kept with `--town FOLDER`. Then the bot is started anew, round after round, with one
person's `/start` waiting, and the time runs until the reply is there. Everything that looks at the database regularly is
timed on it too: nothing of that may grow with the town.
"""

import argparse
import asyncio
import datetime as dt
import os
import shutil
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from sqlalchemy import Connection

from benchmarks import town
from benchmarks.api import Api, Arguments
from benchmarks.modes import Goal
from benchmarks.report import describe_machine
from benchmarks.subject import Broken, Subject, free_port, stop
from benchmarks.survey import CONTENT, SURVEY
from storage import keys

SURVEYS = {f"town-{number}": "confidential" for number in range(1, 5)} | {"town-5": "named", "town-6": "anonymous"}
DAY = dt.timedelta(days=1)
LONGEST = 60.0  # seconds
START = Goal(3.0)
LOOK = Goal(0.010)  # seconds of a look that comes every few seconds


class Ear:
    """Waits for the bot's first message."""

    def __init__(self) -> None:
        self.heard = asyncio.Event()
        self.at = 0.0

    def hear(self, _chat: int, _message: Arguments) -> None:
        """Note when it came."""
        self.at = self.at or perf_counter()
        self.heard.set()

    def see(self, _chat: int, _message: Arguments) -> None:
        """Nothing is waited for here."""


def main(words: list[str]) -> int:
    """Build the town unless it stands, measure, and print the figures."""
    parser = argparse.ArgumentParser("python3 -m benchmarks restart", description=__doc__.partition("\n")[0])
    parser.add_argument("--people", type=int, default=1_000_000, help="how many people live there (1,000,000)")
    parser.add_argument("--rounds", type=int, default=5, help="how often the bot is started (5)")
    parser.add_argument("--town", type=Path, metavar="FOLDER", help="keep the town here, or use the one that stands here")
    parser.add_argument("--database", metavar="URL", help="an empty PostgreSQL database, in place of a SQLite file")
    wanted = parser.parse_args(words)
    try:
        with keep(wanted.town) as folder:
            asyncio.run(_measure(wanted, folder))
    except Broken as problem:
        print(f"\nBROKEN: {problem}")
        return 1
    return 0


@contextmanager
def keep(kept: Path | None) -> Iterator[Path]:
    """The folder of the town, or another that goes afterwards."""
    if kept:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.resolve()
        return
    made = Path(tempfile.mkdtemp(prefix="withus-town-"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


async def _measure(wanted: argparse.Namespace, folder: Path) -> None:
    print(describe_machine(pinned=False))
    subject = Subject((sys.executable, "-m", "bot"), folder)
    database = wanted.database or f"sqlite:///{folder}/withus.db"
    code = await settle(subject, folder, database, wanted.people)
    starts, scrapes = [], []
    for _ in range(wanted.rounds):
        start, scrape = await _start(subject, folder, database, code)
        starts.append(start)
        scrapes.append(scrape)
    tell("from start to the first reply (s)", starts, START)
    tell("the first scrape of /metrics (s)", [one for one in scrapes if one])
    for words in COMMANDS:
        began = perf_counter()
        await subject.ask(*words, may_fail=True)
        tell(f"`{' '.join(words)}` (s)", [perf_counter() - began])
    for name, seconds in (await _looks(folder)).items():
        tell(f"{name} (ms)", [one * 1000 for one in seconds])


async def settle(subject: Subject, folder: Path, database: str, people: int) -> str:
    """Build the town unless it stands there; returns the code of a link into it."""
    code = folder / "code"
    if not code.exists():
        print(f"building a town of {people:,} people …", flush=True)
        began = perf_counter()
        code.write_text(await _build(subject, folder, database, people))
        print(f"built in {perf_counter() - began:,.0f} s", flush=True)
    return code.read_text()


COMMANDS = (("doctor",), ("results", "town-1", "--format", "json"), ("results", "town-1", "--release"), ("engagement", "list"))


async def _build(subject: Subject, folder: Path, database: str, people: int) -> str:
    content = folder / "engagements"
    content.mkdir(exist_ok=True)
    source = (CONTENT / f"{SURVEY}.toml").read_text("utf-8")
    for name, identity in SURVEYS.items():
        own = source.replace(f'id = "{SURVEY}"', f'id = "{name}"').replace('"confidential"', f'"{identity}"')
        (content / f"{name}.toml").write_text(own, "utf-8")
    subject.write_config(free_port(), free_port(), "polling", database, content)
    codes = [await subject.open_survey(name) for name in SURVEYS]
    held = keys.load(folder / "keys")
    await asyncio.to_thread(town.settle, database, held, people, dt.datetime.now(dt.UTC))
    return codes[0]


async def _start(subject: Subject, folder: Path, database: str, code: str) -> tuple[float, float]:
    """Seconds from start to reply, and of the first scrape."""
    api = Api(first=time.time_ns() // 1000)  # the database knows those of the rounds before
    ear = api.listener = Ear()
    server = await asyncio.get_running_loop().create_server(api.connect, "127.0.0.1", 0)
    port = free_port()
    subject.write_config(server.sockets[0].getsockname()[1], port, "polling", database, folder / "engagements")
    chat = int.from_bytes(os.urandom(5))
    sender = {"id": chat, "is_bot": False, "first_name": "Sam"}
    said = {"message_id": 1, "date": 1_790_000_000, "chat": {"id": chat, "type": "private"}, "from": sender}
    command = {"offset": 0, "length": 6, "type": "bot_command"}
    api.post(chat, {"message": {**said, "text": f"/start {code}", "entities": [command]}})
    began = perf_counter()
    process = await subject.start()
    try:
        await asyncio.wait_for(ear.heard.wait(), LONGEST)
        return ear.at - began, await asyncio.to_thread(_scrape, port)
    except TimeoutError:
        raise Broken(f"no reply within {LONGEST:.0f} s, after {dict(api.calls)}:\n{subject.last_words()}") from None
    finally:
        await stop(process)
        server.close()


def _scrape(port: int) -> float:
    began = perf_counter()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=LONGEST) as answer:
        answer.read()
    return perf_counter() - began


async def _looks(folder: Path) -> dict[str, list[float]]:
    """Seconds of everything that looks regularly, each three times."""
    from bot import config_file  # noqa: PLC0415 - the bot's own parts, needed only here
    from bot.foundation import foundation  # noqa: PLC0415 - as above

    found: dict[str, list[float]] = {}
    async with foundation(config_file.read(folder / "withus.toml", {})) as base:
        for name, look in regular(base).items():
            for _ in range(3):
                async with base.engine.connect() as connection:
                    began = perf_counter()
                    await connection.run_sync(look)
                    found.setdefault(name, []).append(perf_counter() - began)
                    await connection.rollback()  # so that the next time finds as much to do
    return found


def regular(base: Any) -> dict[str, Callable[[Connection], object]]:
    """What a running bot does again and again, by how often."""
    from bot import upkeep  # noqa: PLC0415 - as above
    from storage import engagements, erasure, failures, measures, people, seen, sessions  # noqa: PLC0415 - as above
    from storage.figures import releases  # noqa: PLC0415 - as above
    from storage.letters import claims, outbox  # noqa: PLC0415 - as above

    house, now = base.house, base.clock.now()
    place = (house.organisation_id, house.bot_id)

    def shelf(db: Connection) -> dict[int, engagements.Engagement]:
        return engagements.load(db, place[0])

    return {
        "every 2 s: is a release due": lambda db: releases.due(db, shelf(db).values()),
        "every 5 s: whose letters are in flight": lambda db: outbox.claimers(db, place[1]),
        "every 5 s: what may be started": lambda db: claims.waits(db, *place, now),
        "every scrape: figures": lambda db: measures.read(db, *place, now),
        "every hour: all of it": lambda db: [forget(db, house, now) for forget in upkeep.PIECES],
        "every hour: part-answers that expire": lambda db: erasure.expire(db, house.keys, shelf(db), now),
        "once a day, again and again: sealing afresh": lambda db: sessions.reseal(db, house.keys, now.date() + DAY),
        "once a day: the oldest key still needed": lambda db: sessions.oldest_day(db, house.keys),
        "every hour: updates seen": lambda db: seen.prune(db, now.date()),
        "every hour: failures": lambda db: failures.prune(db, now),
        "every hour: people turned away": lambda db: people.prune_turned_away(db, now),
        "every hour: letters": lambda db: outbox.prune(db, now),
    }


def tell(label: str, values: list[float], goal: Goal | None = None) -> bool:
    """Print the median, the least and the most, and whether the median keeps to the goal; returns that."""
    if not values:
        return True
    spread = f"{min(values):,.2f} to {max(values):,.2f}" if len(values) > 1 else ""
    met = "" if goal is None else f" goal ≤ {goal.bound:g}: {'met' if goal.met_by(median(values)) else 'NOT MET'}"
    print(f"  {label:<46}{median(values):>10,.2f}   {spread:<20}{met}".rstrip(), flush=True)
    return goal is None or goal.met_by(median(values))
