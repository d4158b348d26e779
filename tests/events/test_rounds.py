"""What colleagues do for a date in their own chat: tick who came, and see how the next meetings stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from bot.clock import Clock
from storage import schema
from storage.broadcasting import groups
from storage.events import events, occasions
from storage.events.occasions import Occasion, Plan
from storage.groups import seats
from tests.events.test_chat import come
from tests.road.backstage import audited, linked
from tests.road.indoors import Indoors, indoors

MORNING = dt.datetime(2027, 2, 2, 9, tzinfo=dt.UTC)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Indoors]:
    with indoors(f"sqlite:///{tmp_path / 'withus.db'}", tmp_path, Clock(wall=lambda: MORNING)) as made:
        yield made


def hold(house: Indoors, name: str, day: str, group_id: int | None = None) -> tuple[str, Occasion]:
    engagement, link = house.open(name)

    def work(db: Connection) -> Occasion:
        event = events.settle(db, engagement, group_id=group_id)
        plan = Plan(f"{day}T18:00", "Europe/London", 90, "the town hall")
        return occasions.make(db, house.base.house.keys, event, plan, MORNING)

    return link, house.do(work)


def came(house: Indoors) -> list[bool | None]:
    found: list[bool | None] = house.do(lambda db: list(db.scalars(select(schema.places.c.came))))
    return found


def test_a_colleague_ticks_who_came_by_their_code_and_takes_it_back(house: Indoors) -> None:
    link, _ = hold(house, "tests-workshop", "2027-02-02")
    person = come(house, link)
    house.take([person.taps("18:00")])
    code = house.do(lambda db: db.scalars(select(schema.people.c.code)).one())
    officer, _ = linked(house)
    house.take([officer.types("/attendance")])
    house.take([officer.taps(code)])
    assert came(house) == [True]
    [[[label, _]]] = officer.heard[-1].content["rows"]
    assert label == f"✅ {code}"
    house.take([officer.taps(code)])
    assert came(house) == [None]
    assert [what for _, what in audited(house)].count("note-who-came") == 2
    assert not house.failures()


def test_on_another_day_there_is_nothing_to_tick(house: Indoors) -> None:
    hold(house, "tests-workshop", "2027-02-03")
    officer, _ = linked(house)
    house.take([officer.types("/attendance")])
    assert "nothing to tick today" in officer.said[-1]


def test_a_role_without_the_door_or_the_groups_is_told_so(house: Indoors) -> None:
    analyst, _ = linked(house, "analyst")
    for words in ("/attendance", "/quorum", "/came x"):
        house.take([analyst.types(words)])
        assert "Your role does not include this" in analyst.said[-1]


def test_the_next_meeting_of_each_group_is_told_with_its_forecast(house: Indoors) -> None:
    def work(db: Connection) -> int:
        groups.make(db, house.base.house.organisation_id, "Panel")
        [made] = groups.load(db, house.base.house.organisation_id)
        seats.make(db, made, {"kind": "young-person", "name": "Young person", "lived": "yes"}, MORNING.date())
        return made.id

    hold(house, "tests-meeting", "2027-02-09", house.do(work))
    officer, _ = linked(house)
    house.take([officer.types("/quorum")])
    assert "Panel, Tue 9 Feb 2027, 18:00" in officer.said[-1]
    assert "No young person can come: the seat is empty." in officer.said[-1]
