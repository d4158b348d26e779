"""What the doctor and the commands say of files that were refused, left out, or are gone."""

from __future__ import annotations

import asyncio

import pytest

from bot import config_file
from bot.doctor.findings import LINES
from bot.foundation import foundation
from storage import engagements
from tests.road.author import FIVE, REWORDED
from tests.road.conftest import MakeHouse
from tests.road.house import House, run_command

REFUSED = LINES["refused"].ill


@pytest.fixture
def shut(make_plain_house: MakeHouse) -> House:
    """A house with an open engagement, and no bot running."""
    house: House = make_plain_house(begin=False)
    house.open("tests-five", FIVE)
    return house


def test_a_refused_change_is_told_by_the_doctor_and_by_every_command_that_takes_files_in(shut: House) -> None:
    shut.put(FIVE.replace('"confidential"', '"anonymous"'), "tests-five")
    told = 'tests-five.toml:5: identity is now "anonymous", and people were promised "confidential"'
    assert told in shut.command("engagement", "list")
    _, said = run_command("doctor", "--config", str(shut.settings))
    assert (REFUSED in said, told in said) == (True, True)
    shut.put(FIVE, "tests-five")
    _, said = run_command("doctor", "--config", str(shut.settings))
    assert REFUSED not in said


def test_a_file_left_out_and_one_kept_beside_the_console_are_told_by_the_doctor(shut: House) -> None:
    async def edit_in_console() -> None:
        async with foundation(config_file.read(shut.settings, {})) as base, base.engine.begin() as connection:
            place = (base.house.organisation_id, {"tests-five": FIVE.replace("wrong?", "wrong!")}, base.clock.now())
            await connection.run_sync(engagements.adopt, *place, engagements.CONSOLE)

    asyncio.run(edit_in_console())
    shut.put(REWORDED, "tests-five")
    shut.put("format = ", "broken")
    shut.command("engagement", "list")
    _, said = run_command("doctor", "--config", str(shut.settings))
    assert "tests-five was edited in the console, and its file has changed since" in said
    assert "broken.toml:1" in said


def test_an_open_engagement_without_a_file_is_told_by_the_doctor(shut: House) -> None:
    shut.put(FIVE.replace('"tests-five"', '"tests-fives"', 1), "tests-five")
    _, said = run_command("doctor", "--config", str(shut.settings))
    assert "tests-five is open, and no engagement file that can be used has its id" in said


# --- Indoors
