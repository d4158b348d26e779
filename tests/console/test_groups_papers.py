"""What a reference group writes and reads in the console: papers, minutes with corrections, and the influence log."""

from __future__ import annotations

import io
import re
import zipfile

from sqlalchemy import select

from storage import schema
from storage.groups import minutes, points
from tests.console.grouped import home, problem, read
from tests.console.office import Browser, Office
from tests.groups.table import Table
from tests.storage.world import NOON


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
