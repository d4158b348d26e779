"""What people come to the console for, from beginning to end, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser as Real
from playwright.sync_api import Page, expect

from bot.broadcasting import Broadcasting
from storage.broadcasting import broadcasts
from storage.broadcasting.broadcast_rows import Broadcast
from storage.letters import claims, outbox
from storage.letters.outbox import SENT, Settled
from storage.staffing import staff_chats
from tests.console import served
from tests.console.office import BOT, PASSWORD, Browser, Office
from tests.console.scenery import WROTE, Scenery
from tests.console.test_broadcasts import press, write
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
        with page.expect_navigation():
            page.get_by_role("link", name=words, exact=True).first.click()


def test_a_lead_makes_a_consultation_from_a_template_opens_it_and_prints_its_sheet_without_scripts(
    browser: Real, scenery: Scenery, site: str
) -> None:
    lead = scenery.office.staff("officer")
    with at_work(browser, site, lead, java_script_enabled=False, viewport={"width": 390, "height": 800}) as page:
        expect(page.get_by_role("heading", name="Today")).to_be_visible()
        go(page, "Engagements", "Make an engagement")
        page.get_by_label("What it is called").fill("What slows you down?")
        page.get_by_label("Staff check").check()
        page.get_by_role("button", name="Make it").click()
        go(page, "Overview")
        phone = page.frame_locator("iframe")
        phone.get_by_role("button", name=re.compile("^1")).first.click()
        expect(phone.get_by_text("Question 2 of 3").first).to_be_visible()
        go(page, "See what would change, and publish")
        page.get_by_role("button", name="Publish it").click()
        page.get_by_role("button", name="Open it").click()
        go(page, "Four to a page")
        expect(page.locator(".sheet svg")).to_have_count(4)
        expect(page.locator(".sheet").get_by_text("What slows you down?").first).to_be_visible()


def test_a_lead_signs_in_chooses_people_in_two_areas_and_hands_in_a_message_by_keyboard_alone(
    browser: Real, scenery: Scenery, site: str
) -> None:
    office = scenery.office
    lead = link_chat(office, office.staff("officer"))
    with at_work(browser, site) as page:
        for words in (lead.me.email, PASSWORD, lead.code()):
            type_in(page, words)
        press_key(page, "Sign in")
        for words in ("Segments", "New segment"):
            press_key(page, words)
        type_in(page, "Near the river", "name")
        type_in(page, "TN1, CT2", "places")
        tick(page, "wants", "invites")
        press_key(page, "Count")
        expect(page.locator(".count")).to_have_text(re.compile("^24"))
        press_key(page, "Save")
        for words in ("Messages", "Write a message"):
            press_key(page, words)
        type_in(page, "Come and see", "title")
        type_in(page, "We have three plans for the clinic. Which do you like? It takes a minute.", "words-en")
        choose(page, "engagement", "Where should the new clinic be?")
        choose(page, "segment", "Near the river")
        press_key(page, "Save")
        press_key(page, "Save and look at the whole")
        press_key(page, "Send it to me")
        expect(page.locator(".said")).to_contain_text("on its way to your own chat")
        press_key(page, "Hand it in")
        expect(page.locator(".said")).to_have_text("Handed in.")
        code = page.url.rpartition("/")[2].partition("?")[0]
    assert look(office, code).state in {"waiting", "scheduled"}  # by whether anybody under 18 still has budget this week


def test_a_colleague_sends_a_message_back_with_a_reason_and_approves_it_once_it_is_better(
    browser: Real, scenery: Scenery, site: str
) -> None:
    lead, colleague = scenery.office.staff("officer"), scenery.office.staff("officer")
    message = invite(lead)
    press(lead, message, "submit")
    with at_work(browser, site, colleague) as page:
        go(page, "To be approved")
        page.get_by_label("What should change?").fill("Say when they hear more")
        page.get_by_role("button", name="Send it back").click()
        expect(page.get_by_text("Sent back", exact=True)).to_be_visible()
    with at_work(browser, site, lead) as page:
        expect(page.get_by_text("Say when they hear more")).to_be_visible()
        go(page, "To be approved", "Change it")
        page.get_by_label("English", exact=True).fill("You hear more in March. Where should the clinic be?")
        page.get_by_role("button", name="Save and look at the whole").click()
        page.get_by_role("button", name="Hand it in").click()
        expect(page.get_by_text("You wrote this, so a colleague has to approve it.")).to_be_visible()
        expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    with at_work(browser, site, colleague) as page:
        go(page, "To be approved")
        page.get_by_role("button", name="Approve").click()
        expect(page.locator(".said")).to_have_text("Approved.")


def test_a_lead_schedules_a_message_for_six_and_sees_who_got_it(browser: Real, scenery: Scenery, site: str) -> None:
    office = scenery.office
    lead, colleague = office.staff("officer"), office.staff("officer")
    message = invite(lead, when="later", local_at="2027-02-01T18:00", title="At six")
    press(lead, message, "submit")
    press(colleague, message, "approve")
    code = message.rpartition("/")[2]
    assert look(office, code).state == "scheduled"
    many = look(office, code).counted
    office.pass_time(hours=6, seconds=1)
    send(office)
    lead = office.staff("officer")
    with at_work(browser, site, lead) as page:
        go(page, "Messages", "At six")
        expect(page.get_by_text("Done", exact=True)).to_be_visible()
        go(page, "Person by person")
        expect(page.get_by_role("row")).to_have_count(many + 1)


def test_an_analyst_filters_and_downloads_figures_and_meets_no_name_anywhere(browser: Real, scenery: Scenery, site: str) -> None:
    with at_work(browser, site, scenery.office.staff("analyst")) as page:
        seen = [page.inner_text("body")]
        menu = page.get_by_role("navigation", name="Console").get_by_role("link")
        assert menu.all_inner_texts() == ["Results", "Segments", "Board"]
        go(page, "Where should the new clinic be?")
        page.locator("select").first.select_option(label="Web page")
        page.get_by_role("button", name="Show only these").click()
        expect(page.locator(".lead strong")).to_have_text("35")
        seen.append(page.inner_text("body"))
        go(page, "Everybody", "Cross two questions")
        seen.append(page.inner_text("body"))
        page.go_back()
        with page.expect_download() as download:
            page.get_by_role("link", name="as CSV").click()
        seen.append(download.value.path().read_text("utf-8"))
        go(page, "Segments")
        seen.append(page.inner_text("body"))
    assert [words for words in ("Łucja", *WROTE) if words in "".join(seen)] == []


def test_a_partner_sees_nothing_but_totals_of_its_own_people(browser: Real, scenery: Scenery, site: str) -> None:
    with at_work(browser, site, scenery.office.staff("partner")) as page:
        assert page.get_by_role("navigation", name="Console").get_by_role("link").all_inner_texts() == ["Results"]
        go(page, "Where should the new clinic be?")
        expect(page.get_by_role("heading", name="Too few to say")).to_be_visible()
        assert not re.search("Telegram|Web page|130|finished[.:]", page.inner_text("main"))
        assert page.goto(f"{site}/console/people").status == 403  # type: ignore[union-attr]


def test_whoever_looks_after_information_finds_no_answer_in_the_audit(browser: Real, scenery: Scenery, site: str) -> None:
    lead = scenery.office.staff("officer", "Noor Ali")
    assert lead.get("/console/inbox/clinic").status_code == 200
    with at_work(browser, site, scenery.office.staff("ig")) as page:
        go(page, "Audit")
        page.get_by_role("button", name="Check all of it").click()
        expect(page.get_by_text("Whole", exact=True)).to_be_visible()
        page.get_by_label("Who").select_option(label="Noor Ali")
        page.get_by_role("button", name="Show these").click()
        expect(page.get_by_role("cell", name="Read texts")).to_be_visible()
        go(page, "Audit")
        told = page.inner_text("body")
    rows = " ".join(" ".join(row) for row in scenery.office.noted())
    assert [words for words in WROTE if words in told or words in rows] == []


# --- What they do with


def invite(lead: Browser, **more: str) -> str:
    """A draft to everybody; returns its address."""
    words = {"words-en": "Where should the new clinic be?", "title": "To be approved", "sort": "service"}
    return write(lead, **words | {"engagement": "clinic"} | more)


def look(office: Office, code: str) -> Broadcast:
    found = office.world.do(lambda db: broadcasts.find(db, office.world.organisation_id, code))
    assert found
    return found


def link_chat(office: Office, one: Browser) -> Browser:
    """Let a colleague have linked their own Telegram."""
    keys, who = office.world.keys, one.me.id

    def work(db: Any) -> None:
        staff_chats.take_code(db, keys, staff_chats.make_code(db, who, office.now), BOT, 4242, office.now)

    office.world.do(work)
    return one


def send(office: Office) -> None:
    """What a running bot does with a message whose time has come, and Telegram with its letters."""
    do, keys, now = office.world.do, office.world.keys, office.now
    office.world.run(Broadcasting(office.world.engine, office.house, lambda: now).look)
    place = (office.world.organisation_id, BOT)
    while letters := do(lambda db: claims.take(db, keys, place, "me", 99, 99, now, say)):
        settled = [Settled(one.id, SENT, lane=one.lane) for one in letters]
        do(lambda db, settled=settled: outbox.settle(db, settled, now))  # type: ignore[misc]
    office.world.run(Broadcasting(office.world.engine, office.house, lambda: now).look)


def focused(page: Page) -> dict[str, str]:
    """What the keyboard is on."""
    held: dict[str, str] = page.evaluate(
        "(e => ({name: e.name || '', value: e.value || '', words: e.tagName === 'SELECT' ? '' : e.innerText || ''}))"
        "(document.activeElement)"
    )
    return held


def tab_to(page: Page, **wanted: str) -> None:
    """Go on with the Tab key until the keyboard is on something. Raises LookupError where it never is."""
    for _ in range(120):
        page.keyboard.press("Tab")
        held = focused(page)
        if all(held[key].strip() == value for key, value in wanted.items()):
            return
    raise LookupError(wanted)


def press_key(page: Page, words: str) -> None:
    """Press Enter on a link or a button."""
    tab_to(page, words=words)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def type_in(page: Page, words: str, name: str = "") -> None:
    """Type into a field: the one of this name, or the next."""
    if name:
        tab_to(page, name=name)
    else:
        field = {"email", "password", "code"}
        while focused(page)["name"] not in field or focused(page)["value"]:
            page.keyboard.press("Tab")
    page.keyboard.type(words)


def tick(page: Page, name: str, value: str) -> None:
    tab_to(page, name=name, value=value)
    page.keyboard.press("Space")


def choose(page: Page, name: str, words: str) -> None:
    """Choose in a list by typing what begins there."""
    tab_to(page, name=name)
    page.keyboard.type(words)
