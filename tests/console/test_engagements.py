"""Engagements in the console: made, brought in, published, opened, copied, closed, and their ways in."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
from sqlalchemy import insert, select

from bot.manuscript import changes
from bot.web.console.differences import sentences
from storage import engagements, history, schema
from storage.engagements import CLOSED, CONSOLE, OPEN, Engagement
from storage.history import Edition
from storage.staffing import drafts
from tests import paint
from tests.console.office import BOT, Browser, Office
from tests.storage.world import NOON, SOURCE, pick

LIST = "/console/engagements"
CLINIC = f"{LIST}/clinic"
READY = SOURCE.format(identity="confidential").replace('"everyone"', '"adults"')
READY = READY.replace('id = "wrong"\nkind = "text"', 'id = "wrong"\nkind = "place"')


@pytest.fixture
def ann(office: Office) -> Browser:
    """Give an engagement officer at work."""
    return office.staff("officer", "Ann")


def found(office: Office, slug: str = "clinic") -> Engagement | None:
    return office.world.do(lambda db: engagements.find(db, office.world.organisation_id, slug))


def draft(office: Office, slug: str = "clinic") -> str:
    kept = office.world.do(lambda db: drafts.find(db, office.world.organisation_id, slug))
    return kept.source if kept else ""


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page))


def bring(browser: Browser, content: bytes | str, name: str = "file.toml") -> Any:
    body = content.encode() if isinstance(content, str) else content
    return browser.post("/console/engagements/+file", files={"file": (name, body)})


def publish(browser: Browser, slug: str = "clinic") -> Any:
    return browser.press(f"{LIST}/{slug}/publish", f"{LIST}/{slug}/publish")


# --- Publishing


def test_a_draft_is_published_with_the_editor_as_who_wrote_it(office: Office, ann: Browser) -> None:
    bring(ann, READY)
    assert "Nobody can answer it before you open it" in ann.get(f"{CLINIC}/publish").text
    assert publish(ann).headers["location"] == CLINIC
    one = found(office)
    assert one
    assert [edition.origin for edition in editions(office, one)] == [CONSOLE]
    assert draft(office) == ""
    assert [what for _, what, _ in office.noted()[-2:]] == ["begin-draft", "publish-engagement"]


def editions(office: Office, one: Engagement) -> list[Edition]:
    return office.world.do(lambda db: history.editions_of(db, one))


def test_a_draft_with_a_fault_is_kept_and_not_published_and_says_why(office: Office, ann: Browser) -> None:
    bring(ann, READY)
    faults = (("choice", "chioce"), ("Hello", "Hurry, this is your last chance"), ("[charter]", "[charter"))
    for version, (good, bad) in enumerate(faults, 1):
        ann.post(f"{CLINIC}/text", {"text": READY.replace(good, bad), "version": str(version)})
        assert bad in draft(office)
        assert "cannot be published yet" in ann.get(f"{CLINIC}/publish").text
        answer = ann.post(f"{CLINIC}/publish", {"version": str(version + 1), "over": ""})
        assert answer.headers["location"] == f"{CLINIC}/publish"
        assert found(office) is None


def test_a_finding_answered_with_a_reason_stands_in_nobodys_way(office: Office, ann: Browser) -> None:
    bring(ann, READY.replace('ask.en = "Hello"', 'ask.en = "Hurry, this is your last chance"'))
    fields = {"rule": "pressure", "at": "steps.hello.ask", "why": "Only a test of the house, agreed with Bob"}
    assert 'name="rule" value="pressure"><input type="hidden" name="at" value="steps.hello.ask"' in ann.get(CLINIC).text
    ann.post(f"{CLINIC}/finding", {**fields, "why": "no"})
    assert "overrides" not in draft(office)
    ann.post(f"{CLINIC}/finding", fields)
    assert tomllib.loads(draft(office))["overrides"] == [fields]
    assert publish(ann).headers["location"] == CLINIC
    before = hidden(ann.get(CLINIC).text[ann.get(CLINIC).text.index("Left as it is") :])
    ann.post(f"{CLINIC}/finding", {"act": "take-back", "place": "0", "was": before["was"]})
    assert "overrides" not in tomllib.loads(draft(office))


def test_what_answers_forbid_is_said_and_not_published(office: Office, ann: Browser) -> None:
    office.world.engage()
    ann.post(f"{CLINIC}/text", {"text": SOURCE.format(identity="named"), "version": "0"})
    assert "people were promised" in ann.get(f"{CLINIC}/publish").text


def test_a_draft_of_another_id_is_not_published(office: Office, ann: Browser) -> None:
    bring(ann, READY)
    ann.post(f"{CLINIC}/text", {"text": READY.replace('id = "clinic"', 'id = "other"'), "version": "1"})
    assert "The id is &#34;other&#34; here" in ann.get(f"{CLINIC}/publish").text
    ann.post(f"{CLINIC}/publish", {"version": "2", "over": ""})
    assert (found(office), found(office, "other")) == (None, None)


def test_a_file_that_changed_meanwhile_is_shown_before_it_is_overwritten(office: Office, ann: Browser) -> None:
    office.world.engage(source=READY)
    ann.post(f"{CLINIC}/text", {"text": READY.replace("Hello", "Welcome"), "version": "0"})
    old = hidden(ann.get(f"{CLINIC}/publish").text)
    office.world.engage(source=READY.replace("Hello", "Good day"))
    assert ann.post(f"{CLINIC}/publish", {"version": "1", "over": old["over"]}).headers["location"] == f"{CLINIC}/publish"
    page = ann.get(f"{CLINIC}/publish").text
    assert "changed after this draft was begun" in page
    assert "<del>Good day</del>" in page
    assert publish(ann).headers["location"] == CLINIC


def test_a_draft_thrown_away_is_gone_and_the_engagement_stays(office: Office, ann: Browser) -> None:
    office.world.engage(source=READY)
    ann.post(f"{CLINIC}/text", {"text": READY.replace("Hello", "Welcome"), "version": "0"})
    ann.post(f"{CLINIC}/discard", {"version": "7"})
    assert draft(office)
    ann.press(CLINIC, f"{CLINIC}/discard")
    assert draft(office) == ""
    assert found(office)


# --- Opening, closing, copying


def test_it_opens_with_a_link_and_closes_after_saying_who_is_in_the_middle(office: Office, ann: Browser) -> None:
    bring(ann, READY)
    publish(ann)
    assert ann.press(CLINIC, f"{CLINIC}/open").headers["location"] == f"{CLINIC}/links"
    one = found(office)
    assert one
    assert one.state == OPEN
    assert "start=" in ann.get(f"{CLINIC}/links").text
    office.world.answer_all(one, [{"who": pick("have")}] * 3, finished=False)
    assert "<strong>3</strong> people are in the middle" in ann.get(f"{CLINIC}/close").text
    ann.press(f"{CLINIC}/close", f"{CLINIC}/close")
    after = found(office)
    assert after
    assert after.state == CLOSED
    assert [what for _, what, _ in office.noted()[-2:]] == ["open", "close"]
    ann.post(f"{CLINIC}/open")
    assert found(office) == after


def test_what_may_not_be_opened_here_says_why_and_stays_shut(office: Office, ann: Browser) -> None:
    bring(ann, SOURCE.format(identity="confidential"))
    publish(ann)
    assert "It cannot be opened yet" in ann.get(CLINIC).text
    ann.post(f"{CLINIC}/open")
    one = found(office)
    assert one
    assert one.state == engagements.DRAFT


def test_a_copy_has_the_words_and_a_name_of_its_own(office: Office, ann: Browser) -> None:
    office.world.engage(source=READY)
    made = ann.post(f"{CLINIC}/copy", {"title": "The ward", "id": "ward"})
    assert made.headers["location"] == f"{LIST}/ward/charter"
    table = tomllib.loads(draft(office, "ward"))
    assert (table["id"], table["title"], table["steps"]) == ("ward", {"en": "The ward"}, tomllib.loads(READY)["steps"])


def test_who_may_not_open_sees_no_way_to(office: Office, ann: Browser) -> None:
    bring(ann, READY)
    publish(ann)
    ig = office.staff("ig")
    assert "Open it" not in ig.get(CLINIC).text
    for path in ("open", "close", "links", "text", "publish", "copy", "discard", "finding", "picture"):
        assert ig.post(f"{CLINIC}/{path}", {"label": "x"}).status_code == 403


def test_another_organisations_engagement_is_not_there(office: Office, ann: Browser) -> None:
    office.world.engage(source=READY)
    row = {"code": "other", "name": "Elsewhere", "time_zone": "UTC", "created_at": NOON}
    other = office.world.do(
        lambda db: db.scalars(insert(schema.organisations).values(row).returning(schema.organisations.c.id)).one()
    )
    office.world.do(lambda db: drafts.save(db, other, "theirs", READY, drafts.NEW, "eve", NOON))
    office.world.do(lambda db: engagements.adopt(db, other, {"theirs-too": READY.replace('"clinic"', '"theirs-too"')}, NOON))
    for slug in ("theirs", "theirs-too", "nobody", "..%2F..%2Fetc", "Clinic", "a" * 50):
        for path in ("", "/charter", "/steps/1", "/text", "/phone", "/file", "/links", "/sheet", "/editions"):
            assert ann.get(f"{LIST}/{slug}{path}").status_code == 404


# --- Editions


def test_what_changed_between_two_editions_is_read_word_by_word(office: Office, ann: Browser) -> None:
    one = office.world.engage(source=READY)
    office.world.engage(source=READY.replace("What would help first?", "What would help last?").replace("By phone", "By letter"))
    page = ann.get(f"{CLINIC}/editions").text
    assert "<del>first</del>" in page
    assert "<ins>last</ins>" in page
    assert "may mean something else" in page
    same = ann.get(f"{CLINIC}/editions?from={one.edition}&to={one.edition}").text
    assert "Nothing is different" in same


# --- Ways in


def test_a_link_is_made_for_a_partner_and_its_sheet_tells_who_asks_what_and_how_to_stop(office: Office, ann: Browser) -> None:
    one = office.world.engage(source=READY)
    bot = {"id": BOT, "organisation_id": office.world.organisation_id, "username": "clinic_bot"}
    office.world.do(lambda db: db.execute(insert(schema.bots).values(bot)))
    number = office.partner()
    code = office.world.do(lambda db: db.scalars(select(schema.partners.c.code).where(schema.partners.c.id == number)).one())
    ann.post(f"{CLINIC}/links", {"label": "The <library>", "partner": code})
    [link] = office.world.do(lambda db: engagements.links_of(db, one.id))
    assert (link.label, link.partner_id) == ("The <library>", number)
    page = ann.get(f"{CLINIC}/sheet?link={link.code}&layout=8").text
    assert page.count("<svg") == 8
    for words in ("The clinic asks", "The new clinic", f"t.me/clinic_bot?start={link.code}", "send <strong>stop</strong>"):
        assert words in page
    assert ann.get(f"{CLINIC}/sheet?link=nothing").status_code == 404
    assert ann.post(f"{CLINIC}/links", {"partner": "of-somebody-else"}).status_code == 404
    assert ann.post(f"{CLINIC}/links", {"label": "x" * 81}).status_code == 422


# --- Pictures


HOSTILE_PICTURES = [
    ("../../up.png", b"\x89PNG\r\n\x1a\n"),
    ("a b<script>.png", b"\x89PNG\r\n\x1a\n"),
    ("page.html", b"<html>"),
    ("map.png", b"<svg onload=alert(1)>"),
    ("map.png", b"\x89PNG\r\n\x1a\n" + b"0" * 200_000),
    (".png", b"\x89PNG\r\n\x1a\n"),
]


def test_a_picture_that_is_none_or_has_a_name_that_leads_elsewhere_is_refused(office: Office, ann: Browser) -> None:
    office.world.engage(source=READY)
    for sent in HOSTILE_PICTURES:
        ann.post(f"{CLINIC}/picture", files={"picture": sent})
        assert office.world.count(schema.draft_pictures) == 0
    assert "is not there" in published_with_a_picture(ann)


def test_a_picture_put_in_is_published_with_the_text_that_names_it(office: Office, ann: Browser) -> None:
    office.world.engage(source=READY)
    ann.post(f"{CLINIC}/picture", files={"picture": ("map.png", paint.png())})
    assert office.world.count(schema.draft_pictures) == 1
    published_with_a_picture(ann)
    assert publish(ann).headers["location"] == CLINIC
    assert office.world.count(schema.edition_pictures) == 1


def published_with_a_picture(ann: Browser) -> str:
    shown = READY.replace('ask.en = "Hello"', 'ask.en = "Hello"\npicture = { file = "map.png", alt.en = "A map" }')
    version = hidden(ann.get(f"{CLINIC}/text").text)["version"]
    ann.post(f"{CLINIC}/text", {"text": shown, "version": version})
    return ann.get(f"{CLINIC}/publish").text


def test_what_changed_is_said_in_a_few_sentences() -> None:
    new = READY.replace("By phone", "By post").replace('id = "wrong"', 'id = "mistake"').replace("the budget", "the staff")
    assert sentences(READY, new) == [
        "Around the questions, this changed: why it is asked.",
        "The question “mistake” is new.",
        "The question “wrong” is not asked any more.",
        "The question “first” changed: its answers.",
    ]
    assert sentences(READY, changes.move(READY, ("steps",), 1, 0)) == ["The questions come in another order."]
    assert sentences(READY, READY) == []
