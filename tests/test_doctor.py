"""The doctor: whatever is spoilt in an installation is told with something to do, and looking changes nothing."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import json
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot import commands, config_file
from bot.doctor import inside, outside
from bot.doctor.findings import LINES, Finding, find
from storage import keys
from storage.keeping.manifests import Manifest
from tests.house import tree
from tests.road.author import FIVE
from tests.road.house import House, house, run_command, until
from tests.road.nursery import Nursery

NOW = dt.datetime(2027, 2, 1, 12, tzinfo=dt.UTC)
URL = "https://bot.example.org/telegram"
TO_DO = re.compile(
    r"\b(Ask|Both are kept|Check|Give|Let|Look|Make|Mend|Move|Open|[Pp]ut|Renew|[Rr]un|See|[Ss]et|[Ss]tart|[Ss]top|[Tt]ake|try)\b"
    r"|Upgrade"
)
SAID_ELSEWHERE = {"{why}", "{do}"}  # where it is found it says itself what to do


# --- The table


@pytest.mark.parametrize("name", [name for name, line in LINES.items() if line.ill])
def test_every_finding_ends_with_something_to_do(name: str) -> None:
    line = LINES[name]
    assert line.do in SAID_ELSEWHERE or TO_DO.search(line.do), name
    assert not line.ill.endswith(".")


def test_every_line_is_used_and_every_finding_has_a_line() -> None:
    said = "".join(path.read_text("utf-8") for path in tree.modules("bot/doctor") if path.stem != "findings")
    named = set(re.findall(r'"([a-z ]+)"', said))
    used = set(re.findall(r'find\(\s*"([^"]+)"', said))
    assert used <= LINES.keys()
    assert LINES.keys() <= named


def test_every_command_in_a_remedy_is_one() -> None:
    named = {found for line in LINES.values() for found in re.findall(r"python3 -m bot (\w+)", line.do)}
    groups = {str(group.name) for group in commands.cli.registered_groups}
    assert named
    assert named <= {*commands.COMMANDS, *groups}


def test_what_need_not_be_mended_is_noted() -> None:
    (found,) = find("no backup yet", well=False)
    assert (found.good, str(found)[:6]) == (True, "note  ")
    (found,) = find("open", well=False, n=0)
    assert (found.good, str(found)) == (False, "MEND  no engagement is open. Open one: python3 -m bot engagement open ID")


# --- An installation spoilt


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery() as raised:
        yield raised


@pytest.fixture(scope="module")
def sound(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An installation with an open engagement, its bot not running."""
    folder = tmp_path_factory.mktemp("doctor") / "house"
    with house(folder, nursery, f"sqlite:///{folder / 'withus.db'}", begin=False) as made:
        made.open("tests-five", FIVE)
        made.settings.chmod(0o600)
        keys.load(made.keys).seal_for_days("a", "b", b"c", NOW.date())
        yield made


@pytest.fixture
def copy(sound: House, tmp_path: Path) -> Path:
    """A folder with a copy of it, to be spoilt."""
    folder = tmp_path / "house"
    shutil.copytree(sound.folder, folder)
    settings = folder / "config.toml"
    text = settings.read_text("utf-8").replace(str(sound.folder), str(folder))
    settings.write_text(text.replace("[storage]", f'[storage]\nbackups = "{folder / "backups"}"'), "utf-8")
    return folder


def _ask(folder: Path) -> tuple[int, str]:
    return run_command("doctor", "--config", str(folder / "config.toml"))


def _do(statement: str, *values: object) -> Callable[[Path], object]:
    def spoil(folder: Path) -> None:
        with sqlite3.connect(folder / "withus.db") as db:
            db.execute(statement, values)
        db.close()

    return spoil


def _back_up(days: int, erasures: int = 0) -> Callable[[Path], object]:
    def spoil(folder: Path) -> None:
        made = folder / "backups" / "withus-1"
        made.mkdir(parents=True)
        at = (dt.datetime.now(dt.UTC) - dt.timedelta(days=days)).isoformat()
        Manifest("1", "0001", at, "The clinic", (1,), "", (), erasures, {}, {}).write(made)

    return spoil


