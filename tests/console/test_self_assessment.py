"""What staff take out for the yearly self-assessment, and what Today says of a day that was promised."""

from __future__ import annotations

import csv
import io

from bot.web.console.self_assessment import rows
from conversations.records import CODES
from tests.console.office import Office
from tests.console.test_events import EVENT, dates, furnish

STATES = ("asked", "met", "not-met", "open")


def test_a_need_of_a_few_people_is_hidden_in_the_file_and_that_it_was_taken_is_noted(office: Office) -> None:
    furnish(office)
    office.pass_time(days=60)
    answer = office.staff("secretary").get("/console/events/needs.csv")
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert lines[0] == ["need, 2026-04-01 to before 2027-04-01", "asked", "met", "not met", "not settled"]
    assert lines[1][:2] == ["people with a need", "fewer than 10"]
    assert {figure for line in lines[2:-1] for figure in line[1:]} == {"*"}
    assert len(office.noted("export-needs")) == 1


def test_only_figures_of_many_people_are_told_and_rounded() -> None:
    counts = {code: dict.fromkeys(STATES, 0) for code in CODES}
    counts["breaks"] |= {"asked": 33, "met": 30, "not-met": 3}
    told = {row[0]: row[1:] for row in rows(41, counts)}
    assert told["people with a need"][0] == "40"
    assert told["Breaks"] == ("35", "30", "*", "0")


def test_today_names_a_promised_day_once_it_has_come(office: Office) -> None:
    furnish(office)
    lead = office.staff("secretary")
    fields = {"several": "no", "hours": "24", "feedback": "", "group": "", "version": "1", "next_day": "2027-03-05"}
    assert lead.post(f"{EVENT}/settings", fields).status_code == 303
    office.now = dates(office)[-1].ends_at
    assert "People were promised an answer" not in office.staff("secretary").get("/console/today").text
    office.pass_time(days=10)
    assert "People were promised an answer" in office.staff("secretary").get("/console/today").text
