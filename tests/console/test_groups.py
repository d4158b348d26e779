"""Reference groups in the console: seats, a meeting from its forecast to its minutes, the influence log, and the board's page."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from html import unescape

import pytest
from sqlalchemy import select

from storage import erasure, schema
from storage.groups import minutes, points, seats
from tests.console.office import Browser, Office
from tests.groups.table import Table, settle
from tests.storage.world import NOON

RULES = {"key": "yes", "quorum": "3", "quorum_lived": "2", "papers_days": "7", "minutes_days": "10", "few_why": ""}


@pytest.fixture
def table(office: Office) -> Table:
    """Give a group of four seats, each with a holder and a deputy."""
    return settle(office.world)


@pytest.fixture
def secretary(office: Office) -> Browser:
    """Give somebody who looks after groups."""
    return office.staff("secretary", "Bea Moss")


def home(table: Table) -> str:
    return f"/console/groups/{table.code}"


def rule(table: Table, secretary: Browser, **more: str) -> None:
    answer = secretary.post(f"{home(table)}/rules", {**RULES, "version": "0", **more})
    assert answer.status_code == 303, answer.text


def read(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


def problem(answer_text: str) -> str:
    found = re.search(r'role="alert".*?<li>(.*?)</li>', answer_text, re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", "", found[1])) if found else ""


# --- The story of a secretary


def test_a_secretary_sees_who_is_missing_asks_the_deputy_records_who_came_and_finds_it_quorate(
    either: Office,
) -> None:
    table, secretary = settle(either.world), either.staff("secretary")
    rule(table, secretary)
    for days in (-90, -60, -30):
        old = table.meet(days, recorded=True)
        for name in ("Carer", "Patient", "Clinic lead"):
            table.reply(old, name, "confirmed", came=True)
    meeting = table.meet(7)
    for name, how in (("Carer", "room"), ("Clinic lead", "online")):
        table.reply(meeting, name, "confirmed", how)
    table.reply(meeting, "Young person", "declined")
    place = f"{home(table)}/meetings/{meeting.code}"
    for page in (f"{home(table)}/seats", place):
        assert "No young person has confirmed." in read(secretary, page)
    assert "2 of the 3 seats it needs have confirmed, and 1 of the 2 of lived experience." in read(secretary, place)
    asked = secretary.post(f"{place}/ask-deputy", {"seat": table.find("Young person").code})
    assert asked.status_code == 303
    assert table.planned("deputy") == table.ids("Young person's deputy")
    assert "Their deputy is asked" in read(secretary, place)
    assert problem(secretary.post(f"{place}/ask-deputy", {"seat": table.find("Young person").code}).text)
    assert secretary.post(f"{place}/came", {}).status_code == 422, "it has not begun"
    either.pass_time(days=7)
    secretary = either.staff("secretary")
    came = {"Young person": "deputy", "Carer": "holder", "Clinic lead": "holder"}
    fields = {f"came-{table.find(name).code}": who for name, who in came.items()}
    assert secretary.post(f"{place}/quorate", {"quorate": "yes"}).status_code == 422, "nobody has recorded who came"
    assert secretary.post(f"{place}/came", fields).status_code == 303
    shown = read(secretary, place)
    assert "3 seats were filled, 2 of lived experience." in shown
    assert "the meeting was quorate" in shown
    assert secretary.post(f"{place}/quorate", {"quorate": "yes"}).status_code == 303
    assert table.meeting(meeting.code).quorate is True
    assert secretary.post(f"{place}/decisions", {"decision": "The clinic opens at two."}).status_code == 303
    assert "at 100 % of decisions (1 of 1 decision)" in read(secretary, f"{home(table)}/seats")


def test_a_group_with_less_than_three_recorded_meetings_is_told_that_it_is_too_early(table: Table, secretary: Browser) -> None:
    rule(table, secretary)
    table.meet(7)
    assert "Too early to tell" in read(secretary, f"{home(table)}/seats")


# --- Seats


def test_what_cannot_be_done_to_seats_is_refused_in_plain_words(table: Table, secretary: Browser) -> None:
    carer, patient = table.find("Carer"), table.find("Patient")
    assert secretary.post(f"{home(table)}/seats/{patient.code}/vacate").status_code == 303
    newcomer = table.world.meet()[1]
    cases = {
        (carer, "holder", "holder", newcomer): "Somebody sits here already.",
        (patient, "holder", "holder", carer.holder): "They have a seat in this group already.",
        (patient, "holder", "holder", carer.deputy): "They are a deputy here already",
        (patient, "deputy", "deputy", carer.holder): "They are a member of this group already.",
        (patient, "holder", "holder", "nobody"): "Nobody has this code.",
    }
    for (seat, act, field, code), words in cases.items():
        answer = secretary.post(f"{home(table)}/seats/{seat.code}/{act}", {field: code})
        assert answer.status_code == 422
        assert problem(answer.text).startswith(words)
    days = {"holder": newcomer, "from_day": "2027-03-01", "until_day": "2027-02-01"}
    answer = secretary.post(f"{home(table)}/seats/{patient.code}/holder", days)
    assert problem(answer.text).startswith("The term ends before it begins.")
    assert secretary.post(f"{home(table)}/seats/{patient.code}/end").status_code == 303
    answer = secretary.post(f"{home(table)}/seats/{patient.code}/holder", {"holder": newcomer})
    assert problem(answer.text).startswith("This seat was ended.")


def test_only_who_holds_a_seat_is_on_the_list_to_which_letters_go(table: Table, secretary: Browser) -> None:
    def listed() -> set[int]:
        return set(table.world.do(lambda db: db.scalars(select(schema.group_members.c.person_id)).all()))

    assert listed() == set(table.ids("Young person", "Carer", "Patient", "Clinic lead"))
    secretary.post(f"{home(table)}/seats/{table.find('Carer').code}/vacate")
    assert listed() == set(table.ids("Young person", "Patient", "Clinic lead"))
    out = secretary.post(f"{home(table)}/out", {"member": table.people["Patient"][1]})
    assert problem(out.text).startswith("One of them has a seat in this group.")
    gone = secretary.post(f"{home(table)}/remove")
    assert problem(gone.text).startswith("This group has meetings.")


def test_an_erased_person_leaves_their_seat_empty_from_that_day(table: Table) -> None:
    person, code = table.people["Carer"]
    table.world.do(lambda db: points.add(db, table.world.keys, table.group_id, "Too early in the day", NOON, person_id=person))
    later = NOON + dt.timedelta(days=3)
    table.world.do(lambda db: erasure.forget(db, table.world.keys, {person: code}, [], later))
    seat = table.find("Carer")
    assert (seat.holder_id, seat.vacant_since) == (None, later.date())
    assert table.world.count(schema.points) == 0
    deputy, code = table.people["Carer's deputy"]
    table.world.do(lambda db: erasure.forget(db, table.world.keys, {deputy: code}, [], later))
    assert table.find("Carer").deputy_id is None


def test_a_page_warns_of_a_lonely_member_until_somebody_says_why(table: Table, secretary: Browser) -> None:
    warning = "nobody should be alone"
    assert warning not in read(secretary, f"{home(table)}/seats")
    for name in ("Carer", "Patient"):
        secretary.post(f"{home(table)}/seats/{table.find(name).code}/end")
    assert warning in read(secretary, f"{home(table)}/seats")
    rule(table, secretary, few_why="Two more join in March.")
    assert warning not in read(secretary, f"{home(table)}/seats")


def test_rules_that_two_people_change_at_once_are_shown_side_by_side(table: Table, secretary: Browser) -> None:
    rule(table, secretary)
    late = secretary.post(f"{home(table)}/rules", {**RULES, "quorum": "4", "version": "0"})
    assert late.status_code == 422
    assert "As it stands now" in late.text
    assert 'value="4"' in late.text
    bad = secretary.post(f"{home(table)}/rules", {**RULES, "quorum": "1", "version": "1"})
    assert problem(bad.text).startswith("Of the seats a quorum needs")


# --- Papers, minutes, points


def test_papers_go_to_those_who_come_and_to_a_deputy_only_when_they_agreed(table: Table, secretary: Browser) -> None:
    meeting = table.meet(20)
    table.reply(meeting, "Carer", "confirmed")
    table.reply(meeting, "Patient", "deputised")
    table.reply(meeting, "Patient's deputy", "asked")
    table.reply(meeting, "Clinic lead", "declined")
    place = f"{home(table)}/meetings/{meeting.code}"
    paper = {"title": "The budget", "summary": "How much there is. You are asked what comes first."}
    added = secretary.post(f"{place}/papers", paper, files={"file": ("../../The budget?.exe", b"%PDF-1.7 x", "text/html")})
    assert added.status_code == 303
    assert secretary.post(f"{place}/papers/send").status_code == 303
    assert table.planned("papers") == table.ids("Carer")
    assert secretary.post(f"{place}/papers/send").status_code == 422
    code = re.search(r"/papers/([a-z2-7]{16})/file", secretary.get(place).text)
    assert code
    file = secretary.get(f"{place}/papers/{code[1]}/file")
    assert (file.content, file.headers["content-type"]) == (b"%PDF-1.7 x", "application/pdf")
    assert 'filename="The budget.pdf"' in file.headers["content-disposition"]
    assert "Late" not in read(secretary, place)


def test_a_paper_after_its_day_is_late_and_what_is_no_document_is_refused(table: Table, secretary: Browser) -> None:
    meeting = table.meet(5)
    place = f"{home(table)}/meetings/{meeting.code}"
    paper = {"title": "The map", "summary": "Where it is."}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("word/document.xml", "<w/>")
        made.writestr("word/vbaProject.bin", "run me")
    for data in (b"MZ\x90", b"<html>", packed.getvalue(), b"PK\x03\x04"):
        answer = secretary.post(f"{place}/papers", paper, files={"file": ("map.pdf", data, "application/pdf")})
        assert problem(answer.text).startswith("This is no PDF")
        assert "Where it is." in answer.text
    large = secretary.post(f"{place}/papers", paper, files={"file": ("map.pdf", b"%PDF-" + bytes(10_485_760), "application/pdf")})
    assert problem(large.text).startswith("The file is larger than 10 MB.")
    assert secretary.post(f"{place}/papers", paper).status_code == 303
    assert "Late" in read(secretary, place)


def test_minutes_are_shared_corrected_and_agreed(table: Table, secretary: Browser, office: Office) -> None:
    meeting = table.meet(-2)
    table.reply(meeting, "Carer's deputy", "confirmed", came=True)
    place = f"{home(table)}/meetings/{meeting.code}/minutes"
    assert "Due by Fri 12 Feb 2027" in read(secretary, place), "ten working days"
    assert secretary.post(f"{place}/share").status_code == 422
    assert secretary.post(place, {"minutes": "We agreed on two o'clock.", "version": "0"}).status_code == 303
    clash = secretary.post(place, {"minutes": "We agreed on three.", "version": "0"})
    assert clash.status_code == 422
    assert "We agreed on two" in clash.text
    assert "We agreed on three." in clash.text
    assert secretary.post(f"{place}/share").status_code == 303
    members = ("Young person", "Carer", "Patient", "Clinic lead", "Carer's deputy")
    assert table.planned("minutes") == table.ids(*members)
    carer = table.people["Carer"][0]
    keys = table.world.keys
    code = table.world.do(lambda db: minutes.correct(db, keys, meeting.id, carer, "It was half past two.", NOON))
    assert "It was half past two." in read(secretary, place)
    assert problem(secretary.post(f"{place}/agree").text).startswith("Somebody sent a correction")
    assert problem(secretary.post(f"{place}/corrections/{code}", {"state": "made"}).text).startswith("Write what they are told")
    assert secretary.post(f"{place}/corrections/{code}", {"state": "made", "answer": "It is right now."}).status_code == 303
    assert table.planned("corrected") == table.ids("Carer")
    assert table.world.do(lambda db: minutes.told(db, keys, code)) == ("It was half past two.", "made", "It is right now.")
    assert secretary.post(f"{place}/agree").status_code == 303
    assert secretary.post(place, {"minutes": "Something else.", "version": "3"}).status_code == 422
    assert office.noted("answer-correction")


def test_a_member_is_told_each_change_of_a_point_and_nothing_changes_without_words(
    table: Table, secretary: Browser, office: Office
) -> None:
    carer, keys = table.people["Carer"][0], table.world.keys
    code = table.world.do(lambda db: points.add(db, keys, table.group_id, "The clinic opens too early.", NOON, person_id=carer))
    place = f"{home(table)}/points/{code}"
    meeting = table.meet(10)
    without = secretary.post(place, {"state": "doing", "version": "1", "words": " "})
    assert "Nothing changes without words." in problem(without.text)
    nowhere = secretary.post(place, {"state": "agenda", "version": "1", "words": "We talk about it."})
    assert problem(nowhere.text).startswith("Choose the meeting")
    moved = {"state": "agenda", "version": "1", "words": "We talk about it.", "meeting": meeting.code, "due_on": "2027-02-20"}
    assert secretary.post(place, {**moved, "owner": "The head of the clinic"}).status_code == 303
    assert "The clinic opens too early." in read(secretary, f"{home(table)}/meetings/{meeting.code}")
    stale = secretary.post(place, {**moved, "words": "Again"})
    assert stale.status_code == 422
    assert "Again" in stale.text
    done = {"state": "done", "version": "2", "words": "It opens at two from March.", "due_on": ""}
    assert secretary.post(place, done).status_code == 303
    assert table.planned("told") == [carer, carer]
    about = table.world.do(lambda db: db.scalars(select(schema.followups.c.about).order_by(schema.followups.c.id.desc())).first())
    assert about
    found = table.world.do(lambda db: points.told(db, keys, about))
    assert found == ("The clinic opens too early.", "done", "It opens at two from March.")
    assert "The head" not in "".join(map(str, office.noted()))
    assert "too early" not in "".join(map(str, office.noted()))
    shown = read(secretary, place)
    assert shown.index("We talk about it.") < shown.index("It opens at two from March.")


def test_words_that_are_hard_to_read_are_only_advised_against(table: Table, secretary: Browser) -> None:
    code = table.world.do(lambda db: points.add(db, table.world.keys, table.group_id, "Open later.", NOON))
    hard = "Notwithstanding organisational considerations, implementation necessitates multidisciplinary authorisation. " * 5
    looked = secretary.post(f"{home(table)}/points/{code}", {"do": "look", "words": hard, "state": "doing", "version": "1"})
    assert "reading age" in looked.text
    changed = secretary.post(f"{home(table)}/points/{code}", {"words": hard, "state": "doing", "version": "1"})
    assert changed.status_code == 303


# --- The board, and Today


def test_a_board_sees_shares_and_no_member(table: Table, secretary: Browser, office: Office) -> None:
    rule(table, secretary)
    meeting = table.meet(-10, recorded=True)
    table.reply(meeting, "Carer", "confirmed", came=True)
    carer, keys = table.people["Carer"][0], table.world.keys
    for number in range(3):
        table.world.do(lambda db, number=number: points.add(db, keys, table.group_id, f"Point {number}", NOON, person_id=carer))  # type: ignore[misc]
    analyst = office.staff("analyst")
    shown = analyst.get("/console/board").text
    sheet = list(csv.DictReader(io.StringIO(analyst.get("/console/board.csv").text.lstrip("\ufeff"))))
    told = {row["measure"]: (row["part"], row["of"]) for row in sheet}
    assert told["Key groups with every lived-experience seat filled"] == ("1", "1")
    assert told["Key groups with every lived-experience seat filled and attended"] == ("*", "1"), "one group is single members"
    assert told["Meetings that were quorate"] == ("0", "1")
    assert told["Points raised and acted on"] == ("*", "fewer than 10")
    for name, code in table.people.values():
        assert code not in shown, name
    assert "Point 1" not in shown
    assert office.noted("export-board")


def test_today_tells_what_of_a_group_is_late(table: Table, secretary: Browser) -> None:
    rule(table, secretary)
    table.meet(5)
    table.meet(-30)
    code = table.world.do(lambda db: points.add(db, table.world.keys, table.group_id, "Open later.", NOON))
    change = {"state": "doing", "version": "1", "words": "We try.", "due_on": "2027-01-20"}
    assert secretary.post(f"{home(table)}/points/{code}", change).status_code == 303
    shown = read(secretary, "/console/today")
    for words in ("may not be quorate", "No young person has confirmed.", "1 point is past its day", "Minutes were due"):
        assert words in shown, words


def test_whoever_may_only_see_finds_no_form(table: Table, secretary: Browser, office: Office) -> None:
    seat = table.find("Carer")
    duty = office.staff("safeguarding")
    for path in (f"{home(table)}/seats", f"{home(table)}/seats/{seat.code}", f"{home(table)}/points", "/console/board"):
        assert duty.get(path).status_code == 403
    assert table.world.do(lambda db: seats.of_people(db, [seat.holder_id or 0]))[seat.holder_id or 0][0].role == "holder"
    assert secretary.get("/console/groups").text.count(f"{home(table)}/seats") == 1
