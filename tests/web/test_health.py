"""What the program tells whoever watches over it: whether it is alive and ready, and what to do when it is not."""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families as parse

from bot import vitals
from bot.vitals import Vitals
from storage import keys, measures
from storage.unopened import SHUT, ShutError
from tests.road.house import House as Installation
from tests.road.house import house
from tests.road.nursery import Nursery
from tests.storage.world import NOON, World
from tests.web.conftest import URL
from tests.web.site import ask

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
