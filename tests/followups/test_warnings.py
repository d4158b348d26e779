"""A secretary hears that a meeting may not be quorate, a week before it and two days before, each once."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, insert, select

from bot import quorums
from storage import codes, schema
from storage.broadcasting import groups
from storage.groups import rules, seats
from storage.staffing import staff_chats
from tests.followups.hall import START, Hall
from tests.road import colleagues

DAY = dt.timedelta(days=1)


def test_a_secretary_is_warned_a_week_before_and_two_days_before_and_never_twice(hall: Hall) -> None:
    [person] = hall.enrol("Amina")
    hall.do(_seat, hall, person)
    hall.date(hall.settle(hall.hold("tests-meeting"), group_id=hall.do(_group, hall).id), "2027-02-16T10:30")
    heard: list[str] = []
    for hours in range(0, 15 * 24, 6):
        hall.now = START + dt.timedelta(hours=hours)
        hall.do(quorums.warn, hall.inside.base.house, hall.now)
        hall.tick()
        heard += [f"{one.at:%m-%d %H:%M}" for one in hall.heard[len(heard) :]]
    assert heard == ["02-09 12:00", "02-14 12:00"]
    assert all("Tue 16 Feb 2027, 10:30" in one.text and "No young person has confirmed." in one.text for one in hall.heard)
    assert not any("anel" in one.text[:60] for one in hall.heard), "the group stands where a locked phone shows it"


def _group(db: Connection, hall: Hall) -> groups.Group:
    [one] = groups.load(db, hall.inside.base.house.organisation_id)
    return one


def _seat(db: Connection, hall: Hall, person: int) -> None:
    """A group of one seat, its secretary's chat known."""
    house, today = hall.inside.base.house, hall.now.date()
    here = house.organisation_id
    groups.make(db, here, "The panel")
    group = _group(db, hall)
    named = db.scalars(select(schema.people.c.code).where(schema.people.c.id == person)).one()
    code = seats.make(db, group, {"name": "Young person", "kind": "young-person", "lived": "yes"}, today)
    seat = seats.find(db, group, code)
    assert seat
    seats.fill(db, group, seat, {"holder": named}, today)
    who = colleagues.take_in(db, hall.inside.base, "secretary", "Sam")
    staff_code = db.scalars(select(schema.staff.c.code).where(schema.staff.c.id == who)).one()
    row = {"group_id": group.id, "quorum": 1, "quorum_lived": 1, "secretary": staff_code}
    db.execute(insert(schema.group_rules).values(row))
    assert rules.read(db, group.id).secretary == staff_code
    linked = staff_chats.take_code(db, house.keys, staff_chats.make_code(db, who, hall.now), house.bot_id, 77, hall.now)
    assert linked
    assert len(named) == codes.LENGTH
