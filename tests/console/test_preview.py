"""The phone beside the editor: the real engine plays what is written at this moment, and keeps nothing of it."""

from __future__ import annotations

import html
import re

import pytest

from bot.web.console import playing
from storage import schema
from tests.console.office import Browser, Office
from tests.console.test_editor import CLINIC, COMMENTED, draft, fields, save


@pytest.fixture
def ann(office: Office) -> Browser:
    """Give an engagement officer, and an engagement to look at."""
    office.world.engage(source=COMMENTED)
    return office.staff("officer", "Ann Field")


def tap(browser: Browser, page: str, label: str, **more: str) -> str:
    """Press a button on the phone by its words."""
    form = page[page.index('class="chat"') : page.index("</form>", page.index('class="chat"'))]
    keys = re.findall(r'name="phone-act" value="([^"]+)">([^<]+)<', form)
    act = next(act for act, words in reversed(keys) if html.unescape(words) == label)
    acts = re.findall(r'name="phone-acts"[^>]*>\n(.*?)</textarea>', form, re.DOTALL)[0]
    return browser.post(f"{CLINIC}/phone", {**hidden(form), "phone-acts": acts, "phone-act": act, **more}).text


def hidden(form: str) -> dict[str, str]:
    found = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: html.unescape(value) for name, value in found if name != "csrf"}


def test_the_phone_is_played_by_the_engine_from_the_first_question_to_the_last(office: Office, ann: Browser) -> None:
    page = ann.get(f"{CLINIC}/phone").text
    assert "Question 1 of 4" in page
    page = tap(ann, page, "1. I have it")
    page = tap(ann, page, "2. Later in the day")
    assert "Picked: Later in the day" in page
    page = tap(ann, page, "Done")
    page = tap(ann, page, "Skip")
    page = tap(ann, page, "1. Yes")
    assert "Thank you" in page
    assert office.world.count(schema.drafts) == 0  # nothing was kept anywhere


def test_the_phone_is_taken_straight_to_a_question(ann: Browser) -> None:
    page = ann.get(f"{CLINIC}/phone?phone-step=wrong").text
    assert "Question 3 of 4" in page
    assert 'class="bubble you"' not in page
    save(ann, "/steps/4", **{"when-mode": "picked", "pick": "who:care"})
    assert "Question 3 of 4" in ann.get(f"{CLINIC}/phone?phone-step=wrong").text


def test_the_phone_shows_what_is_typed_beside_it_and_keeps_none_of_it(office: Office, ann: Browser) -> None:
    typed = {**fields(ann.get(f"{CLINIC}/steps/2").text), "ask.en": "Words not saved yet?"}
    page = ann.post(f"{CLINIC}/phone", typed).text
    assert "Words not saved yet?" in page
    page = tap(ann, page, "1. I have it")
    assert "Words not saved yet?" in page
    assert draft(office) == ""
    whole = ann.post(f"{CLINIC}/phone", {"phone-of": "text", "text": COMMENTED.replace("Hello", "Good day")}).text
    assert "Good day" in whole


def test_a_question_with_a_fault_is_left_out_and_the_phone_says_so(ann: Browser) -> None:
    ann.post(f"{CLINIC}/text", {"text": COMMENTED.replace('kind = "choice"', 'kind = "chioce"', 1), "version": "0"})
    page = ann.get(f"{CLINIC}/phone").text
    assert "Left out, for there is a fault in it: “who”." in page
    assert "Question 1 of 3" in page


FAULTY = '[[steps]]\nid = "q{}"\nkind = "chioce"\nask.en = "?"\n'


@pytest.mark.parametrize("more", ["", ", {}", ", {}, {}"], ids=lambda more: f"{more.count('{')} at the end")
def test_all_that_have_a_fault_are_taken_out_at_once_wherever_they_stand(more: str) -> None:
    good = '{ id = "a", kind = "yes-no", ask.en = "Is it?" }'
    head = COMMENTED[: COMMENTED.index("[charter]")]
    charter = COMMENTED[COMMENTED.index("[charter]") : COMMENTED.index("[[steps]]")]
    reel = playing.load(f"{head}steps = [{{}}, {{}}, {good}{more}]\n{charter}")
    assert reel.flow
    assert [step.id for step in reel.flow.steps] == ["a"]
    assert reel.left_out == ("1", "2", "4", "5")[: 2 + more.count("{")]


def test_where_too_many_have_a_fault_the_phone_says_so_and_nobody_waits(ann: Browser) -> None:
    some, many = (COMMENTED + "".join(map(FAULTY.format, range(number))) for number in (60, 61))
    ann.post(f"{CLINIC}/text", {"text": some, "version": "0"})
    assert "“q59”." in ann.get(f"{CLINIC}/phone").text
    ann.post(f"{CLINIC}/text", {"text": many, "version": "1"})
    assert "Too many questions have a fault in them." in ann.get(f"{CLINIC}/phone").text


def test_what_shows_on_a_lock_screen_is_the_first_sixty_letters(ann: Browser) -> None:
    save(ann, "/steps/2", ask__en="A question that goes on for a good deal longer than any lock screen shows of it?")
    page = ann.get(f"{CLINIC}/phone").text
    locked = html.unescape(re.findall(r'class="lock".*?<p lang="en">(.*?)</p>', page, re.DOTALL)[0])
    assert len(locked) <= 60
    assert locked.startswith("Question 1 of 4")


def test_the_phone_takes_any_acts_without_harm_and_no_more_than_fit(ann: Browser) -> None:
    acts = ["b99999999.1", "b-1.0", "b0.999", "bx", "w" + "<script>alert(1)</script>", "", "zzz", "w/delete", "w" + "9" * 5000]
    page = ann.post(f"{CLINIC}/phone", {"phone-acts": "\n".join(acts), "phone-step": "nowhere", "phone-band": "x"})
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    full = ann.post(f"{CLINIC}/phone", {"phone-acts": "\n".join(["whello"] * 500)})
    assert "That is enough for one try" in full.text
