"""Pictures beside an engagement's file: read where they lie, and what cannot be used is named with its line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot import content, pictures
from conversations import flow
from conversations.checking.problems import Problem
from tests.paint import JPEG, png
from tests.road.house import ENGAGEMENTS, run_command

SOURCE = (ENGAGEMENTS / "tests-pictures.toml").read_text("utf-8")
LINE = 1 + SOURCE[: SOURCE.index("picture =")].count("\n")


def read(folder: Path, name: str = "map.png") -> tuple[dict[str, bytes], list[Problem]]:
    """What is read for an engagement in `folder` that shows a picture of this name."""
    source = SOURCE.replace('"map.png"', f'"{name}"')
    problems: list[Problem] = []
    return pictures.read(folder / "tests-pictures.toml", source, flow.read(source), problems), problems


@pytest.mark.parametrize("picture", [png(), JPEG], ids=["PNG", "JPEG"])
def test_a_picture_is_read_from_beside_its_file(picture: bytes, tmp_path: Path) -> None:
    (tmp_path / "map.png").write_bytes(picture)
    assert read(tmp_path) == ({"map.png": picture}, [])


def test_a_picture_may_be_as_large_as_100_kb_and_no_larger(tmp_path: Path) -> None:
    largest = png() + bytes(100_000 - len(png()))
    (tmp_path / "map.png").write_bytes(largest)
    assert read(tmp_path)[0] == {"map.png": largest}
    (tmp_path / "map.png").write_bytes(largest + b"x")
    assert "is larger than 100 KB" in read(tmp_path)[1][0].what


WRONG: dict[str, tuple[str, bytes | None, str]] = {
    "a picture that is not there": ("map.png", None, "is not there"),
    "words": ("map.png", b"not a picture", "is no picture that can be sent"),
    "another kind of picture": ("map.png", b"GIF89a", "is no picture that can be sent"),
    "nothing": ("map.png", b"", "is no picture that can be sent"),
    "a folder": (".", None, "is more than a file name"),
    "the folder above": ("..", None, "is no file"),
    "a path up": ("../secret.png", None, "is more than a file name"),
    "a path down": ("more/map.png", None, "is more than a file name"),
    "a path from the top": ("/etc/hostname", None, "is more than a file name"),
    "a path of another system": (r"..\\\\secret.png", None, "is more than a file name"),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_a_picture_is_refused_when_it_is(mistake: str, tmp_path: Path) -> None:
    name, held, what = WRONG[mistake]
    (tmp_path / "secret.png").write_bytes(png())
    folder = tmp_path / "engagements"
    folder.mkdir()
    if held is not None:
        (folder / name).write_bytes(held)
    found, (problem,) = read(folder, name)
    assert found == {}
    assert what in problem.what
    assert (problem.file, problem.line) == (str(folder / "tests-pictures.toml"), LINE)


def test_no_link_is_followed_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(png())
    folder = tmp_path / "engagements"
    folder.mkdir()
    (folder / "map.png").symlink_to(tmp_path / "secret.png")
    found, (problem,) = read(folder)
    assert (found, "is a link" in problem.what) == ({}, True)


def test_a_pipe_in_place_of_a_picture_holds_nobody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "map.png")
    found, (problem,) = read(tmp_path)
    assert (found, "is no file" in problem.what) == ({}, True)


def test_an_engagement_without_its_picture_is_left_out_and_the_others_stay(tmp_path: Path) -> None:
    (tmp_path / "tests-pictures.toml").write_text(SOURCE, "utf-8")
    (tmp_path / "tests-five.toml").write_bytes((ENGAGEMENTS / "tests-five.toml").read_bytes())
    shelf = content.read(tmp_path)
    assert ("tests-pictures" in shelf.sources, "tests-five" in shelf.sources) == (False, True)
    assert [problem.line for problem in shelf.problems if problem.file.endswith("tests-pictures.toml")] == [LINE]
    (tmp_path / "map.png").write_bytes(png())
    assert content.read(tmp_path).pictures == {"tests-pictures": {"map.png": png()}}


def test_check_names_a_picture_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "tests-pictures.toml").write_text(SOURCE, "utf-8")
    code, said = run_command("check", str(tmp_path))
    assert code == 1
    assert f'tests-pictures.toml:{LINE}: the picture "map.png" is not there' in said
    (tmp_path / "map.png").write_bytes(png())
    assert "map.png" not in run_command("check", str(tmp_path))[1]
