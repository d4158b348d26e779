"""Registers: who comes by code, what staff settle for one person, who came, and what may leave the console with names."""

from __future__ import annotations

import csv
import io
import re

from storage import schema
from tests.console.office import Office
from tests.console.test_events import DATE, EVENT, LINK, begin, dates, furnish, path, sign_up, standing

# --- The register


def test_the_register_names_people_by_code_and_that_it_was_read_is_noted(office: Office) -> None:
    lead = begin(office)
    lead.post(f"{EVENT}/add", DATE | {"kept-care": ""})
    (one,) = dates(office)
    codes = sign_up(office, one, 4)
    page = lead.get(path(one)).text
    assert re.findall(r"<code>(\w{16})</code>", page) == codes
    assert "Wait for a place" in page
    assert [about for _, _, about in office.noted("read-register")] == [one.code]


def test_somebody_who_rang_gets_a_place_and_gives_it_back_and_the_next_is_asked(office: Office) -> None:
    lead = begin(office)
    lead.post(f"{EVENT}/add", DATE | {"kept-care": "", "capacity": "1"})
    (one,) = dates(office)
    _, code = office.world.meet()
    assert lead.post(path(one, "give"), {"person": "nobody"}).status_code == 422
    assert lead.post(path(one, "give"), {"person": code}).status_code == 303
    sign_up(office, one)
    assert standing(office, "state") == [("confirmed",), ("waiting",)]
    (place,), _ = standing(office, "code")
    assert lead.post(f"/console/places/{place}/move", {"verb": "leave"}).status_code == 303
    assert standing(office, "state") == [("withdrawn",), ("offered",)]


def test_a_need_that_cannot_be_met_wants_a_reason(office: Office) -> None:
    place = f"/console/places/{furnish(office)['places']}"
    lead = office.staff("secretary")
    assert "BSL interpreter" in lead.get(place).text
    no = {"need": "bsl", "met-bsl": "not-met", "why-bsl": ""}
    answer = lead.post(f"{place}/needs", no)
    assert (answer.status_code, 'id="why-bsl-error"' in answer.text) == (422, True)
    assert lead.post(f"{place}/needs", no | {"why-bsl": "No interpreter was free."}).status_code == 303
    assert "Cannot be met" in lead.get(place).text


def test_a_claim_goes_its_way_and_a_refusal_wants_a_reason(office: Office) -> None:
    place = f"/console/places/{furnish(office)['places']}"
    lead = office.staff("secretary")
    refused = lead.post(f"{place}/claim", {"claim": "refused", "pounds": "", "claim-why": ""})
    assert (refused.status_code, 'id="claim-why-error"' in refused.text) == (422, True)
    for state in ("received", "approved", "paid"):
        assert lead.post(f"{place}/claim", {"claim": state, "pounds": "12.50", "claim-why": ""}).status_code == 303
    assert "Paid, £12.50" in lead.get(place).text
    assert all("12" not in about for _, _, about in office.noted("move-claim"))


# --- The door, and what leaves the console


def test_ticks_at_two_doors_do_not_undo_each_other(office: Office) -> None:
    lead = begin(office)
    lead.post(f"{EVENT}/add", DATE | {"kept-care": ""})
    (one,) = dates(office)
    sign_up(office, one, 3)
    first, second, _ = (str(row[0]) for row in standing(office, "code"))
    door = path(one, "door")
    lead.post(door, {"came": [first]})
    lead.post(door, {"came": [second]})  # its list was shown before the other was saved
    assert standing(office, "came") == [(True,), (True,), (None,)]
    lead.post(door, {"came": [second], "had": [first, second]})
    assert standing(office, "came") == [(None,), (True,), (None,)]
    lead.post(f"{door}/walk-in", {"person": ""})
    assert lead.post(f"{door}/walk-in", {"person": "made-up"}).status_code == 422
    lead.post(f"{door}/done")
    assert standing(office, "came") == [(None,), (True,), (None,)]  # it has not begun
    office.now = one.ends_at
    lead = office.staff("safeguarding")
    lead.post(f"{door}/done")
    assert standing(office, "came") == [(False,), (True,), (False,)]
    assert dates(office)[0].walk_ins == 1


def test_a_sheet_with_names_wants_a_reason_and_is_gone_a_week_later(office: Office) -> None:
    lead = begin(office)
    lead.post(f"{EVENT}/add", DATE)
    (one,) = dates(office)
    (code,) = sign_up(office, one, kind="care")
    sealed = office.world.keys.seal("people.name", code, b"Xanthippe Zwartbles")
    named = schema.people.update().where(schema.people.c.code == code).values(name=sealed)
    office.world.do(lambda db: db.execute(named).rowcount)
    lead.confirm()
    sheet = path(one, "sheet")
    assert lead.post(sheet, {"sort": "sign", "reason": "why"}).status_code == 422
    shown = lead.post(sheet, {"sort": "sign", "reason": "For Xanthippe at the door"})
    assert "Xanthippe Zwartbles" in shown.text
    assert "Xanthippe" not in lead.get(sheet).text
    assert [about for _, _, about in office.noted("reveal-names")] == [f"{one.code} sheet: For [name] at the door"]
    door = lead.post(path(one, "door", "names"), {"reason": "To greet people at the door"})
    assert "Xanthippe Zwartbles" in door.text
    office.now = one.ends_at.replace(day=one.ends_at.day + 8)
    late = office.staff("secretary")
    late.confirm()
    assert "not listed any more" in late.get(sheet).text
    assert late.post(sheet, {"sort": "fire", "reason": "For the fire officer now"}).status_code == 410


def test_the_register_is_exported_by_code_without_a_link_and_runs_nothing(office: Office) -> None:
    lead = begin(office)
    lead.post(f"{EVENT}/add", DATE)
    (one,) = dates(office)
    (code,) = sign_up(office, one, kind="care")
    answer = lead.get(f"{path(one)}.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["person"], row["state"]) for row in rows] == [(code, "Coming")]
    assert LINK not in answer.text
    assert lead.get(f"{path(one)}.xlsx").content.startswith(b"PK")
    assert office.staff("safeguarding").get(f"{path(one)}.csv").status_code == 403
