"""The figures of a running bot: what it counts, in the words of Prometheus and of the document, at no large cost."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families as parse
from prometheus_client.process_collector import ProcessCollector
from sqlalchemy import Connection, event, insert

from bot.arrivals import Arrival
from bot.pulse import Pulse, Spread
from bot.vitals import Vitals
from bot.waiting import Waiting
from bot.web import metrics
from bot.web.metrics import METRICS
from conversations.inputs import Words
from storage import failures, measures, schema
from storage.keeping import backups
from storage.letters.outbox import FAILED, SENT, Settled
from tests.house import tree
from tests.storage.world import NOON, World
from tests.web.site import ask
from tests.web.test_alerts import OF_PROCESS

PAGE = (tree.ROOT / "docs/monitoring.md").read_text("utf-8")
TAP = Arrival(1, 5, {}, Words("hello"))


def _figures(world: World, signs: Vitals) -> dict[str, dict[tuple[str, ...], float]]:
    """Sample -> its labels' values -> value."""
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in parse(ask(world, "/metrics", vitals=signs).text):
        for sample in family.samples:
            labels = METRICS[sample.name].labels if sample.name in METRICS else sample.labels
            found.setdefault(sample.name, {})[tuple(sample.labels[label] for label in labels)] = sample.value
    return found


def test_every_figure_is_told_with_its_kind_and_its_words(world: World, signs: Vitals) -> None:
    page = ask(world, "/metrics", vitals=signs).text
    told = dict(re.findall(r"^# HELP (\w+) (.+)$", page, re.MULTILINE))
    assert {name: told.get(name) for name in METRICS} == {name: one.help for name, one in METRICS.items()}
    for name, one in METRICS.items():
        assert f"# TYPE {name} {one.kind}" in page
    assert {name for name in told if name.startswith("withus_")} == METRICS.keys()


def test_the_names_of_figures_keep_to_the_conventions() -> None:
    for name, one in METRICS.items():
        assert re.fullmatch(r"withus_[a-z0-9_]+", name)
        assert name.endswith("_total") == (one.kind == metrics.COUNTER)
        assert one.help.endswith(".")


def test_the_document_tells_every_figure() -> None:
    rows = dict(re.findall(r"^\| `(withus_\w+)`[^|]*\| (\w+ \| .+) \|$", PAGE, re.MULTILINE))
    assert rows == {name: f"{one.kind} | {one.help}" for name, one in METRICS.items()}


def test_what_the_bot_did_is_counted(world: World, signs: Vitals) -> None:
    pulse = signs.pulse
    pulse.take([TAP, Arrival(2, 6, {}, Words("x"), query_id="q")], time.monotonic())
    pulse.refuse([TAP])
    pulse.settle(Settled(1, SENT))
    pulse.settle(Settled(2, FAILED, "blocked"))
    signs.out.outcomes["sendMessage", "429"] += 1
    found = _figures(world, signs)
    assert found["withus_updates_total"] == {("words", "taken"): 1, ("tap", "taken"): 1, ("words", "refused"): 1}
    assert found["withus_letters_total"] == {("reply", "sent", ""): 1, ("reply", "failed", "blocked"): 1}
    assert found["withus_telegram_calls_total"] == {("sendMessage", "429"): 1}
    assert (found["withus_batch_updates_count"][()], found["withus_batch_updates_sum"][()]) == (1, 2)


def test_what_could_not_be_dealt_with_is_counted_for_good(world: World, signs: Vitals) -> None:
    taking = Waiting(world.engine, signs.base.house, lambda: NOON, lambda _out: None)
    signs.pulse = taking.pulse

    async def take() -> None:
        work = asyncio.create_task(taking.run())
        await taking.take([replace(TAP, update_id=number, given=None, trace="what went wrong") for number in range(3)])
        taking.stop()
        await work

    world.run(take)
    world.do(lambda db: failures.prune(db, NOON + dt.timedelta(days=30)))
    found = _figures(world, signs)
    assert (found["withus_failures_total"], found["withus_failures_kept"]) == ({(): 3}, {(): 0})