def _unlink(*names: str) -> Callable[[Path], object]:
    def spoil(folder: Path) -> None:
        for name in names:
            (folder / name).unlink()

    return spoil


def _rewrite(before: str, after: str) -> Callable[[Path], object]:
    def spoil(folder: Path) -> None:
        text = (folder / "config.toml").read_text("utf-8")
        (folder / "config.toml").write_text(re.sub(before, after, text), "utf-8")

    return spoil


def _others_keys(folder: Path) -> None:
    (folder / "keys.json").unlink()
    keys.make(folder / "keys.json")


def _open_list(folder: Path) -> None:
    (folder / "keys.json.erased").write_text("")
    (folder / "keys.json.erased").chmod(0o644)


_LETTER = (
    "INSERT INTO outbox (id, organisation_id, bot_id, lane, policy, state, claimer, attempts, created_at, reason) "
    "SELECT 1, 1, id, 'reminder', '', 'unknown', '', 0, '2027-01-01 00:00:00.000000', '' FROM bots"
)
_FAILURE = "INSERT INTO failures (code, bot_id, at, \"where\", sealed, trace) SELECT 'c', id, ?, 'reading', '', '' FROM bots"

SPOILT: dict[str, Callable[[Path], object]] = {
    "settings": _rewrite("receive|token =", "tokn ="),
    "secret file": lambda folder: (folder / "config.toml").chmod(0o644),
    "keys open": lambda folder: (folder / "keys.json").chmod(0o644),
    "list of erasures": _open_list,
    "keys gone": _unlink("keys.json"),
    "keys broken": _others_keys,
    "no database": _unlink("keys.json", "withus.db"),
    "database gone": _unlink("withus.db"),
    "database": lambda folder: (folder / "withus.db").write_text("a letter " * 1000),
    "schema": _do("UPDATE alembic_version SET version_num = '0002'"),
    "paused": _do("INSERT INTO pauses VALUES (1, 'everything', 'a test', 'me', ?)", str(NOW.replace(tzinfo=None))),
    "unknown": _do(_LETTER),
    "failures": _do(_FAILURE, "2027-01-01 00:00:00.000000"),
    "no backup": _do("UPDATE organisations SET created_at = '2020-01-01 00:00:00.000000'"),
    "backup": _back_up(8),
    "erasures lost": _back_up(1, erasures=3),
    "open": _do("UPDATE engagements SET state = 'draft'"),
    "silent": _rewrite(r'api_url = "[^"]*"', 'api_url = "http://127.0.0.1:9"'),
    "token": _rewrite(r'token = "\d+:', 'token = "99:'),
}


@pytest.mark.parametrize("name", SPOILT)
def test_what_is_spoilt_is_told_in_its_line(copy: Path, name: str) -> None:
    if name not in {"backup", "erasures lost", "no backup"}:
        _back_up(0)(copy)
    SPOILT[name](copy)
    code, said = _ask(copy)
    before, _, after = LINES[name].ill.partition("{")
    red = [line for line in said.splitlines() if line.startswith("MEND  ") and "/help" not in line]
    wanted = before if before.strip() else after.partition("}")[2].partition("{")[0]
    assert (code, [wanted in line for line in red]) == (1, [True] * len(red)), said
    assert red


def test_a_sound_installation_has_only_the_help_numbers_to_mend(copy: Path) -> None:
    _back_up(0)(copy)
    _, said = _ask(copy)
    assert [line.partition(". ")[0] for line in said.splitlines() if line.startswith("MEND")] == [
        f"MEND  {LINES['help numbers'].ill}"
    ]


