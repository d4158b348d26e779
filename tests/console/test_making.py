"""Engagements made in the console: from nothing, from those that ship, and from files that are not always what they say."""

from __future__ import annotations

import re
import tomllib

import pytest

from conversations.library import SHIPPED
from tests.console.office import Browser, Office
from tests.console.test_engagements import CLINIC, LIST, READY, bring, draft, found, publish


@pytest.fixture
def ann(office: Office) -> Browser:
    """Give an engagement officer at work."""
    return office.staff("officer", "Ann")


def test_an_engagement_made_from_nothing_has_every_part_and_says_what_is_still_to_be_written(
    office: Office, ann: Browser
) -> None:
    made = ann.post("/console/engagements/+new", {"title": "When should the garden be open?", "from": ""})
    assert made.headers["location"] == f"{LIST}/when-should-the-garden-be-open/charter"
    page = ann.get(f"{LIST}/when-should-the-garden-be-open").text
    assert "To mend" in page
    assert found(office, "when-should-the-garden-be-open") is None
    assert "cannot be published yet" in ann.get(f"{LIST}/when-should-the-garden-be-open/publish").text


def test_each_engagement_that_ships_can_be_begun_from_and_published_under_another_name(office: Office, ann: Browser) -> None:
    for text in SHIPPED.values():
        table = tomllib.loads(text)
        slug = f"our-{table['id']}"[:40]
        ann.post("/console/engagements/+new", {"title": "Our own", "id": slug, "from": table["id"]})
        copy = tomllib.loads(draft(office, slug))
        assert (copy["id"], copy["title"]["en"], copy["steps"]) == (slug, "Our own", table["steps"])
        assert comments(draft(office, slug)) == comments(text)
        publish(ann, slug)
        assert found(office, slug)


def test_an_event_is_made_from_what_people_come_to_and_leads_on_to_its_dates(ann: Browser) -> None:
    new, workshop = "/console/engagements/+new?event=yes", "workshop-design-the-next-step"
    offered = re.findall(r'name="from" value="([^"]*)"', ann.get(new).text)
    kinds = {table["id"]: table["kind"] for table in map(tomllib.loads, SHIPPED.values())}
    assert offered == [each for each, kind in kinds.items() if kind in {"event", "meeting"}]
    assert "Choose what to begin from" in ann.post(new, {"title": "Family evening", "from": ""}).text
    ann.post(new, {"title": "Family evening", "from": workshop})
    assert "/console/events/" not in ann.get(f"{LIST}/family-evening").text.split("<main", 1)[1], "it is not published yet"
    publish(ann, "family-evening")
    page = ann.get(f"{LIST}/family-evening").text
    assert "has no date yet" in page
    assert page.count('href="/console/events/family-evening"') == len(["its tab", "where it stands"])
    assert "Add a date" in ann.get("/console/events/family-evening").text


def comments(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("#")]


def test_a_name_that_no_address_can_have_is_refused_and_what_was_typed_stays(ann: Browser) -> None:
    for name in ("../../etc", "a/b", "Garden", "9lives", "a" * 41, "<b>", "a b"):
        answer = ann.post("/console/engagements/+new", {"title": "The garden", "id": name, "from": ""})
        assert answer.status_code == 422
        assert "begin with a letter" in answer.text
        assert 'value="The garden"' in answer.text


def test_a_name_that_is_taken_is_refused(office: Office, ann: Browser) -> None:
    office.world.engage()
    for name in ("clinic", "friends-and-family-test"):
        assert ann.post("/console/engagements/+new", {"title": "Ours", "id": name, "from": ""}).status_code == 422
    ann.post("/console/engagements/+new", {"title": "The garden", "from": ""})
    assert ann.post("/console/engagements/+new", {"title": "The garden", "from": ""}).status_code == 422


def test_a_hostile_title_is_only_words(office: Office, ann: Browser) -> None:
    for number, title in enumerate(
        ("<script>alert(1)</script>", '"]\n[charter]\nx = "', "\u202egarden", "{{ 7*7 }}", "x" * 5000)
    ):
        slug = f"garden-{number}"
        ann.post("/console/engagements/+new", {"title": title, "id": slug, "from": ""})
        assert tomllib.loads(draft(office, slug))["title"]["en"] == title
        for path in ("", "/charter", "/steps", "/text", "/phone"):
            page = ann.get(f"{LIST}/{slug}{path}").text
            assert "<script>alert" not in page
            assert "49" not in re.findall(r"<h1>(.*?)</h1>", page)


NOT_ENGAGEMENTS: list[tuple[bytes | str, str]] = [
    (b"", "ends in .toml"),
    (b"PK\x03\x04\xff\xfe a workbook", "something other than UTF-8"),
    ("hello there", "cannot be read as TOML"),
    ("a = " + "[" * 50_000, "cannot be read as TOML"),
    (".".join("a" * 50_000) + " = 1", "cannot be read as TOML"),
    ("x = 1\n" * 60_000, "larger than any"),
    ("price = 3", "no engagement"),
    ('id = "../up"\nsteps = []', "no id that can be used"),
    ("id = 7\nsteps = []", "no id that can be used"),
]


def test_an_upload_that_is_not_what_it_says_is_refused_and_says_why(ann: Browser) -> None:
    for content, why in NOT_ENGAGEMENTS:
        answer = bring(ann, content)
        assert (answer.status_code, why in answer.text) == (422, True), why


def test_a_file_is_brought_in_and_goes_out_letter_for_letter(ann: Browser) -> None:
    text = "\ufeff# Ours\r\n" + READY.strip().replace("\n", "\r\n")
    assert bring(ann, text).headers["location"] == CLINIC
    out = ann.get(f"{CLINIC}/file")
    assert out.text == "# Ours\n" + READY.strip() + "\n"
    assert out.headers["content-disposition"] == 'attachment; filename="clinic.toml"'
    assert bring(ann, text).status_code == 422  # there is one of that name
