"""What the program tells whoever watches over it: alive, ready, figures, and alerts that can be acted on."""

from __future__ import annotations

import asyncio
import datetime as dt
import http.client
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families as parse
from prometheus_client.process_collector import ProcessCollector
from pydantic import SecretStr
from sqlalchemy import Connection, event, insert

from bot import vitals
from bot.arrivals import Arrival
from bot.config import Telegram
from bot.house import House, Numbers
from bot.pulse import Pulse, Spread
from bot.telegram.pacer import Pacer
from bot.telegram.wire import Wire
from bot.vitals import Vitals
from bot.waiting import Waiting
from bot.web import metrics
from bot.web.metrics import METRICS
from conversations.inputs import Words
from storage import backups, failures, keys, measures, schema
from storage.outbox import FAILED, SENT, Settled
from storage.unopened import SHUT, ShutError
from tests.house import tree
from tests.road.house import House as Installation
from tests.road.house import house
from tests.road.nursery import Nursery
from tests.storage.world import NOON, World
from tests.web.site import ask
from tests.web.test_alerts import OF_PROCESS

TOKEN, URL = "7000:abc", "https://bot.example.org/telegram"
PAGE = (tree.ROOT / "docs/monitoring.md").read_text("utf-8")
TAP = Arrival(1, 5, {}, Words("hello"))


@pytest.fixture
def signs(world: World, tmp_path: Path) -> Vitals:
    """The signs of life of a bot that polls and is well."""
    made = _signs(world, tmp_path, Telegram(token=SecretStr(TOKEN)))
    made.polls = True
    made.back.well_at = time.monotonic()
    return made


@pytest.fixture
def hooked(world: World, tmp_path: Path) -> Vitals:
    """Those of a bot that Telegram calls, and which is well."""
    settings = Telegram(token=SecretStr(TOKEN), receive="webhook", webhook_url=URL, webhook_secret=SecretStr("secret"))
    made = _signs(world, tmp_path, settings)
    made.webhook, made.webhook_at = {"url": URL, "pending_update_count": 0}, time.monotonic()
    return made


def _signs(world: World, folder: Path, settings: Telegram) -> Vitals:
    house = House(world.keys, world.organisation_id, "The clinic", 7000, "me", Numbers(1))
    lines = (Wire("http://127.0.0.1:1", TOKEN), Wire("http://127.0.0.1:1", TOKEN))
    return Vitals(world.engine, house, settings, lambda: NOON, Pulse(), *lines, Pacer(25), str, str, folder / "backups")


# --- Alive and ready


def test_the_program_is_alive_as_long_as_it_answers(world: World, signs: Vitals) -> None:
    signs.told = lambda: "The disk is full."
    alive = ask(world, "/healthz", vitals=signs)
    assert (alive.status_code, alive.json()) == (200, {"status": "alive", "problems": []})


def test_it_is_ready_while_news_is_taken_and_kept(world: World, signs: Vitals, hooked: Vitals) -> None:
    for well in (signs, hooked):
        ready = ask(world, "/readyz", vitals=well)
        assert (ready.status_code, ready.json()) == (200, {"status": "ready", "problems": []})
        assert ready.headers["cache-control"] == "no-store"


def _deaf(one: Vitals) -> None:
    one.began -= 100
    one.back.well_at = time.monotonic() - 61


def _unwritten(one: Vitals) -> None:
    one.pulse.written_at = time.monotonic() - 61


def _unheard(one: Vitals) -> None:
    one.back.well_at = 0


POLLING: dict[str, Callable[[Vitals], object]] = {
    "the bot is stopping": lambda one: setattr(one, "stopping", True),
    "The disk is full": lambda one: setattr(one, "told", lambda: "The disk is full."),
    "nothing was heard from Telegram for 61 seconds": _deaf,
    "Telegram has not been heard since the start": _unheard,
    "nothing could be written for 61 seconds": _unwritten,
}
WEBHOOK: dict[str, dict[str, Any]] = {
    "Telegram has not said yet whether it knows this bot's webhook": {},
    "the webhook that Telegram calls is not the one in telegram.webhook_url": {"url": "https://example.org"},
    "Telegram cannot deliver by the webhook: SSL error": {
        "url": URL, "pending_update_count": 3, "last_error_date": NOON.timestamp() - 9, "last_error_message": "SSL error",
    },
}  # fmt: skip


