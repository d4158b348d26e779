"""Staff find people by code and see what they agreed to; a name is shown once, to whoever says why."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import insert, select, update

from bot.access import ROLES
from bot.web.console.routes import PAGES
from storage import directory, erasure, schema
from storage.broadcasting import groups, switches
from storage.directory import Wanted
from tests.console.office import Office
from tests.console.test_inbox import filled
from tests.storage.world import NOON, pick, write

NAME = "Xanthippe Zwartbles"
REASON = "They rang and asked what we keep of them"


def meet(office: Office, name: str = NAME, **more: object) -> tuple[int, str]:
    """Somebody with a sealed name; their id and code."""
    person, code = office.world.meet()
    sealed = office.world.keys.seal("people.name", code, name.encode())
    changed = update(schema.people).where(schema.people.c.id == person).values(name=sealed, **more)
    office.world.do(lambda db: db.execute(changed).rowcount)
    return person, code


def codes(page: str) -> list[str]:
    return re.findall(r"<code>(\w{16})</code>", page)


# --- Finding people


def test_people_are_found_by_what_is_kept_of_them(either: Office) -> None:
    one, other = (meet(either, place=place, language=tag) for place, tag in (("ME14", "cy"), ("ME15", "en")))
    group = either.world.do(lambda db: groups.make(db, either.world.organisation_id, "Reference group"))

    def join(db: object) -> None:
        found = groups.find(db, either.world.organisation_id, group)  # type: ignore[arg-type]
        assert found
        groups.add(db, either.world.organisation_id, found, [one[1]], NOON.date())  # type: ignore[arg-type]

    either.world.do(join)
    ada = either.staff()
    for asked in ("place=me14", "language=cy", f"group={group}", f"code={one[1].upper()}", "place=ME14&language=cy"):
        assert codes(ada.get(f"/console/people?{asked}").text) == [one[1]], asked
    assert codes(ada.get("/console/people").text) == [other[1], one[1]]
    assert codes(ada.get("/console/people?place=ME14&language=en").text) == []


def test_pages_of_people_hold_everybody_once(either: Office) -> None:
    made = [either.world.meet()[1] for _ in range(7)]
    found, after, here = [], "", either.world.organisation_id
    for _ in range(3):
        rows, after = either.world.do(lambda db, at=after: directory.search(db, here, Wanted(), at, 3))  # type: ignore[misc]
        found += [row.code for row in rows]
    assert (found, after) == (made[::-1], "")


def test_people_of_another_organisation_are_not_there(office: Office) -> None:
    row = {"code": "another", "name": "Another", "time_zone": "UTC", "created_at": NOON}
    there = office.world.do(
        lambda db: db.scalars(insert(schema.organisations).values(row).returning(schema.organisations.c.id)).one()
    )
    _, code = meet(office, organisation_id=there)
    ada = office.staff()
    ada.confirm()
    assert codes(ada.get("/console/people").text) == []
    for path in ("", "/name", "/erase"):
        assert ada.get(f"/console/people/{code}{path}").status_code == 404
    for path in ("name", "stop", "erase", "join", "leave"):
        assert ada.post(f"/console/people/{code}/{path}", {"reason": REASON}).status_code in {404, 422}
    kept = select(schema.people.c.stopped).where(schema.people.c.code == code)
    assert office.world.do(lambda db: db.scalars(kept).all()) == [False]


# --- One person


def test_a_person_shows_what_they_agreed_to_and_that_they_took_part(office: Office) -> None:
    person, code = meet(office, place="ME14")
    clinic, hidden = office.world.engage("confidential"), office.world.engage("anonymous", ANONYMOUS)
    rows = [{"person_id": person, "engagement_id": one.id, "finished": True} for one in (clinic, hidden)]
    office.world.do(lambda db: db.execute(insert(schema.participations), rows).rowcount)
    said = {"person_id": person, "given": True, "language": "en", "on_day": NOON.date()}
    turned = [{**said, "purpose": "invites", "source": "clinic.tell-me"}, {**said, "purpose": "news", "source": "hidden.tell-me"}]
    office.world.do(lambda db: switches.turn(db, turned))
    page = office.staff().get(f"/console/people/{code}").text
    assert "1 February 2027, in “The new clinic”" in page
    assert "1 February 2027, in an engagement" in page
    assert re.search(r"The new clinic</dt><dd>Finished<", page)
    assert re.search(r"Something hidden</dt><dd>Took part\. It is anonymous", page)
    assert NAME not in page


ANONYMOUS = """
format = 1
id = "hidden"
kind = "consultation"
title.en = "Something hidden"
identity = "anonymous"
audience = "adults"
[charter]
settles.en = "a"
decided_by.en = "b"
can_change.en = "c"
cannot_change.en = "d"
feedback_by = 2027-03-01
[[steps]]
id = "who"
kind = "yes-no"
ask.en = "Yes?"
"""


def test_what_somebody_said_is_never_with_them(office: Office) -> None:
    clinic = office.world.engage("named")
    person = office.world.answer(clinic, {"who": pick("have"), "wrong": write("zwartbles are sick")})
    code = office.world.do(lambda db: db.scalars(select(schema.people.c.code).where(schema.people.c.id == person)).one())
    page = office.staff().get(f"/console/people/{code}").text
    assert "zwartbles" not in page
    assert "I have it" not in page


def test_staff_put_people_into_groups_and_stop_their_messages(office: Office) -> None:
    person, code = meet(office)
    group = office.world.do(lambda db: groups.make(db, office.world.organisation_id, "Reference group"))
    ada = office.staff()
    path = f"/console/people/{code}"
    assert ada.post(f"{path}/join", {"group": group}).status_code == 303
    assert "Take out" in ada.get(path).text
    assert ada.post(f"{path}/leave", {"group": group}).status_code == 303
    assert "Take out" not in ada.get(path).text
    assert ada.post(f"{path}/join", {"group": "made-up"}).status_code == 422
    assert ada.post(f"{path}/stop").status_code == 303
    assert office.world.do(lambda db: db.scalars(select(schema.people.c.stopped)).all()) == [True]
    assert [what for _, what, _ in office.noted()[-4:]] == ["take-out-of-group", "read-person", "read-person", "stop-for-person"]
    assert person


# --- Names


def test_a_name_is_shown_once_to_whoever_says_why(either: Office) -> None:
    _, code = meet(either)
    ada = either.staff()
    path = f"/console/people/{code}/name"
    ada.confirm()
    assert NAME not in ada.get(path).text
    refused = ada.post(path, {"reason": "because"})
    assert (refused.status_code, NAME in refused.text) == (422, False)
    assert either.noted("reveal-name") == []
    shown = ada.post(path, {"reason": f"{REASON}, says {NAME.lower()}"})
    assert NAME in shown.text
    assert shown.headers["cache-control"] == "no-store"
    assert NAME not in ada.get(path).text
    assert [about for _, _, about in either.noted("reveal-name")] == [f"{code}: {REASON}, says [name] [name]"]


def test_a_name_wants_a_fresh_code(office: Office) -> None:
    _, code = meet(office)
    ada = office.staff()
    for _ in range(4):
        office.pass_time(minutes=20)
        ada.get(f"/console/people/{code}")
    answer = ada.post(f"/console/people/{code}/name", {"reason": REASON})
    assert answer.status_code == 303
    assert office.noted("reveal-name") == []


@pytest.mark.promise("P19")
def test_names_reach_no_page_nor_audit_nor_log_before_they_are_revealed(
    office: Office, capfd: pytest.CaptureFixture[str]
) -> None:
    _, code = meet(office)
    for role in ("admin", "analyst", "partner"):  # who may do everything, and two who may see nobody
        browser = office.staff(role)
        browser.confirm()
        for one in PAGES:
            if one.method == "GET":
                assert "Zwartbles" not in browser.get(filled(one.path, "made-up", code)).text, (role, one.path)
        if "reveal-names" not in ROLES[role]:
            assert "Zwartbles" not in browser.post(f"/console/people/{code}/name", {"reason": REASON}).text
    assert not [row for row in office.noted() if "Zwartbles" in " ".join(row)]
    assert "Zwartbles" not in "".join(capfd.readouterr())


# --- Erasing


def test_somebody_is_erased_after_two_presses_and_gets_a_receipt(either: Office) -> None:
    clinic = either.world.engage("confidential")
    person = either.world.answer(clinic, {"wrong": write("secret")})
    code = either.world.do(lambda db: db.scalars(select(schema.people.c.code).where(schema.people.c.id == person)).one())
    ada = either.staff()
    ada.confirm()
    path = f"/console/people/{code}/erase"
    assert "cannot be undone" in ada.get(path).text
    assert either.world.count(schema.people) == 1
    receipt = erasure.receipt(either.world.keys, code)
    assert receipt in ada.press(path, path).text
    assert either.world.count(schema.people) == either.world.count(schema.answers) == 0
    assert either.noted("erase-person") == [(ada.who.code if ada.who else "", "erase-person", receipt)]
    assert ada.post(path).status_code == 404


@pytest.mark.parametrize("path", ["/console/people?place=%00&after=%00", "/console/people/%00", "/console/inbox/%00?theme=%00"])
def test_a_letter_no_database_keeps_is_left_out(either: Office, path: str) -> None:
    assert either.staff().get(path).status_code in {200, 404}
