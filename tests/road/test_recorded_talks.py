"""What `talk --record` wrote down is a transcript, and the real bot says the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.commands import cli
from conversations import phrases
from tests.road.conftest import Street
from tests.road.house import ENGAGEMENTS, House
from tests.road.transcripts import Player

TALKS = {
    "tests-five": "I have long covid\ntap By phone\ntap 1\ntap 2\ntap Done\nback\n1 and 3\nhelp\nsend photo\n"
    'seven\ntap 1.2\nPlease "ring" first\n1\n/privacy\nperhaps\ntap Yes\n',
    "tests-tongues": "tap 2\n/language\nCymraeg\nback\ntap 1\n1\nmenu\n1\n2\n",
    "tests-hidden": "2\nskip\n",
}


@pytest.mark.parametrize("name", TALKS)
def test_a_recorded_talk_plays_with_the_real_bot(street: Street, tmp_path: Path, name: str) -> None:
    house = street.house("sqlite")
    Player(house).play(record(house, name, tmp_path))


def test_a_recorded_talk_in_another_language_plays_with_the_real_bot(street: Street, tmp_path: Path) -> None:
    house = street.house("sqlite")
    Player(house).play(record(house, "tests-tongues", tmp_path, "--language", "ur"))


def test_a_recorded_talk_fails_when_the_bot_says_something_else(street: Street, tmp_path: Path) -> None:
    house = street.house("sqlite")
    file = record(house, "tests-five", tmp_path)
    file.write_text(file.read_text("utf-8").replace("What would help first?", "What would help last?"), "utf-8")
    with pytest.raises(AssertionError, match="The bot said instead"):
        Player(house).play(file)


def record(house: House, name: str, folder: Path, *options: str) -> Path:
    """The transcript of a talk, as this house would talk, about an engagement of these tests."""
    file, source = folder / f"{name}.txt", folder / f"{name}.toml"
    source.write_text((ENGAGEMENTS / f"{name}.toml").read_text("utf-8"), "utf-8")
    arguments = ["talk", str(source), "--age", "18", "--record", str(file), "--config", str(house.settings), *options]
    try:
        done = CliRunner().invoke(cli, arguments, input=TALKS[name])
    finally:
        phrases.take({})
    assert done.exit_code == 0, done.output
    assert f"engagement: {name}.toml" in file.read_text("utf-8")
    return file
