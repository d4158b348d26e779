"""docs/emulator.md does as it says: commands are run, JSON has the form of the answer, tables are whole."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import aiogram
import pytest

from emulator import controls, sim
from emulator.alone import main
from emulator.client import Telegram
from emulator.faults import KINDS
from emulator.methods import LISTED
from emulator.server import running
from tests.house import tree

PAGE = (tree.ROOT / "docs" / "emulator.md").read_text("utf-8")
FENCE = re.compile(r"^```(\S+)(?: (\w+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FENCES = [(kind, mark, body) for kind, mark, body in FENCE.findall(PAGE)]
COMMANDS = [line[2:] for kind, _, body in FENCES if kind == "console" for line in body.splitlines()]
SNIPPETS = [body for kind, _, body in FENCES if kind == "python"]
PLAN = next(body for kind, mark, body in FENCES if (kind, mark) == ("json", "plan"))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_starts_it_and_it_says_where(command: str, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(PLAN)
    python, *rest = shlex.split(command)
    assert python == "python3"
    environment = {**os.environ, "PYTHONPATH": str(tree.ROOT), "DISPLAY": "", "WAYLAND_DISPLAY": ""}
    with subprocess.Popen([sys.executable, *rest], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(4)]
        process.terminate()
        process.communicate()
    told = next(body for kind, _, body in FENCES if kind == "text")
    assert [line.split(": ")[0] for line in lines] == [line.split(": ")[0] for line in told.splitlines()]
    assert process.returncode == 0


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda snippet: snippet.split()[1])
async def test_a_library_set_up_as_the_page_says_reaches_it(snippet: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    with running() as telegram:
        names: dict[str, Any] = {"URL": telegram.url, "TOKEN": telegram.token}
        exec(snippet, names)  # noqa: S102  what our own page says
        bot = names["bot"]
        async with bot.context() if isinstance(bot, aiogram.Bot) else bot:
            assert (await bot.get_me()).username == telegram.username


def test_each_request_is_answered_in_the_form_the_page_shows() -> None:
    with running() as telegram:
        values = {"URL": telegram.url, "TOKEN": telegram.token, "AISHA": ""}
        answer: Any = None
        for kind, mark, body in FENCES:
            if (kind, mark) == ("sh", ""):
                for line in body.splitlines():
                    answer = perform(telegram, line, values)
                    values["AISHA"] = values["AISHA"] or str(answer.get("id", ""))
            elif (kind, mark) == ("json", ""):
                assert list(differences(json.loads(body), answer)) == []


def perform(telegram: Telegram, line: str, values: dict[str, str]) -> Any:
    """Do what a curl command says, so that no curl is needed."""
    command, *words = shlex.split(re.sub(r"\$(\w+)", lambda name: values[name[1]], line))
    assert command == "curl"
    verb, given, address = "GET", list[str](), words.pop()
    while words:
        match words.pop(0):
            case "-X":
                verb = words.pop(0)
            case "-d":
                verb = "POST"
                given.append(words.pop(0))
    path = address.removeprefix(telegram.url)
    if path.startswith("/bot") and given:
        return telegram.request("GET", f"{path}?{urlencode(dict(one.split('=', 1) for one in given), quote_via=quote)}")
    return telegram.request(verb, path, "&".join(given).encode())


def differences(shown: Any, real: Any, at: str = "answer") -> Iterator[str]:
    """Where the form of an answer is not as shown; an answer may hold more. Numbers, texts and truths need only be such."""
    if isinstance(shown, dict) and isinstance(real, dict):
        for name, value in shown.items():
            if name not in real:
                yield f"{at}.{name} is not there"
            else:
                yield from differences(value, real[name], f"{at}.{name}")
    elif type(shown) is not type(real) and not {type(shown), type(real)} <= {int, float}:
        yield f"{at} is {real!r}, not like {shown!r}"
    elif at.endswith(EXACT) and shown != real:
        yield f"{at} is {real!r}, not {shown!r}"


def test_every_path_of_the_people_and_the_controls_is_told() -> None:
    told = re.findall(r"^\| `(/sim/\S*)` \| (\w+) \|", PAGE, re.MULTILINE)
    assert sorted((verb, path) for path, verb in told) == sorted(
        (verb, path) for verb, path, _ in (*sim.ROUTES, *controls.ROUTES)
    )


def test_every_kind_of_trouble_is_told() -> None:
    table = PAGE.partition("| kind | what happens |")[2].partition("\n\n")[0]
    assert set(re.findall(r"`([\w-]+)`", "\n".join(row.split("|")[1] for row in table.splitlines() if row))) == set(KINDS)


def test_every_option_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["emulator", "--help"])
    with pytest.raises(SystemExit):
        main()
    known = set(re.findall(r"^  (--[\w-]+)", capsys.readouterr().out, re.MULTILINE))
    assert set(re.findall(r"^\| `(--[\w-]+)", PAGE, re.MULTILINE)) == known


def test_every_method_is_told() -> None:
    told = PAGE.partition("Methods it knows: ")[2]
    assert re.findall(r"`(\w+)`", told) == sorted(method.name for method in LISTED)


EXACT = (".ok", ".first_name", ".username", ".enforce", ".per_second", ".ahead", ".people", ".good", ".going")
