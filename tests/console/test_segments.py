"""Segments and groups in the console: chosen in a plain form, counted, saved in versions, and closed to those who may not."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from sqlalchemy import insert, select

from storage import schema
from storage.broadcasting import segments
from storage.broadcasting.criteria import Contacted, Criteria, Invited, Said, TookPart
from tests.console.office import Browser, Office
from tests.storage.crowd import BOT, Scene, Someone, broadcast, meet
from tests.storage.world import NOON

LIST, GROUPS = "/console/segments", "/console/groups"


@pytest.fixture
def town(office: Office) -> Office:
    """Give an office with four people, a named engagement and an anonymous one."""
    return settle(office)


@pytest.fixture
def each_town(either: Office) -> Office:
    """Give the same, once on each database."""
    return settle(either)


def settle(office: Office) -> Office:
    world = office.world
    named = world.engage("named")
    hidden = world.engage(source=HIDDEN)
    here = world.organisation_id
    world.do(lambda db: db.execute(insert(schema.bots).values(id=BOT, organisation_id=here)))
    crowd = (Someone(place="ME14"), Someone(place="ME14", wants=None), Someone(place="TN1", language="ur"), Someone(age="16-17"))
    world.do(lambda db: meet(db, Scene(here, named.id, named.edition_id, ()), crowd))
    world.do(lambda db: broadcast(db, here, code="b" * 16, title="The workshop", state="done", started_at=NOON))
    assert hidden.identity == "anonymous"
    return office


HIDDEN = """
format = 1
id = "hidden"
kind = "consultation"
title.en = "A quiet word"
identity = "anonymous"
audience = "everyone"
[charter]
settles.en = "what comes first"
decided_by.en = "The group"
can_change.en = "where"
cannot_change.en = "the budget"
feedback_by = 2027-03-01
[[steps]]
id = "secret"
kind = "choice"
ask.en = "Which of these happened to you?"
options = [{ id = "this", label.en = "This" }, { id = "that", label.en = "That" }]
"""

EVERYTHING: dict[str, Any] = {
    "name": "Everything at once",
    "places": "me14, tn",
    "languages": ["en", "ur"],
    "age": "adults",
    "wants": ["polls", "news"],
    "wishes": ["clinic/tell-me/yes"],
    "answers": ["clinic/first/nearer", "clinic/who/have", "clinic/first/phone"],
    "invited": ["b" * 16, ""],
    "invited-how": ["no", "yes"],
    "took_part": ["clinic", ""],
    "took_part-how": ["begun", "finished"],
    "contacted": "longer",
    "days": "30",
}
MEANT = Criteria(
    places=("ME14", "TN"),
    languages=("en", "ur"),
    age="adults",
    wants=("polls", "news"),
    wishes=(Said("clinic", "tell-me", ("yes",)),),
    answers=(Said("clinic", "first", ("nearer", "phone")), Said("clinic", "who", ("have",))),
    invited=(Invited("b" * 16, yes=False),),
    took_part=(TookPart("clinic", "begun"),),
    contacted=Contacted("longer", 30),
)


def save(browser: Browser, **fields: Any) -> str:
    """A new segment's address."""
    answer = browser.post(f"{LIST}/new", {"name": "Near us", "do": "save", **fields})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def count(page: str) -> str:
    found = re.search(r'class="count"[^>]*>([^<]*)<', page)
    return found[1] if found else ""


def fields_of(page: str) -> dict[str, list[str]]:
    """What the form on a page would send, as it stands."""
    held: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        named = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if named.get("type") not in {"checkbox", "radio"} or " checked" in tag:
            held.setdefault(named["name"], []).append(unescape(named.get("value", "")))
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        values = re.findall(r'value="([^"]*)"( selected)?', options)
        held.setdefault(name, []).append(next((value for value, on in values if on), values[0][0]))
    return held


