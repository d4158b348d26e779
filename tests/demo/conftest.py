"""One demo and one browser for all the tests of the demo's page."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests import chromium
from tests.demo import demos
from tests.demo.demos import Demo

PEOPLE = 150 if os.environ.get("WITHUS_PICTURES") else 30


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with demos.running(tmp_path_factory.mktemp("demo"), PEOPLE) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    try:
        options = chromium.options()
    except LookupError as reason:
        pytest.skip(str(reason))
    with sync_playwright() as playwright, playwright.chromium.launch(**options) as launched:
        yield launched


@pytest.fixture
def page(browser: Browser, demo: Demo) -> Iterator[Page]:
    """The demo's page on a laptop; it must have said nothing of errors in the end."""
    shown = browser.new_page(viewport={"width": 1280, "height": 800})
    shown.set_default_timeout(PATIENCE)
    errors: list[str] = []
    shown.on("pageerror", lambda error: errors.append(str(error)))
    shown.goto(demo.url)
    yield shown
    shown.close()
    assert errors == []


PATIENCE = 60_000  # ms; much longer than it takes, for machines that have other things to do
