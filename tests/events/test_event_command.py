"""`event` on the command line."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from tests.events.stage import announce
from tests.road.house import run_command
from tests.storage.world import World

DAY = f"{dt.date.today() + dt.timedelta(days=30)}"  # noqa: DTZ011 - the command goes by the computer's clock


@pytest.fixture
def settings(world: World, tmp_path: Path) -> Path:
    """Give the settings file of that organisation."""
    file = tmp_path / "config.toml"
    file.write_text(
        f'[telegram]\ntoken = "7000:abc"\n[storage]\nurl = "{world.url}"\nkeys = "{world.keys.path}"\n'
        '[organisation]\nname = "The clinic"\n'
    )
    return file


def test_dates_are_added_listed_and_cancelled(world: World, settings: Path) -> None:
    def event(*arguments: str) -> tuple[int, str]:
        return run_command("event", *arguments, "--config", str(settings))

    announce(world)
    assert event("add", "workshop", "--at", f"{DAY}T18:00", "--place", "Town Hall", "--places", "2")[0] == 0
    listed = event("list")[1]
    assert "0 of 2 places taken" in listed
    code = re.findall(r"^ +(\w{16}) ", listed, re.MULTILINE)[0]
    failed, said = event("add", "workshop", "--at", "2020-01-01T18:00", "--place", "Town Hall")
    assert (failed, "still to come" in said) == (1, True)
    failed, said = event("cancel", "workshop", "nothing")
    assert (failed, "no date with the code" in said) == (1, True)
    assert "Cancelled: " + code in event("cancel", "workshop", code, "--why", "No heating")[1]
    assert "cancelled" in event("list", "workshop")[1]
