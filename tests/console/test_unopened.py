"""One row that was sealed with another key: it says so in its place, and all the rest of the page is there."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, update

from storage import schema
from storage.groups import minutes, points
from storage.unopened import UNOPENED
from tests.console.grouped import home, read
from tests.console.office import Browser, Office
from tests.console.test_events import furnish
from tests.groups.table import Table
from tests.storage.world import NOON

STRANGE = b"\x01" + bytes(60)
"""What no key here opens."""


def spoil(db: Connection, column: Any, **which: Any) -> None:
    table = column.table
    wanted = [table.c[name] == value for name, value in which.items()]
    assert db.execute(update(table).where(*wanted).values({column.name: STRANGE})).rowcount


def test_a_point_that_does_not_open_hides_no_other(table: Table, secretary: Browser) -> None:
    world, carer = table.world, table.people["Carer"][0]
    meeting = table.meet(20)

    def work(db: Connection) -> str:
        codes = [
            points.add(db, world.keys, table.group_id, words, NOON, person_id=carer, occasion_id=meeting.id)
            for words in ("The lift is broken.", "The door is heavy.")
        ]
        db.execute(update(schema.points).values(state=points.AGENDA))
        spoil(db, schema.points.c.sealed, code=codes[0])
        return codes[0]

    shut = world.do(work)
    for path in (f"{home(table)}/points", f"{home(table)}/meetings/{meeting.code}"):
        page = read(secretary, path)
        assert UNOPENED in page, path
        assert "The door is heavy." in page, path
    assert UNOPENED in read(secretary, f"{home(table)}/points/{shut}")
    assert "2" in read(secretary, f"{home(table)}/seats")
    assert [one.words for one in world.do(lambda db: points.of_person(db, world.keys, carer))] == ["The door is heavy.", ""]


def test_a_correction_that_does_not_open_hides_no_other(table: Table, secretary: Browser) -> None:
    world, carer = table.world, table.people["Carer"][0]
    meeting = table.meet(-2)

    def work(db: Connection) -> str:
        minutes.write(db, world.organisation_id, meeting, "We met.", 0, "s", NOON)
        minutes.share(db, meeting, NOON)
        codes = [minutes.correct(db, world.keys, meeting.id, carer, words, NOON) for words in ("At three.", "In the hall.")]
        spoil(db, schema.corrections.c.sealed, code=codes[0])
        return codes[0]

    shut = world.do(work)
    page = read(secretary, f"{home(table)}/meetings/{meeting.code}/minutes")
    assert UNOPENED in page
    assert "In the hall." in page
    told = world.do(lambda db: minutes.told(db, world.keys, shut))
    assert told
    assert told[0] == "", "the letter tells the answer alone"


def test_a_need_and_a_joining_link_that_do_not_open_hide_nothing_of_a_date(office: Office) -> None:
    known, officer = furnish(office), office.staff("officer")
    date, place = f"/console/dates/{known['dates']}", f"/console/places/{known['places']}"
    office.world.do(lambda db: spoil(db, schema.needs.c.sealed, need="bsl"))
    page = read(officer, place)
    assert UNOPENED in page
    assert "Breaks" in page
    assert "The joining link could not be opened" not in read(officer, date)
    office.world.do(lambda db: spoil(db, schema.occasions.c.joining, code=known["dates"]))
    page = read(officer, date)
    assert "The joining link could not be opened" in page
    assert "Breaks" in page
    assert "Its joining link could not be opened" in read(officer, f"{date}/edit")
