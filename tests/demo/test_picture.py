"""The picture in the README, made from the demo itself so that it cannot age.

`WITHUS_PICTURES=1 python3 -m tests -k picture` makes it anew, and puts it where the README looks for it.
"""

import os
from pathlib import Path

from playwright.sync_api import Page

from tests.demo.conftest import PATIENCE, PEOPLE
from tests.demo.test_page import phone as phone_of
from tests.demo.test_page import see, tap
from tests.house import tree

PICTURE = tree.ROOT / "docs" / "pictures" / "demo.png"
LEAST = 50_000  # bytes; a picture of an empty page is smaller


def test_the_picture_in_the_readme_is_one_of_the_demo(page: Page, tmp_path: Path) -> None:
    taken = tmp_path / "demo.png"
    if os.environ.get("WITHUS_PICTURES"):
        taken = PICTURE
        tap(phone_of(page), "Start", "4. 18 or over")
        see(phone_of(page), "Which best describes you?")
        most = f"() => parseInt(document.querySelector('#crowd').textContent) > {PEOPLE * 0.55}"
        page.wait_for_function(most, timeout=PATIENCE)
    page.screenshot(path=taken)
    assert taken.stat().st_size > LEAST
    assert PICTURE.stat().st_size > LEAST
    assert f"docs/pictures/{PICTURE.name}" in (tree.ROOT / "README.md").read_text(encoding="utf-8")
