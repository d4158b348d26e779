"""`python3 -m benchmarks turns`: people answer a survey, in every mode, round after round."""

import argparse
import asyncio
import json
import shlex
import sys
from collections.abc import Coroutine
from contextlib import nullcontext
from pathlib import Path

import uvloop

from benchmarks.database import describe_server, find_server
from benchmarks.hotspots import Hotspots, can_sample
from benchmarks.modes import MODES
from benchmarks.report import Rounds, describe_goals, describe_machine, describe_mode
from benchmarks.rounds import Plan, run_round
from benchmarks.subject import Broken, cores, pin

TWO_CORES = 2


def main(words: list[str]) -> int:
    """Run, print the figures, and return the exit code: 1 only if a run broke or an answer was lost."""
    wanted = _read_command_line(words)
    try:
        with find_server(wanted.postgres) if "postgres" in wanted.modes else nullcontext() as postgres:
            results = _measure(wanted, postgres)
    except Broken as problem:
        print(f"\nBROKEN: {problem}")
        return 1
    if wanted.json:
        wanted.json.write_text(json.dumps(results, indent=1), encoding="utf-8")
    return 0


def _read_command_line(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python3 -m benchmarks turns", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round instead of three")
    parser.add_argument("--rounds", type=int, help="so many rounds")
    parser.add_argument("--modes", default=",".join(MODES), help=f"some of {', '.join(MODES)}")
    parser.add_argument("--people", type=int, default=2000, help="how many people come in all (2000)")
    parser.add_argument("--at-once", type=int, default=200, help="how many of them at once (200)")
    parser.add_argument("--postgres", metavar="URL", help="a PostgreSQL server, as postgresql+psycopg://…")
    parser.add_argument("--no-pin", action="store_true", help="leave the choice of cores to the system")
    parser.add_argument("--profile", action="store_true", help="one more round of each mode under py-spy")
    parser.add_argument("--seed", type=int, default=1, help="choose other answers")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every round's figures to a file")
    parser.add_argument("--bot", default=f"{sys.executable} -m bot", help="another command that starts the bot")
    wanted = parser.parse_args(words)
    if unknown := set(wanted.modes.split(",")) - set(MODES):
        parser.error(f"no such mode: {', '.join(sorted(unknown))}")
    if wanted.profile and not can_sample():
        parser.error("--profile needs py-spy on the path: pip install py-spy")
    return wanted


def _measure(wanted: argparse.Namespace, postgres: str | None) -> dict[str, Rounds]:
    cores_apart = cores()[:TWO_CORES]
    pinned = len(cores_apart) == TWO_CORES and not wanted.no_pin
    plan = Plan(
        command=tuple(shlex.split(wanted.bot)),
        people=wanted.people,
        at_once=wanted.at_once,
        seed=wanted.seed,
        core=cores_apart[0] if pinned else None,
        postgres=postgres,
    )
    names = [name for name in wanted.modes.split(",") if postgres or not MODES[name].postgres]
    print(describe_machine(pinned=pinned) + (f"; {describe_server(postgres)}" if postgres else ""), flush=True)
    if pinned:
        pin(0, cores_apart[1])
    results: dict[str, Rounds] = {name: [] for name in names}
    for number in range(wanted.rounds or (1 if wanted.quick else 3)):
        for name in names if number % 2 == 0 else reversed(names):
            results[name].append(_run(run_round(MODES[name], plan)))
            print(f"round {number + 1}, {MODES[name].title}: {results[name][-1]['taps']:,.0f} taps a second", flush=True)
    for name in names:
        print("\n" + describe_mode(MODES[name], results[name], plan.at_once))
        if wanted.profile:
            hotspots = Hotspots()
            _run(run_round(MODES[name], plan, hotspots))
            print(f"  where the time goes in the bot, by py-spy\n{hotspots.describe()}")
    print("\n" + describe_goals({name: (MODES[name], rounds) for name, rounds in results.items()}))
    print("every answer accounted for")
    return results


def _run(work: Coroutine[None, None, dict[str, float]]) -> dict[str, float]:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)
