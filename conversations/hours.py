"""When the bot may write by itself: quiet hours by each person's own clock, days it is silent, and times that repeat."""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_left
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo

import holidays

NEVER = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)
"""When what may never go out is due."""

SCHOOL = "08:30-15:30"
"""Monday to Friday."""

_MINUTE = dt.timedelta(minutes=1)
_DAY = dt.timedelta(days=1)
_LOOK_AHEAD = 31  # days: no silence but an endless one lasts so long
_FORM = "%Y-%m-%dT%H:%M"

Span = tuple[dt.time, dt.time]


class HourError(ValueError):
    """An hour nothing can happen at; says why and what to choose, in plain words."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """When somebody is left in peace, by their own clock. Raises HourError for what is no hour, or no nation.

    `since` to `until` is everybody's and goes over midnight when it must; `narrower` ("18:00-10:00") is what this person asked
    for besides. `sundays` says whether Sundays are days like others. `nation` is whose bank holidays are kept.
    """

    since: str = "20:00"
    until: str = "09:00"
    sundays: bool = False
    nation: str = "ENG"
    narrower: str = ""
    school_hours: bool = False  # held while they are at school

    def __post_init__(self) -> None:
        """Check that it can be reckoned with."""
        _spans(self)
        if self.nation not in NATIONS:
            msg = f"{self.nation or 'Nothing'} is no nation we know the bank holidays of. Choose one of {', '.join(NATIONS)}."
            raise HourError(msg)


def is_open(at: dt.datetime, zone: ZoneInfo, quiet: Quiet) -> bool:
    """Whether the bot may write at this instant."""
    local = at.astimezone(zone)
    if (local.weekday() == SUNDAY and not quiet.sundays) or local.date() in bank_holidays(quiet.nation, local.year):
        return False
    everybody, school = _spans(quiet)
    silent = everybody + school if local.weekday() < SATURDAY else everybody
    return not any(_lies_in(local.time(), span) for span in silent)


def next_open(at: dt.datetime, zone: ZoneInfo, quiet: Quiet) -> dt.datetime:
    """The first instant from `at` on at which the bot may write, in UTC; NEVER when these hours leave none."""
    if is_open(at, zone, quiet):
        return at.astimezone(dt.UTC)
    today = at.astimezone(zone).date()
    for ahead in range(_LOOK_AHEAD):
        for edge in sorted(_edges(today + ahead * _DAY, zone, quiet)):
            if edge > at and is_open(edge, zone, quiet):
                return edge
    return NEVER


def ever_opens(quiet: Quiet) -> bool:
    """Whether these hours leave any in which the bot may write."""
    return next_open(_SOME_MONDAY, ZoneInfo("UTC"), quiet) != NEVER


def instant(local: str, zone: ZoneInfo) -> dt.datetime:
    """When a local time like "2027-02-26T18:00" is, in UTC. Of an hour that comes twice, the first.

    Raises HourError for what is no such time, and for an hour that the clocks leap over.
    """
    wall = _read(local)
    try:
        at = wall.replace(tzinfo=zone).astimezone(dt.UTC)
        if at.astimezone(zone).replace(tzinfo=None) == wall:
            return at
        _, before, after = _leap(wall.date(), zone)
    except OverflowError:
        raise HourError(_UNREADABLE) from None
    msg = (
        f"On {wall:%-d %B %Y} the clocks go forward from {before:%H:%M} to {after:%H:%M}, so there is no {wall:%H:%M} that day. "
        f"Choose a time before {before:%H:%M}, or {after:%H:%M} or later."
    )
    raise HourError(msg)


def next_time(repeats: str, local: str, zone: ZoneInfo, first: str = "") -> str:
    """The local time of the one after `local`, by a rule of REPEATS; empty when there is none.

    `first` is when the row began: its hour and its day of the month are kept to, though the clocks or a short month moved one.
    Raises HourError for what is no time or no rule.
    """
    if repeats not in REPEATS:
        msg = f"“{repeats}” is no way to repeat. Choose one of: {', '.join(name for name in REPEATS if name)}."
        raise HourError(msg)
    rule, began = REPEATS[repeats].next_day, _read(first or local)
    if rule is None:
        return ""
    wall = dt.datetime.combine(rule(_read(local).date(), began.day), began.time())
    try:
        instant(f"{wall:{_FORM}}", zone)
    except HourError:
        wall = _leap(wall.date(), zone)[2]
    return f"{wall:{_FORM}}"


def nation_of(place: str) -> str:
    """The nation the first part of a postcode lies in: ME14 is in ENG. Empty when it is none of the four."""
    found = _DISTRICT.fullmatch(place.strip().upper())
    if not found:
        return ""
    return PLACES.get(found[1] + found[2], PLACES.get(found[1], "ENG"))


@cache
def bank_holidays(nation: str, year: int) -> frozenset[dt.date]:
    """The bank holidays of a year. One that falls on a weekend is kept on both days, its own and the one given for it."""
    return frozenset(holidays.country_holidays("GB", subdiv=nation, years=year))


@dataclass(frozen=True, slots=True)
class Budget:
    """How many messages the bot may start for one person, over all engagements, within each of WINDOWS."""

    week: int
    month: int

    def allows(self, last_week: int, last_month: int) -> bool:
        """Whether one more may follow those of the last 7 and the last 30 days."""
        return last_week < self.week and last_month < self.month


def _edges(day: dt.date, zone: ZoneInfo, quiet: Quiet) -> Iterator[dt.datetime]:
    """Where a silence can end on a day: at midnight, at the end of a span (both times, if it comes twice), at a leap of the clocks."""
    everybody, school = _spans(quiet)
    for wall in {dt.time(), *(until for _, until in everybody + school)}:
        for fold in (0, 1):
            yield dt.datetime.combine(day, wall.replace(fold=fold), zone).astimezone(dt.UTC)
    leap = _leap(day, zone)
    if leap:
        yield leap.at


def _leap(day: dt.date, zone: ZoneInfo) -> Leap | None:
    """When the clocks change on this day, if they do."""
    begin, end = (dt.datetime.combine(one, dt.time(), zone).astimezone(dt.UTC) for one in (day, day + _DAY))
    before, after = (at.astimezone(zone).utcoffset() for at in (begin, end))
    if before == after:
        return None
    minutes = range((end - begin) // _MINUTE)
    first = bisect_left(minutes, True, key=lambda minute: (begin + minute * _MINUTE).astimezone(zone).utcoffset() != before)  # noqa: FBT003
    at = begin + first * _MINUTE
    return Leap(at, (at - _MINUTE).astimezone(zone).replace(tzinfo=None) + _MINUTE, at.astimezone(zone).replace(tzinfo=None))


@cache
def _spans(quiet: Quiet) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """The silences of every day, and those of schooldays."""
    everybody = [(_read_hour(quiet.since), _read_hour(quiet.until)), *([span(quiet.narrower)] if quiet.narrower else [])]
    return tuple(everybody), (span(SCHOOL),) if quiet.school_hours else ()


def span(told: str) -> Span:
    """The two times of a silence like "18:00-10:00". Raises HourError."""
    since, _, until = told.partition("-")
    return _read_hour(since), _read_hour(until)


def _lies_in(at: dt.time, within: Span) -> bool:
    since, until = within
    return since <= at < until if since < until else at >= since or at < until


def _read_hour(told: str) -> dt.time:
    if not _HOUR.fullmatch(told):
        msg = f"“{told}” is no time of day. Write it like 18:00."
        raise HourError(msg)
    return dt.time.fromisoformat(told)


def _read(local: str) -> dt.datetime:
    if not _LOCAL.fullmatch(local):
        raise HourError(_UNREADABLE)
    try:
        return dt.datetime.strptime(local, _FORM)  # noqa: DTZ007 - a local time
    except ValueError:
        msg = f"There is no such time as {local.replace('T', ' ')}. Choose a day and an hour of the calendar."
        raise HourError(msg) from None
