"""`staff` on the command line: how the first administrator comes in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.console.office import Office
from tests.console.test_enrolling import enrol
from tests.road.house import run_command


@pytest.fixture
def settings(office: Office, tmp_path: Path) -> Path:
    """Give the settings file of that office."""
    file = tmp_path / "config.toml"
    url, keys = office.world.url, office.world.keys.path
    file.write_text(
        f'[telegram]\ntoken = "7000:abc"\n[storage]\nurl = "{url}"\nkeys = "{keys}"\n'
        '[web]\npublic_url = "https://staff.example.org/"\n[organisation]\nname = "The clinic"\n'
    )
    return file


def staff(settings: Path, *arguments: str) -> tuple[int, str]:
    return run_command("staff", *arguments, "--config", str(settings))


def test_the_first_administrator_comes_in_by_a_printed_link(office: Office, settings: Path) -> None:
    assert "Nobody yet" in staff(settings, "list")[1]
    code, said = staff(settings, "add", "--name", "Dana Price", "--email", "Dana@Example.org", "--role", "admin")
    link = re.search(r"https://staff\.example\.org(/console/enrol/[\w-]{43})\n", said)
    assert link, said
    assert code == 0
    browser = office.browser()
    office.now = office.now.now(office.now.tzinfo)  # the command goes by the computer's clock
    enrol(office, browser, link[1])
    assert browser.get("/console/staff").status_code == 200
    assert "dana@example.org  Dana Price  admin  active" in staff(settings, "list")[1]
    assert "is removed and signed out" not in staff(settings, "remove", "dana@example.org")[1]  # she is the only one
    assert "starts anew" in staff(settings, "reset", "dana@example.org")[1]
    assert browser.get("/console/staff").status_code == 303
    assert "invited" in staff(settings, "list")[1]
    assert [what for who, what, _ in office.noted() if who.startswith("command line")] == ["invite-staff", "reset-staff"]


def test_what_cannot_be_is_said_in_a_line_that_tells_what_to_do(settings: Path) -> None:
    for arguments, words in (
        (("add", "--name", "Sam", "--email", "sam@example.org", "--role", "root"), "There is no role 'root'. The roles are:"),
        (("add", "--name", "Sam", "--email", "sam", "--role", "admin"), "Write an email address"),
        (("add", "--name", "", "--email", "sam@example.org", "--role", "admin"), "Write a name"),
        (("add", "--name", "Mo", "--email", "mo@example.org", "--role", "partner"), "Choose a partner organisation"),
        (
            ("add", "--name", "Mo", "--email", "mo@example.org", "--role", "partner", "--partner", "X"),
            "There is no partner called",
        ),
        (("remove", "sam@example.org"), "Nobody here signs in by sam@example.org. See `staff list`."),
        (("reset", "sam@example.org"), "Nobody here signs in by"),
    ):
        code, said = staff(settings, *arguments)
        assert (code, words in said, said.count("\n")) == (1, True, 1), said
