"""Dates by one rule: by the clock on the wall, this one or all later ones, and none that does not exist."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from whenever import ZonedDateTime

from storage.events import occasions, series
from storage.events.occasions import OccasionError, StaleError
from storage.events.series import RuleError
from tests.events.stage import announce, do, enrol, plan, waits
from tests.storage.world import NOON, World

MONTHLY = "FREQ=MONTHLY;BYDAY=2TU;COUNT=12"
FIRST = plan(local_at="2027-02-09T18:00")


def test_a_monthly_meeting_keeps_its_hour_through_both_changes_of_the_clocks(world: World) -> None:
    event, _ = announce(world)
    made = world.do(lambda db: series.make(db, world.keys, event, FIRST, MONTHLY, NOON))
    assert [one.local_at[:10] for one in made[:3]] == ["2027-02-09", "2027-03-09", "2027-04-13"]
    assert {one.local.weekday() for one in made} == {1}
    for one in made:
        there = ZonedDateTime.parse_iso(f"{one.local_at}[Europe/London]")
        assert there.to_instant().timestamp() == one.starts_at.timestamp()
    assert len({one.starts_at.hour for one in made}) == 2


@pytest.mark.parametrize(
    "rule, why",
    [
        ("every Tuesday", "no rule"),
        ("FREQ=SECONDLY;COUNT=0x", "no rule"),
        ("DTSTART:20270101T000000\nRRULE:FREQ=DAILY;COUNT=2", "no rule"),
        ("FREQ=DAILY", "more than 60"),
        ("FREQ=DAILY;UNTIL=20270101T000000", "no date"),
    ],
)
def test_a_rule_that_gives_no_sensible_dates_is_refused(rule: str, why: str) -> None:
    with pytest.raises(RuleError, match=why):
        series.days(FIRST, rule)


def test_dates_that_the_clocks_leap_over_are_named() -> None:
    at_night = replace(FIRST, local_at="2027-03-14T01:30")
    with pytest.raises(RuleError, match="2027-03-28 01:30"):
        series.days(at_night, "FREQ=WEEKLY;COUNT=4")


def test_this_and_all_later_ones_move_alike_and_one_moved_by_itself_keeps_its_day(world: World) -> None:
    event, _ = announce(world)
    made = world.do(lambda db: series.make(db, world.keys, event, FIRST, "FREQ=WEEKLY;COUNT=4", NOON))
    alone = replace(FIRST, local_at="2027-02-25T18:00")  # a Thursday; the rule says the Tuesday before
    world.do(lambda db: occasions.change(db, world.keys, made[2], alone, made[2].version, NOON))
    moved = replace(FIRST, local_at="2027-02-17T19:00")  # the second: a day and an hour later
    world.do(lambda db: series.change_later(db, world.keys, made[1], moved, made[1].version, NOON))
    now = world.do(lambda db: occasions.load(db, [made[0].event_id]))
    assert [one.local_at for one in now] == ["2027-02-09T18:00", "2027-02-17T19:00", "2027-02-25T19:00", "2027-03-03T19:00"]
    with pytest.raises(StaleError):
        world.do(lambda db: series.change_later(db, world.keys, made[1], moved, made[1].version, NOON))


def test_all_later_ones_are_cancelled_and_told_once(world: World) -> None:
    event, _ = announce(world, several=True)
    made = world.do(lambda db: series.make(db, world.keys, event, FIRST, "FREQ=WEEKLY;COUNT=4", NOON))
    [person] = enrol(world, 1)
    for one in made:
        do(world, person, one, "join")
    world.do(lambda db: series.cancel_later(db, made[2], "The hall is closed.", NOON))
    now = world.do(lambda db: occasions.load(db, [made[0].event_id]))
    assert [one.state for one in now] == ["planned", "planned", "cancelled", "cancelled"]
    assert [(kind, who) for kind, who, _ in waits(world, "cancelled")] == [("cancelled", person)] * 2  # one letter


def test_a_series_with_one_date_that_cannot_be_makes_none(world: World) -> None:
    event, _ = announce(world)
    with pytest.raises(OccasionError):
        world.do(lambda db: series.make(db, world.keys, event, FIRST, "FREQ=YEARLY;COUNT=9", NOON))
    assert world.do(lambda db: occasions.load(db, [event.id or 0])) == []


def test_people_reply_as_long_before_each_date(world: World) -> None:
    event, _ = announce(world)
    day_before = replace(FIRST, reply_by=dt.datetime(2027, 2, 8, 18, tzinfo=dt.UTC))
    made = world.do(lambda db: series.make(db, world.keys, event, day_before, MONTHLY, NOON))
    assert {one.starts_at - one.reply_by for one in made if one.reply_by} == {dt.timedelta(days=1)}
