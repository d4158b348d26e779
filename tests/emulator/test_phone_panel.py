"""What stands beside the phones, in a real browser: trouble to make, the clock, and what the bot did lately.

`WITHUS_PICTURES=1 python3 -m tests -k picture` puts a picture of the page where docs/emulator.md looks for it.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from emulator.client import Someone, Telegram
from tests.emulator.test_phone_in_a_browser import browser, phone
from tests.house import tree

__all__ = ["browser", "phone"]
PICTURE = tree.ROOT / "docs" / "pictures" / "emulator.png"
LEAST = 15_000  # bytes; a picture of an empty page is smaller
STANDARDS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(params=[1400, 390], ids=["wide", "narrow"])
def width(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def page(browser: Browser, telegram: Telegram, width: int) -> Iterator[Page]:
    """Two phones and what stands beside them; it must have said nothing of errors in the end."""
    shown = browser.new_page(viewport={"width": width, "height": 900})
    errors: list[str] = []
    shown.on("pageerror", lambda error: errors.append(str(error)))
    shown.goto(f"{telegram.url}/")
    expect(shown.locator("section.phone")).to_have_count(2)
    shown.locator(".now:not(:empty)").wait_for(state="attached")
    if width < 1000:
        shown.locator(".panel summary").click()
    yield shown
    shown.close()
    assert errors == []


@pytest.fixture
def reader(page: Page, telegram: Telegram) -> int:
    """Give the id of the first phone's person, who has started the bot."""
    page.get_by_role("button", name="Start").first.click()
    return int(telegram.await_log("send")[0]["person"])


def say(telegram: Telegram, to: int, text: str) -> int:
    return int(telegram.bot("sendMessage", chat_id=to, text=text).get("error_code", 200))


def test_trouble_is_begun_seen_and_ended(page: Page, telegram: Telegram, reader: int) -> None:
    page.get_by_role("button", name="Asked to wait").click()
    expect(page.get_by_role("list", name="In force now")).to_contain_text("Asked to wait (sendMessage): 10 times more")
    expect(page.get_by_role("status").filter(has_text="Asked to wait: begun.")).to_be_visible()
    assert say(telegram, reader, "Hello") == 429
    expect(page.get_by_role("list", name="In force now")).to_contain_text("9 times more")
    page.get_by_role("button", name="End all trouble").click()
    expect(page.get_by_text("Nothing. All is well.")).to_be_visible()
    assert say(telegram, reader, "Hello") == 200


def test_every_button_of_trouble_makes_the_trouble_it_names(page: Page, telegram: Telegram) -> None:
    for button in page.locator(".troubles button").all():
        button.click()
        expect(page.get_by_role("list", name="In force now")).to_contain_text(button.inner_text())
    assert {fault["kind"] for fault in telegram.get("/sim/faults")} == {"429", "outage", "cut-after", "delay", "502", "html"}


def test_the_clock_is_moved_and_says_how_far_it_is_ahead(page: Page, telegram: Telegram) -> None:
    for label in ("1 hour", "1 day", "3 days"):
        page.get_by_role("button", name=label, exact=True).click()
        expect(page.get_by_text(f"The clock went on by {label}.")).to_be_visible()
    expect(page.locator(".now")).to_contain_text("97 hours ahead")
    assert telegram.get("/sim/clock")["ahead"] == 97 * 3600


@pytest.mark.nonsense
def test_what_the_bot_did_is_told_and_what_went_wrong_stands_out(page: Page, telegram: Telegram, reader: int) -> None:
    say(telegram, reader, "Hello")
    say(telegram, 1, "Nobody")
    telegram.bot("sendMessage", chat_id=reader, text="Hello", colour="red")
    lately = page.get_by_role("list", name="What the bot did lately").get_by_role("listitem")
    expect(lately).to_have_text([
        re.compile(r"! sendMessage to \w+: done, unknown: colour"),
        re.compile(r"! sendMessage: refused, Bad Request: chat not found"),
        re.compile(r"(?<!! )sendMessage to \w+: done"),
    ])  # fmt: skip


def test_axe_finds_nothing_wrong_and_nothing_runs_off_the_side(page: Page, telegram: Telegram, reader: int) -> None:
    say(telegram, reader, "Hello")
    telegram.bot("sendPoll", chat_id=reader, question="Which day?", options=[{"text": "Monday"}, {"text": "Friday"}])
    page.get_by_role("button", name="Slow line").click()
    expect(page.get_by_role("radio", name="Friday")).to_be_visible()
    found = Axe().run(page, options={"runOnly": STANDARDS}).response["violations"]
    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_one_phone_alone_has_nothing_beside_it(phone: Page) -> None:
    expect(phone.locator("section.phone")).to_be_visible()
    expect(phone.locator(".panel")).to_be_hidden()


