"""Whatever ends the demo, nothing of it is left."""

import signal
import time
from pathlib import Path

import pytest

from tests.demo import demos


@pytest.mark.parametrize(
    "number, moment",
    [
        (signal.SIGINT, demos.LAST),
        (signal.SIGTERM, "Starting the bot"),
        (signal.SIGHUP, "Opening"),
        pytest.param(signal.SIGKILL, "Starting the bot", marks=pytest.mark.long),
        (signal.SIGKILL, demos.LAST),
    ],
)
def test_nothing_is_left_when_it_is_ended(number: signal.Signals, moment: str, tmp_path: Path) -> None:
    with demos.start(tmp_path, people=2) as process:
        demos.said(process, moment)
        assert demos.left_of(tmp_path / "temporary") != []
        process.send_signal(number)
        process.communicate(timeout=30)
    deadline = time.monotonic() + 10
    while (left := demos.left_of(tmp_path / "temporary")) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left == []
    assert list((tmp_path / "home").iterdir()) == []
    if number is not signal.SIGKILL:
        assert process.returncode == 0


def test_a_demo_that_cannot_start_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    deep = "/".join(["far" * 80] * 3)  # farther down than SQLite can go
    with demos.start(tmp_path, people=2, temporary=deep) as process:
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "the demo cannot start" in said
    assert "does not open" in said
    assert demos.left_of(tmp_path / deep) == []
