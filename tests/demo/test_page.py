"""What a person sees and does on the demo's page, in a real browser."""

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FrameLocator, Page, expect

from tests.demo.conftest import PATIENCE, PEOPLE
from tests.demo.demos import NEIGHBOURS, Demo
from tests.house import tree

ADULTS, YOUNG = "long-covid-tell-us-once", "what-should-we-fix-first"
WORKSHOP, MEETING = "workshop-design-the-next-step", "reference-group-are-you-coming"


def phone(page: Page, number: int = 0) -> FrameLocator:
    return page.frame_locator("iframe.phone").nth(number)


def tap(on: FrameLocator, *labels: str) -> None:
    for label in labels:
        on.get_by_role("button", name=label, exact=True).last.click()


def see(on: FrameLocator | Page, words: str | re.Pattern[str]) -> None:
    expect(on.get_by_text(words).last).to_be_visible(timeout=PATIENCE)


def test_a_person_taps_through_a_consultation_and_is_thanked(page: Page) -> None:
    mine = phone(page)
    tap(mine, "Start", "4. 18 or over", "1. I have long covid", "2. Breathing", "4. Pain", "Done", "2. Appointments nearer home")
    see(mine, "What is one thing we should not get wrong?")
    mine.get_by_role("textbox", name="Message").fill("Please listen")
    tap(mine, "Send", "1. Yes")
    see(mine, "That was the last question")


def test_a_second_phone_can_be_added_and_hidden(page: Page) -> None:
    expect(page.locator("#second")).to_be_hidden()
    page.get_by_role("button", name="Add a second phone").click()
    tap(phone(page, 1), "Start")
    see(phone(page, 1), "how old are you?")
    page.get_by_role("button", name="Hide the second phone").click()
    expect(page.locator("#second")).to_be_hidden()


def test_the_results_fill_and_the_crowd_is_counted_as_the_bot_counts_it(page: Page, demo: Demo) -> None:
    results = page.frame_locator("#results")
    see(results, "Last updated on")
    see(results, "I have long covid")
    expect(page.locator("#crowd")).to_contain_text(re.compile(rf"\d+ of {PEOPLE} pretend people have finished"))
    counted, on_the_way = count_all(page)
    on_phones = 2
    assert counted <= finished(demo.config) <= counted + on_the_way + on_phones
    assert counted > PEOPLE / 2


def count_all(page: Page) -> tuple[int, int]:
    """How many of the crowd have finished, and how many are on the way, once these are few: other tests move the clock."""
    deadline = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < deadline:
        now = page.evaluate(f"fetch('/now?show={ADULTS}').then(answer => answer.json())")
        on_the_way = now["invited"] - now["finished"] - now["left"]
        if on_the_way <= PEOPLE // 10:
            return int(now["finished"]), int(on_the_way)
        page.wait_for_timeout(100)
    raise AssertionError(f"still answering: {now}")


def finished(config: Path) -> int:
    command = [sys.executable, "-m", "bot", "results", ADULTS, "--format", "json", "--config", str(config)]
    done = subprocess.run(command, cwd=tree.ROOT, check=True, capture_output=True)
    return int(json.loads(done.stdout)["people"]["finished"])


def test_the_bot_comes_back_after_the_plug_is_pulled_and_the_conversation_goes_on(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.url}?show={YOUNG}")
    mine = phone(page)
    tap(mine, "Start", "3. 16 or 17")
    see(mine, "Which part needs the most work?")
    page.get_by_role("button", name="Pull the plug").click()
    see(page, "The bot is off.")
    tap(mine, "1. Getting help sooner")
    see(page, re.compile(r"off for \d+\.\d seconds and is back\. \d+ taps? .*waiting; none was lost\."))
    see(mine, "How should we work on it together?")
    tap(mine, "1. An online chat", "3. No, thank you")
    see(mine, "That was the last question")
    see(page.frame_locator("#results"), "What should we fix first?")


