"""What tests of pages share."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.clock import Clock
from bot.config import Config, Storage, Telegram
from bot.content import Shelf
from bot.foundation import Foundation
from bot.house import House, Numbers
from bot.pulse import Pulse
from bot.telegram.pacer import Pacer
from bot.telegram.wire import Wire
from bot.vitals import Vitals
from storage.engagements import Adoption
from tests.storage.world import NOON, World, make_keys

TOKEN, URL = "7000:abc", "https://bot.example.org/telegram"


@pytest.fixture
def world(laid_file: Path, tmp_path: Path) -> Iterator[World]:
    """Give a fresh organisation."""
    with World(f"sqlite:///{shutil.copy(laid_file, tmp_path / 'withus.db')}", make_keys(tmp_path)) as made:
        yield made


@pytest.fixture
def either(database: str, tmp_path: Path) -> Iterator[World]:
    """Give a fresh organisation, once on each database."""
    with World(database, make_keys(tmp_path)) as made:
        yield made


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


def _signs(world: World, folder: Path, telegram: Telegram) -> Vitals:
    house = House(world.keys, world.organisation_id, "The clinic", 7000, "me", Numbers(1))
    config = Config(telegram=telegram, storage=Storage(backups=folder / "backups"))
    base = Foundation(config, world.engine, house, Clock(wall=lambda: NOON), Shelf({}, ()), Adoption())
    lines = (Wire("http://127.0.0.1:1", TOKEN), Wire("http://127.0.0.1:1", TOKEN))
    return Vitals(base, Pulse(), *lines, Pacer(25), str)