@pytest.mark.parametrize("words", POLLING)
def test_it_is_not_ready_and_says_what_to_do(world: World, signs: Vitals, words: str) -> None:
    POLLING[words](signs)
    _is_told(ask(world, "/readyz", vitals=signs), words)


@pytest.mark.parametrize("words", WEBHOOK)
def test_a_bot_that_telegram_cannot_call_is_not_ready(world: World, hooked: Vitals, words: str) -> None:
    hooked.webhook = WEBHOOK[words]
    _is_told(ask(world, "/readyz", vitals=hooked), words)


def _is_told(answer: Any, words: str) -> None:
    (problem,) = answer.json()["problems"]
    assert (answer.status_code, answer.json()["status"], problem["what"]) == (503, "not ready", words)
    assert problem["do"].endswith((".", "mend.", "starts."))


def test_an_error_of_the_webhook_that_is_over_is_no_trouble(world: World, hooked: Vitals) -> None:
    failed = {"last_error_date": NOON.timestamp() - 9, "last_error_message": "Connection refused"}
    hooked.webhook = {"url": URL, "pending_update_count": 0, **failed}
    assert ask(world, "/readyz", vitals=hooked).status_code == 200
    hooked.webhook = {"url": URL, "pending_update_count": 3, **failed, "last_error_date": NOON.timestamp() - 100}
    assert ask(world, "/readyz", vitals=hooked).status_code == 200


def test_one_question_telegram_leaves_unanswered_is_no_trouble_and_a_minute_of_them_is(world: World, hooked: Vitals) -> None:
    world.run(hooked.ask)  # nobody is there
    assert (hooked.pending(), ask(world, "/readyz", vitals=hooked).status_code) == (0, 200)
    hooked.webhook_at -= 61
    _is_told(ask(world, "/readyz", vitals=hooked), "Telegram has not said for 61 seconds whether it can call this bot")


def test_keys_that_another_machine_made_are_told(world: World, signs: Vitals, tmp_path: Path) -> None:
    world.keys.copy_lasting(tmp_path / "another.keys")
    sealed = keys.load(tmp_path / "another.keys").seal_for_days("a.b", "1", b"words", NOON.date())
    with pytest.raises(ShutError):
        world.keys.open("a.b", "1", sealed)
    _is_told(ask(world, "/readyz", vitals=signs), SHUT)
    assert "must use one key folder" in ask(world, "/readyz", vitals=signs).json()["problems"][0]["do"]


def test_a_process_that_stands_by_is_ready(world: World, signs: Vitals) -> None:
    _deaf(signs)
    signs.polls = False
    assert ask(world, "/readyz", vitals=signs).status_code == 200


def test_whoever_asks_for_plain_words_gets_them(world: World, signs: Vitals) -> None:
    signs.told = lambda: "The disk is full."
    said = ask(world, "/readyz", vitals=signs, accept="text/plain")
    assert said.text == f"not ready\nThe disk is full. {vitals.DO}\n"


def test_measuring_writes_a_word_and_remembers_when(world: World, signs: Vitals) -> None:
    signs.pulse.written_at = 0
    world.run(signs.measure)
    assert world.do(lambda db: measures.told(db, measures.ALIVE)) == NOON
    assert signs.unwritten() < 60


# --- Figures


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
    taking = Waiting(world.engine, signs.house, lambda: NOON, lambda _out: None)
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
    signs.engine = None  # type: ignore[assignment]
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


# --- A running bot


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Installation]:
    with Nursery() as nursery, house(tmp_path / "house", nursery, f"sqlite:///{tmp_path / 'bot.db'}") as made:
        yield made


def _get(house: Installation, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=20)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_a_running_bot_is_ready_and_its_figures_name_nobody(running: Installation) -> None:
    person = running.telegram.person("Marigold Canary")
    person.says("my secret is Canarybird")
    running.settle()
    assert _get(running, "/readyz")[0] == 200
    status, page = _get(running, "/metrics")
    counts = {
        tuple(one.labels.values()): one.value for family in parse(page) for one in family.samples if "updates_total" in one.name
    }
    assert (status, counts["words", "taken"] >= 1) == (200, True)
    assert not re.search(rf"canary|marigold|{person.id}", page, re.IGNORECASE)
