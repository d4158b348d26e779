"""When the bot may write by itself: quiet hours by each person's own clock, and times that repeat."""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_left
from calendar import FRIDAY, SATURDAY, SUNDAY, monthrange
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from conversations import bank_holidays

NEVER = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)
"""When something is due that may never go out."""

SCHOOL = "08:30-15:30"
"""Monday to Friday, in term and out of it: nobody tells us when term is."""

_MINUTE = dt.timedelta(minutes=1)
_HOUR = dt.timedelta(hours=1)
_DAY = dt.timedelta(days=1)
_LOOK_AHEAD = 31  # days; the longest row of bank holidays and Sundays is five
_FORM = "%Y-%m-%dT%H:%M"

Span = tuple[dt.time, dt.time]


class HourError(ValueError):
    """Not a time that anything can be done at; says why, and what to choose instead."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """When somebody is left in peace, by their own clock. Raises HourError for what cannot be reckoned with.

    Everybody is from `since` until `until`, over midnight when that is the earlier; `narrower` ("18:00-10:00") is what one
    person asked for besides. On `sundays` something goes out only when it is set.
    """

    since: str = "20:00"
    until: str = "09:00"
    sundays: bool = False
    nation: str = "ENG"  # whose bank holidays are kept
    narrower: str = ""
    school_hours: bool = False  # whether they are at school in those

    def __post_init__(self) -> None:
        """Find out now rather than in the middle of a send."""
        _spans(self)
        if self.nation not in NATIONS:
            msg = f"There are no bank holidays known for “{self.nation}”. Choose one of {', '.join(NATIONS)}."
            raise HourError(msg)


@dataclass(frozen=True, slots=True)
class Budget:
    """How many messages the bot may start for one person in any 7 days (WEEK) and in any 30 (MONTH)."""

    week: int
    month: int

    def allows(self, last_week: int, last_month: int) -> bool:
        """Whether one more may follow those."""
        return last_week < self.week and last_month < self.month


WEEK = dt.timedelta(days=7)
MONTH = dt.timedelta(days=30)


def is_open(at: dt.datetime, zone: ZoneInfo, quiet: Quiet) -> bool:
    """Whether the bot may write at this instant."""
    local = at.astimezone(zone)
    day = local.date()
    if (day.weekday() == SUNDAY and not quiet.sundays) or day in bank_holidays.find(quiet.nation, day.year):
        return False
    time = local.timetz().replace(tzinfo=None)
    return not any(_falls_in(time, one) for one in _spans(quiet)[day.weekday() < SATURDAY])


def next_open(at: dt.datetime, zone: ZoneInfo, quiet: Quiet) -> dt.datetime:
    """The first instant from `at` on at which the bot may write, in UTC; NEVER when these hours leave none."""
    if is_open(at, zone, quiet):
        return at.astimezone(dt.UTC)
    today = at.astimezone(zone).date()
    for ahead in range(_LOOK_AHEAD):
        for end in sorted(_turns(today + ahead * _DAY, zone, [until for _, until in _spans(quiet)[True]])):
            if end > at and is_open(end, zone, quiet):
                return end
    return NEVER


def later(at: dt.datetime, open_for: dt.timedelta, zone: ZoneInfo, quiet: Quiet) -> dt.datetime:
    """When so much time has passed from `at` on in which the bot might write, in UTC; NEVER when these hours leave none."""
    left = open_for
    while (begin := next_open(at, zone, quiet)) != NEVER:
        at = _next_silence(begin, zone, quiet)
        if at - begin >= left:
            return begin + left
        left -= at - begin
    return NEVER


def _next_silence(at: dt.datetime, zone: ZoneInfo, quiet: Quiet) -> dt.datetime:
    """The first instant after `at` at which the bot may not write."""
    today = at.astimezone(zone).date()
    for ahead in range(_LOOK_AHEAD):
        for begin in sorted(_turns(today + ahead * _DAY, zone, [since for since, _ in _spans(quiet)[True]])):
            if begin > at and not is_open(begin, zone, quiet):
                return begin
    return NEVER


def ever_opens(quiet: Quiet) -> bool:
    """Whether these hours leave any at all."""
    return next_open(dt.datetime(2027, 2, 1, tzinfo=dt.UTC), ZoneInfo("UTC"), quiet) != NEVER


def instant(local: str, zone: ZoneInfo) -> dt.datetime:
    """When it is "2027-02-26T18:00" there, in UTC; the first time, if the clocks go back and that hour comes twice.

    Raises HourError for what is no such time, and for an hour that the clocks leap over.
    """
    wall = _read(local)
    try:
        at = wall.replace(tzinfo=zone).astimezone(dt.UTC)
        if at.astimezone(zone).replace(tzinfo=None) == wall:
            return at
        leap = _leap(wall.date(), zone)
    except OverflowError:
        leap = None
    if leap is None:
        raise HourError(_NO_SUCH_TIME.format(local.replace("T", " ")))
    msg = (
        f"On {wall:%-d %B %Y} the clocks go forward from {leap.before:%H:%M} to {leap.after:%H:%M}, so there is no {wall:%H:%M}. "
        f"Choose a time before {leap.before:%H:%M}, or {leap.after:%H:%M} or later."
    )
    raise HourError(msg)


def next_time(repeats: str, local: str, zone: ZoneInfo, first: str = "") -> str:
    """The local time that follows `local` by a rule of REPEATS; empty when nothing follows.

    `first` is how the row began: its hour and its day of the month are kept, though the clocks or a short month changed some
    since. Raises HourError for what is no rule or no time.
    """
    if repeats not in REPEATS:
        msg = f"“{repeats}” is no way to repeat. Choose one of: {', '.join(filter(None, REPEATS))}."
        raise HourError(msg)
    follow, began = REPEATS[repeats].follow, _read(first or local)
    if follow is None:
        return ""
    try:
        wall = dt.datetime.combine(follow(_read(local).date(), began.day), began.timetz())
        there = wall.replace(tzinfo=zone).astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None)
        leap = _leap(wall.date(), zone) if there != wall else None
    except (OverflowError, ValueError):
        raise HourError(_NO_SUCH_TIME.format(f"anything after {local.replace('T', ' ')}")) from None
    return f"{leap.after if leap else wall:{_FORM}}"


def nation_of(place: str) -> str:
    """The nation the first part of a postcode lies in: ME14 in ENG. Empty for what is none, or none of the four nations'."""
    found = _DISTRICT.fullmatch(place.strip().upper())
    if not found:
        return ""
    return PLACES.get(found[0], PLACES.get(found[1], "ENG"))


