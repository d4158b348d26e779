"""The picture in the README, made from the demo itself so that it cannot age.

`WITHUS_PICTURES=1 python3 -m tests -k picture` puts it where the README looks for it.
"""

import os
import re
from pathlib import Path

from playwright.sync_api import Page

from tests.demo.conftest import PATIENCE, PEOPLE
from tests.demo.test_page import phone as phone_of
from tests.demo.test_page import see, tap
from tests.house import tree

PICTURE = tree.ROOT / "docs" / "pictures" / "demo.png"


def test_the_picture_in_the_readme_shows_a_phone_and_results(page: Page, tmp_path: Path) -> None:
    mine = phone_of(page)
    tap(mine, "Start", "4. 18 or over")
    see(mine, "Which best describes you?")
    page.wait_for_function(f"() => parseInt(document.querySelector('#crowd').textContent) > {PEOPLE * 0.55}", timeout=PATIENCE)
    see(page.frame_locator("#results"), re.compile(r"I have long covid"))
    taken = PICTURE if os.environ.get("WITHUS_PICTURES") else tmp_path / "demo.png"
    page.screenshot(path=taken)
    assert taken.stat().st_size > 50_000, "a picture of an empty page is smaller"
    assert f"docs/pictures/{PICTURE.name}" in (tree.ROOT / "README.md").read_text(encoding="utf-8")
    assert PICTURE.exists(), "make it with WITHUS_PICTURES=1"
