"""Messages to many in the console: written, approved by somebody else, sent, paused, and never overwritten unseen."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import Connection, insert, select, update

from storage import codes, schema
from storage.staffing import preferences
from tests.console.office import BOT, Browser, Office
from tests.storage.world import NOON

LIST = "/console/broadcasts"
WORDS = "We would like to ask you something. It takes two minutes."


def settle(office: Office, **changes: str) -> None:
    office.world.do(lambda db: preferences.write(db, office.world.organisation_id, changes))


def somebody(office: Office) -> None:
    """An adult who can be written to."""

    def work(db: Connection) -> None:
        bots = select(schema.bots.c.id)
        if db.execute(bots).first() is None:
            db.execute(insert(schema.bots).values(id=BOT, organisation_id=office.world.organisation_id))
        who = {"code": codes.make(), "organisation_id": office.world.organisation_id, "met_on": NOON.date(), "age_band": "18"}
        person = db.scalars(insert(schema.people).values(who).returning(schema.people.c.id)).one()
        at = {"person_id": person, "bot_id": BOT, "door": "telegram", "lookup": person.to_bytes(16), "sealed": b"chat"}
        db.execute(insert(schema.addresses).values(at))

    office.world.do(work)


def give_away(office: Office, page: str) -> None:
    """From now on the message belongs to another organisation."""

    def work(db: Connection) -> None:
        other = {"code": codes.make(), "name": "Others", "time_zone": "Europe/London", "created_at": NOON}
        theirs = db.scalars(insert(schema.organisations).values(other).returning(schema.organisations.c.id)).one()
        mine = schema.broadcasts.c.code == page.rpartition("/")[2]
        db.execute(update(schema.broadcasts).where(mine).values(organisation_id=theirs))

    office.world.do(work)


def write(browser: Browser, **changed: object) -> str:
    """A draft as the form has it; returns its address."""
    fields = {
        "title": "Invite to the workshop",
        "language": ["en"],
        "words-en": WORDS,
        "sort": "service",
        "purpose": "invites",
        "when": "now",
        "then": "stay",
    }
    answer = browser.post(LIST, fields | changed)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].removesuffix("/edit")


def press(browser: Browser, page: str, step: str, **fields: object) -> str:
    """Press a button of the page of a message; returns what the page says then."""
    answer = browser.press(page, f"{page}/{step}", fields)
    assert answer.status_code == 303
    shown = browser.get(answer.headers["location"]).text
    found = re.search(r'<p class="said" role="status">(.*?)</p>', shown)
    return found[1] if found else ""


def test_an_empty_list_says_what_a_message_is_for(office: Office) -> None:
    page = office.staff("officer").get(LIST)
    assert page.status_code == 200
    assert "No message has been written yet" in page.text
    assert f'href="{LIST}/new"' in page.text


def test_somebody_who_may_only_look_is_offered_nothing_to_press(office: Office) -> None:
    page = write(office.staff("officer"))
    shown = office.staff("ig").get(page).text
    assert "Invite to the workshop" in shown
    assert "Change it" not in shown
    assert "Hand it in" not in shown


def test_a_message_is_shown_as_it_comes_in_the_chat_and_on_a_locked_screen(office: Office) -> None:
    lead = office.staff("officer")
    shown = lead.get(write(lead)).text
    assert WORDS in shown
    assert "stop" in shown.lower()  # every message ends with how to stop
    assert re.search(r'class="note-on-lock">.*?We would like to ask you something', shown, re.DOTALL)


def test_whoever_wrote_it_cannot_approve_it_and_a_colleague_can(either: Office) -> None:
    lead, colleague = either.staff("officer"), either.staff("officer")
    settle(either, approval_above="0")
    somebody(either)
    page = write(lead)
    press(lead, page, "submit")
    assert "a colleague has to approve it" in lead.get(page).text
    assert f'action="{page}/approve"' not in lead.get(page).text
    assert press(colleague, page, "approve") == "Approved."
    assert "Scheduled" in lead.get(page).text
    assert [who for who, what, _ in either.noted() if what == "approve-broadcast"] == [
        colleague.who.code if colleague.who else ""
    ]


def test_it_is_sent_back_with_a_reason_that_its_writer_reads_first_thing(office: Office) -> None:
    lead, colleague = office.staff("officer"), office.staff("officer")
    settle(office, approval_above="0")
    somebody(office)
    page = write(lead)
    press(lead, page, "submit")
    assert "Say in a few words" in press(colleague, page, "return", why=" ")
    press(colleague, page, "return", why="Say how long it takes")
    assert "Say how long it takes" in lead.get(page).text
    assert "Sent back to you" in lead.get("/console/today").text


def test_words_that_changed_since_they_were_looked_at_are_not_approved(either: Office) -> None:
    lead, colleague = either.staff("officer"), either.staff("officer")
    settle(either, approval_above="0")
    somebody(either)
    page = write(lead)
    press(lead, page, "submit")
    seen = re.search(rf'action="{page}/approve".*?name="version" value="(\d+)"', colleague.get(page).text, re.DOTALL)
    assert seen
    lead.press(f"{page}/edit", f"{page}/edit", {"words-en": "Other words.", "title": "x", "sort": "service"})
    press(lead, page, "submit")
    answer = colleague.post(f"{page}/approve", {"version": seen[1]})
    assert "Somebody else has changed this" in colleague.get(answer.headers["location"]).text
    assert "Waiting for approval" in lead.get(page).text


def test_two_who_write_at_once_are_both_shown_what_they_wrote(either: Office) -> None:
    lead, colleague = either.staff("officer"), either.staff("officer")
    page = write(lead)
    first, second = ({"version": "1", "title": "x", "language": ["en"], "words-en": said} for said in ("Hers.", "His."))
    assert lead.post(f"{page}/edit", first).status_code == 303
    shown = colleague.post(f"{page}/edit", second)
    assert shown.status_code == 409
    assert "Hers." in shown.text
    assert "His." in shown.text
    again = re.search(r'name="version" value="(\d+)"', shown.text)
    assert again
    assert colleague.post(f"{page}/edit", second | {"version": again[1]}).status_code == 303


def test_it_can_be_taken_back_for_ten_minutes_and_is_a_draft_again(office: Office) -> None:
    lead = office.staff("officer")
    page = write(lead)
    press(lead, page, "submit")
    assert "Until then you can take it back" in lead.get(page).text
    office.pass_time(minutes=9)
    assert press(lead, page, "undo") == "Taken back. Nobody was sent anything."
    assert "Draft" in lead.get(page).text


@pytest.mark.parametrize("local", ["2027-03-28T01:30", "2027-02-31T10:00", "soon"])
def test_an_hour_that_does_not_exist_is_refused_and_what_was_typed_stays(office: Office, local: str) -> None:
    lead = office.staff("officer")
    fields = {"title": "t", "language": ["en"], "words-en": WORDS, "when": "later", "local_at": local}
    answer = lead.post(LIST, fields)
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert WORDS in answer.text
    assert f'value="{local}"' in answer.text


def test_a_field_that_nothing_fills_is_named_before_it_is_handed_in(office: Office) -> None:
    lead = office.staff("officer")
    page = write(lead, **{"words-en": "Hello {nmae}"})
    assert "{nmae}" in lead.get(f"{page}/edit").text
    assert "name" in press(lead, page, "submit")
    assert "Draft" in lead.get(page).text


def test_a_message_of_another_organisation_is_not_there(either: Office) -> None:
    page = write(either.staff("officer"))
    give_away(either, page)
    stranger = either.staff("officer")
    assert stranger.get(page).status_code == 404
    assert stranger.post(f"{page}/cancel", {"version": "1"}).status_code == 404


def test_words_in_another_language_go_out_only_when_somebody_has_read_them(office: Office) -> None:
    lead = office.staff("officer")
    page = write(lead, language=["en", "cy"], **{"words-cy": "Helo"})
    shown = lead.get(f"{page}?language=cy").text
    assert "Nobody has read these words yet" in shown
    assert "ask a colleague to read them" in shown
    colleague = office.staff("officer")
    colleague.press(f"{page}?language=cy", f"{page}/read/cy", {})
    assert "Nobody has read these words yet" not in lead.get(f"{page}?language=cy").text


def test_hostile_words_are_only_words(office: Office) -> None:
    lead = office.staff("officer")
    page = write(lead, title="<script>alert(1)</script>", **{"words-en": "</textarea><img src=x onerror=alert(1)> {{ 7*7 }}"})
    assert "{{ 7*7 }}" in lead.get(page).text
    for shown in (lead.get(page).text, lead.get(f"{page}/edit").text, lead.get(LIST).text):
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown


def test_an_audience_whose_segment_was_removed_is_not_widened_by_saving(either: Office) -> None:
    lead = either.staff("officer")
    page = write(lead)
    narrow = '{"places": ["ME14"]}'
    mine = schema.broadcasts.c.code == page.rpartition("/")[2]
    either.world.do(lambda db: db.execute(update(schema.broadcasts).where(mine).values(criteria=narrow)).rowcount)
    assert "An audience of its own" in lead.get(page).text
    shown = lead.get(f"{page}/edit").text
    assert '<option value="kept" selected>' in shown
    fields = {"title": "Another", "language": ["en"], "words-en": WORDS, "version": "1"}
    assert lead.post(f"{page}/edit", fields | {"segment": "kept"}).status_code == 303
    kept = either.world.do(lambda db: db.scalar(select(schema.broadcasts.c.criteria).where(mine)))
    assert kept is not None
    assert "ME14" in kept
