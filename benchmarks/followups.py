"""`python3 -m benchmarks followups`: a million follow-ups wait, 5,000 fall due at one moment.

Measured on the database alone, with the bot's own tick: an empty look, claiming all 5,000 at once, how late the last of them
are written, and how long a start takes beside the million.
"""

import argparse
import asyncio
import datetime as dt
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from sqlalchemy import Connection, insert, text

from benchmarks.database import describe_server, find_server
from benchmarks.modes import Goal
from benchmarks.report import describe_machine
from bot.clock import Clock
from bot.config import Config
from bot.followups import LOOK_EVERY, tell
from bot.foundation import Foundation, foundation
from conversations import flow
from storage import engagements
from storage.database import READING, take_stock
from storage.events import events, occasions
from storage.events.occasions import Plan
from storage.followups import due
from storage.followups.planning import DONE
from storage.schema import followups, places
from tests import postgres
from tests.events.stage import WORKSHOP
from tests.sending.mailing import enrol

NOW = dt.datetime(2027, 2, 1, 12, tzinfo=dt.UTC)
GOALS = {"empty": Goal(2.0), "claim": Goal(100.0), "late": Goal(2.0), "slowest": Goal(100.0), "start": Goal(1.0)}
FIGURES = {
    "empty": "an empty look, ms, median",
    "claim": "claiming 5,000, ms, median",
    "late": "5,000 due together: seconds until written, p99",
    "slowest": "longest transaction of those, ms",
    "start": "a start beside them all, s",
}
DUE = 5_000
_AT_ONCE = 20_000


def main(words: list[str]) -> int:
    """Measure on both databases, print the figures, and return 1 when a goal is missed."""
    parser = argparse.ArgumentParser("python3 -m benchmarks followups", description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a hundred thousand in place of a million")
    wanted = parser.parse_args(words)
    print(describe_machine(pinned=False))
    number = 100_000 if wanted.quick else 1_000_000
    folder = Path(tempfile.mkdtemp(prefix="withus-followups-"))
    met: list[bool] = []
    try:
        met += _measure(f"SQLite, {number:,} waiting", f"sqlite:///{folder}/withus.db", folder, number)
        with find_server(None) as server:
            if server:
                with postgres.fresh_database(server) as url:
                    met += _measure(f"{describe_server(server)}, {number:,} waiting", url, folder / "other", number)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"goals met: {sum(met)} of {len(met)}")
    return 0 if all(met) else 1


def _measure(title: str, url: str, folder: Path, number: int) -> list[bool]:
    folder.mkdir(exist_ok=True)
    found = asyncio.run(_run(url, folder, number))
    print(f"\n{title}")
    for name, value in found.items():
        kept = GOALS[name].met_by(value)
        print(f"  {FIGURES[name]:<50}{value:>10.2f}  {'' if kept else 'MISSED, '}goal {GOALS[name].bound:g}")
    return [GOALS[name].met_by(value) for name, value in found.items()]


async def _run(url: str, folder: Path, number: int) -> dict[str, float]:
    settings = {
        "telegram": {"token": "123456789:local", "api_url": "http://127.0.0.1:9"},
        "storage": {"url": url, "keys": folder / "keys.json"},
    }
    config, at = Config.model_validate(settings), [NOW]
    clock = Clock(wall=lambda: at[0])
    async with foundation(config, clock) as base:
        await _do(base, _people, base)
        for begin in range(0, number, _AT_ONCE):
            await _do(base, _wait, base.house.organisation_id, begin)
        await take_stock(base.engine)
    begun = perf_counter()
    async with foundation(config, clock) as base:
        start = perf_counter() - begun
        return {**await _look(base), **await _tell(base, at), "start": start}


async def _look(base: Foundation) -> dict[str, float]:
    """An empty look, and claiming 5,000; what is claimed is given back."""
    place, soon = (base.house.organisation_id, base.house.bot_id), NOW + dt.timedelta(hours=1)
    empty, claims = [], []
    for _ in range(30):
        async with base.engine.connect() as connection:
            await connection.execution_options(**READING)
            begun = perf_counter()
            assert not await connection.run_sync(due.waits, *place, NOW)
            empty.append(1000 * (perf_counter() - begun))
    for _ in range(5):
        async with base.engine.begin() as connection:
            begun = perf_counter()
            rows = await connection.run_sync(due.take, *place, soon, DUE)
            await connection.run_sync(due.settle, {DONE: [row.id for row in rows]}, {})
            claims.append(1000 * (perf_counter() - begun))
            assert len(rows) == DUE
            await connection.rollback()
    return {"empty": median(empty), "claim": median(claims)}


async def _tell(base: Foundation, at: list[dt.datetime]) -> dict[str, float]:
    """The bot's own tick writes them all; the look before it may have been a moment too early for them."""
    at[0] = NOW + dt.timedelta(hours=1)
    begun, ends, spans = perf_counter(), list[float](), list[float]()
    number = DUE
    while number:
        here = perf_counter()
        async with base.engine.begin() as connection:
            number = await connection.run_sync(tell, base.house, base.clock.now())
        spans.append(1000 * (perf_counter() - here))
        ends += [perf_counter() - begun + LOOK_EVERY] * number
    assert len(ends) == DUE
    return {"late": sorted(ends)[int(len(ends) * 0.99)], "slowest": max(spans)}


def _people(db: Connection, base: Foundation) -> None:
    """People with a place at one date, whose reminder falls due in an hour."""
    house = base.house
    slug = flow.read(WORKSHOP).id
    engagements.adopt(db, house.organisation_id, {slug: WORKSHOP}, NOW)
    found = engagements.find(db, house.organisation_id, slug)
    assert found
    engagements.set_state(db, found.id, engagements.OPEN, NOW)
    event = events.settle(db, found)
    one = occasions.make(db, house.keys, event, Plan("2027-02-26T18:00", "Europe/London", 90, "Town Hall"), NOW)
    ids = enrol(db, house.keys, (house.organisation_id, house.bot_id), range(10_000, 10_000 + DUE), NOW.date())
    shared = {"occasion_id": one.id, "state": "confirmed", "changed_at": NOW}
    db.execute(insert(places), [{**shared, "person_id": person, "code": f"p{person}"} for person in ids])
    at = NOW + dt.timedelta(hours=1)
    row = {"organisation_id": house.organisation_id, "kind": "reminder-7", "rule": f"reminder-7:{one.code}", "due_at": at}
    row |= {"local_day": at.date(), "state": "waiting", "occasion_id": one.id, "sequence": one.sequence}
    db.execute(insert(followups), [{**row, "person_id": person, "about": f"p{person}"} for person in ids])


def _wait(db: Connection, organisation_id: int, begin: int) -> None:
    """Some of the million, of the same people, in the next year."""
    first = db.scalar(text("SELECT min(id) FROM people"))
    shared = {"organisation_id": organisation_id, "kind": "reminder-7", "state": "waiting"}
    rows = [
        {
            **shared, "person_id": first + at % DUE, "rule": f"reminder-7:{at // DUE}", "about": str(at),
            "occasion_id": 9_000 + at // DUE,
            "due_at": NOW + dt.timedelta(days=1, minutes=at % 500_000), "local_day": (NOW + dt.timedelta(days=30)).date(),
        }
        for at in range(begin, begin + _AT_ONCE)
    ]  # fmt: skip
    db.execute(insert(followups), rows)


async def _do(base: Foundation, work: Callable[..., Any], *arguments: Any) -> None:
    async with base.engine.begin() as connection:
        await connection.run_sync(work, *arguments)
