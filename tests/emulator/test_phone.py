"""The phone page is whole in itself: nothing from elsewhere, nothing inline, framed only by this machine."""

import re
import urllib.error
import urllib.request
from html.parser import HTMLParser

import pytest

from emulator.client import Telegram
from emulator.phone import SCRIPTS, TYPES


def fetch(telegram: Telegram, path: str) -> tuple[str, dict[str, str]]:
    with urllib.request.urlopen(telegram.url + path, timeout=10) as response:  # noqa: S310  our own address
        return response.read().decode(), dict(response.headers)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def tags(page: str) -> list[tuple[str, dict[str, str | None]]]:
    reader = Tags()
    reader.feed(page)
    return reader.found


@pytest.mark.parametrize("path", ["/", "/phone", "/phone?person=1", "/?phones=1&start=CODE"])
def test_the_page_is_served_at(path: str, telegram: Telegram) -> None:
    page, headers = fetch(telegram, path)
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert '<html lang="en">' in page


def test_only_pages_of_this_machine_may_frame_it(telegram: Telegram) -> None:
    _, headers = fetch(telegram, "/")
    policy = dict(rule.strip().split(" ", 1) for rule in headers["Content-Security-Policy"].split(";"))
    assert policy["frame-ancestors"] == "http://127.0.0.1:* http://localhost:*"
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"


def test_nothing_is_inline_and_nothing_comes_from_elsewhere(telegram: Telegram) -> None:
    page, _ = fetch(telegram, "/")
    for tag, attributes in tags(page):
        assert "style" not in attributes
        assert tag != "style"
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("src", "href"):
            address = attributes.get(name)
            assert address is None or address.startswith(("/static/", "data:,"))
    assert re.findall(r"<script[^>]*>([^<]+)</script>", page) == []
    for name in TYPES:
        body, _ = fetch(telegram, f"/static/{name}")
        assert not re.search(r"""(@import|url\(|import\s)""", body)


def test_each_script_is_served_and_asked_for_in_its_order(telegram: Telegram) -> None:
    page, _ = fetch(telegram, "/")
    assert [attributes["src"] for tag, attributes in tags(page) if tag == "script"] == [f"/static/{name}" for name in SCRIPTS]
    for name in SCRIPTS:
        assert fetch(telegram, f"/static/{name}")[1]["Content-Type"].startswith("text/javascript")


def test_every_control_has_a_name(telegram: Telegram) -> None:
    page, _ = fetch(telegram, "/")
    labels = {attributes.get("for") for tag, attributes in tags(page) if tag == "label"}
    selects = {attributes.get("id") for tag, attributes in tags(page) if tag == "select"}
    assert selects <= labels
    roles = {attributes.get("role") for _, attributes in tags(page)}
    assert {"log", "status", "alert"} <= roles
    assert not re.search(r"<button[^>]*>\s*</button>", page)


def test_the_style_serves_dark_screens_and_shows_the_focus(telegram: Telegram) -> None:
    style, headers = fetch(telegram, "/static/phone.css")
    assert headers["Content-Type"].startswith("text/css")
    assert "prefers-color-scheme: dark" in style
    assert ":focus-visible" in style
    assert "forced-colors: active" in style


@pytest.mark.parametrize("block", ["light", "dark"])
def test_words_stand_out_from_their_ground(block: str, telegram: Telegram) -> None:
    style, _ = fetch(telegram, "/static/phone.css")
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", re.findall(r":root \{(.*?)\}", style, re.DOTALL)[block == "dark"]))
    for ink, ground in PAIRS:
        assert contrast(colours[ink], colours[ground]) >= 4.5, f"{ink} on {ground}"


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2."""
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


PAIRS = (
    ("ink", "page"), ("ink", "phone"), ("ink", "bot"), ("ink", "me"), ("soft", "page"), ("soft", "phone"), ("soft", "bot"),
    ("button-ink", "button"), ("button-ink", "press"), ("button-ink", "phone"), ("on-strong", "strong"),
    ("on-toast", "toast"), ("link", "bot"), ("link", "me"), ("good", "phone"), ("bad", "phone"),
)  # fmt: skip


@pytest.mark.parametrize("name", ["nothing.js", "..%2Fserver.py", "../server.py"])
def test_no_other_file_is_served(name: str, telegram: Telegram) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404"):
        fetch(telegram, f"/static/{name}")
