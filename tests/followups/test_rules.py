"""P9, by itself: when each follow-up is due, through every change of the London clocks, with `whenever` as the oracle."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whenever import Date, Instant, PlainDateTime, Time, ZonedDateTime, hours

from conversations.hours import NEVER, Quiet, is_open, next_open
from storage.followups import rules
from storage.followups.rules import AFTER, MORNING, PLANNED, Happening

LONDON = ZoneInfo("Europe/London")
DAY = dt.timedelta(days=1)
BEFORE = {"reminder-7": (7, 10), "reminder-2": (2, 10), MORNING: (0, 9)}
EARLY = {MORNING: (1, 16)}


def _in_london(wall: PlainDateTime) -> ZonedDateTime:
    return wall.assume_tz("Europe/London", disambiguation="compatible")


def _changes() -> list[Date]:
    """The days on which the clocks change in London, 2026 to 2030."""
    days, day = [], Date(2026, 1, 1)
    while day.year < 2031:
        if _in_london(day.at(Time(0))).day_length() != hours(24):
            days.append(day)
        day = day.add(days=1)
    return days


CHANGES = _changes()
Plan = Callable[[str, Happening, ZoneInfo, rules.Opens, dt.datetime], dt.datetime | None]


def at_any_time(at: dt.datetime) -> dt.datetime:
    """Nobody sleeps: so that the times alone are looked at."""
    return at


def check_times(plan: Plan) -> None:
    """Everything about dates near every change of the clocks is due at the right local time. Raises AssertionError."""
    for change in CHANGES:
        for ahead in range(-1, 10):
            for hour, minute in ((0, 30), (1, 30), (2, 30), (10, 0), (10, 30), (18, 0), (23, 30)):
                _check_date(
                    plan, change.add(days=ahead).at(Time(hour, minute)).assume_tz("Europe/London", disambiguation="compatible")
                )


def _check_date(plan: Plan, start: ZonedDateTime) -> None:
    one = Happening(start.to_stdlib().astimezone(dt.UTC), start.add(minutes=90).to_stdlib().astimezone(dt.UTC))
    for kind, usual in BEFORE.items():
        days, hour = EARLY[kind] if kind in EARLY and start.time() < Time(10, 30) else usual
        due = plan(kind, one, LONDON, at_any_time, one.starts_at - 30 * DAY)
        wanted = _in_london(start.date().subtract(days=days).at(Time(hour)))
        assert due is not None
        assert Instant.from_timestamp(int(due.timestamp())) == wanted.to_instant(), f"{kind} of {start}: {due}, not {wanted}"
    end = start.add(minutes=90)
    due = plan(AFTER, one, LONDON, at_any_time, one.starts_at)
    morning = _in_london(end.date().add(days=1).at(Time(10))).to_instant()
    wanted_at = morning if morning <= end.to_instant().add(hours=24) else end.to_instant().add(hours=1)
    assert due is not None
    assert Instant.from_timestamp(int(due.timestamp())) == wanted_at, f"after {end}: {due}, not {wanted_at}"


@pytest.mark.promise("P9")
def test_at_every_change_of_the_clocks_each_is_due_at_its_local_time() -> None:
    assert len(CHANGES) == 10
    check_times(rules.plan)


def by_hours(kind: str, one: Happening, zone: ZoneInfo, opens: rules.Opens, now: dt.datetime) -> dt.datetime | None:
    """A plan that counts hours back from the start, as if every day had 24."""
    start = one.starts_at.astimezone(LONDON)
    if kind == AFTER:
        return rules.plan(kind, one, zone, opens, now)
    days, hour = EARLY[kind] if kind in EARLY and start.time() < rules.EARLY else BEFORE[kind]
    return opens(one.starts_at - days * DAY - (start.replace(tzinfo=None) - start.replace(hour=hour, minute=0, tzinfo=None)))


@pytest.mark.promise("P9", control=True)
def test_a_plan_that_counts_hours_is_caught() -> None:
    with pytest.raises(AssertionError, match="reminder-7"):
        check_times(by_hours)


# --- Quiet hours

FIRST = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
STARTS = st.builds(lambda minutes: FIRST + minutes * dt.timedelta(minutes=15), st.integers(0, 5 * 365 * 96))
QUIETS = st.builds(
    Quiet, sundays=st.booleans(), narrower=st.sampled_from(["", "18:00-10:00", "00:00-16:00", "09:00-17:00"]),
    school_hours=st.booleans(), nation=st.sampled_from(["ENG", "SCT", "NIR"]),
)  # fmt: skip
LEADS = st.timedeltas(dt.timedelta(), dt.timedelta(days=30))
KINDS = st.sampled_from(list(PLANNED))


def check_quiet(plan: Plan, kind: str, start: dt.datetime, quiet: Quiet, lead: dt.timedelta, *, online: bool) -> None:
    """It is due in an open hour, not before now, and while it still makes sense. Raises AssertionError."""
    at = start.astimezone(dt.UTC)
    one, now = Happening(at, at + dt.timedelta(minutes=90), online), at - lead
    due = plan(kind, one, LONDON, partial(next_open, zone=LONDON, quiet=quiet), now)
    if due is None:
        return
    assert due >= now, "it was due before anybody knew of it"
    assert due != NEVER
    assert is_open(due, LONDON, quiet), f"{kind}: {due} is in quiet hours"
    assert due < rules.deadline(kind, one, LONDON), f"{kind}: {due} is too late"
    assert (kind == AFTER) == (due > one.ends_at)


@pytest.mark.promise("P9")
@given(kind=KINDS, start=STARTS, quiet=QUIETS, lead=LEADS, online=st.booleans())
def test_nothing_is_ever_due_in_quiet_hours_or_too_late(
    *, kind: str, start: dt.datetime, quiet: Quiet, lead: dt.timedelta, online: bool
) -> None:
    check_quiet(rules.plan, kind, start, quiet, lead, online=online)


@pytest.mark.promise("P9", control=True)
def test_a_plan_that_sleeps_until_the_time_on_the_wall_is_caught() -> None:
    def naive(kind: str, one: Happening, zone: ZoneInfo, _opens: rules.Opens, _now: dt.datetime) -> dt.datetime | None:
        return rules.plan(kind, one, zone, at_any_time, one.starts_at - 30 * DAY)

    sunday = dt.datetime(2027, 3, 28, 18, tzinfo=LONDON)
    with pytest.raises(AssertionError, match="quiet hours"):
        check_quiet(naive, MORNING, sunday, Quiet(), 30 * DAY, online=False)


DUE = {
    "2027-02-26T18:00": ["02-19 10:00", "02-24 10:00", "02-26 09:00", "02-27 10:00"],  # a Friday
    "2027-02-28T18:00": ["02-22 09:00", "02-26 10:00", "02-27 16:00", "03-01 10:00"],  # a Sunday
    "2027-03-30T10:00": ["03-23 10:00", "03-27 10:00", "03-27 16:00", "03-31 10:00"],  # the morning after Easter
}


@pytest.mark.parametrize("start", DUE)
def test_a_reminder_comes_before_the_day_where_the_day_is_a_quiet_one(start: str) -> None:
    at = dt.datetime.fromisoformat(start).replace(tzinfo=LONDON).astimezone(dt.UTC)
    one = Happening(at, at + dt.timedelta(minutes=90))
    opens = partial(next_open, zone=LONDON, quiet=Quiet())
    told = [rules.plan(kind, one, LONDON, opens, at - 30 * DAY) for kind in PLANNED]
    assert [f"{when.astimezone(LONDON):%m-%d %H:%M}" for when in told if when] == DUE[start]
