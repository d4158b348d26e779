"""What is looked after regularly: its place each second, whatever else hangs, and nothing once the bot has ended."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot import app, upkeep
from bot.config import Config
from bot.upkeep import Upkeep
from emulator.server import running
from tests.road.house import PATIENCE
from tests.road.indoors import indoors


async def hang(*_: object) -> None:
    """Wait for an answer that does not come."""
    await asyncio.Event().wait()


@pytest.mark.promise("P12")
def test_a_place_is_looked_after_while_everything_else_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "STAY_EVERY", 0.2)
    monkeypatch.setattr(upkeep, "LOOK_EVERY", 0.1)
    monkeypatch.setattr(upkeep, "RELEASES_EVERY", 3600)
    monkeypatch.setattr(Upkeep, "change_keys", hang)
    monkeypatch.setattr(Upkeep, "look", hang)
    looks, twice = iter((False, True)), asyncio.Event()

    async def stay() -> None:
        if next(looks, True):
            twice.set()

    with indoors(f"sqlite:///{tmp_path / 'withus.db'}", tmp_path) as inside:
        made = Upkeep(inside.base.engine, inside.base.house, inside.base.clock.now, stay, hang, hang, hang, hang)

        async def work() -> None:
            made.start()
            async with asyncio.timeout(PATIENCE):
                await twice.wait()
            made.stop()

        inside.runner.run(work())


@pytest.mark.promise("P22")
async def test_a_bot_that_is_cancelled_looks_after_nothing_any_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Upkeep] = []

    class Known(Upkeep):
        def start(self) -> None:
            made.append(self)
            super().start()

    monkeypatch.setattr(app, "Upkeep", Known)
    monkeypatch.setattr(app, "_settle_memory", lambda: None)  # of this process
    with running() as telegram:
        settings = {
            "telegram": {"token": telegram.token, "api_url": telegram.url},
            "storage": {"url": f"sqlite:///{tmp_path / 'withus.db'}", "keys": tmp_path / "keys.json"},
            "content": {"folder": tmp_path},
            "web": {"listen": "127.0.0.1:0"},
        }
        ready = asyncio.Event()
        bot = asyncio.create_task(app.run(Config.model_validate(settings), ready=lambda _port: ready.set()))
        async with asyncio.timeout(PATIENCE):
            await ready.wait()
            bot.cancel()
            await asyncio.wait({bot})
    assert bot.cancelled()
    assert not made[0].is_looking
