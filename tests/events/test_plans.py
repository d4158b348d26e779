"""What staff want a date to be: far days, and a last day to answer that would shut everybody out."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from storage.events import occasions, plans, series
from storage.events.plans import OccasionError
from tests.events.stage import announce, plan
from tests.storage.world import NOON, World

DAY = dt.timedelta(days=1)
OVER = NOON - DAY


@pytest.mark.parametrize("local_at", ["9999-12-31T23:59", "9999-12-30T23:59", "0001-01-01T00:00"])
@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York", "Pacific/Apia"])
@pytest.mark.parametrize("fold", [None, 1])
def test_a_day_at_the_end_of_all_calendars_is_refused_in_words(local_at: str, zone: str, fold: int | None) -> None:
    with pytest.raises(OccasionError) as refused:
        plans.check_time(plans.span(plan(local_at=local_at, zone=zone, fold=fold, minutes=plans.LONGEST))[0], NOON)
    assert refused.value.field == "local_at"


@pytest.mark.parametrize("minutes", [10**30, -(10**30)])
def test_a_length_beyond_all_time_is_refused_in_words(minutes: int) -> None:
    with pytest.raises(OccasionError) as refused:
        plans.span(plan(minutes=minutes))
    assert refused.value.field == "minutes"


@pytest.mark.parametrize("reply_by", [OVER, NOON, dt.datetime.max.replace(tzinfo=dt.UTC), dt.datetime.min.replace(tzinfo=dt.UTC)])
def test_a_date_is_not_made_when_nobody_could_sign_up_for_it_any_more_or_after_it_began(
    world: World, reply_by: dt.datetime
) -> None:
    event, _ = announce(world)
    wrong = plan(reply_by=reply_by)

    def one() -> None:
        world.do(lambda db: occasions.make(db, world.keys, event, wrong, NOON))

    def several() -> None:
        world.do(lambda db: series.make(db, world.keys, event, wrong, "FREQ=WEEKLY;COUNT=3", NOON))

    for make in (one, several):
        with pytest.raises(OccasionError) as refused:
            make()
        assert refused.value.field == "reply_by"
    assert world.do(lambda db: occasions.load(db, [event.id or 0])) == []


def test_a_last_day_that_is_over_may_stay_while_something_else_changes_and_may_not_be_chosen(world: World) -> None:
    event, _ = announce(world)
    now = NOON + 3 * DAY
    first = plan(reply_by=NOON + DAY)
    made = world.do(lambda db: occasions.make(db, world.keys, event, first, NOON))
    elsewhere = replace(first, place="Library")
    kept = world.do(lambda db: occasions.change(db, world.keys, made, elsewhere, made.version, now))
    assert (kept.place, kept.reply_by) == ("Library", first.reply_by)
    with pytest.raises(OccasionError, match="That day is over"):
        world.do(lambda db: occasions.change(db, world.keys, kept, replace(first, reply_by=NOON + 2 * DAY), kept.version, now))
