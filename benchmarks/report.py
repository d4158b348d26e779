"""The figures as a page of plain text."""

import platform
import sqlite3
from statistics import median

from benchmarks.modes import Goal, Mode
from benchmarks.subject import cores

Rounds = list[dict[str, float]]


def describe_machine(*, pinned: bool) -> str:
    """Name what the figures depend on."""
    where = "bot and load each on a core of their own" if pinned else "on any core"
    python, sqlite = platform.python_version(), sqlite3.sqlite_version
    return f"{platform.machine()}, {len(cores())} cores, {where}; Python {python}, SQLite {sqlite}"


def describe_mode(mode: Mode, rounds: Rounds, at_once: int) -> str:
    """Write one mode's figures: medians over the rounds, from lowest to highest, beside the goals."""
    people = "" if mode.alone else f", {at_once} people at once"
    lines = [f"{mode.title}{people}"]
    lines += [_figure(name, rounds, mode.goals.get(name)) for name in HEADLINES]
    lines += ["  where the time goes, for each tap"]
    lines += [_figure(name, rounds, None) for name in _details(mode)]
    return "\n".join(lines)


def describe_goals(results: dict[str, tuple[Mode, Rounds]]) -> str:
    """Count the goals that the medians meet."""
    met = [
        goal.met_by(median(figures[name] for figures in rounds))
        for mode, rounds in results.values()
        for name, goal in mode.goals.items()
    ]
    return f"goals met: {sum(met)} of {len(met)}"


def _details(mode: Mode) -> list[str]:
    absent = {"refused" if mode.receive == "polling" else "batch", "" if mode.postgres else "postgres"}
    return [name for name in DETAILS if name not in absent]


def _figure(name: str, rounds: Rounds, goal: Goal | None) -> str:
    label, places = FIGURES[name]
    values = [figures[name] for figures in rounds]
    spread = f"{min(values):,.{places}f} to {max(values):,.{places}f}" if len(values) > 1 else ""
    line = f"    {label:<46}{median(values):>10,.{places}f}   {spread:<20}"
    if goal is not None:
        sign, met = "≥" if goal.at_least else "≤", "met" if goal.met_by(median(values)) else "NOT MET"
        line += f" goal {sign} {goal.bound:,.0f}: {met}"
    return line.rstrip()


HEADLINES = ("taps", "p50", "p99", "slowest", "cpu", "core", "load_core", "memory")
DETAILS = (
    "untaken",
    "inside",
    "user",
    "system",
    "main",
    "others",
    "load",
    "postgres",
    "calls",
    "batch",
    "refused",
    "received",
    "written",
    "switches",
)

# name: what it says, decimal places
FIGURES = {
    "taps": ("taps a second", 0),
    "p50": ("from tap to reply, half are quicker (ms)", 1),
    "p99": ("from tap to reply, 99 of 100 are quicker (ms)", 1),
    "slowest": ("from tap to reply, the slowest (ms)", 1),
    "cpu": ("the bot's processor time a tap (µs)", 0),
    "core": ("the bot's processor (% of a core)", 0),
    "load_core": ("the load's processor (% of a core)", 0),
    "memory": ("the bot's peak memory (MB)", 0),
    "untaken": ("waiting until the bot takes it (ms, median)", 1),
    "inside": ("from taken to replied to (ms, median)", 1),
    "user": ("the bot's user time (µs)", 0),
    "system": ("the bot's system time (µs)", 0),
    "main": ("the bot's main thread (µs)", 0),
    "others": ("the bot's other threads (µs)", 0),
    "load": ("the load process, server and people (µs)", 0),
    "postgres": ("PostgreSQL's processes (µs)", 0),
    "calls": ("calls to the API, getUpdates apart", 2),
    "batch": ("updates in each getUpdates that brought any", 1),
    "refused": ("deliveries refused or cut off, in the whole run", 0),
    "received": ("bytes from bot to API", 0),
    "written": ("kB written to disk by the bot", 2),
    "switches": ("times a thread of the bot gave way", 2),
}