def test_a_token_in_two_places_is_told(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = config_file.read(copy / "config.toml", {}).telegram.token.get_secret_value()
    monkeypatch.setenv("WITHUS_TELEGRAM__TOKEN", token)
    assert "telegram.token is set in" in _ask(copy)[1]


def test_a_database_of_a_newer_program_is_told(copy: Path) -> None:
    _do("UPDATE alembic_version SET version_num = '9999'")(copy)
    assert "newer version of With Us" in _ask(copy)[1]


# --- Looking changes nothing


def _state(folder: Path) -> dict[str, str]:
    return {str(one): hashlib.sha256(one.read_bytes()).hexdigest() for one in folder.rglob("*") if one.is_file()}


@pytest.mark.parametrize("there", [True, False])
def test_the_doctor_makes_and_changes_nothing(copy: Path, there: bool) -> None:  # noqa: FBT001 - pytest hands it on so
    if not there:
        for name in ("withus.db", "keys.json", "withus.db.lock", "keys.json.lock"):
            (copy / name).unlink(missing_ok=True)
    before = _state(copy)
    _ask(copy)
    assert _state(copy) == before


def test_a_bot_that_runs_by_another_clock_is_found_by_asking_it(
    nursery: Nursery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inside, "ALIVE", -1.0)  # whatever it wrote, and when: it is not of just now
    with house(tmp_path, nursery, f"sqlite:///{tmp_path / 'withus.db'}") as running:
        until(lambda: "the bot runs: it last wrote" in _ask(tmp_path)[1], lambda: _ask(tmp_path)[1])
        assert running.stop() == 0
        assert "the bot does not run" in _ask(tmp_path)[1]


def test_a_running_bot_is_asked_and_not_disturbed(nursery: Nursery, tmp_path: Path) -> None:
    with house(tmp_path, nursery, f"sqlite:///{tmp_path / 'withus.db'}") as running:
        running.telegram.await_log("call", method="getWebhookInfo", wait=20)
        until(lambda: "the bot runs: it last wrote" in _ask(tmp_path)[1], lambda: _ask(tmp_path)[1])
        assert f"ok    {LINES['bot says'].well}" in _ask(tmp_path)[1]
        assert running.stop() == 0
        assert "error" not in running.said()


# --- What Telegram says of the webhook


def _judge(known: dict[str, object], receive: str = "webhook") -> list[Finding]:
    settings = {"token": "1:abc", "receive": receive, "webhook_url": URL, "webhook_secret": "x" * 40}
    config = config_file.read(None, {f"WITHUS_TELEGRAM__{key.upper()}": value for key, value in settings.items()})
    return [one for one in outside._of_webhook(config, known, NOW) if not one.good]


FAILED = {"url": URL, "pending_update_count": 1, "last_error_date": NOW.timestamp() - 60}
HOOKS: dict[str, dict[str, object]] = {
    "no webhook": {"url": ""},
    "other webhook": {"url": "https://example.org"},
    "certificate": {**FAILED, "last_error_message": "SSL error {error:0A000086:certificate verify failed}"},
    "delivery": {**FAILED, "last_error_message": "Wrong response from the webhook: 502 Bad Gateway"},
    "pending": {"url": URL, "pending_update_count": 5000},
}


@pytest.mark.parametrize("name", HOOKS)
def test_what_telegram_says_of_the_webhook_is_told_with_a_remedy(name: str) -> None:
    (found,) = _judge(HOOKS[name])
    whole = {"url": URL, "n": 5000, "listen": "127.0.0.1:8080"}
    assert found.do == LINES[name].do.format(**whole)
    assert json.dumps(HOOKS[name].get("last_error_message", ""))[1:-1] in json.dumps(found.what)


def test_an_error_that_is_over_is_not_told() -> None:
    assert _judge({**FAILED, "pending_update_count": 0, "last_error_date": NOW.timestamp() - 3600}) == []
    assert _judge({**FAILED, "last_error_date": NOW.timestamp() - 90_000}) == []


def test_a_webhook_left_behind_is_told_to_a_bot_that_polls() -> None:
    (found,) = _judge({"url": URL}, "polling")
    assert found.do == LINES["webhook left"].do
    assert _judge({"url": ""}, "polling") == []


def test_an_address_that_is_no_bot_is_told() -> None:
    said = asyncio.run(outside._get("http://127.0.0.1:9/healthz"))
    assert said == "it does not answer as the bot does (ClientConnectorError)"
