"""The files of deploy/: no Docker engine runs here, so what a look can prove is proved by a look."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from bot import app
from bot.telegram import reader
from bot.web import server
from tests.deploy.compose import parse
from tests.house import tree

DEPLOY = tree.ROOT / "deploy"
DOCKERFILE = (tree.ROOT / "Dockerfile").read_text("utf-8")
INSTRUCTION = re.compile(r"^([A-Z]+) ((?:.*\\\n)*.*)$", re.MULTILINE)
STEPS = [(name, " ".join(rest.replace("\\\n", " ").split())) for name, rest in INSTRUCTION.findall(DOCKERFILE)]
PROJECT = tomllib.loads((tree.ROOT / "pyproject.toml").read_text("utf-8"))
VERSION = PROJECT["project"]["version"]
COMPOSE: dict[str, Any] = parse((tree.ROOT / "compose.yaml").read_text("utf-8"))
UNITS = sorted(path.name for path in DEPLOY.glob("*.service"))
CONSOLE = {"Caddyfile": "/console /console/* /static/*", "nginx.conf": "^/(console|static)(/|$)"}
WORST = 1.5  # of systemd's ten, the lower the better


def last(instruction: str) -> str:
    return [rest for name, rest in STEPS if name == instruction][-1]


def test_the_image_installs_the_lock_and_nothing_else() -> None:
    (install,) = [rest for name, rest in STEPS if "pip install" in rest]
    assert all(word in install for word in ("--no-deps", "--require-hashes", "-r requirements.lock"))
    assert DOCKERFILE.count("pip install") == 1


def test_the_image_copies_every_package_and_only_what_is_there() -> None:
    copied = {rest.split()[0] for name, rest in STEPS if name == "COPY" and not rest.startswith("--from")}
    assert set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) <= copied
    assert [one for one in copied if not (tree.ROOT / one).exists()] == []
    let_in = {line[1:] for line in (tree.ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    assert let_in == copied


def test_the_image_runs_as_nobody_in_particular_and_ends_when_told() -> None:
    names = [name for name, _ in STEPS]
    assert names.index("USER") < names.index("ENTRYPOINT")
    assert last("USER") == "withus"
    assert last("STOPSIGNAL") == "SIGTERM"
    assert last("VOLUME") == '["/withus", "/keys"]'


def test_the_image_asks_the_bot_how_it_is_at_an_address_it_has() -> None:
    (path,) = re.findall(r"http://127\.0\.0\.1:8080(/\w+)", last("HEALTHCHECK"))
    assert path == "/healthz"  # alive: starting it again would not bring a disk or Telegram back
    assert "WITHUS_WEB__LISTEN=0.0.0.0:8080" in last("ENV")


def test_the_image_and_compose_carry_this_version_and_a_python_that_will_do() -> None:
    assert f'image.version="{VERSION}"' in last("LABEL")
    assert COMPOSE["services"]["withus"]["image"] == f"withus:{VERSION}"
    oldest = PROJECT["project"]["requires-python"].removeprefix(">=3.")
    assert all(int(minor) >= int(oldest) for minor in re.findall(r"FROM python:3\.(\d+)-slim", DOCKERFILE))


def test_every_container_is_shut_in() -> None:
    for name, service in COMPOSE["services"].items():
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["cap_drop"] == ["ALL"], name
    for name in ("withus", "caddy"):
        assert COMPOSE["services"][name]["read_only"] == "true", name


def test_compose_needs_nothing_that_is_not_there_and_opens_the_bot_to_this_computer_only() -> None:
    services = COMPOSE["services"]
    assert services["withus"]["ports"] == ["127.0.0.1:8080:8080"]
    assert {name for name, service in services.items() if "profiles" not in service} == {"withus"}
    named = {mount.partition(":")[0] for service in services.values() for mount in service["volumes"]}
    assert {name for name in named if not name.startswith(".")} == COMPOSE["volumes"].keys()
    assert (tree.ROOT / "deploy/Caddyfile").exists()
    assert COMPOSE["secrets"].keys() == {name for service in services.values() for name in service.get("secrets", [])}


@pytest.mark.parametrize("file", list(CONSOLE))
def test_a_proxy_passes_on_the_webhook_the_console_and_nothing_else(file: str) -> None:
    text = (DEPLOY / file).read_text("utf-8")
    passed_on = re.findall(r"(?:path|location [=~]) (\S.*?)(?: \{)?$", text, re.MULTILINE)
    assert passed_on == ["/telegram", CONSOLE[file]]
    assert len(re.findall(r"(?:reverse_proxy|proxy_pass) ", text)) == 2
    assert re.search(r"respond .* 404|location / \{ return 404; \}", text)


@pytest.mark.parametrize("file", list(CONSOLE))
def test_a_proxy_lets_every_update_through_and_waits_longer_than_telegram(file: str) -> None:
    text = (DEPLOY / file).read_text("utf-8")
    megabytes, for_staff = re.findall(r"(?:max_size|client_max_body_size) (\d+)[mM]B?", text)
    assert int(for_staff) << 20 <= server.LARGEST
    assert int(megabytes) << 20 <= reader.LARGEST
    assert int(megabytes) << 20 > 512 << 10  # what Telegram itself drops
    (seconds,) = re.findall(r"(?:response_header_timeout|proxy_read_timeout) (\d+)s", text)
    assert int(seconds) > 60


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_is_understood_by_systemd_and_well_shut_in(name: str, tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("there is no systemd here to read its units")
    there = (DEPLOY / name).read_text("utf-8").replace("/usr/local/bin/withus", "/bin/true")
    (tmp_path / name).write_text(there)
    shutil.copy(DEPLOY / "withus-backup.timer", tmp_path)
    command = ["systemd-analyze", "verify", *sorted(map(str, tmp_path.iterdir()))]
    checked = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (checked.returncode, checked.stderr) == (0, "")
    command = ["systemd-analyze", "security", "--offline=true", str(tmp_path / name)]
    judged = subprocess.run(command, check=False, capture_output=True, text=True).stdout
    (score,) = re.findall(r"exposure level for \S+: ([\d.]+)", judged)
    assert float(score) <= WORST


def test_systemd_waits_longer_for_the_end_than_the_bot_takes_and_starts_it_again_always() -> None:
    unit = (DEPLOY / "withus.service").read_text("utf-8")
    assert int(re.findall(r"TimeoutStopSec=(\d+)", unit)[0]) > 2 * app.PATIENCE
    assert "Restart=always" in unit
    assert "StartLimitIntervalSec=0" in unit  # for ever, however often


def test_the_nightly_backup_keeps_no_more_than_the_page_says() -> None:
    (line,) = re.findall(r"ExecStart=/usr/local/bin/(.*)", (DEPLOY / "withus-backup.service").read_text("utf-8"))
    page = (tree.ROOT / "docs/running.md").read_text("utf-8")
    assert line == "withus backup --keep 14"
    assert f"docker compose exec -T withus {line}\n" in page
    assert "keeps the last 14" in page


def test_the_little_command_runs_the_program_from_any_folder_and_nothing_that_lies_in_it(tmp_path: Path) -> None:
    (tmp_path / "bot").mkdir()
    (tmp_path / "bot/__init__.py").write_text("raise SystemExit('this is not the program')\n")
    environment = {**os.environ, "WITHUS_HOME": str(tree.ROOT)}
    done = subprocess.run(
        [DEPLOY / "withus", "--help"], cwd=tmp_path, env=environment, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "doctor" in done.stdout
