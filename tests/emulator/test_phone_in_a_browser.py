"""The phone page in a real browser: pictures are drawn, and their words are read out once."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from emulator.client import Someone, Telegram
from tests import chromium
from tests.emulator.test_pictures import upload
from tests.paint import png


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    try:
        options = chromium.options()
    except LookupError as reason:
        pytest.skip(str(reason))
    with sync_playwright() as playwright, playwright.chromium.launch(**options) as launched:
        yield launched


@pytest.fixture
def phone(browser: Browser, telegram: Telegram, aisha: Someone) -> Iterator[Page]:
    """Give Aisha's phone; it must have said nothing of errors in the end."""
    page = browser.new_page(viewport={"width": 390, "height": 800})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type in {"error", "warning"} else None)
    page.goto(f"{telegram.url}/phone?person={aisha.id}")
    yield page
    page.close()
    assert errors == []


def test_a_picture_is_drawn_with_its_words_beneath_it(phone: Page, telegram: Telegram, aisha: Someone) -> None:
    upload(telegram, png(60, 40), chat_id=aisha.id, caption="A map of the clinic")
    picture = phone.get_by_role("img", name="A picture, described below")
    expect(picture).to_be_visible()
    phone.wait_for_function("image => image.naturalWidth === 60 && image.naturalHeight === 40", arg=picture.element_handle())
    words = phone.get_by_text("A map of the clinic", exact=True)
    expect(words).to_have_count(1)
    above, below = picture.bounding_box(), words.bounding_box()
    assert above
    assert below
    assert above["y"] + above["height"] <= below["y"]


def test_a_picture_without_words_says_so(phone: Page, telegram: Telegram, aisha: Someone) -> None:
    upload(telegram, png(), chat_id=aisha.id)
    expect(phone.get_by_role("img", name="A picture without a description")).to_be_visible()


def test_the_words_beneath_the_newest_picture_stay_in_sight_once_it_is_drawn(
    phone: Page, telegram: Telegram, aisha: Someone
) -> None:
    for _ in range(9):
        telegram.bot("sendMessage", chat_id=aisha.id, text="Hello. " * 30)
    expect(phone.locator(".message")).to_have_count(10)
    upload(telegram, png(600, 1200), chat_id=aisha.id, caption="A tall map")
    picture = phone.get_by_role("img")
    phone.wait_for_function("image => image.complete && image.clientHeight > 200", arg=picture.element_handle())
    expect(phone.get_by_text("A tall map", exact=True)).to_be_in_viewport()


def test_axe_finds_nothing_wrong_with_a_picture(phone: Page, telegram: Telegram, aisha: Someone) -> None:
    upload(telegram, png(), chat_id=aisha.id, caption="A map of the clinic")
    expect(phone.get_by_role("img")).to_be_visible()
    found = Axe().run(phone, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}).response["violations"]
    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []
