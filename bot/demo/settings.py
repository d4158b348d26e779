"""The settings of the demo's bot, and where everything in the demo is."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from pathlib import Path

from emulator.server import Emulator

A_SECOND = 100  # messages: ten thousand take two minutes, long enough to pull the plug
ORGANISATION = "Riverside Care Partnership (demo)"


@dataclass(frozen=True, slots=True)
class Settings:
    """Files for the bot, and the addresses of the pretend Telegram and of the bot's pages."""

    config: Path
    clock: Path
    log: Path
    telegram: str
    pages: str

    def beside(self, path: str) -> str:
        """A page of the console, as the demo shows it beside its phones."""
        return f"{self.pages}{path}"


def write(folder: Path, emulator: Emulator) -> Settings:
    """Write the settings file of a bot that lives in `folder` and talks with `emulator`, and with nobody else."""
    listen = f"127.0.0.1:{_free_port()}"
    values: dict[str, dict[str, object]] = {
        "telegram": {"token": emulator.token, "api_url": emulator.url, "messages_per_second": A_SECOND, "paid_broadcasts": True},
        "storage": {"url": "sqlite:///withus.db", "keys": "withus.keys"},
        "web": {"listen": listen, "public_url": f"http://{listen}"},
        "organisation": {"name": ORGANISATION},
    }
    lines = [
        line
        for section, keys in values.items()
        for line in (f"[{section}]", *(f"{key} = {json.dumps(value)}" for key, value in keys.items()))
    ]
    config = folder / "config.toml"
    config.write_text("\n".join(lines), encoding="utf-8")
    return Settings(config, folder / "clock", folder / "bot.log", emulator.url, f"http://{listen}")


def _free_port() -> int:
    """A port the bot can have each time it comes back, so that the page of results stays where it is."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
