"""The pages in a real browser: at every width, without scripts, renewed under the reader's eyes, and checked by axe."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from storage.engagements import Engagement
from storage.figures import releases
from tests import chromium
from tests.storage.world import NOON, SOURCE, World, pick, write
from tests.web import kinds
from tests.web.site import serve

WIDTHS = (320, 390, 1280)
PATHS = ("/console/results", "/console/results/clinic?live=1", "/console/results/ward", "/console/results/kinds", "/nowhere")
MORE = tuple(f"/console/results/kinds/{part}" for part in ("compare", "cross", "heard", "report", "picture"))
"""Looked at once narrow and once wide."""


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
def clinic(world: World) -> Engagement:
    """Give an engagement with a release, beside one that is empty."""
    made = world.engage(source=SOURCE.replace("I have it", "I have had it for longer than I can remember"))
    finish(world, made, 43)
    world.engage(source=SOURCE.replace('id = "clinic"', 'id = "ward"'))
    kinds.fill(world)
    return made


def finish(world: World, engagement: Engagement, people: int) -> None:
    firsts = (pick("nearer", "phone") if number % 3 else pick("later") for number in range(people))
    world.answer_all(engagement, [{"who": pick("have"), "first": first, "wrong": write("words")} for first in firsts])
    world.do(lambda db: releases.make(db, engagement, NOON))


@pytest.fixture
def site(world: World, clinic: Engagement) -> Iterator[str]:  # noqa: ARG001  it is there to be seen
    """Give the address of the pages."""
    with serve(world) as (address, cookies):
        SIGNED_IN[:] = cookies
        yield address


SIGNED_IN: list[Any] = []
"""The cookies of whoever is signed in just now."""


def new_page(browser: Browser, width: int = 1280, height: int = 800, **more: Any) -> Page:
    """A page in a browser in which somebody is signed in."""
    context = browser.new_context(viewport={"width": width, "height": height}, **more)
    context.add_cookies(SIGNED_IN)
    return context.new_page()


def open_page(browser: Browser, address: str, width: int = 1280, **more: Any) -> Page:
    page = new_page(browser, width, **more)
    page.goto(address)
    return page


@pytest.mark.parametrize(
    "width, scheme",
    [(320, "light"), (1280, "dark"), *(pytest.param(*one, marks=pytest.mark.long) for one in ((320, "dark"), (1280, "light")))],
)
def test_axe_finds_nothing_wrong_on_any_page(browser: Browser, site: str, width: int, scheme: str) -> None:
    for path in PATHS + MORE if (width, scheme) in {(320, "light"), (1280, "dark")} else PATHS:
        page = open_page(browser, site + path, width, color_scheme=scheme, bypass_csp=True)
        tags = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}
        found = Axe().run(page, options=tags)
        assert found.response["violations"] == [], f"{path}: {found.generate_report()}"
        page.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_the_window(browser: Browser, site: str, width: int) -> None:
    for path in PATHS + MORE if width == 320 else PATHS:
        page = open_page(browser, site + path, width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        outside = page.evaluate(
            "[...document.querySelectorAll('main *')].filter(each => !each.closest('.wide')"
            " && each.getBoundingClientRect().right > innerWidth + 1).length"
        )
        assert outside == 0
        page.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_words_in_a_chart_lie_on_no_others_and_can_be_read(browser: Browser, site: str, width: int) -> None:
    page = open_page(browser, f"{site}/console/results/kinds", width)
    for chart in page.locator(".chart").all():
        boxes = [box for part in chart.locator("text").all() if (box := part.bounding_box())]
        assert all(box["height"] >= 12 for box in boxes)
        for one, other in combinations(boxes, 2):
            across = min(one["x"] + one["width"], other["x"] + other["width"]) - max(one["x"], other["x"])
            down = min(one["y"] + one["height"], other["y"] + other["height"]) - max(one["y"], other["y"])
            assert across < 2 or down < 0.4 * one["height"], chart.inner_text()


def test_a_page_works_without_scripts(browser: Browser, site: str) -> None:
    page = open_page(browser, f"{site}/console/results", java_script_enabled=False)
    page.get_by_role("link", name="The new clinic").first.click()
    assert page.get_by_role("heading", level=1).inner_text() == "The new clinic"
    assert page.get_by_role("table").count() == 2


def test_a_page_breaks_no_rule_of_its_own_and_asks_nothing_of_others(browser: Browser, site: str) -> None:
    page = new_page(browser)
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site}/console/results/clinic?live=1")
    assert said == []
    assert asked
    assert all(url.startswith(site) for url in asked)


def test_a_live_page_shows_new_figures_and_leaves_the_reader_where_they_are(browser: Browser, site: str, world: World) -> None:
    school = world.engage(source=SOURCE.replace('id = "clinic"', 'id = "school"'))
    finish(world, school, 10)  # all stars, so no chart yet: with one the first question grows
    page = new_page(browser, 320, 500)
    page.clock.install()
    page.goto(f"{site}/console/results/school?live=1")
    page.locator("#live").focus()
    page.evaluate("document.getElementById('question-2').scrollIntoView()")
    before = page.locator("#question-2").bounding_box()
    finish(world, school, 40)
    page.clock.run_for(5000)
    expect(page.locator(".lead strong")).to_have_text("50")
    after = page.locator("#question-2").bounding_box()
    assert before
    assert after
    assert abs(before["y"] - after["y"]) < 2
    assert page.evaluate("document.activeElement.id") == "live"
    expect(page.get_by_role("status")).to_have_text("The figures were renewed.")


def test_a_live_page_that_cannot_be_renewed_says_so_and_keeps_its_figures(browser: Browser, site: str) -> None:
    page = new_page(browser)
    page.clock.install()
    page.goto(f"{site}/console/results/clinic?live=1")
    page.context.set_offline(offline=True)
    page.clock.run_for(5000)
    expect(page.get_by_role("status")).to_contain_text("could not be renewed")
    expect(page.locator(".lead strong")).to_have_text("45")


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_moves_when_the_keyboard_comes_to_the_first_link_and_leaves_it(browser: Browser, site: str, width: int) -> None:
    page = open_page(browser, f"{site}/console/results/clinic", width)
    places = "[...document.querySelectorAll('h1, .top, main a')].map((one) => one.getBoundingClientRect().top)"
    before = page.evaluate(places)
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport(ratio=1)
    assert page.evaluate(places) == before


def test_every_link_can_be_reached_and_seen_with_the_keyboard(browser: Browser, site: str) -> None:
    page = open_page(browser, f"{site}/console/results/clinic")
    wanted = page.locator("main a, main button, main select, main [tabindex='0']").count()
    seen: list[str] = []
    while "Keep this page up to date by itself" not in seen:
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.innerText"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid", seen
        assert len(seen) < 60
    assert seen[0] == "Skip to the content"
    assert len(seen[seen.index("All results") :]) == wanted