def test_a_form_means_all_that_was_chosen_in_it_and_shows_it_again_as_it_was(each_town: Office) -> None:
    officer = each_town.staff()
    page = save(officer, **EVERYTHING)
    kept = each_town.world.do(lambda db: segments.find(db, each_town.world.organisation_id, page.rpartition("/")[2]))
    assert kept
    assert kept.criteria == MEANT
    again = fields_of(officer.get(f"{page}/edit").text)
    assert officer.post(f"{page}/edit", {**again, "do": "save"}).status_code == 303
    kept = each_town.world.do(lambda db: segments.find(db, each_town.world.organisation_id, page.rpartition("/")[2]))
    assert kept
    assert (kept.version, kept.name) == (2, "Everything at once")
    assert sorted_out(kept.criteria) == sorted_out(MEANT)
    shown = unescape(officer.get(page).text)
    for words in (
        "ME14, TN",
        "English or اردو",
        "short polls and news",
        "Shall we tell you what happens next? “Yes”",
        "The workshop",
    ):
        assert words in shown
    assert [what for _, what, _ in each_town.noted() if "segment" in what] == ["make-segment", "change-segment"]


def sorted_out(wanted: Criteria | None) -> Criteria:
    """The same with the questions in one order."""
    assert wanted
    return replace(wanted, answers=tuple(sorted(wanted.answers, key=str)))


def test_people_are_counted_before_anything_is_saved_and_told_why_they_are_left_out(town: Office) -> None:
    officer = town.staff()
    answer = officer.post(f"{LIST}/new", {"places": "ME", "do": "count"})
    assert (answer.status_code, count(answer.text)) == (200, "2 people")
    assert 'value="ME"' in answer.text
    answer = officer.post(f"{LIST}/new", {"places": "ME, TN", "do": "count", "purpose": "polls"})
    assert count(answer.text) == "3 people"
    assert "2 of them would get such a message now" in answer.text
    assert "did not ask to hear about this" in answer.text
    assert town.world.count(schema.segments) == 0


def test_what_was_said_anonymously_is_not_offered_and_not_taken(town: Office) -> None:
    officer = town.staff()
    form = officer.get(f"{LIST}/new").text
    assert "What would help first?" in form
    assert "Which of these happened to you?" not in form
    answer = officer.post(f"{LIST}/new", {"name": "Them", "answers": ["hidden/secret/this"], "do": "save"})
    assert answer.status_code == 422
    assert "Answers to hidden are anonymous" in answer.text
    assert town.world.count(schema.segments) == 0


WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"places": "Kent"}, "places"),
    ({"name": ""}, "name"),
    ({"contacted": "within", "days": "soon"}, "contacted"),
    ({"wishes": ["x"]}, "wishes"),
    ({"answers": ["gone/a/b"]}, "answers"),
    ({"wants": ["everything"]}, "wants"),
    ({"took_part": ["gone"], "took_part-how": ["not"]}, "took_part"),
)


def test_what_cannot_be_asked_is_said_beside_its_field_and_on_top(town: Office) -> None:
    officer = town.staff()
    for typed, field in WRONG:
        answer = officer.post(f"{LIST}/new", {"name": "Near us", "do": "save", **typed})
        assert answer.status_code == 422
        assert f'href="#{field}"' in answer.text
        assert f'id="{field}"' in answer.text


def test_two_people_changing_the_same_segment_see_each_others_work(town: Office) -> None:
    sam, kim = town.staff(name="Sam"), town.staff(name="Kim")
    page = save(sam, places="ME14")
    seen = fields_of(kim.get(f"{page}/edit").text)
    assert sam.post(f"{page}/edit", {"name": "Near", "places": "ME", "version": "1", "do": "save"}).status_code == 303
    answer = kim.post(f"{page}/edit", {**seen, "places": "TN1", "do": "save"})
    assert answer.status_code == 409
    assert "What is saved now: Near" in answer.text
    assert "<dd>ME</dd>" in answer.text
    assert 'value="TN1"' in answer.text
    assert kim.post(f"{page}/edit", {**fields_of(answer.text), "do": "save"}).status_code == 303
    assert "TN1" in sam.get(page).text


