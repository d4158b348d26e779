"""P9 on the database: however many look at once, die or look again, each follow-up is told once."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot import followups as ticking
from bot.followups import Followups
from bot.house import Numbers
from storage import codes
from storage.database import open_database
from storage.followups import due, planning
from storage.letters import outbox as letters
from storage.schema import followups, outbox
from tests.followups.hall import START, Hall

DAY = dt.timedelta(days=1)
MANY = 12
AT_TEN = dt.datetime(2027, 2, 19, 10, tzinfo=dt.UTC)


def sign_up(hall: Hall) -> None:
    """Many people with a place at the same date, whose first reminder is due at AT_TEN."""
    names = [f"person {number}" for number in range(MANY)]
    hall.enrol(*names)
    one = hall.date(hall.hold("tests-workshop"), "2027-02-26T18:00")
    for name in names:
        hall.deed(name, one, "join")
    hall.now = AT_TEN


def look_at_once(hall: Hall, processes: int = 3) -> None:
    """Several processes look at the same moment, each with connections of its own."""
    base = hall.inside.base
    url = base.engine.url.render_as_string(hide_password=False).replace("+aiosqlite", "").replace("+psycopg", "")

    async def whole() -> None:
        engines = [await open_database(url) for _ in range(processes)]
        houses = [replace(base.house, claimer=codes.make(), numbers=Numbers(at)) for at in range(processes)]
        looks = [Followups(engine, house, base.clock.now).look() for engine, house in zip(engines, houses, strict=True)]
        try:
            await asyncio.gather(*looks)
        finally:
            for engine in engines:
                await engine.dispose()

    hall.inside.runner.run(whole())


def check_once(hall: Hall) -> None:
    """Everybody has exactly one letter. Raises AssertionError."""
    letters = hall.do(lambda db: db.execute(select(outbox.c.person_id)).scalars().all())
    most = Counter(letters)
    assert not [person for person, number in most.items() if number > 1], "somebody was told twice"
    assert len(most) == MANY, f"only {len(most)} of {MANY} were told"


@pytest.mark.promise("P9")
def test_three_processes_that_look_at_once_tell_everybody_once(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    in_small_slices(monkeypatch, due.take)
    sign_up(hall)
    look_at_once(hall)
    check_once(hall)


@pytest.mark.promise("P9", control=True)
def test_processes_that_do_not_claim_what_they_read_are_caught(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read first, tell later: as two would who read before either has written."""
    sign_up(hall)
    house = hall.inside.base.house
    stale = hall.do(due.take, house.organisation_id, house.bot_id, hall.now)
    monkeypatch.setattr(due, "take", lambda *_arguments: stale)
    for _ in range(2):
        hall.do(ticking.tell, house, hall.now)
    with pytest.raises(AssertionError, match="told twice"):
        check_once(hall)


def in_small_slices(monkeypatch: pytest.MonkeyPatch, take: Callable[..., Any]) -> None:
    """So that several processes find something."""
    monkeypatch.setattr(ticking, "SLICE", 3)
    monkeypatch.setattr(due, "take", lambda *arguments: take(*arguments, 3))


@pytest.mark.promise("P9")
def test_planning_the_same_again_tells_nobody_twice(hall: Hall) -> None:
    sign_up(hall)
    for _ in range(3):
        hall.tick()
        _replan(hall)
    check_once(hall)


@pytest.mark.promise("P9", control=True)
def test_a_plan_without_the_rule_that_makes_it_one_is_caught(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = planning.plan

    def naive(db: Connection, dues: list[planning.Due]) -> None:
        again = [replace(one, rule=codes.make(), due_at=hall.now + dt.timedelta(seconds=1)) for one in dues]
        whole(db, again)

    sign_up(hall)
    hall.tick()
    monkeypatch.setattr(planning, "plan", naive)
    _replan(hall)
    hall.now += dt.timedelta(minutes=1)
    hall.tick()
    with pytest.raises(AssertionError, match="told twice"):
        check_once(hall)


def _replan(hall: Hall) -> None:
    def work(db: Connection) -> None:
        for occasion in db.scalars(select(followups.c.occasion_id).distinct()).all():
            planning.replan_occasion(db, occasion, hall.now)

    hall.do(work)


class CutError(Exception):
    """The power goes."""


@pytest.mark.promise("P9")
@pytest.mark.parametrize("step", ["settle", "keep", "after"])
def test_a_tick_that_is_cut_off_tells_all_or_nothing_and_the_next_does_it(hall: Hall, step: str) -> None:
    sign_up(hall)
    house = hall.inside.base.house

    def cut(*_arguments: Any) -> None:
        raise CutError

    def tell(db: Connection) -> None:
        ticking.tell(db, house, hall.now)
        cut()

    with pytest.MonkeyPatch.context() as broken:
        if step != "after":
            broken.setattr({"settle": due, "keep": letters}[step], step, cut)
        with pytest.raises(CutError):
            hall.do(tell)
    assert not hall.do(lambda db: db.scalars(select(outbox.c.id)).all())
    hall.tick()
    check_once(hall)


@pytest.mark.promise("P10")
@pytest.mark.parametrize("jump", [1, -1, 365, -365], ids=["a day ahead", "a day back", "a year ahead", "a year back"])
def test_a_clock_that_jumps_neither_floods_nor_stops_them(hall: Hall, jump: int) -> None:
    """The clock is wrong for an hour, and nobody notices: Telegram never says the time."""
    sign_up(hall)
    hall.now = START + 10 * DAY
    hall.now += jump * DAY
    hall.tick()
    at_once = len(hall.heard)
    hall.now = START + 10 * DAY + dt.timedelta(hours=1) if jump < 0 else hall.now
    hall.wait_until(max(hall.now, START + 40 * DAY))
    assert at_once == 0, "what was not due went out"
    told = Counter(one.who for one in hall.heard)
    if jump < 30:
        assert set(told.values()) == {4}, told
    else:
        assert {state for _, state, _ in hall.rows()} == {"missed"}, "a year later nobody is asked about what is long over"