def test_moving_the_clock_moves_the_time_in_the_demo(page: Page) -> None:
    page.get_by_role("button", name="Tomorrow, 9 am").click()
    see(page, re.compile(r"In the demo it is now .*, 09:0\d\."))
    first = page.locator(".clock").inner_text()
    page.get_by_role("button", name="1 hour").click()
    see(page, re.compile(r"In the demo it is now .*, 10:0\d\."))
    assert page.locator(".clock").inner_text() != first
    page.get_by_role("button", name="3 days").click()
    see(page, re.compile(r"In the demo it is now .*, 10:0\d\."))
    page.get_by_role("button", name="1 week").click()
    see(page, re.compile(r"In the demo it is now .*, 10:0\d\."))
    with page.expect_response(re.compile(r"/console/results/.*live")) as renewed:
        pass
    assert renewed.value.status == 200


def test_more_people_come_when_they_are_asked_for(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.url}?show={YOUNG}")
    page.get_by_role("button", name="More people answer").click()
    expect(page.locator("#crowd")).to_contain_text(f"of {PEOPLE * 2 // 5 + 50} ")


def test_the_last_place_is_given_back_and_offered_to_who_waits_on_the_second_phone(page: Page) -> None:
    page.get_by_role("link", name="A workshop with one place left").click()
    page.get_by_role("button", name="Add a second phone").click()
    first, second = phone(page), phone(page, 1)
    for mine, told in ((first, "You have a place:"), (second, "You are number 1 on the waiting list.")):
        tap(mine, "Start", "4. 18 or over")
        mine.get_by_role("button", name=re.compile(r"^1\. \w{3} \d")).last.click()
        see(mine, re.compile(re.escape(told)))
    tap(first, "3. I can’t come")
    tap(second, "1. Yes, I’ll take it")
    see(second, "You have a place:")
    page.get_by_role("button", name="Look again").click()
    see(page.frame_locator("#results"), "6 of 6 places taken")


def test_the_member_on_the_phone_has_seen_the_date_and_staff_see_the_seats(page: Page) -> None:
    page.get_by_role("link", name="A group one reply short").click()
    see(phone(page), "Tap a date to reply, or type its number.")
    see(page.frame_locator("#results"), "Young person, lived experience")


@pytest.mark.parametrize(
    "width, show", [(1280, ADULTS), (820, ADULTS), (390, ADULTS), (320, ADULTS), (390, WORKSHOP), (1280, MEETING), (320, MEETING)]
)
def test_the_page_fits_its_window_and_has_no_barriers(width: int, show: str, page: Page, demo: Demo) -> None:
    page.goto(f"{demo.url}?show={show}")
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["target"]) for one in found] == []


def test_everything_can_be_reached_with_the_keyboard_alone(page: Page) -> None:
    page.locator("#add").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#second")).to_be_visible()
    for name in ("Sam Lee", "Alex Kim"):
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name=name)).to_be_focused()
    for name in ("More people answer", "Pull the plug", "10 minutes", "1 hour", "Tomorrow, 9 am", "3 days", "1 week"):
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name=name)).to_be_focused()


def test_a_message_written_by_one_and_approved_by_another_is_accounted_for_though_the_plug_is_pulled(
    page: Page, demo: Demo
) -> None:
    see(page, f"{NEIGHBOURS} of {NEIGHBOURS} pretend neighbours have joined.")
    assert page.context.browser
    sam = page.context.browser.new_page()
    sam.goto(f"{demo.url}console/sam")
    sam.get_by_role("link", name="Messages").click()
    sam.get_by_role("link", name="Write a message").first.click()
    sam.get_by_label("Title").fill("Spring workshop")
    sam.get_by_label("English", exact=True).fill("Would you like to come to a workshop in spring? There is lunch.")
    sam.get_by_role("button", name="Save", exact=True).click()
    sam.get_by_role("button", name="Save and look at the whole").click()
    expect(sam.locator("#audience .count")).to_have_text(str(NEIGHBOURS), timeout=PATIENCE)
    sam.get_by_role("button", name="Hand it in").click()
    see(sam, "a colleague has to approve it")
    message = sam.url
    sam.goto(f"{demo.url}console/alex")
    sam.goto(message)
    sam.get_by_role("button", name="Approve").click()
    see(sam, "Until then you can take it back")
    page.get_by_role("button", name="10 minutes").click()
    page.get_by_role("button", name="Pull the plug").click()
    see(page, "The bot is off.")
    see(page, re.compile(r"off for \d+\.\d seconds and is back"))
    sam.goto(message)
    expect(sam.locator("#progress .count")).to_have_text(str(NEIGHBOURS), timeout=PATIENCE)
    see(sam, f"of {NEIGHBOURS} are accounted for.")
    sam.close()
