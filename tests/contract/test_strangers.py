"""Bots of other people, in programs of their own, work on our local Telegram as their libraries' pages say they do."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from emulator.client import Someone, Telegram
from emulator.server import running
from tests.contract.alone import alone

pytestmark = pytest.mark.promise("P25")
STRANGERS = ("ptb_polling", "ptb_webhook", "aiogram_polling", "aiogram_webhook")


@pytest.fixture(scope="module", params=STRANGERS)
def stranger(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Telegram, Path]]:
    """Give a Telegram with one of the bots on it, and what the bot prints.

    Those that ask run on the emulator as anybody starts it; those that are called, on one whose every word is judged.
    """
    with alone() if "polling" in request.param else running() as telegram:
        said = tmp_path_factory.mktemp("stranger") / "said"
        with bot(request.param, telegram, said):
            yield telegram, said


@contextmanager
def bot(name: str, telegram: Telegram, said: Path) -> Iterator[None]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {**os.environ, "BOT_API": telegram.url, "BOT_TOKEN": telegram.token, "BOT_PORT": str(port)}
    command = [sys.executable, "-m", f"tests.contract.strangers.{name}"]
    with said.open("wb") as log, subprocess.Popen(command, env=environment, stdout=log, stderr=log) as process:
        try:
            yield
            assert process.poll() is None, said.read_text()
        finally:
            process.kill()  # a polite end may take them ten seconds


@pytest.fixture
def telegram(stranger: tuple[Telegram, Path]) -> Telegram:
    return stranger[0]


@pytest.fixture
def aisha(telegram: Telegram) -> Someone:
    """Somebody who has been welcomed."""
    person = telegram.person("Aisha")
    person.starts()
    welcome = person.hears(PATIENCE)
    assert (welcome.text, welcome.labels, welcome.entities[0]["type"]) == ("Welcome", ("Press me",), "bold")
    return person


def test_it_says_again_what_it_is_told(aisha: Someone) -> None:
    aisha.says("Hello there 😀")
    assert aisha.hears().text == "Hello there 😀"


def test_a_button_is_answered_and_changes_the_message(aisha: Someone) -> None:
    message = aisha.chat()["messages"][-1]["message_id"]
    aisha.taps("Press me")
    assert aisha.toast() == "Thank you"
    changed = aisha.sees_edit(message)
    assert (changed.text, changed.buttons) == ("You pressed: pressed", ())


def test_a_picture_comes_back_by_its_file_id(aisha: Someone) -> None:
    aisha.sends("photo")
    heard = aisha.hears()
    assert heard.text == "Your picture"
    assert heard.picture


def test_a_document_is_fetched_and_sent_anew(aisha: Someone) -> None:
    aisha.sends("document")
    heard = aisha.hears()
    assert heard.text.endswith(" bytes")
    assert heard.text != "0 bytes"


def test_a_vote_in_a_poll_is_heard_and_so_is_taking_it_back(telegram: Telegram, aisha: Someone) -> None:
    aisha.says("/poll")
    poll = aisha.hears().message_id
    telegram.post(f"/sim/people/{aisha.id}/vote", {"message_id": poll, "options": [1]})
    assert aisha.hears().text == "You chose [1]"
    telegram.post(f"/sim/people/{aisha.id}/vote", {"message_id": poll, "options": []})
    assert aisha.hears().text == "You chose []"


def test_a_changed_message_is_heard_as_changed(aisha: Someone) -> None:
    message = aisha.says("Two of us")
    aisha.hears()
    aisha.edits(message, "Three of us")
    assert aisha.hears().text == "You changed it to: Three of us"


def test_being_blocked_is_told_and_refused_and_forgiven(
    telegram: Telegram, stranger: tuple[Telegram, Path], aisha: Someone
) -> None:
    at = telegram.state()["log"]
    aisha.blocks()
    telegram.await_log("call", after=at, method="sendMessage", status=403)
    aisha.unblocks()
    assert aisha.hears().text == "Welcome back"
    assert "bot was blocked by the user" in stranger[1].read_text()


PATIENCE = 20.0  # a program has to start first
