"""Nobody lays the console under a page of theirs, to have staff press what they do not see."""

from __future__ import annotations

from pathlib import Path

from tests.console.conftest import copy
from tests.console.office import Office
from tests.storage.world import World, make_keys


def test_no_page_of_another_site_can_show_the_console_in_a_frame(blank_file: Path, tmp_path: Path) -> None:
    with World(copy(blank_file, tmp_path), make_keys(tmp_path)) as world:
        office = Office(world, public_url="https://bot.example.org")
        admin = office.staff("admin")
        answers = [office.browser().get("/console/sign-in"), *map(admin.get, ("/console/me", "/console/today", "/console/staff"))]
    assert [answer.status_code for answer in answers] == [200] * 4
    assert all("frame-ancestors 'self'" in answer.headers["content-security-policy"].split("; ") for answer in answers)
