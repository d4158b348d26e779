"""Quiet hours, whatever the clocks do: nothing earlier, nothing in them, and always an end."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import holidays
import pytest
import whenever
from govuk_bank_holidays.bank_holidays import BankHolidays  # type: ignore[import-untyped]
from hypothesis import example, given
from hypothesis import strategies as st

from conversations import bank_holidays, hours
from conversations.hours import (
    NATIONS,
    NEVER,
    REPEATS,
    Budget,
    HourError,
    Quiet,
    instant,
    is_open,
    nation_of,
    next_open,
    next_time,
)

LONDON = ZoneInfo("Europe/London")
ZONES = ["Europe/London", "America/Santiago", "Australia/Lord_Howe", "America/Havana", "Asia/Kathmandu", "UTC"]
"""Clocks that change at one in the morning, at midnight, by half an hour, back over midnight, and never."""

MINUTE = dt.timedelta(minutes=1)
CHANGES = [
    dt.datetime(year, month, day, 1, tzinfo=dt.UTC)
    for year, month, day in [(2026, 3, 29), (2026, 10, 25), (2027, 3, 28), (2027, 10, 31), (2028, 3, 26), (2028, 10, 29)]
]
"""In the United Kingdom."""


def utc(told: str) -> dt.datetime:
    return dt.datetime.fromisoformat(told).replace(tzinfo=dt.UTC)


def instants() -> st.SearchStrategy[dt.datetime]:
    """Any of three years, and often near a change of the clocks."""
    near = st.builds(lambda at, minutes: at + minutes * MINUTE, st.sampled_from(CHANGES), st.integers(-3000, 1500))
    return near | st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2028, 12, 31), timezones=st.just(dt.UTC))  # noqa: DTZ001


def times() -> st.SearchStrategy[str]:
    return st.sampled_from(["00:00", "00:30", "01:00", "01:15", "02:00", "09:00", "20:00"]) | st.times().map("{:%H:%M}".format)


quiets = st.builds(
    Quiet,
    times(),
    times(),
    st.booleans(),
    st.sampled_from(list(NATIONS)),
    st.just("") | st.builds("{}-{}".format, times(), times()),
    st.booleans(),
)
zones = st.sampled_from(ZONES).map(ZoneInfo)


@given(instants(), zones, quiets)
@example(CHANGES[1] - 30 * MINUTE, LONDON, Quiet("01:40", "01:15", sundays=True))
@example(CHANGES[0] - 30 * MINUTE, LONDON, Quiet("00:10", "01:30", sundays=True))
def test_what_is_held_goes_out_at_the_first_open_minute(at: dt.datetime, zone: ZoneInfo, quiet: Quiet) -> None:
    found = next_open(at, zone, quiet)
    assert found >= at
    assert next_open(found, zone, quiet) == found
    assert is_open(found, zone, quiet) or found == NEVER
    before = min((found - at) // MINUTE, 3000)
    assert not any(is_open(at + number * MINUTE, zone, quiet) for number in range(before))


@given(instants(), st.sampled_from(list(NATIONS)))
def test_by_default_nothing_goes_out_at_night_on_a_sunday_or_on_a_bank_holiday(at: dt.datetime, nation: str) -> None:
    found = whenever.Instant(next_open(at, LONDON, Quiet(nation=nation))).to_tz("Europe/London")
    assert 9 <= found.hour < 20
    day = found.date().to_stdlib()
    assert day.weekday() != 6
    assert day not in bank_holidays.find(nation, day.year)


@given(instants(), zones, quiets)
def test_what_somebody_asks_for_besides_only_ever_makes_it_quieter(at: dt.datetime, zone: ZoneInfo, quiet: Quiet) -> None:
    usual = Quiet(quiet.since, quiet.until, quiet.sundays, quiet.nation)
    assert next_open(at, zone, quiet) >= next_open(at, zone, usual)
    assert is_open(at, zone, usual) or not is_open(at, zone, quiet)


@pytest.mark.parametrize(
    "at, quiet, opens",
    [
        ("2027-02-26T18:00", Quiet(), "2027-02-26T18:00"),
        ("2027-02-26T20:00", Quiet(), "2027-02-27T09:00"),
        ("2027-02-27T20:00", Quiet(), "2027-03-01T09:00"),  # over a Sunday
        ("2027-02-27T20:00", Quiet(sundays=True), "2027-02-28T09:00"),
        ("2026-12-24T21:00", Quiet(), "2026-12-29T09:00"),  # Christmas, a Saturday, a Sunday and Boxing Day's Monday
        ("2027-03-27T20:00", Quiet(), "2027-03-30T08:00"),  # the clocks go forward, and it is Easter
        ("2027-10-30T19:30", Quiet(), "2027-11-01T09:00"),  # the clocks go back
        ("2027-11-30T12:00", Quiet(nation="SCT"), "2027-12-01T09:00"),
        ("2027-11-30T12:00", Quiet(nation="ENG"), "2027-11-30T12:00"),
        ("2027-02-26T18:00", Quiet(narrower="18:00-10:00"), "2027-02-27T10:00"),
        ("2027-02-26T10:00", Quiet(school_hours=True), "2027-02-26T15:30"),
        ("2027-02-27T10:00", Quiet(school_hours=True), "2027-02-27T10:00"),  # a Saturday
        ("2027-02-26T10:00", Quiet(narrower="09:00-20:00"), "9999-01-01T00:00"),
    ],
)
def test_hours_open_when_they_say(at: str, quiet: Quiet, opens: str) -> None:
    assert next_open(utc(at), LONDON, quiet) == utc(opens)


def test_hours_that_leave_none_are_known_beforehand() -> None:
    assert hours.ever_opens(Quiet(narrower="18:00-10:00"))
    assert not hours.ever_opens(Quiet(narrower="09:00-20:00"))


def test_the_bank_holidays_are_the_governments_and_the_weekend_days_they_stand_for() -> None:
    told = BankHolidays(use_cached_holidays=True)
    kept = {"ENG": told.ENGLAND_AND_WALES, "WLS": told.ENGLAND_AND_WALES, "SCT": told.SCOTLAND, "NIR": told.NORTHERN_IRELAND}
    for nation, division in kept.items():
        theirs = {day["date"] for day in told.get_holidays(division=division) if 2026 <= day["date"].year <= 2028}
        ours = set().union(*(bank_holidays.find(nation, year) for year in (2026, 2027, 2028)))
        assert theirs <= ours
        more = ours - theirs - {dt.date(2026, 6, 15)}  # proclaimed after that list was made
        assert not [day for day in more if day.weekday() < 5]


@pytest.mark.parametrize("nation", NATIONS)
def test_the_bank_holidays_are_those_of_another_calendar_for_half_a_century(nation: str) -> None:
    for year in range(2024, 2075):
        assert bank_holidays.find(nation, year) == set(holidays.country_holidays("GB", subdiv=nation, years=year))


@given(instants(), st.sampled_from(ZONES))
@example(utc("2027-09-05T00:30"), "America/Santiago")
@example(utc("2026-10-04T02:15"), "Australia/Lord_Howe")
@example(utc("2027-11-07T00:30"), "America/Havana")
def test_a_local_time_is_the_instant_another_calendar_says(at: dt.datetime, name: str) -> None:
    zone = ZoneInfo(name)
    local = f"{at:%Y-%m-%dT%H:%M}"
    try:
        oracle = whenever.PlainDateTime(local).assume_tz(name, disambiguation="raise")
    except whenever.SkippedTime:
        with pytest.raises(HourError, match="the clocks go forward"):
            instant(local, zone)
        return
    except whenever.RepeatedTime:
        oracle = whenever.PlainDateTime(local).assume_tz(name, disambiguation="earlier")
    assert instant(local, zone) == oracle.to_instant().to_stdlib()


def test_an_hour_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(HourError) as refused:
        instant("2027-03-28T01:30", LONDON)
    assert str(refused.value) == (
        "On 28 March 2027 the clocks go forward from 01:00 to 02:00, so there is no 01:30. "
        "Choose a time before 01:00, or 02:00 or later."
    )
    assert instant("2027-03-28T00:59", LONDON) + MINUTE == instant("2027-03-28T02:00", LONDON)
    assert instant("2027-10-31T01:30", LONDON) == utc("2027-10-31T00:30")  # the first of the two


@pytest.mark.parametrize("wrong", ["", "tomorrow", "2027-02-30T10:00", "2027-02-26", "2027-02-26T25:00", "2027-2-26T10:00\n"])
def test_what_is_no_time_is_refused_in_words(wrong: str) -> None:
    with pytest.raises(HourError, match=r"Write it like|Choose a day"):
        instant(wrong, LONDON)


@pytest.mark.parametrize("wrong", [{"since": "9"}, {"until": "24:00"}, {"narrower": "18:00"}, {"nation": "FRA"}])
def test_quiet_hours_that_cannot_be_reckoned_with_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(HourError):
        Quiet(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "repeats, times",
    [
        ("", ["2027-01-29T18:00", ""]),
        ("daily", ["2027-03-27T01:30", "2027-03-28T02:00", "2027-03-29T01:30"]),  # the clocks leap over one
        ("weekdays", ["2027-01-28T18:00", "2027-01-29T18:00", "2027-02-01T18:00"]),
        ("weekdays", ["2027-01-31T18:00", "2027-02-01T18:00"]),
        ("weekly", ["2027-12-27T18:00", "2028-01-03T18:00"]),
        ("fortnightly", ["2027-03-20T18:00", "2027-04-03T18:00"]),
        ("monthly", ["2027-12-31T18:00", "2028-01-31T18:00", "2028-02-29T18:00", "2028-03-31T18:00"]),
    ],
)
def test_what_repeats_keeps_its_hour_and_its_day(repeats: str, times: list[str]) -> None:
    for before, after in pairwise(times):
        assert next_time(repeats, before, LONDON, first=times[0]) == after


@given(instants(), st.sampled_from([name for name in REPEATS if name]), zones)
def test_what_repeats_goes_on_and_its_time_exists(at: dt.datetime, repeats: str, zone: ZoneInfo) -> None:
    first = local = f"{at:%Y-%m-%dT%H:%M}"
    for _ in range(14):
        local, before = next_time(repeats, local, zone, first), local
        assert local > before
        instant(local, zone)


def test_an_unknown_way_to_repeat_is_refused() -> None:
    with pytest.raises(HourError, match="Choose one of: daily"):
        next_time("hourly", "2027-02-26T18:00", LONDON)


@pytest.mark.parametrize(
    "place, nation",
    [
        *[("ME14", "ENG"), ("me14", "ENG"), ("EC1A", "ENG"), ("SY1", "ENG"), ("TD15", "ENG"), ("BT7", "NIR"), ("EH1", "SCT")],
        *[("CF10", "WLS"), ("SY23", "WLS"), ("CH5", "WLS"), ("G1", "SCT"), ("JE2", ""), ("", ""), ("Kent", ""), ("14ME", "")],
    ],
)
def test_a_postcode_says_whose_bank_holidays_are_kept(place: str, nation: str) -> None:
    assert nation_of(place) == nation


def test_a_budget_counts_the_last_week_and_the_last_month() -> None:
    assert Budget(2, 6).allows(1, 5)
    assert not Budget(2, 6).allows(2, 2)
    assert not Budget(2, 6).allows(0, 6)
