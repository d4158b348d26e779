"""An engagement made in a real browser: with and without scripts, by keyboard alone, at every width, and checked by axe."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from storage import engagements
from storage.staffing import drafts
from tests import chromium
from tests.console import served
from tests.console.office import Office
from tests.console.test_engagements import READY
from tests.storage.world import NOON

LIST = "/console/engagements"
EVERYDAY = ("/steps/2", "/text")
OTHERS = (
    "/charter?language=ur",
    "/steps",
    "/steps/3",
    "/editions",
    "/links",
    "/sheet?layout=4",
    "/publish",
    "/close",
    "/charter",
)
TAGS = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}
SCRIPTED = [pytest.param(True, id="with scripts"), pytest.param(False, id="without scripts")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give one browser for all these tests."""
    try:
        options = chromium.options()
    except LookupError as reason:
        pytest.skip(str(reason))
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(**options)


@pytest.fixture
def clinic(office: Office) -> Iterator[tuple[Office, str]]:
    """Give the console with an engagement that is open, changed once, and being changed again."""
    one = office.world.engage(source=READY)
    office.world.engage(source=READY.replace("By phone", "By telephone"))
    office.world.do(lambda db: engagements.make_link(db, one, "The library", NOON))
    changed = READY.replace("Hello", "Hurry, this is your last chance").replace("What would help first?", "What helps?")
    office.world.do(lambda db: drafts.save(db, one.organisation_id, "clinic", changed, drafts.NEW, "ann", NOON))
    with served.serve(office) as address:
        yield office, address


def open_page(browser: Browser, clinic: tuple[Office, str], path: str, **options: Any) -> Page:
    office, address = clinic
    context = browser.new_context(**options)
    served.sign_in(context, address, office.staff("officer", "Ann Field"))
    page = context.new_page()
    page.goto(address + path)
    return page


def inspect(browser: Browser, clinic: tuple[Office, str], paths: Iterable[str], width: int, scheme: Any) -> None:
    page = open_page(browser, clinic, LIST, viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
    for path in paths:
        page.goto(clinic[1] + path)
        found = Axe().run(page, options=TAGS)
        assert found.response["violations"] == [], f"{path}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_axe_finds_nothing_wrong_and_no_page_is_wider_than_a_small_phone(browser: Browser, clinic: tuple[Office, str]) -> None:
    inspect(browser, clinic, (f"{LIST}/clinic{each}" for each in EVERYDAY), 320, "light")


@pytest.mark.long
@pytest.mark.parametrize("width, scheme", [(320, "dark"), (390, "light"), (1280, "dark")])
def test_axe_finds_nothing_wrong_on_any_page_at_any_width(
    browser: Browser, clinic: tuple[Office, str], width: int, scheme: str
) -> None:
    paths = (LIST, "/console/engagements/+new", *(f"{LIST}/clinic{each}" for each in (*EVERYDAY, *OTHERS)))
    inspect(browser, clinic, paths, width, scheme)


@pytest.mark.parametrize("scripts", SCRIPTED)
def test_a_consultation_is_made_from_a_template_with_the_phone_beside_it_and_published(
    browser: Browser,
    clinic: tuple[Office, str],
    scripts: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    office, _ = clinic
    said: list[str] = []
    page = open_page(browser, clinic, LIST, viewport={"width": 390, "height": 800}, java_script_enabled=scripts)
    page.on("console", lambda message: said.append(message.text))
    page.get_by_role("link", name="Make an engagement").click()
    page.get_by_label("What it is called").fill("The garden")
    page.get_by_label("Tell us once: living with long covid").check()
    page.get_by_role("button", name="Make it").click()
    page.get_by_label("Who decides").fill("The garden group")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="Go to the questions").click()
    page.get_by_role("link", name="Which best describes you?").click()
    phone = page.frame_locator("iframe")
    page.get_by_role("textbox", name="The question", exact=False).fill("Who are you here for?")
    if scripts:  # leaving the field is enough
        page.get_by_label("People can skip this question").focus()
    else:
        page.get_by_role("button", name="Show my changes on the phone").click()
    expect(phone.get_by_text("Who are you here for?").first).to_be_visible()
    phone.get_by_role("button", name="I have long covid").click()
    expect(phone.get_by_text("What makes your week hardest?").first).to_be_visible()
    assert "garden" in draft(office, "the-garden")["title"]["en"]
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    assert draft(office, "the-garden")["steps"][0]["ask"]["en"] == "Who are you here for?"
    page.get_by_role("link", name="Publish …").click()
    page.get_by_role("button", name="Publish it").click()
    expect(page.get_by_role("status")).to_contain_text("Published.")
    assert office.world.do(lambda db: engagements.find(db, office.world.organisation_id, "the-garden"))
    assert said == []


def draft(office: Office, slug: str) -> dict[str, Any]:
    kept = office.world.do(lambda db: drafts.find(db, office.world.organisation_id, slug))
    return tomllib.loads(kept.source) if kept else {}


def test_a_question_is_changed_and_played_with_the_keyboard_alone(browser: Browser, clinic: tuple[Office, str]) -> None:
    page = open_page(browser, clinic, f"{LIST}/clinic/steps/2")

    def tab_to(words: str) -> None:
        for _ in range(80):
            page.keyboard.press("Tab")
            held = "e => e.tagName === 'IFRAME' ? e.contentDocument.activeElement : e"
            told = page.evaluate(f"(({held})(document.activeElement)).innerText || (({held})(document.activeElement)).name || ''")
            if told == words:
                return
        raise LookupError(words)

    tab_to("ask.en")
    page.keyboard.press("Control+A")
    page.keyboard.type("Who are you?")
    tab_to("Save")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Saved.")
    tab_to("2. I care for someone")
    page.keyboard.press("Enter")
    expect(page.frame_locator("iframe").get_by_text("What helps?").first).to_be_visible()
    assert draft(clinic[0], "clinic")["steps"][1]["ask"]["en"] == "Who are you?"


def test_each_sheet_fits_one_page_of_paper_whole(browser: Browser, clinic: tuple[Office, str]) -> None:
    clinic[0].world.engage(source=READY.replace("The new clinic", "A title as long as it may be at all, " * 5))
    page = open_page(browser, clinic, LIST, viewport={"width": 703, "height": 1032})  # A4 without its margins
    page.emulate_media(media="print")
    for layout in ("1", "4", "8"):
        page.goto(f"{clinic[1]}{LIST}/clinic/sheet?layout={layout}")
        assert re.findall(rb"/Count (\d+)", page.pdf(prefer_css_page_size=True)) == [b"1"]
        cut = "[...document.querySelectorAll('.label')].filter(one => one.scrollHeight > one.clientHeight + 1).length"
        assert page.evaluate(cut) == 0, layout
