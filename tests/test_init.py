"""`init`, as an administrator meets it: at a terminal, and from a script."""

from __future__ import annotations

import os
import pty
import select
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot import config_file
from bot.commands import cli, installation
from bot.telegram import acquaintance
from conversations import checking
from emulator.client import Telegram
from emulator.server import TOKEN, USERNAME, running
from tests.house import tree

NAME = ("--name", "The clinic")


@pytest.fixture
def telegram() -> Iterator[Telegram]:
    with running() as emulator:
        yield emulator


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(acquaintance, "LISTEN", 1)  # our own pollers are back at once


def init(*arguments: str, token: str = TOKEN, url: str = "") -> Result:
    """`init` from a script: no terminal, the token in the environment."""
    environment = {"WITHUS_TELEGRAM__TOKEN": token, "WITHUS_TELEGRAM__API_URL": url}
    return CliRunner().invoke(cli, ["init", *arguments], env={name: value for name, value in environment.items() if value})


def left() -> set[str]:
    return {path.name for path in Path().iterdir()}


def test_a_script_gets_settings_that_are_read_and_that_only_the_owner_can_see(telegram: Telegram) -> None:
    done = init(*NAME, "--time-zone", "Europe/Vienna", url=telegram.url)
    assert done.exit_code == 0, done.output
    assert left() == {"config.toml", "telegram.token", "engagements"}
    assert {stat.S_IMODE(Path(name).stat().st_mode) for name in ("config.toml", "telegram.token")} == {0o600}
    read = config_file.read(Path("config.toml"), {})
    assert read.telegram.token.get_secret_value() == TOKEN
    assert (read.organisation.name, read.organisation.time_zone) == ("The clinic", "Europe/Vienna")
    assert read.content.folder == Path("engagements").absolute()


def test_the_settings_hold_no_secret_so_that_they_can_be_shown() -> None:
    init(*NAME, "--no-check", "--receive", "webhook", "--webhook-url", "https://bot.example.org/telegram")
    secret = Path("webhook.secret").read_text()
    assert len(secret) >= 40
    assert config_file.read(Path("config.toml"), {}).telegram.webhook_secret.get_secret_value() == secret
    assert TOKEN.partition(":")[2] not in Path("config.toml").read_text()
    assert secret not in Path("config.toml").read_text()


def test_a_token_in_a_file_stays_where_it_is(tmp_path: Path) -> None:
    elsewhere = tmp_path / "held"
    elsewhere.write_text(f"{TOKEN}\n")
    assert init(*NAME, "--token-file", "held", "--no-check", token="").exit_code == 0
    assert not Path("telegram.token").exists()
    assert config_file.read(Path("config.toml"), {}).telegram.token.get_secret_value() == TOKEN


def test_the_first_engagement_has_no_fault_and_its_day_lies_ahead() -> None:
    init(*NAME, "--no-check")
    text = Path("engagements/first-question.toml").read_text("utf-8")
    assert checking.review(text, "first-question.toml") == []
    assert "2027-06-30" not in text


def test_a_folder_with_engagements_is_left_as_it_is() -> None:
    Path("mine").mkdir()
    Path("mine/one.toml").write_text("")
    init(*NAME, "--no-check", "--content", "mine")
    assert [path.name for path in Path("mine").iterdir()] == ["one.toml"]


def test_without_a_terminal_everything_missing_is_named_at_once() -> None:
    done = init("--receive", "webhook", token="")
    assert done.exit_code == 1
    assert all(option in done.output for option in ("--token-file", "--name", "--webhook-url"))
    assert left() == set()


@pytest.mark.parametrize("there", ["config.toml", "telegram.token", "webhook.secret"])
def test_nothing_is_ever_written_over(there: str) -> None:
    Path(there).write_text("mine")
    done = init(*NAME, "--no-check")
    assert done.exit_code == 1
    assert "is there already" in done.output
    assert Path(there).read_text() == "mine"
    assert left() == {there}


def test_not_even_a_file_that_appears_in_the_last_moment_is_written_over() -> None:
    Path("late").write_text("mine")
    with pytest.raises(FileExistsError):
        installation._lay(Path("late"), "ours")
    assert Path("late").read_text() == "mine"
    assert left() == {"late"}


@pytest.mark.parametrize(
    "arguments, says",
    [
        (("--time-zone", "Europe/Lundon"), "did you mean Europe/London?"),
        (("--receive", "carrier-pigeon"), "'polling' or 'webhook'"),
        (("--database", "postgres://a@b/c"), "write postgresql+psycopg://"),
        (("--database", "withus.db"), "is not a database's address"),
        (("--receive", "webhook", "--webhook-url", "bot.example.org"), "begins with https://"),
        (("--receive", "webhook", "--webhook-url", "http://bot.example.org/x"), "only calls https://"),
        (("--receive", "webhook", "--webhook-url", "https://bot.example.org:8080/x"), "443, 80, 88, 8443"),
        (("--token", "my-token"), "is not a bot token"),
        (("nowhere/config.toml",), "is not there"),
    ],
)
def test_a_wrong_answer_is_explained_and_nothing_is_written(arguments: tuple[str, ...], says: str) -> None:
    done = init(*NAME, "--no-check", *arguments)
    assert done.exit_code == 1
    assert says in done.output
    assert "Traceback" not in done.output
    assert left() == set()


def test_a_token_nobody_knows_is_told_in_plain_words(telegram: Telegram) -> None:
    done = init(*NAME, token="1:unknown", url=telegram.url)
    assert done.exit_code == 1
    assert "Telegram does not know this token" in done.output
    assert left() == set()


def test_when_telegram_cannot_be_reached_one_may_go_on_without() -> None:
    done = init(*NAME, url="http://127.0.0.1:9")
    assert done.exit_code == 1
    assert "Telegram cannot be reached" in done.output
    assert "--no-check" in done.output
    done = init(*NAME, "--no-check", url="http://127.0.0.1:9")
    assert done.exit_code == 0
    assert "Telegram was not asked" in done.output


def test_a_webhook_set_by_somebody_else_is_named_by_its_host_only(telegram: Telegram) -> None:
    telegram.bot("setWebhook", url="https://old.example.org/a-secret-path")
    said = init(*NAME, url=telegram.url).output
    assert "go to old.example.org now" in said
    assert "a-secret-path" not in said
    assert telegram.bot("getWebhookInfo")["result"]["url"]


def test_another_program_that_polls_is_noticed(telegram: Telegram) -> None:
    over = threading.Event()

    def poll() -> None:
        with Telegram(telegram.url, TOKEN) as other:
            while not over.is_set():
                other.bot("getUpdates", timeout=5)

    rival = threading.Thread(target=poll)
    rival.start()
    try:
        telegram.await_state(polling=True)
        said = init(*NAME, url=telegram.url).output
    finally:
        over.set()
        telegram.bot("getUpdates", timeout=1)
        rival.join()
    assert "another program listens to this bot now" in said


def test_waiting_messages_are_still_there_after_it_has_asked(telegram: Telegram) -> None:
    telegram.person().says("/start")
    assert "another program" not in init(*NAME, url=telegram.url).output
    assert telegram.state()["pending"] == 1


TALK = (
    ("token, from @BotFather", "my-token"),
    ("is not a bot token", TOKEN),
    (f"This is @{USERNAME}. Right?", "y"),
    ("organisation's name", "The clinic"),
    ("time zone [Europe/London]", "Europe/Lundon"),
    ("did you mean Europe/London?", "Europe/London"),
    ("Which [polling]", ""),
    ("sqlite:///data/withus.db]", ""),
    ("engagement files [engagements]", ""),
)


def test_at_a_terminal_it_asks_and_asks_again_and_never_shows_the_token(telegram: Telegram) -> None:
    said, code = at_a_terminal(telegram.url)
    assert code == 0, said
    assert TOKEN not in said
    assert "config.toml is written" in said
    assert config_file.read(Path("config.toml"), {}).organisation.name == "The clinic"


def at_a_terminal(url: str) -> tuple[str, int]:
    """What stands on the screen in the end, and the exit code, of somebody who types TALK."""
    screen, terminal = pty.openpty()
    environment = {**os.environ, "WITHUS_TELEGRAM__API_URL": url, "PYTHONPATH": str(tree.ROOT)}
    command = [sys.executable, "-m", "bot", "init"]
    program = subprocess.Popen(command, env=environment, stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True)
    os.close(terminal)
    said = ""
    with program:
        for awaited, typed in TALK:
            said += _read_until(screen, awaited)
            os.write(screen, f"{typed}\n".encode())
        said += _read_until(screen, "")
    os.close(screen)
    return said, program.returncode


def _read_until(screen: int, awaited: str) -> str:
    """What appears until `awaited` has, or until the program ends."""
    said, deadline = "", time.monotonic() + 20
    while not (awaited and awaited in said and said.endswith(": ")):
        assert time.monotonic() < deadline, f"{awaited!r} never came: {said}"
        if select.select([screen], [], [], 0.1)[0]:
            try:
                said += os.read(screen, 4096).decode()
            except OSError:  # the program has ended
                return said
    return said
