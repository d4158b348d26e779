"""`python3 -m emulator`: its options do what they say, and what cannot be is said in a sentence with what to do about it."""

import json
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.alone import main
from tests.contract.alone import alone
from tests.house import tree

PLAN = [{"kind": "429", "method": "getMe", "retry_after": 7, "at": 3600}]


Refuse = Callable[..., str]


@pytest.fixture
def refuse(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Refuse:
    """Give a function that tries these options, which cannot be, and returns what is said."""

    def attempt(*options: str) -> str:
        monkeypatch.setattr(sys, "argv", ["emulator", "--no-browser", *options])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code not in {0, None}
        return f"{ended.value.code} {capsys.readouterr().err}"

    return attempt


def test_it_begins_with_the_people_the_plan_and_the_pace_that_were_asked_for(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps(PLAN))
    with alone("--people", "3", "--plan", str(plan), "--limits", "--token", "42:own", "--username", "own_bot") as telegram:
        assert len(telegram.get("/sim/people")) == 3
        assert [fault["method"] for fault in telegram.get("/sim/faults")] == ["getMe"]
        assert telegram.get("/sim/limits")["enforce"] is True
        assert telegram.bot("getMe")["result"]["id"] == 42
        telegram.advance(3600)
        assert telegram.bot("getMe")["parameters"] == {"retry_after": 7}


def test_a_named_plan_keeps_its_name(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps({"plan": "A bad hour", "rules": PLAN}))
    with alone("--plan", str(plan)) as telegram:
        assert [fault["plan"] for fault in telegram.get("/sim/faults")] == ["A bad hour"]


def test_a_port_that_is_taken_is_said_and_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "emulator", "--no-browser", "--port", str(port)]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    told = f"Port {port} is taken by another program. Choose another, or leave --port out to get a free one.\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", told)


@pytest.mark.parametrize("host", ["::", "192.0.2.1", "example.org"])
def test_other_machines_get_in_only_when_that_is_asked_for(host: str, refuse: Refuse) -> None:
    assert "add --anywhere." in refuse("--host", host)


@pytest.mark.parametrize(
    "options, problem",
    [
        (["--token", "secret"], "'secret' is no token."),
        (["--username", "somebody"], "'somebody' cannot be a bot's username."),
        (["--port", "99999"], "a port is a number up to 65535"),
        (["--plan", "nowhere.json"], "nowhere.json cannot be read (No such file or directory)"),
    ],
)
def test_what_cannot_be_is_said(options: list[str], problem: str, refuse: Refuse) -> None:
    assert problem in refuse(*options)


@pytest.mark.parametrize(
    "plan, problem",
    [
        ("{", "is not JSON"),
        ('"429"', "must hold a list of faults"),
        ('[{"kind": "earthquake"}]', "unknown fault kind 'earthquake'"),
        ('[{"kind": "429", "sometimes": true}]', "unknown in a fault rule: sometimes"),
        ('[{"kind": "429", "at": "soon"}]', "The plan cannot be used"),
    ],
)
def test_a_broken_plan_is_said(plan: str, problem: str, tmp_path: Path, refuse: Refuse) -> None:
    file = tmp_path / "plan.json"
    file.write_text(plan)
    assert problem in refuse("--plan", str(file))


def test_only_what_starts_it_may_set_a_fresh_machine_up() -> None:
    inside = [path for path in (tree.ROOT / "emulator").glob("*.py") if "from bot" in path.read_text("utf-8")]
    assert [path.name for path in inside] == ["__main__.py"]
