"""`python3 -m benchmarks console`: how soon pages of results answer with a million people and ten million answers.

The town is that of `restart`, and can be shared with `--town FOLDER`. Its figures by group are counted first, slice by
slice as a running bot does it; then the pages are asked for through the console's own door, by somebody signed in.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import httpx
from sqlalchemy import Connection
from starlette.applications import Starlette

from benchmarks import restart
from benchmarks.modes import Goal
from benchmarks.report import describe_machine
from benchmarks.subject import Broken, Subject

if TYPE_CHECKING:
    from bot.foundation import Foundation
    from bot.house import House

PAGE = Goal(300)  # ms
SLICE = Goal(100)  # ms in which nobody else writes
ADDRESS = "http://127.0.0.1:8080"
ENGAGEMENT = "town-1"


def main(words: list[str]) -> int:
    """Build the town unless it stands, measure, and print the figures."""
    parser = argparse.ArgumentParser("python3 -m benchmarks console", description=__doc__.partition("\n")[0])
    parser.add_argument("--people", type=int, default=1_000_000, help="how many people live there (1,000,000)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each page is asked for (5)")
    parser.add_argument("--town", type=Path, metavar="FOLDER", help="keep the town here, or use the one that stands here")
    parser.add_argument("--database", metavar="URL", help="an empty PostgreSQL database, in place of a SQLite file")
    wanted = parser.parse_args(words)
    try:
        with restart.keep(wanted.town) as folder:
            return asyncio.run(_measure(wanted, folder))
    except Broken as problem:
        print(f"\nBROKEN: {problem}")
        return 1


async def _measure(wanted: argparse.Namespace, folder: Path) -> int:
    from bot import config_file  # noqa: PLC0415 - the bot's own parts, needed only here
    from bot.foundation import foundation  # noqa: PLC0415 - as above

    print(describe_machine(pinned=False))
    subject = Subject((sys.executable, "-m", "bot"), folder)
    await restart.settle(subject, folder, wanted.database or f"sqlite:///{folder}/withus.db", wanted.people)
    async with foundation(config_file.read(folder / "withus.toml", {})) as base:
        slices = await _build(base)
        if slices:
            print(f"  figures by group counted in {sum(slices) / 1000:,.0f} s, {len(slices):,} slices")
            restart.tell("a slice (ms)", slices)
        met = restart.tell("a slice that all but one of a hundred keep to (ms)", [_rank(slices, 0.99)], SLICE) if slices else True
        for label, times in (await _ask(base, wanted.rounds)).items():
            met = restart.tell(f"{label} (ms)", times, PAGE) and met
    return 0 if met else 1


def _rank(values: list[float], share: float) -> float:
    return sorted(values)[int(share * (len(values) - 1))]


async def _build(base: Foundation) -> list[float]:
    """Milliseconds of every slice of counting what releases had counted before."""
    from storage import engagements  # noqa: PLC0415 - as above
    from storage.figures import cells  # noqa: PLC0415 - as above

    def work(db: Connection) -> int:
        return cells.build(db, engagements.load(db, base.house.organisation_id))

    times = []
    more = 1
    while more:
        began = perf_counter()
        async with base.engine.begin() as connection:
            more = await connection.run_sync(work)
        times.append(1000 * (perf_counter() - began))
    return times[:-1]


async def _ask(base: Foundation, rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each page and count."""
    from bot.web import pages  # noqa: PLC0415 - as above
    from bot.web.console.visits import Console  # noqa: PLC0415 - as above

    house, clock, engine = base.house, base.clock, base.engine
    async with engine.begin() as connection:
        token = await connection.run_sync(_sign_in, house, clock.now())
    app = Starlette(routes=pages.routes(console=Console(engine, house, clock.now)))
    found: dict[str, list[float]] = {}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ADDRESS, cookies={"withus": token}) as client:
        for label, path in PAGES.items():
            for _ in range(rounds):
                began = perf_counter()
                answer = await client.get(path, timeout=60)
                found.setdefault(label, []).append(1000 * (perf_counter() - began))
                if answer.status_code != 200:  # noqa: PLR2004 - OK
                    raise Broken(f"{path} answered {answer.status_code}")
    for label, count in _counts(house.organisation_id, clock.now()).items():
        for _ in range(rounds):
            async with engine.connect() as connection:
                began = perf_counter()
                await connection.run_sync(count)
                found.setdefault(label, []).append(1000 * (perf_counter() - began))
    return found


def _sign_in(db: Connection, house: House, now: dt.datetime) -> str:
    """The cookie of somebody new who has just signed in."""
    from storage.staffing import enrolments, signins, staff  # noqa: PLC0415 - as above
    from storage.staffing.enrolments import Choice  # noqa: PLC0415 - as above
    from storage.staffing.staff import Newcomer  # noqa: PLC0415 - as above

    here = house.organisation_id
    newcomer = Newcomer("Sam Benchmark", f"sam{secrets.token_hex(4)}@example.org", "officer")
    one = staff.invite(db, here, newcomer, "benchmark", now)
    link = enrolments.make(db, one.id, now)
    enrolments.finish(db, house.keys, here, link, Choice("", "", 0), now)
    return signins.begin(db, one.id, now)


def _counts(organisation_id: int, now: dt.datetime) -> dict[str, Callable[[Connection], object]]:
    """Segments, from everybody to a few conditions at once."""
    from storage.broadcasting import audiences  # noqa: PLC0415 - as above
    from storage.broadcasting.criteria import Criteria, TookPart  # noqa: PLC0415 - as above

    wanted = {
        "everybody": Criteria(),
        "who speaks English": Criteria(languages=("en",)),
        "who finished": Criteria(took_part=(TookPart(ENGAGEMENT, "finished"),)),
    }

    def counting(one: Criteria) -> Callable[[Connection], object]:
        return lambda db: audiences.count(db, organisation_id, one, now)

    return {f"a segment count: {label}": counting(one) for label, one in wanted.items()}


PAGES = {
    "all results": "/console/results",
    "results": f"/console/results/{ENGAGEMENT}",
    "results of one group": f"/console/results/{ENGAGEMENT}?by=language&value=en",
    "a crossed table": f"/console/results/{ENGAGEMENT}/cross?one=travel&other=ease",
    "groups side by side": f"/console/results/{ENGAGEMENT}/compare",
    "a data package": f"/console/results/{ENGAGEMENT}.zip",
}
