"""What an event says of itself is written in the editor, and nothing else in its file changes."""

from __future__ import annotations

import tomllib
from typing import Any

from tests.console import workshops
from tests.console.office import Browser, Office
from tests.console.test_editor import draft, fields
from tests.console.workshops import SLUG

PAGE = f"/console/engagements/{SLUG}/charter"


def save(browser: Browser, **changes: str | None) -> int:
    """Open the page, change some fields, or take them out, and send the form."""
    said = {**fields(browser.get(PAGE).text), **{name.replace("__", "."): words for name, words in changes.items()}}
    return browser.post(PAGE, {name: words for name, words in said.items() if words is not None}).status_code


def event(office: Office) -> dict[str, Any]:
    said: dict[str, Any] = tomllib.loads(draft(office, SLUG))["event"]
    return said


def test_who_comes_and_what_is_paid_is_changed_and_every_other_line_stays(office: Office) -> None:
    office.world.engage(source=workshops.SOURCE)
    assert save(office.staff("officer"), event__who_comes__en="About 12 of you.", event__payment__en="We pay your fares.") == 303
    before, after = workshops.SOURCE.splitlines(), draft(office, SLUG).splitlines()
    changed = ['who_comes.en = "About 12 of you."', 'payment.en = "We pay your fares."']
    assert [line for line in after if line not in before] == changed
    assert len(before) == len(after)


def test_kinds_keep_their_ids_for_places_are_kept_by_them(office: Office) -> None:
    office.world.engage(source=workshops.SOURCE)
    lead = office.staff("officer")
    renamed = {"event__kinds__0__label__en": "", "event__kinds__1__label__en": "I care for somebody"}
    assert save(lead, **renamed, event__kinds__2__label__en="I work, in the clinic next door") == 303
    assert event(office)["kinds"] == [
        {"id": "care", "label": {"en": "I care for somebody"}},
        {"id": "i-work-in-the-clinic", "label": {"en": "I work, in the clinic next door"}},
    ]
    assert save(lead, event__kinds__2__label__en="I care for somebody") == 303
    assert save(lead, event__kinds__3__label__en="أنا") == 303
    assert [kind["id"] for kind in event(office)["kinds"]][2:] == ["i-care-for-somebody", "kind"]


def test_nobody_is_left_without_a_no_to_a_payment_unseen(office: Office) -> None:
    office.world.engage(source=workshops.SOURCE)
    lead = office.staff("officer")
    assert save(lead, event__offers__voucher=None) == 303
    assert event(office)["offers"] == ["accept", "donate", "decline"]
    assert save(lead, event__offers__decline=None) == 303
    assert "Nobody can say no to a payment" in lead.get(PAGE).text


def test_an_event_without_words_gets_them_and_other_engagements_have_no_such_fields(office: Office) -> None:
    bare = workshops.SOURCE[: workshops.SOURCE.index("\n[event]")] + workshops.SOURCE[workshops.SOURCE.index("\n[charter]") :]
    office.world.engage(source=bare.replace('kind = "event"', 'kind = "consultation"'))
    lead = office.staff("officer")
    assert 'name="event.payment.en"' not in lead.get(PAGE).text
    assert save(lead, kind="event") == 303
    assert save(lead, event__payment__en="Nothing is paid.", event__offers__decline="yes") == 303
    assert event(office) == {"payment": {"en": "Nothing is paid."}, "offers": ["decline"]}
