"""Plays every transcript in `tests/transcripts`, on both databases; those marked so by webhook too, on one of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.promises import DATABASES
from tests.road.conftest import MakeHouse, Street
from tests.road.transcripts import Player

FILES = sorted(Path(__file__).parents[1].joinpath("transcripts").glob("*.txt"))
BY_WEBHOOK = "# Also by webhook."
ALONE = "# In a house of its own."
SHARED = [file for file in FILES if ALONE not in file.read_text("utf-8")]


@pytest.mark.parametrize("database", DATABASES)
@pytest.mark.parametrize("file", SHARED, ids=lambda file: file.stem)
def test_the_bot_talks_as_the_transcript_says(street: Street, file: Path, database: str) -> None:
    Player(street.house(database)).play(file)


@pytest.mark.parametrize("database", [pytest.param("sqlite", marks=pytest.mark.long), "postgresql"])
@pytest.mark.parametrize("file", [file for file in FILES if BY_WEBHOOK in file.read_text("utf-8")], ids=lambda file: file.stem)
def test_the_bot_talks_the_same_by_webhook(street: Street, file: Path, database: str) -> None:
    Player(street.house(database, "webhook")).play(file)


def test_the_bot_talks_so_where_the_hour_matters(make_house: MakeHouse) -> None:
    house = make_house()
    for file in FILES:
        if file not in SHARED:
            Player(house).play(file)


def test_there_are_transcripts_to_play() -> None:
    assert FILES