def test_a_backup_that_goes_while_its_age_is_asked_spoils_no_figures(
    world: World, signs: Vitals, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(backups, "find", lambda _folder: [tmp_path / "gone"])
    assert "withus_backup_age_seconds" not in _figures(world, signs)


def test_the_service_does_not_hide_what_figures_of_the_process_are_read_from(world: World, signs: Vitals, tmp_path: Path) -> None:
    (tmp_path / "self").symlink_to("/proc/self")
    hidden = {metric.name for metric in ProcessCollector(proc=str(tmp_path), registry=None).collect()}
    told = _figures(world, signs).keys()
    assert (hidden & OF_PROCESS, told & OF_PROCESS) == (set(), OF_PROCESS)
    assert "ProcSubset" not in (tree.ROOT / "deploy/withus.service").read_text("utf-8")


def test_a_spread_is_told_as_prometheus_counts(world: World, signs: Vitals) -> None:
    signs.pulse.sizes = Spread((1, 10))
    for size in (1, 2, 10, 11):
        signs.pulse.sizes.note(size)
    assert _figures(world, signs)["withus_batch_updates_bucket"] == {("1.0",): 1, ("10.0",): 3, ("+Inf",): 4}


def test_letters_that_wait_and_those_that_are_uncertain_are_counted_by_lane(world: World, signs: Vitals) -> None:
    def write(db: Connection) -> None:
        row = {"organisation_id": 1, "bot_id": 7000, "policy": "never-twice", "attempts": 0}
        letters = [("reply", "sending", NOON - dt.timedelta(hours=1)), ("broadcast", "unknown", NOON)]
        for number, (lane, state, at) in enumerate(letters):
            db.execute(insert(schema.outbox).values(**row, id=number, lane=lane, state=state, created_at=at))

    world.do(write)
    found = _figures(world, signs)
    assert found["withus_outbox_letters"] == {("reply",): 1, ("reminder",): 0, ("broadcast",): 0}
    assert found["withus_outbox_lag_seconds"] == {("reply",): 3600, ("reminder",): 0, ("broadcast",): 0}
    assert found["withus_letters_unknown"] == {(): 1}


def test_a_scrape_walks_through_no_large_table(world: World) -> None:
    """By SQLite's own plan of every statement it makes."""
    said: list[tuple[str, Any]] = []

    def look(db: Connection) -> list[str]:
        def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: Any) -> None:
            said.append((statement, parameters))

        event.listen(db, "before_cursor_execute", note)
        measures.read(db, 1, 7000, NOON)
        event.remove(db, "before_cursor_execute", note)
        plans = [db.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", given).all() for words, given in said if "SELECT" in words]
        return [str(row[-1]) for plan in plans for row in plan]

    small = {"SCAN alembic_version", "SCAN failures", "SCAN (subquery-1)", "SCAN anon_1", "SCAN CONSTANT ROW"}
    assert [step for step in world.do(look) if step.startswith("SCAN") and step not in small] == []


def test_figures_are_told_while_the_database_is_away(world: World, signs: Vitals) -> None:
    world.run(world.engine.dispose)
    signs.base = replace(signs.base, engine=None)  # type: ignore[arg-type]
    found = _figures(world, signs)
    assert found["withus_database_answers"] == {(): 0}
    assert "withus_letters_unknown" not in found


def test_figures_are_not_told_through_a_proxy(world: World, signs: Vitals) -> None:
    assert ask(world, "/metrics", vitals=signs).status_code == 200
    assert ask(world, "/metrics", vitals=signs, x_forwarded_for="203.0.113.9").status_code == 404


def test_pages_without_a_bot_have_no_figures(world: World) -> None:
    assert [ask(world, path).status_code for path in ("/healthz", "/readyz", "/metrics")] == [200, 404, 404]


def test_the_oldest_news_is_as_old_as_it_has_waited() -> None:
    pulse = Pulse()
    assert pulse.oldest() == 0
    with pulse.wait(), pulse.wait():
        first = next(iter(pulse._waits))
        pulse._waits[first] -= 5
        assert pulse.oldest() > 5
    assert pulse.oldest() == 0
