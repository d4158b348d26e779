"""What a seat gives somebody ends with it; what they did on it stays, and nobody else's is taken for theirs."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from bot import replying
from storage import schema
from storage.events import attendance, feeds, occasions
from storage.events.occasions import Occasion, Plan
from storage.groups import board, decisions, points, presence, quorum, seats
from storage.groups.board import Board, Share
from storage.groups.presence import Presence
from storage.groups.quorum import Meeting
from tests.events.stage import do, states
from tests.groups.table import Table, settle
from tests.storage.world import NOON, World

DAY = dt.timedelta(days=1)


@pytest.fixture
def table(world: World) -> Table:
    return settle(world)


def date(table: Table, meeting: Meeting) -> Occasion:
    return table.world.do(lambda db: occasions.find_all(db, [meeting.id])[meeting.id])


def vacate(table: Table, name: str) -> None:
    group, seat = table.group, table.find(name)
    table.world.do(lambda db: seats.vacate(db, group, seat, NOON.date(), NOON))


def test_whoever_is_taken_off_a_seat_has_no_place_at_meetings_ahead(table: Table) -> None:
    before, ahead = table.meet(-10), table.meet(10)
    for meeting in (before, ahead):
        for name in ("Carer", "Carer's deputy", "Patient"):
            table.reply(meeting, name, "confirmed")
    vacate(table, "Carer")
    carer, deputy, patient = (table.people[name][0] for name in ("Carer", "Carer's deputy", "Patient"))
    assert states(table.world, date(table, ahead)) == {carer: "withdrawn", deputy: "confirmed", patient: "confirmed"}
    assert set(states(table.world, date(table, before)).values()) == {"confirmed"}, "what is over stays as it was"


@pytest.mark.parametrize("end", [False, True])
def test_whoever_is_no_deputy_any_more_has_no_place_either_and_the_member_hears(table: Table, end: bool) -> None:  # noqa: FBT001
    one, seat, group = date(table, table.meet(10)), table.find("Carer"), table.group
    member, deputy = table.people["Carer"][0], table.people["Carer's deputy"][0]
    do(table.world, member, one, "deputy", deputy_id=deputy, seat_id=seat.id)
    do(table.world, deputy, one, "accept_deputy")
    if end:
        table.world.do(lambda db: seats.end(db, group, seat, NOON.date(), NOON))
    else:
        table.world.do(lambda db: seats.deputise(db, group, seat, "", NOON))
    assert states(table.world, one) == {member: "withdrawn" if end else "deputised", deputy: "withdrawn"}
    assert table.planned("no-deputy") == ([] if end else [member])


def take(table: Table, meeting: Meeting, name: str, partstat: str) -> bool:
    """The reply of somebody's calendar."""
    person, here = table.people[name][0], table.world.organisation_id
    mine = (schema.places.c.person_id == person, schema.places.c.occasion_id == meeting.id)
    code = table.world.do(lambda db: db.scalars(select(schema.places.c.code).where(*mine)).one())
    entry = table.world.do(lambda db: feeds.find(db, here, [code])[code])
    return table.world.do(lambda db: replying.take(db, entry, partstat, NOON))


def test_whoever_left_the_group_does_not_come_back_by_their_calendar(table: Table) -> None:
    meeting = table.meet(10)
    for name in ("Carer", "Patient"):
        table.reply(meeting, name, "declined")
    vacate(table, "Carer")
    assert not take(table, meeting, "Carer", "ACCEPTED")
    assert not take(table, meeting, "Carer", "TENTATIVE")
    assert take(table, meeting, "Patient", "ACCEPTED")


def test_a_calendar_takes_no_place_where_the_engagement_is_closed_but_gives_one_back(table: Table) -> None:
    meeting = table.meet(10)
    table.reply(meeting, "Carer", "declined")
    table.reply(meeting, "Patient", "confirmed")
    table.world.do(lambda db: db.execute(update(schema.engagements).values(state="closed")).rowcount)
    assert not take(table, meeting, "Carer", "ACCEPTED")
    assert take(table, meeting, "Patient", "DECLINED")


def test_the_door_of_a_meeting_lets_in_its_members_and_deputies_and_sends_others_to_staff(table: Table) -> None:
    one = date(table, table.meet(0))
    stranger = table.world.meet()[0]

    def come(person: int) -> str:
        return table.world.do(lambda db: attendance.check_in(db, one, person, one.starts_at))

    told = [come(person) for person in (stranger, table.people["Carer"][0], table.people["Patient's deputy"][0])]
    assert told == ["not-theirs", "walk-in", "walk-in"]
    assert stranger not in states(table.world, one)


def measure(table: Table) -> Presence:
    since, until = NOON.date() - 90 * DAY, NOON.date() + DAY
    return table.world.do(lambda db: presence.measure(db, [table.group_id], since, until, NOON))


