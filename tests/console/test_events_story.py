"""A secretary and a workshop, from its dates to who came, in a real browser."""

from __future__ import annotations

from playwright.sync_api import Browser as Real
from playwright.sync_api import expect

from tests.console import workshops
from tests.console.scenery import Scenery
from tests.console.test_events import dates, sign_up
from tests.console.test_stories import at_work, go


def test_a_secretary_makes_two_dates_sees_who_signs_up_calls_one_off_and_notes_who_came(
    browser: Real, scenery: Scenery, site: str
) -> None:
    office = scenery.office
    secretary = office.staff("secretary")
    with at_work(browser, site, secretary, java_script_enabled=False, viewport={"width": 390, "height": 800}) as page:
        for day in ("2027-06-09", "2027-06-16"):
            page.goto(f"{site}/console/events/{workshops.SLUG}")
            go(page, "Add a date")
            page.locator("#day").fill(day)
            page.locator("#reply_day").fill("")
            page.get_by_role("button", name="Add it").click()
        one, other = dates(office)[-2:]
        (code,) = sign_up(office, one)
        sign_up(office, other)
        page.goto(f"{site}/console/dates/{other.code}")
        go(page, "Cancel it")
        page.locator("#why").fill("The hall is being mended.")
        page.get_by_role("button", name="Show me the message").click()
        expect(page.get_by_text("1 person is told once")).to_be_visible()
        expect(page.locator(".as-typed")).to_contain_text("The hall is being mended.")
        page.get_by_role("button", name="Cancel it and tell them").click()
        expect(page.get_by_text("It is cancelled. Whoever signed up is told.")).to_be_visible()
        page.goto(f"{site}/console/dates/{one.code}")
        expect(page.get_by_role("region", name="Have a place").get_by_text(code)).to_be_visible()
        go(page, "Note who came")
        page.get_by_role("checkbox").first.check()
        page.get_by_role("button", name="Save").first.click()
        page.goto(f"{site}/console/dates/{one.code}")
        expect(page.get_by_role("region", name="Have a place").first.get_by_text("Came")).to_be_visible()
