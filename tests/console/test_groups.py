"""Reference groups in the console: seats, a meeting from its forecast to who came, the board's page, and the calendar."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re

from sqlalchemy import select

from storage import erasure, schema
from storage.groups import points, seats
from tests.console.grouped import RULES, home, problem, read, rule
from tests.console.office import Browser, Office
from tests.groups.table import Table, settle
from tests.storage.world import NOON

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
    assert told["Meetings that were quorate"] == ("*", "1")
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


# --- Its calendar, and the register of its meetings


def test_the_calendar_of_a_group_has_an_address_until_it_is_ended(either: Office) -> None:
    table, secretary = settle(either.world), either.staff("secretary")
    table.meet(7)
    seats_page = f"{home(table)}/seats"
    assert "web.public_url" in read(secretary, seats_page)
    assert secretary.post(f"{home(table)}/feed").status_code == 303
    assert either.world.count(schema.feeds) == 0, "nobody could come to it"
    either.move_out("https://bot.example.org")
    secretary = either.staff("secretary")
    secretary.press(seats_page, f"{home(table)}/feed")
    address = re.search(r"https://bot\.example\.org(/feeds/[^<]+)", secretary.get(seats_page).text)
    assert address
    assert secretary.get(address[1]).text.count("BEGIN:VEVENT") == 1
    secretary.press(seats_page, f"{home(table)}/feed/end")
    assert secretary.get(address[1]).status_code == 404
    assert "/feeds/" not in secretary.get(seats_page).text
    assert [what for _, what, _ in either.noted() if "feed" in what] == ["make-feed", "end-feed"]


def test_a_meeting_and_its_register_lead_to_each_other_and_the_register_tells_the_seats(table: Table, secretary: Browser) -> None:
    meeting = table.meet(7)
    table.reply(meeting, "Carer", "confirmed")
    place, register = f"{home(table)}/meetings/{meeting.code}", f"/console/dates/{meeting.code}"
    assert f'href="{register}"' in secretary.get(place).text
    shown = secretary.get(register).text
    assert f'href="{place}"' in shown
    assert '<th scope="col">Seat</th>' in shown
    assert "<td>Carer</td>" in shown
