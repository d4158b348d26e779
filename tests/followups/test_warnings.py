"""A secretary hears that a meeting may not be quorate, a week before it and two days before, each once."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import Connection, insert, select
from structlog.testing import capture_logs

from bot import quorums
from storage import codes, schema
from storage.broadcasting import groups
from storage.groups import rules, seats, waiting
from storage.staffing import staff_chats
from tests.followups.hall import START, Hall
from tests.road import colleagues

DAY = dt.timedelta(days=1)


def test_a_secretary_is_warned_a_week_before_and_two_days_before_and_never_twice(hall: Hall) -> None:
    prepare(hall, "2027-02-16")
    heard: list[str] = []
    for hours in range(0, 15 * 24, 6):
        hall.now = START + dt.timedelta(hours=hours)
        hall.do(quorums.warn, hall.inside.base.house, hall.now)
        hall.tick()
        heard += [f"{one.at:%m-%d %H:%M}" for one in hall.heard[len(heard) :]]
    assert heard == ["02-09 12:00", "02-12 12:00"], "two days before is a Sunday: the Friday before"
    assert all("Tue 16 Feb 2027, 10:30" in one.text and "No young person has confirmed." in one.text for one in hall.heard)
    assert not any("anel" in one.text[:60] for one in hall.heard), "the group stands where a locked phone shows it"


@pytest.mark.parametrize(
    "meets, warned",
    [
        ("2027-03-31", ["03-24", "03-25"]),  # two days before is Easter Monday
        ("2027-04-05", ["03-25", "04-02"]),  # a week before is; two days before is a Saturday
        ("2027-02-20", ["02-12", "02-18"]),  # it meets on a Saturday
    ],
)
def test_a_warning_comes_on_a_day_when_somebody_works(hall: Hall, meets: str, warned: list[str]) -> None:
    prepare(hall, meets)
    last = dt.datetime.fromisoformat(f"{meets}T09:00+00:00")
    days = [last - before * DAY for before in range(20, -1, -1)]
    assert [f"{day:%m-%d}" for day in days if hall.do(quorums.warn, hall.inside.base.house, day)] == warned


def test_a_secretary_without_a_chat_finds_it_on_the_page_today_and_the_log_says_so_once(hall: Hall) -> None:
    prepare(hall, "2027-02-16", chat=None)
    house, day = hall.inside.base.house, dt.datetime(2027, 2, 9, 10, tzinfo=dt.UTC)
    with capture_logs() as said:
        assert [hall.do(quorums.warn, house, day + minutes * dt.timedelta(minutes=1)) for minutes in range(3)] == [0, 0, 0]
    assert [(one["log_level"], one["days"]) for one in said] == [("warning", 7)]
    assert len(hall.do(waiting.find, house.organisation_id, day, day.date()).shaky) == 1


def prepare(hall: Hall, day: str, chat: int | None = 77) -> None:
    """A group that meets on a day, and its secretary, with a chat or without."""
    [person] = hall.enrol("Amina")
    hall.do(_seat, hall, person, chat)
    hall.date(hall.settle(hall.hold("tests-meeting"), group_id=hall.do(_group, hall).id), f"{day}T10:30")


def _group(db: Connection, hall: Hall) -> groups.Group:
    [one] = groups.load(db, hall.inside.base.house.organisation_id)
    return one


def _seat(db: Connection, hall: Hall, person: int, chat: int | None) -> None:
    """A group of one seat, its secretary's chat known if there is one."""
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
    if chat is not None:
        linked = staff_chats.take_code(db, house.keys, staff_chats.make_code(db, who, hall.now), house.bot_id, chat, hall.now)
        assert linked
    assert len(named) == codes.LENGTH