def test_a_segment_can_be_removed_and_looked_at_by_those_who_only_count(town: Office) -> None:
    officer, analyst = town.staff(), town.staff("analyst")
    page = save(officer, places="ME14")
    assert count(officer.get(page).text) == "2 people"
    assert "Remove" not in analyst.get(page).text
    assert analyst.post(f"{page}/remove").status_code == 403
    assert "Near us" in analyst.get(LIST).text
    assert officer.post(f"{page}/remove").status_code == 303
    assert officer.get(page).status_code == 404


def test_whoever_may_not_see_people_is_told_no_figure_of_a_few(town: Office) -> None:
    officer, analyst = town.staff(), town.staff("analyst")
    page = save(officer, places="ME14, TN")
    told = analyst.get(f"{page}?purpose=polls").text
    assert count(told) == "fewer than 10 people"
    assert "Fewer than 10 of them would get" not in told
    assert "did not ask to hear about this" not in told
    here = Scene(town.world.organisation_id, 1, 1, ())
    town.world.do(lambda db: meet(db, here, [Someone(place="TN1")] * 9 + [Someone(place="ME14", wants=None)] * 11))
    told = analyst.get(f"{page}?purpose=polls").text
    assert count(told) == "25 people"
    assert "10 of them would get such a message now" in told
    assert '<td class="number">10</td>' in told
    assert count(officer.get(f"{page}?purpose=polls").text) == "23 people"


def test_of_something_anonymous_only_who_took_part_can_be_asked(town: Office) -> None:
    officer = town.staff()
    for how in ("finished", "begun"):
        answer = officer.post(f"{LIST}/new", {"name": "Them", "took_part": ["hidden"], "took_part-how": [how], "do": "save"})
        assert answer.status_code == 422
        assert "hidden is anonymous: who finished it is not told" in answer.text
    page = save(officer, **{"took_part": ["hidden"], "took_part-how": ["took"]})
    assert "<dt>Took part</dt>" in officer.get(page).text
    assert count(officer.get(page).text) == "0 people"


def test_an_audience_that_asks_for_what_is_gone_says_so_and_can_be_changed(town: Office) -> None:
    officer = town.staff()
    group = officer.post(GROUPS, {"name": "Reference group"}).headers["location"]
    page = save(officer, groups=[group.rpartition("/")[2]])
    officer.post(f"{group}/remove")
    assert "not there any more" in officer.get(page).text
    assert "something that is gone" in officer.get(page).text
    again = fields_of(officer.get(f"{page}/edit").text)
    assert "groups" not in again
    assert officer.post(f"{page}/edit", {**again, "do": "save"}).status_code == 303
    assert count(officer.get(page).text) == "4 people"


def test_groups_are_filled_by_code_all_or_nobody(town: Office) -> None:
    officer = town.staff("secretary")
    group = officer.post(GROUPS, {"name": "Reference group"}).headers["location"]
    known = town.world.do(lambda db: sorted(db.scalars(select(schema.people.c.code))))
    answer = officer.post(f"{group}/people", {"people": f"{known[0]}\nnobody"})
    assert answer.status_code == 422
    assert "Nobody has the code nobody" in answer.text
    assert f"{known[0]}\nnobody" in answer.text
    assert town.world.count(schema.group_members) == 0
    assert officer.post(f"{group}/people", {"people": f"{known[0].upper()}, {known[1]}"}).status_code == 303
    shown = officer.get(group).text
    assert all(code in shown for code in known[:2])
    assert officer.post(f"{group}/out", {"member": [known[0]]}).status_code == 303
    assert known[0] not in officer.get(group).text
    assert officer.post(f"{group}/name", {"name": " "}).status_code == 422
    assert officer.post(f"{group}/name", {"name": "Core"}).status_code == 303
    assert officer.post(GROUPS, {"name": "core"}).status_code == 422
    assert [what for _, what, _ in town.noted() if "group" in what and what not in {"make-group", "read-group"}] == [
        "put-into-group",
        "take-out-of-group",
        "rename-group",
    ]
    assert town.staff("analyst").get(group).status_code == 403
