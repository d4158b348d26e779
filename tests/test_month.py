"""Months of running: what is used after a virtual month is what was used after its first days."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from benchmarks import month
from benchmarks.month import Life, compare, is_flat, live
from tests.house import tree

HOURS, FEWER_HOURS = 720, 120
LEAK = "40000"  # bytes kept of every turn


@pytest.mark.promise("P23")
@pytest.mark.long
@pytest.mark.timeout(5400)
def test_a_month_goes_by_and_nothing_has_grown() -> None:
    seen = compare(asyncio.run(live(Life(HOURS, 10))))
    assert {name: both for name, both in seen.items() if not is_flat(name, *both)} == {}


@pytest.mark.promise("P23", control=True)
@pytest.mark.long
@pytest.mark.timeout(5400)
def test_a_bot_that_keeps_a_little_of_every_turn_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WITHUS_LEAK", LEAK)
    seen = compare(asyncio.run(live(Life(FEWER_HOURS, 10))))
    assert not is_flat("memory (MB)", *seen["memory (MB)"])


def test_what_grows_is_told_from_what_does_not() -> None:
    flat = [dict.fromkeys(month.GROWTH, 100.0 + hour % 3) for hour in range(100)]
    rising = [dict.fromkeys(month.GROWTH, 100.0 + 3 * hour) for hour in range(100)]
    assert all(is_flat(name, *both) for name, both in compare(flat).items())
    assert not any(is_flat(name, *both) for name, both in compare(rising).items())


def test_every_benchmark_stands_in_the_document() -> None:
    page = Path(tree.ROOT / "docs/benchmarks.md").read_text("utf-8")
    listed = Path(tree.ROOT / "benchmarks/__main__.py").read_text("utf-8")
    names = re.findall(r'"(\w+)": \w+\.main', listed)
    assert len(names) == listed.count(".main") > 3
    assert [name for name in names if f"python3 -m benchmarks {name}" not in page] == []