@pytest.mark.parametrize("recorded", [True, False], ids=["left-after", "left-before-it-was-recorded"])
def test_presence_at_a_meeting_stays_what_it_was_when_a_member_leaves(table: Table, recorded: bool) -> None:  # noqa: FBT001
    meeting, here, carer = table.meet(-1), table.world.organisation_id, table.people["Carer"][0]
    table.world.do(lambda db: db.execute(update(schema.seats).values(from_day=NOON.date() - 9 * DAY)).rowcount)
    table.world.do(lambda db: decisions.add(db, meeting, "Open at 8.", "staff", NOON))
    table.reply(meeting, "Carer", "confirmed", came=True)
    table.world.do(lambda db: db.execute(update(schema.places).values(seat_id=None)).rowcount)
    if recorded:
        table.world.do(lambda db: quorum.record(db, here, meeting, {carer: True}, NOON))
    vacate(table, "Carer")
    if not recorded:
        table.world.do(lambda db: quorum.record(db, here, meeting, {}, NOON))
    assert measure(table) == Presence(1, 1)


def test_whoever_staff_note_as_there_without_a_place_is_there_for_their_seat(table: Table) -> None:
    meeting, here, carer = table.meet(-20), table.world.organisation_id, table.people["Carer"][0]
    table.world.do(lambda db: decisions.add(db, meeting, "Open at 8.", "staff", NOON))
    table.world.do(lambda db: quorum.record(db, here, meeting, {carer: True}, NOON))
    vacate(table, "Carer")
    assert measure(table) == Presence(1, 1)


def test_a_history_is_of_those_who_sat_there_then(table: Table) -> None:
    for days in (-60, -40, -20):
        table.reply(table.meet(days, recorded=True), "Patient", "confirmed", came=True)
    learnt = table.world.do(lambda db: quorum.remember(db, table.group_id, NOON))
    assert "silent" not in learnt.came, "they were put on their seats after these meetings"
    assert learnt.came["room"] == (3, 3)


def test_a_seat_that_was_left_is_empty_and_its_next_holder_answers_anew(table: Table) -> None:
    meeting, group = table.meet(10), table.group
    table.reply(meeting, "Carer", "confirmed")
    vacate(table, "Carer")

    def reply() -> str:
        held = table.world.do(lambda db: quorum.sit(db, [meeting])[meeting.id])
        return next(one.reply for one in held if one.seat.name == "Carer")

    assert reply() == "vacant"
    seat, code = table.find("Carer"), table.world.meet()[1]
    table.world.do(lambda db: seats.fill(db, group, seat, {"holder": code}, NOON.date()))
    assert reply() == "silent"


def test_a_meeting_that_moves_to_another_day_is_warned_of_again(table: Table) -> None:
    one = date(table, table.meet(6))
    table.world.do(lambda db: db.execute(update(schema.occasions).values(warned=2)).rowcount)

    def move(local_at: str) -> int:
        one = date(table, table.meeting(table_code))
        table.world.do(
            lambda db: occasions.change(db, table.world.keys, one, replace(plan, local_at=local_at), one.version, NOON)
        )
        warned: int = table.world.do(lambda db: db.scalars(select(schema.occasions.c.warned)).one())
        return warned

    table_code, plan = one.code, Plan(one.local_at, "Europe/London", 90, "The hall", online=True)
    assert [move(f"{one.local_at[:10]}T15:00"), move("2027-05-10T10:30")] == [2, 0]


def look(table: Table) -> Board:
    since = NOON.date() - 90 * DAY
    return table.world.do(lambda db: board.look(db, table.world.organisation_id, since, NOON.date(), NOON))


def rule(table: Table) -> None:
    row = {"group_id": table.group_id, "key": True, "quorum": 1, "quorum_lived": 0}
    table.world.do(lambda db: db.execute(schema.group_rules.insert().values(row)).rowcount)


def test_a_board_counts_points_that_somebody_raised(table: Table) -> None:
    rule(table)
    for _ in range(20):
        table.world.do(lambda db: points.add(db, table.world.keys, table.group_id, "Ask for a key.", NOON))
    assert look(table).raised == "0"


def test_a_board_hears_who_came_only_of_three_groups_together(table: Table) -> None:
    tables = [table, *(Table(table.world, f"group-{number}") for number in range(2))]
    told = []
    for each in tables:
        rule(each)
        meeting = each.meet(-10, recorded=True)
        each.reply(meeting, "Carer", "confirmed", came=True)
        each.world.do(lambda db, meeting=meeting: decisions.add(db, meeting, "Open at 8.", "staff", NOON))  # type: ignore[misc]
        found = look(each)
        told.append((found.quorate, found.present, found.presence is not None))
    assert told == [
        (Share(None, 1), Share(None, 1), False),
        (Share(None, 2), Share(None, 2), False),
        (Share(3, 3), Share(3, 3), True),
    ]


def test_a_seat_whose_term_is_over_is_not_filled(table: Table) -> None:
    rule(table)
    assert look(table).seats == Share(3, 3)
    seat = table.find("Carer")
    table.world.do(
        lambda db: (
            db.execute(update(schema.seats).where(schema.seats.c.id == seat.id).values(until_day=NOON.date() - DAY)).rowcount
        )
    )
    assert look(table).seats == Share(2, 3)
