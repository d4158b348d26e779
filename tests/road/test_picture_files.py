"""Pictures beside an engagement's file: read where they lie, and what cannot be used is named with its line."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import content, measures, pictures
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


def sized(width: int, height: int) -> bytes:
    """A JPEG of this size."""
    return JPEG.replace(struct.pack(">HH", 40, 60), struct.pack(">HH", height, width))


GOOD = {
    "PNG": png(),
    "JPEG": JPEG,
    "JPEG with marks to spare": JPEG.replace(b"\xff\xc0", b"\xff\x01\xff\xff\xff\xc0"),
    "largest": sized(6_000, 4_000),
    "narrowest": png(10, 200),
}


@pytest.mark.parametrize("picture", GOOD.values(), ids=GOOD)
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
    "the beginning of a PNG": ("map.png", b"\x89PNG\r\n\x1a\n", "is no picture that can be sent"),
    "the beginning of a JPEG": ("map.png", b"\xff\xd8\xff", "is no picture that can be sent"),
    "a PNG that was cut off": ("map.png", png()[:-4], "is no picture that can be sent"),
    "a JPEG that was cut off": ("map.png", JPEG[:-1], "is no picture that can be sent"),
    "a PNG without a size": ("map.png", png(0, 40), "is no picture that can be sent"),
    "too large a PNG": ("map.png", png(6_000, 4_001), "has 6,000 by 4,001 pixels, which is too large to be sent"),
    "too large a JPEG": ("map.png", sized(6_000, 4_001), "has 6,000 by 4,001 pixels, which is too large to be sent"),
    "too narrow a picture": ("map.png", png(10, 201), "has 10 by 201 pixels, which is too narrow to be sent"),
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


@given(st.sampled_from([png(), JPEG]), st.integers(0, 60), st.binary(max_size=20))
def test_no_picture_is_too_strange_to_be_measured(whole: bytes, length: int, rest: bytes) -> None:
    size = measures.measure(whole[:length] + rest)
    assert size is None or min(size) > 0


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
