"""The browser that was found shows pages to the tests."""

import pytest
from playwright.sync_api import sync_playwright

from tests import chromium


def test_the_browser_reads_text_from_a_page_of_ours() -> None:
    try:
        options = chromium.options()
    except LookupError as reason:
        pytest.skip(str(reason))
    with sync_playwright() as playwright, playwright.chromium.launch(**options) as browser:
        page = browser.new_page()
        page.set_content("<p>Nothing about us without us</p>")
        assert page.inner_text("p") == "Nothing about us without us"