def test_a_vote_is_cast_seen_and_taken_back(phone: Page, telegram: Telegram, aisha: Someone) -> None:
    options = [{"text": "Monday"}, {"text": "Friday"}]
    telegram.bot("sendPoll", chat_id=aisha.id, question="Which day?", options=options, is_anonymous=False)
    phone.get_by_role("group", name="Which day?").get_by_label("Friday").check()
    phone.get_by_role("button", name="Vote").click()
    expect(phone.get_by_text("Friday (your vote)")).to_be_visible()
    expect(phone.get_by_role("progressbar", name="Friday: 1 of 1")).to_be_visible()
    phone.get_by_role("button", name="Take my vote back").click()
    expect(phone.get_by_role("radio", name="Friday")).to_be_visible()
    expect(phone.get_by_text("0 votes")).to_be_visible()
    assert [vote["options"] for vote in telegram.await_log("vote", count=2)] == [[1], []]


def test_several_answers_can_be_chosen_where_the_poll_allows_it(phone: Page, telegram: Telegram, aisha: Someone) -> None:
    options = [{"text": day} for day in ("Monday", "Friday", "Sunday")]
    telegram.bot("sendPoll", chat_id=aisha.id, question="Which days?", options=options, allows_multiple_answers=True)
    phone.get_by_role("checkbox", name="Monday").check()
    phone.get_by_role("checkbox", name="Sunday").check()
    phone.get_by_role("button", name="Vote").click()
    expect(phone.get_by_text("(your vote)")).to_have_count(2)


@pytest.mark.parametrize("asked", ["contact", "location"])
def test_a_key_that_asks_for_something_shares_it(phone: Page, telegram: Telegram, aisha: Someone, asked: str) -> None:
    keys = {"keyboard": [[{"text": "Here it is", f"request_{asked}": True}], [{"text": "Skip"}]]}
    telegram.bot("sendMessage", chat_id=aisha.id, text="May we have it?", reply_markup=keys)
    phone.get_by_role("button", name="Here it is").click()
    assert asked in telegram.await_log("send", count=2)[-1]["content"]


def test_the_last_message_can_be_changed(phone: Page, telegram: Telegram, aisha: Someone) -> None:
    aisha.says("Two of us")
    phone.get_by_text("More", exact=True).click()
    phone.get_by_role("button", name="Change my last message").click()
    box = phone.get_by_role("textbox", name="Message")
    expect(box).to_have_value("Two of us")
    box.fill("Three of us")
    phone.get_by_role("button", name="Change", exact=True).click()
    expect(phone.locator(".message.me").last).to_contain_text("Three of us")
    assert telegram.await_log("edit")[0]["text"] == "Three of us"
    expect(phone.get_by_role("button", name="Send", exact=True)).to_be_visible()


def test_a_deleted_message_goes_from_the_phone(phone: Page, telegram: Telegram, aisha: Someone) -> None:
    message = telegram.bot("sendMessage", chat_id=aisha.id, text="Soon gone")["result"]["message_id"]
    expect(phone.get_by_text("Soon gone")).to_be_visible()
    telegram.bot("deleteMessage", chat_id=aisha.id, message_id=message)
    expect(phone.get_by_text("Soon gone")).to_have_count(0)


def test_the_bot_is_blocked_and_let_in_again(phone: Page, telegram: Telegram, aisha: Someone) -> None:
    phone.get_by_text("More", exact=True).click()
    phone.get_by_role("button", name="Block the bot").click()
    expect(phone.get_by_role("button", name="Unblock the bot")).to_be_visible()
    assert say(telegram, aisha.id, "Hello") == 403
    phone.get_by_role("button", name="Unblock the bot").click()
    expect(phone.get_by_role("textbox", name="Message")).to_be_visible()


def test_the_picture_in_the_documents_is_one_of_this_page(
    page: Page, telegram: Telegram, reader: int, tmp_path: Path, width: int
) -> None:
    page.locator(".phone").last.locator(".start").click()
    other = int(telegram.await_log("send", count=2)[1]["person"])
    buttons = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}, {"text": "No", "callback_data": "n"}]]}
    telegram.bot("sendMessage", chat_id=reader, text="Are you coming on Friday?", reply_markup=buttons)
    telegram.bot("sendPoll", chat_id=other, question="What shall we eat?", options=["Soup", "Bread and cheese"])
    page.get_by_label("Soup").check()
    page.get_by_role("button", name="Vote").click()
    expect(page.get_by_text("Soup (your vote)")).to_be_visible()
    page.get_by_role("button", name="Asked to wait").click()
    expect(page.get_by_role("list", name="In force now")).to_contain_text("10 times more")
    say(telegram, reader, "You are one of us.")
    expect(page.locator(".lately .bad")).to_have_count(1)
    expect(page.get_by_role("list", name="In force now")).to_contain_text("9 times more")
    taken = PICTURE if os.environ.get("WITHUS_PICTURES") and width > 1000 else tmp_path / "emulator.png"
    page.screenshot(path=taken)
    assert taken.stat().st_size > LEAST
    assert PICTURE.stat().st_size > LEAST
    assert f"pictures/{PICTURE.name}" in (tree.ROOT / "docs" / "emulator.md").read_text("utf-8")
