"""What the emulator's tests need: an emulator, a real python-telegram-bot, and a door for webhooks."""

from collections.abc import AsyncIterator, Iterator

import pytest
from telegram import Bot

from emulator.client import Someone, Telegram
from emulator.server import running
from tests.emulator.door import Door

SECRET = "only-telegram-knows"


@pytest.fixture
def telegram() -> Iterator[Telegram]:
    with running() as emulator:
        yield emulator


@pytest.fixture
def aisha(telegram: Telegram) -> Someone:
    """Somebody who has started the bot."""
    person = telegram.person("Aisha")
    person.starts()
    return person


@pytest.fixture
async def bot(telegram: Telegram, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bot]:
    """The library our bot uses, talking to the emulator."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # spares its warning about the other way to say how long to wait
    async with Bot(telegram.token, f"{telegram.url}/bot", f"{telegram.url}/file/bot") as library:
        yield library


@pytest.fixture
def door() -> Iterator[Door]:
    with Door() as opened:
        yield opened


@pytest.fixture
def hooked(telegram: Telegram, door: Door) -> Telegram:
    """An emulator that delivers to the door."""
    assert telegram.bot("setWebhook", url=door.url, secret_token=SECRET)["ok"]
    return telegram


@pytest.fixture
def trusted(hooked: Telegram, door: Door) -> Telegram:
    """An emulator whose deliveries work, so that it may make several at once."""
    hooked.person().says("does it work?")
    door.next().answer()
    hooked.await_state(pending=0)
    return hooked