def read_span(told: str) -> Span:
    """The two times of "18:00-10:00". Raises HourError."""
    since, _, until = told.partition("-")
    return read_hour(since), read_hour(until)


def read_hour(told: str) -> dt.time:
    """The time of "18:00". Raises HourError."""
    if not _CLOCK.fullmatch(told):
        msg = f"“{told}” is no time of day. Write it like 18:00."
        raise HourError(msg)
    return dt.time.fromisoformat(told)


class _Leap(NamedTuple):
    """A change of the clocks: when it is, and what they say before and after."""

    at: dt.datetime
    before: dt.datetime
    after: dt.datetime


def _leap(day: dt.date, zone: ZoneInfo) -> _Leap | None:
    """The change of the clocks on a day, if there is one."""
    begin, end = (dt.datetime.combine(one, dt.time.min, zone).astimezone(dt.UTC) for one in (day, day + _DAY))
    begin -= _HOUR  # a midnight that is leapt over is told by the hour after it
    offset = begin.astimezone(zone).utcoffset()
    if offset == end.astimezone(zone).utcoffset():
        return None
    minutes = range((end - begin) // _MINUTE)
    number = bisect_left(minutes, 1, key=lambda minute: (begin + minute * _MINUTE).astimezone(zone).utcoffset() != offset)
    at = begin + number * _MINUTE
    before = (at - _MINUTE).astimezone(zone) + _MINUTE  # by the clock on the wall
    return _Leap(at, before.replace(tzinfo=None), at.astimezone(zone).replace(tzinfo=None))


def _turns(day: dt.date, zone: ZoneInfo, times: Iterable[dt.time]) -> Iterator[dt.datetime]:
    """The instants of a day at which a silence may begin or end: at its own times, at midnight, and where the clocks leap."""
    for wall in {dt.time.min, *times}:
        for fold in (0, 1):  # a time that comes twice ends it twice
            yield dt.datetime.combine(day, wall.replace(fold=fold), zone).astimezone(dt.UTC)
    leap = _leap(day, zone)
    if leap:
        yield leap.at


@lru_cache(maxsize=1024)
def _spans(quiet: Quiet) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """The silences of a Saturday or Sunday, and those of a weekday."""
    told = [f"{quiet.since}-{quiet.until}", *filter(None, [quiet.narrower])]
    always = tuple(map(read_span, told))
    return always, (*always, read_span(SCHOOL)) if quiet.school_hours else always


def _falls_in(time: dt.time, span: Span) -> bool:
    since, until = span
    return since <= time < until if since < until else time >= since or time < until


def _read(local: str) -> dt.datetime:
    if not _LOCAL.fullmatch(local):
        msg = f"“{local}” is no day and time. Write it like 2027-02-26T18:00."
        raise HourError(msg)
    try:
        return dt.datetime.fromisoformat(local)
    except ValueError:
        raise HourError(_NO_SUCH_TIME.format(local.replace("T", " "))) from None


def _next_weekday(day: dt.date, _began: int) -> dt.date:
    return day + _DAY * (1 if day.weekday() < FRIDAY or day.weekday() == SUNDAY else 7 - day.weekday())


def _next_month(day: dt.date, began: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month, 12)
    return dt.date(year, month + 1, min(began, monthrange(year, month + 1)[1]))


class Repeat(NamedTuple):
    """How something comes again: its name for staff, and the day that follows a day (of a row that began on day n of a month)."""

    name: str
    follow: Callable[[dt.date, int], dt.date] | None


REPEATS = {
    "": Repeat("Once", None),
    "daily": Repeat("Every day", lambda day, _: day + _DAY),
    "weekdays": Repeat("Monday to Friday", _next_weekday),
    "weekly": Repeat("Every week", lambda day, _: day + 7 * _DAY),
    "fortnightly": Repeat("Every two weeks", lambda day, _: day + 14 * _DAY),
    "monthly": Repeat("Every month", _next_month),  # on the last day of a month that is too short
}

NATIONS = {"ENG": "England", "WLS": "Wales", "SCT": "Scotland", "NIR": "Northern Ireland"}

_PLACES = {
    "SCT": "AB DD DG EH FK G HS IV KA KW KY ML PA PH TD ZE",
    "WLS": "CF LD LL NP SA CH5 CH6 CH7 CH8 SY15 SY16 SY17 SY18 SY19 SY20 SY21 SY22 SY23 SY24 SY25",
    "NIR": "BT",
    "ENG": "TD15",
    "": "GY IM JE",
}
PLACES = {place: nation for nation, places in _PLACES.items() for place in places.split()}
"""Postcode areas that are not in England, and districts that are not where their area is."""

_DISTRICT = re.compile(r"([A-Z]{1,2})[0-9][0-9A-Z]?")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_LOCAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}")
_NO_SUCH_TIME = "There is no such time as {}. Choose a day and a time of the calendar."
