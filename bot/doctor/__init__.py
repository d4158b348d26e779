"""Looks the installation over: each finding is well, or says what to do about it. Nothing is made, changed or locked."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from bot.clock import Clock
from bot.config import Config, ConfigError
from bot.doctor import engagements, inside, outside, surroundings
from bot.doctor.findings import Finding, find
from storage.keeping.inspection import is_there, look

__all__ = ["Finding", "examine"]


async def examine(
    settings: Callable[[], Config], file: Path | None = None, environment: Mapping[str, str] = os.environ
) -> list[Finding]:
    """Everything that can be looked at, as far as the first thing that stops the rest; `file` holds the settings, if one does."""
    try:
        config = settings()
    except ConfigError as error:
        return find("settings", well=False, why=error)
    clock = Clock()
    found = [*find("settings", well=True), *surroundings.of_settings(file, environment), *surroundings.of_computer(config)]
    bot = inside.Bot()
    if is_there(config.storage.url):
        more, bot = inside.examine(config, look)
        found += more
        if bot.organisation_id is not None:
            found += engagements.examine(config, bot.organisation_id, clock.now(), look)
    else:
        found += inside.without_database(config)
    runs = bot.seems_to_run(clock.now()) or (bot.alive is not None and await outside.answers(config))
    found += inside.of_life(bot, runs=runs)
    found += surroundings.of_backups(config, bot.since, clock.now())
    return [*found, *await outside.examine(config, clock, runs=runs)]
