"""The pictures of the gallery: taken from the phone page with the real bot behind it, and as new as the words they show.

`WITHUS_PICTURES=1 python3 -m tests -k gallery` takes them anew.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pymupdf_fonts
import pytest
import resvg_py
from playwright.sync_api import Browser, FloatRect, Page, Route, expect, sync_playwright

from emulator.client import Someone
from tests import chromium
from tests.documents import examples
from tests.documents.examples import WRITTEN
from tests.documents.pages import DOCS
from tests.documents.screens import Screen, approve
from tests.road.conftest import MakeHouse, make_plain_house, nursery
from tests.road.house import PATIENCE, House

__all__ = ["make_plain_house", "nursery"]

FOLDER = DOCS / "pictures" / "kinds"
PAGES = sorted(file.name for file in WRITTEN.glob("*.md"))
SCREENS = {screen.name: screen for name in PAGES for screen in examples.screens(name)}
TAKING = os.environ.get("WITHUS_PICTURES")
MOST = 48_000  # bytes of a picture
WIDTH, MARGIN = 390, 8
TAKEN_ALWAYS = "scale"
START = b"\x89PNG\r\n\x1a\n"


@pytest.mark.skipif(bool(TAKING), reason="they are being taken")
@pytest.mark.parametrize("name", SCREENS)
def test_a_picture_in_the_gallery_shows_the_words_of_today(name: str) -> None:
    content = (FOLDER / f"{name}.png").read_bytes()
    assert len(content) <= MOST
    assert _description(content) == SCREENS[name].told(), "run WITHUS_PICTURES=1 python3 -m tests -k gallery"


@pytest.mark.skipif(bool(TAKING), reason="they are being taken")
def test_every_picture_in_the_folder_is_in_the_gallery() -> None:
    assert {file.stem for file in FOLDER.glob("*.png")} == SCREENS.keys()


def test_pictures_of_the_gallery_are_taken_from_the_phone(make_plain_house: MakeHouse, tmp_path: Path) -> None:
    wanted = SCREENS if TAKING else {TAKEN_ALWAYS: SCREENS[TAKEN_ALWAYS]}
    folder = FOLDER if TAKING else tmp_path
    for screen_, page in _phones(make_plain_house(), wanted):
        content = page.screenshot(clip=_clip(page, len(screen_.shown())), full_page=True)
        (folder / f"{screen_.name}.png").write_bytes(_described(content, screen_.told()))
    assert {file.stem for file in folder.glob("*.png")} >= wanted.keys()


def _phones(house: House, screens: dict[str, Screen]) -> Iterator[tuple[Screen, Page]]:
    """Each screen, on the phone of a new person who has typed its lines."""
    (house.content / "map.png").write_bytes(bytes(resvg_py.svg_to_bytes(svg_path=str(Path(__file__).parent / "map.svg"))))
    try:
        options = chromium.options()
    except LookupError as reason:
        pytest.skip(str(reason))
    walked = [(screen, _walk(house, screen)) for screen in screens.values()]
    with sync_playwright() as playwright, playwright.chromium.launch(**options) as browser:
        for screen, person in walked:
            page = _open(browser, f"{house.telegram.url}/phone?person={person.id}")
            expect(page.locator(".message:not(.me)").last).to_contain_text(_words(screen))
            page.wait_for_function("[...document.images].every((image) => image.complete && image.naturalWidth)")
            yield screen, page
            page.close()


def _walk(house: House, screen: Screen) -> Someone:
    """A new person who has typed the lines of a screen."""
    person = house.telegram.person("Sam")
    source = approve(screen.source)
    identity = source.partition('\nid = "')[2].partition('"')[0]
    code = house.open(f"gallery-{screen.name}", source.replace(identity, f"gallery-{screen.name}", 1))
    for line in screen.lines(code):
        if line.startswith("/start"):
            person.starts(code)
        elif line.startswith("tap "):
            person.taps(line.removeprefix("tap "), wait=PATIENCE)
        else:
            person.says(line)
        house.settle()
    house.close(f"gallery-{screen.name}")
    return person


def _words(screen: Screen) -> str:
    """The last line of what must be seen."""
    return screen.shown()[-1].text.rpartition("\n")[2]


def _open(browser: Browser, url: str) -> Page:
    """The phone page in a font that shows every language, the same on every machine."""
    page = browser.new_page(viewport={"width": WIDTH, "height": 1600}, color_scheme="light", bypass_csp=True)
    face = "@font-face {{ font-family: Fira; src: url(/font/{}); font-weight: {}; }}"
    faces = "".join(face.format(name, weight) for name, weight in FONTS.items())

    def style(route: Route) -> None:
        route.fulfill(response=(given := route.fetch()), body=f"{given.text()}\n{faces}\nbody {{ font-family: Fira; }}")

    page.route("**/phone.css", style)
    page.route("**/font/*", lambda route: route.fulfill(body=pymupdf_fonts.myfont(route.request.url.rpartition("/")[2])))
    page.add_init_script("Date.prototype.toLocaleTimeString = () => '10:00'")
    page.goto(url)
    page.evaluate("document.fonts.ready")
    return page


def _clip(page: Page, messages: int) -> FloatRect:
    """Where the last messages of the bot stand, with some room around."""
    boxes = [one.bounding_box() for one in page.locator(".message:not(.me)").all()[-messages:]]
    first, last = boxes[0], boxes[-1]
    assert first
    assert last
    top = first["y"] - MARGIN
    return {"x": 0, "y": top, "width": WIDTH, "height": last["y"] + last["height"] + MARGIN - top}


def _described(content: bytes, words: str) -> bytes:
    """A PNG that says what it shows."""
    told = b"Description\0\0\0\0\0" + words.encode()
    chunk = struct.pack(">I", len(told)) + b"iTXt" + told + struct.pack(">I", zlib.crc32(b"iTXt" + told))
    end = content.index(b"IDAT") - 4
    return content[:end] + chunk + content[end:]


def _description(content: bytes) -> str:
    at = len(START)
    while at < len(content):
        (length,), kind = struct.unpack(">I", content[at : at + 4]), content[at + 4 : at + 8]
        if kind == b"iTXt":
            return content[at + 8 : at + 8 + length].removeprefix(b"Description\0\0\0\0\0").decode()
        at += length + 12
    return ""


FONTS = {"figo": 400, "figbo": 700}
"""Font of the package -> its weight."""
