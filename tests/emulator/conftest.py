"""What the emulator's tests need: an emulator, a real python-telegram-bot, and a door for webhooks."""

from collections.abc import AsyncIterator, Iterator

import pytest
from telegram import Bot

from emulator.client import Someone, Telegram
from emulator.server import running
from tests.emulator.door import Door


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
    async with Bot(telegram.token, base_url=f"{telegram.url}/bot") as library:
        yield library


@pytest.fixture
def door() -> Iterator[Door]:
    with Door() as opened:
        yield opened
