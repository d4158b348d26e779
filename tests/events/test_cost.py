"""What an ordinary answer costs a house that has events and meetings open: not one statement more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, event

from storage.events import events, occasions
from storage.events.occasions import Plan
from tests.road.indoors import Indoors, Update, Visitor, indoors


def statements(house: Indoors, update: Callable[[], Update]) -> int:
    """How many statements it takes to take an update."""
    seen: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    brought, engine = update(), house.base.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    house.take([brought])
    event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def hold(house: Indoors, name: str) -> str:
    """An event or meeting with a date in a month; the code of its link."""
    engagement, link = house.open(name)
    now = house.base.clock.now()

    def work(db: Connection) -> None:
        plan = Plan(f"{(now + dt.timedelta(days=30)).date()}T18:00", "Europe/London", 90, "the town hall", capacity=3)
        occasions.make(db, house.base.house.keys, events.settle(db, engagement), plan, now)

    house.do(work)
    return link


def begin(house: Indoors, person: Visitor, questions: str) -> None:
    """Whatever somebody did before, they are at the first of the questions."""
    house.take([person.types(f"/start {questions}")])
    if "how old are you" in person.said[-1]:
        house.take([person.taps("18 or over")])


@pytest.mark.parametrize("how", ["taps", "types"])
def test_an_answer_to_a_survey_takes_no_statement_more_where_there_are_events(database: str, tmp_path: Path, how: str) -> None:
    with indoors(database, tmp_path) as house:
        _, questions = house.open("tests-five")

        def cost(person: Visitor) -> int:
            begin(house, person, questions)
            return statements(house, lambda: getattr(person, how)("I work there"))

        first, before, later, guest = (house.person() for _ in range(4))
        cost(first)  # reads the edition besides
        usual = cost(before)
        workshop, _ = hold(house, "tests-workshop"), hold(house, "tests-meeting")
        begin(house, guest, workshop)
        house.take([guest.taps("18:00")])
        assert [cost(person) for person in (later, guest)] == [usual, usual]
