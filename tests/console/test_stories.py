"""What people come to the console for, from beginning to end, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Browser as Real
from playwright.sync_api import Page, expect

from bot.broadcasting import Broadcasting
from storage import claims, outbox, staff_chats
from storage.broadcast_rows import Broadcast
from storage.outbox import SENT, Settled
from tests.console import served
from tests.console.office import BOT, PASSWORD, Browser, Office
from tests.console.scenery import PLACES, WROTE, Scenery
from tests.console.test_broadcasts import LIST, press, write
from tests.sending.mailing import say

PATIENCE = 10_000  # milliseconds


@contextmanager
def at_work(browser: Real, site: str, colleague: Browser | None = None, **options: Any) -> Iterator[Page]:
    """The browser of a colleague who has signed in, or of somebody at the door."""
    context = browser.new_context(accept_downloads=True, **options)
    context.set_default_timeout(PATIENCE)
    if colleague:
        served.sign_in(context, site, colleague)
    page = context.new_page()
    page.goto(f"{site}/console/")
    try:
        yield page
    finally:
        context.close()


def go(page: Page, *links: str) -> None:
    """Follow links by their words."""
    for words in links:
        page.get_by_role("link", name=words, exact=True).first.click()


def test_a_lead_makes_a_consultation_from_a_template_opens_it_and_prints_its_sheet_without_scripts(
    browser: Real, scenery: Scenery, site: str
) -> None:
    lead = scenery.office.staff("officer")
    with at_work(browser, site, lead, java_script_enabled=False, viewport={"width": 390, "height": 800}) as page:
        expect(page.get_by_role("heading", name="Today")).to_be_visible()
        go(page, "Engagements", "Make an engagement")
        page.get_by_label("What it is called").fill("What slows you down?")
        page.get_by_label("Staff check", exact=False).check()
        page.get_by_role("button", name="Make it").click()
        go(page, "Questions")
        page.get_by_role("main").get_by_role("link").filter(has_text="?").first.click()
        print(page.url, page.inner_text("main"))
