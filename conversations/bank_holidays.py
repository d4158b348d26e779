"""The bank holidays of the four nations, by rule: a calendar of the whole world takes half a second and 45 MB to load."""

from __future__ import annotations

import datetime as dt
from calendar import SATURDAY
from functools import lru_cache

_DAY = dt.timedelta(days=1)


@lru_cache(maxsize=64)
def find(nation: str, year: int) -> frozenset[dt.date]:
    """The bank holidays of a year. One that falls on a weekend is kept then, and on the weekday given for it."""
    fixed = [dt.date(year, month, day) for nations, month, day in FIXED if nation in nations]
    easter = _easter(year)
    days = {*fixed, *PROCLAIMED.get((nation, year), ()), easter - 2 * _DAY}
    days |= {_monday(dt.date(year, month, day)) for nations, month, day in MONDAYS if nation in nations}
    days |= {easter + _DAY} if nation in EASTER_MONDAY else set()
    for day in fixed:
        given = day
        while given.weekday() >= SATURDAY or (given in days and given != day):
            given += _DAY
        days.add(given)
    return frozenset(days)


def _monday(day: dt.date) -> dt.date:
    """The first Monday from a day on."""
    return day + -day.weekday() % 7 * _DAY


def _easter(year: int) -> dt.date:
    """Easter Sunday, as the Gregorian calendar reckons it."""
    century, golden = year // 100, year % 19
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (year % 100 // 4) - moon - year % 4) % 7
    shift = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * shift + 114, 31)
    return dt.date(year, month, day + 1)


_ALL = ("ENG", "WLS", "SCT", "NIR")

FIXED = (
    (_ALL, 1, 1),
    (("SCT",), 1, 2),
    (("NIR",), 3, 17),
    (("NIR",), 7, 12),
    (("SCT",), 11, 30),
    (_ALL, 12, 25),
    (_ALL, 12, 26),
)
"""Whose, month and day."""

MONDAYS = (
    (_ALL, 5, 1),
    (_ALL, 5, 25),
    (("SCT",), 8, 1),
    (("ENG", "WLS", "NIR"), 8, 25),
)
"""Whose, and the day from which on the first Monday is one."""

EASTER_MONDAY = ("ENG", "WLS", "NIR")

PROCLAIMED = {("SCT", 2026): (dt.date(2026, 6, 15),)}
"""Those given for one year only. gov.uk/bank-holidays tells of them, months before."""
