"""The results pages: from releases only, by the small-numbers rule, and to a partner only of its own people."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update

from storage import engagements, schema
from storage.engagements import Engagement
from storage.figures import releases
from tests.console.office import Office
from tests.storage.test_cells import finish
from tests.storage.test_stops import stop
from tests.storage.world import NOON, World, pick

HERE = "/console/results/clinic"


def release(world: World, engagement: Engagement) -> None:
    while world.do(lambda db: releases.make(db, engagement, NOON)):
        pass


def count(world: World, partner: str, people: int) -> None:
    """Say that so many of those in the results came by a partner, as if their cells had been counted so."""
    rows = [
        {"by": "partner", "value": partner, "step": step, "option": option, "count": people, "shown": people, "engagement_id": 1}
        for step, option in (("", ""), ("who", ""), ("who", "have"), ("first", ""), ("first", "phone"))
    ]
    world.do(lambda db: db.execute(insert(schema.release_cells), rows).rowcount)


@pytest.fixture
def clinic(office: Office) -> Engagement:
    """An engagement that 30 people answered in English, 12 in Welsh on the web, and 22 in English another way."""
    made = office.world.engage()
    finish(office.world, made, 30)
    finish(office.world, made, 12, "care", "nearer", language="cy", door="web")
    finish(office.world, made, 22, "care", "phone")
    release(office.world, made)
    return made


@pytest.mark.usefixtures("clinic")
def test_the_page_tells_a_release_and_who_took_part(office: Office) -> None:
    page = office.staff("analyst").get(HERE).text
    assert "<strong>65</strong> people have finished" in page
    assert "Finished, by language" in page
    assert "Which best describes you?" in page


def test_where_people_stopped_is_told(office: Office, clinic: Engagement) -> None:
    stop(office.world, clinic, 21, {"who": pick("have")})
    page = office.staff("analyst").get(HERE).text
    assert "Started: <strong>85</strong>. Finished: <strong>65</strong>. Stopped on the way: <strong>20</strong>." in page
    assert re.search(r"What would help first\?</th><td class=\"figure\">20<", page)


def test_how_many_started_is_renewed_with_releases_and_stops_and_never_live(office: Office, clinic: Engagement) -> None:
    analyst = office.staff("analyst")
    before = analyst.get(HERE).text
    office.world.answer_all(clinic, [{"who": pick("have")}] * 20, finished=False)
    assert analyst.get(HERE).text == before


@pytest.mark.usefixtures("clinic")
def test_one_group_is_told_by_itself(office: Office) -> None:
    analyst = office.staff("analyst")
    page = analyst.get(f"{HERE}?by=language&value=cy").text
    assert "<strong>10</strong> people have finished" in page
    assert analyst.get(f"{HERE}?by=language&value=fr").status_code == 404
    assert analyst.get(f"{HERE}?by=who&value=have").status_code == 404


def test_a_group_of_too_few_is_said_to_be_so(office: Office, clinic: Engagement) -> None:
    finish(office.world, clinic, 8, language="ur")
    release(office.world, clinic)
    page = office.staff("analyst").get(f"{HERE}?by=language&value=ur").text
    assert "Too few to say" in page
    assert "Which best describes you?" not in page


@pytest.mark.usefixtures("clinic")
def test_groups_stand_side_by_side(office: Office) -> None:
    page = office.staff("analyst").get(f"{HERE}/compare?by=door").text
    assert ">Telegram</th>" in page
    assert ">Web page</th>" in page


@pytest.mark.usefixtures("clinic")
def test_two_questions_are_crossed_whichever_comes_first(office: Office) -> None:
    analyst = office.staff("analyst")
    pages = [analyst.get(f"{HERE}/cross?one={one}&other={other}").text for one, other in (("who", "first"), ("first", "who"))]
    tables = [re.findall(r"<td class=\"figure\">([^<]*)", page) for page in pages]
    assert tables[0] == tables[1]
    assert "30" in tables[0]
    assert "cannot be crossed" in analyst.get(f"{HERE}/cross?one=who&other=who").text
    assert "cannot be crossed" in analyst.get(f"{HERE}/cross?one=who&other=tell-me").text


def test_before_ten_people_there_is_nothing(office: Office) -> None:
    finish(office.world, office.world.engage(), 9)
    for part in ("", "/compare", "/cross", "/heard", "/report", "/picture"):
        page = office.staff("officer").get(HERE + part)
        assert page.status_code == 200
        assert "<td" not in page.text
    assert office.staff("officer").get(f"{HERE}/picture.png").status_code == 404


def test_a_draft_and_what_another_organisation_asked_are_not_there(office: Office) -> None:
    made = office.world.engage()
    office.world.do(lambda db: engagements.set_state(db, made.id, engagements.DRAFT, NOON))
    assert office.staff("officer").get(HERE).status_code == 404
    assert "The new clinic" not in office.staff("officer").get("/console/results").text


# --- Partners


@pytest.mark.usefixtures("clinic")
def test_a_partner_sees_its_own_people_and_nothing_else(office: Office) -> None:
    browser = office.staff("partner")
    code = office.world.do(lambda db: db.scalars(select(schema.partners.c.code)).one())
    assert browser.get("/console/results").text.count("too few to say") == 1
    assert "Too few to say" in browser.get(HERE).text
    count(office.world, code, 22)
    page = browser.get(HERE).text
    assert "<strong>20</strong> people have finished" in page
    assert ">65<" not in page
    assert "Finished, by" not in page
    assert browser.get(f"{HERE}?by=language&value=cy").text == page


@pytest.mark.usefixtures("clinic")
@pytest.mark.parametrize("part", ["/compare", "/cross", "/heard", "/report", "/picture", "/picture.png", ".csv", ".zip"])
def test_every_other_page_is_shut_to_a_partner(office: Office, part: str) -> None:
    assert office.staff("partner").get(HERE + part).status_code == 403


@pytest.mark.usefixtures("clinic")
def test_a_partner_of_nobody_sees_nothing(office: Office) -> None:
    browser = office.staff("partner")
    office.world.do(lambda db: db.execute(update(schema.staff).values(partner_id=None)).rowcount)
    assert "Too few to say" in browser.get(HERE).text


# --- Files


@pytest.mark.usefixtures("clinic")
def test_every_file_is_noted_and_holds_only_what_may_be_told(office: Office) -> None:
    analyst = office.staff("analyst")
    for form in ("csv", "xlsx", "json", "zip", "png"):
        answer = analyst.get(f"{HERE}/picture.png" if form == "png" else f"{HERE}.{form}")
        assert answer.status_code == 200
        assert "attachment" in answer.headers["content-disposition"]
    analyst.get(f"{HERE}/report")
    who = analyst.who.code if analyst.who else ""
    assert office.noted("export-results") == [
        (who, "export-results", f"clinic.{form}") for form in ("csv", "xlsx", "json", "zip", "png")
    ]
    assert office.noted("print-results") == [(who, "print-results", "clinic")]


@pytest.mark.usefixtures("clinic")
def test_whoever_may_not_export_gets_no_file(office: Office) -> None:
    assert {office.staff("ig").get(f"{HERE}.{form}").status_code for form in ("csv", "xlsx", "json", "zip")} == {403}


def unpack(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


@pytest.mark.usefixtures("clinic")
def test_a_data_package_says_what_its_columns_are_and_has_no_single_answer(office: Office) -> None:
    files = unpack(office.staff("analyst").get(f"{HERE}.zip").content)
    package: dict[str, Any] = json.loads(files["datapackage.json"])
    assert package["profile"] == "tabular-data-package"
    for resource in package["resources"]:
        head = files[resource["path"]].decode().splitlines()[0]
        assert head == ",".join(f'"{field["name"]}"' for field in resource["schema"]["fields"])
    assert b'"language","cy"' in files["groups.csv"]
    assert b'"who","have"' in files["groups.csv"]
    flow = json.loads(files["flow-results/datapackage.json"])
    assert flow["profile"] == "flow-results-package"
    questions = flow["resources"][0]["schema"]["questions"]
    assert questions["who"] == {
        "type": "select_one",
        "label": "Which best describes you?",
        "type_options": {"choices": ["have", "care"]},
    }
    assert set(questions) == {"who", "first", "wrong"}
    assert json.loads(files["flow-results/responses.json"]) == []


# --- Who have we heard from


FIELDS = {"step": "who", "name": "Adults in Maidstone", "source": "Census 2021"}


@pytest.mark.usefixtures("clinic")
def test_a_population_is_uploaded_compared_and_removed(office: Office) -> None:
    officer = office.staff("officer")
    done = officer.post(f"{HERE}/heard", FIELDS, {"totals": ("t.csv", b"I have it,200\nI care for someone,800\n")})
    assert done.status_code == 303
    page = officer.get(f"{HERE}/heard").text
    assert "do not generalise" in page
    assert "We heard from more of them: 46 in 100 who answered, 20 in 100 of this population." in page
    code = re.findall(r'name="code" value="([^"]+)"', page)[0]
    assert officer.post(f"{HERE}/heard/remove", {"code": code}).status_code == 303
    assert officer.post(f"{HERE}/heard/remove", {"code": code}).status_code == 404
    assert [what for _, what, _ in office.noted()][-2:] == ["upload-population", "remove-population"]


@pytest.mark.usefixtures("clinic")
@pytest.mark.parametrize(
    "fields, data, said",
    [
        ({"name": ""}, b"have,1\ncare,2", "Say which population this is."),
        ({"step": "wrong"}, b"have,1\ncare,2", "Choose one of the questions."),
        ({}, b"north,1\nsouth,2", "There is no answer"),
        ({}, b"\x89PNG\r\n\x1a\n\x00", "neither CSV nor a workbook"),
        ({}, None, "Choose a file with the totals."),
    ],
)
def test_an_upload_that_is_not_what_it_says_is_refused_and_nothing_typed_is_lost(
    office: Office, fields: dict[str, str], data: bytes | None, said: str
) -> None:
    files = {"totals": ("totals.csv", data)} if data is not None else None
    answer = office.staff("officer").post(f"{HERE}/heard", FIELDS | fields, files)
    assert answer.status_code == 422
    assert said in answer.text.replace("&#39;", "'")
    assert 'value="Census 2021"' in answer.text
    assert office.world.count(schema.populations) == 0


@pytest.mark.usefixtures("clinic")
def test_only_who_may_export_uploads(office: Office) -> None:
    answer = office.staff("ig").post(f"{HERE}/heard", FIELDS, {"totals": ("t.csv", b"have,1\ncare,2")})
    assert answer.status_code == 403


# --- A picture


@pytest.mark.usefixtures("clinic")
def test_a_picture_suggests_what_most_people_said_and_takes_other_words(office: Office) -> None:
    officer = office.staff("officer")
    page = officer.get(f"{HERE}/picture").text
    assert "54 in 100 said: I care for someone" in page
    assert 'href="/console/broadcasts/new?engagement=clinic&amp;purpose=results"' in page
    other = officer.get(f"{HERE}/picture?line=We+heard+%3Cb%3Eyou&step=").text
    assert "We heard &lt;b&gt;you" in other
    picture = officer.get(f"{HERE}/picture.png?line=We+heard+you&step=first")
    assert picture.content.startswith(b"\x89PNG")
    assert len(picture.content) < 100_000


def test_while_cells_are_built_the_pages_say_so(office: Office, clinic: Engagement) -> None:
    def forget(db: Connection) -> int:
        return db.execute(schema.release_cells.delete()).rowcount

    office.world.do(forget)
    analyst = office.staff("analyst")
    for part in ("", "/compare", "/cross"):
        assert "being counted for the first time" in analyst.get(HERE + part).text
    assert ">65<" not in office.staff("partner").get(HERE).text
    assert clinic.slug == "clinic"


def test_messages_about_an_engagement_are_led_to_where_one_may_see_them(office: Office, clinic: Engagement) -> None:
    row = {
        "code": "abcdefgh23456722", "organisation_id": office.world.organisation_id, "bot_id": 7000, "title": "Come along",
        "sort": "engagement", "purpose": "invites", "engagement_id": clinic.id, "zone": "Europe/London", "written_by": "test",
        "made_at": NOON,
    }  # fmt: skip
    office.world.do(lambda db: db.execute(insert(schema.broadcasts).values(row)).rowcount)
    assert 'href="/console/broadcasts/abcdefgh23456722">Come along<' in office.staff("officer").get(HERE).text
    assert "Come along" not in office.staff("analyst").get(HERE).text
