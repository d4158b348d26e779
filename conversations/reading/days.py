"""Days as people type them: "26/2/2027", "26th Feb", "February 26, 2027", "yesterday". The day comes before the month."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from conversations.phrases import PHRASES, kept
from conversations.text import fold

CENTURY = 100
AHEAD = 20
"""A year of two digits is taken to lie up to this many years ahead, else in the past."""

_WHOLE_YEAR = 4  # letters
_YEARS = {2, 4}  # letters of a year: 26/2/2 and 26/2/027 are slips of the finger
_ORDINAL = re.compile(r"(?<=\d)(st|nd|rd|th)\b")
_PARTS = re.compile(r"[\s,،./\-]+")


def read(words: str, today: dt.date, least: dt.date = dt.date.min, most: dt.date = dt.date.max) -> dt.date | None:
    """The day meant, or None; a day without a year is the only one like it from `least` to `most`, a year around today."""
    said = _western(words)
    near = _near().get(said)
    if near is not None:
        return today + dt.timedelta(days=near)
    ordered = _order(*_numbered(said))
    if ordered is None:
        return None
    year, month, day = ordered
    if year is None:
        around = (_day(today.year + shift, month, day) for shift in (-1, 0, 1))
        fitting = [each for each in around if each and least <= each <= most]
        return fitting[0] if len(fitting) == 1 else None
    return _day(year if year >= CENTURY else _century(year, today), month, day)


def read_part(words: str) -> int | None:
    """A year (2027), or a year and month (202702), when nothing more was typed."""
    parts, numbers, named = _numbered(_western(words))
    match numbers, named:
        case [year], [False] if len(parts[0]) == _WHOLE_YEAR:
            return year
        case [month, year], [_, False] if len(parts[1]) == _WHOLE_YEAR:
            return year * 100 + month
        case [year, month], [False, _] if len(parts[0]) == _WHOLE_YEAR:
            return year * 100 + month
    return None


def _western(words: str) -> str:
    return "".join(str(unicodedata.digit(letter)) if letter.isdigit() else letter for letter in fold(words))


def _numbered(said: str) -> tuple[list[str], list[int], list[bool]]:
    """The parts of a day, each as a number (-1: it is none), and whether it was a month's name."""
    if not said[:1].isalnum():
        return [], [], []
    parts = [part for part in _PARTS.split(_ORDINAL.sub("", said)) if part and part not in _fillers()]
    months = _months()
    numbers = [months.get(part, 0) or (int(part) if part.isdecimal() and len(part) <= _WHOLE_YEAR else -1) for part in parts]
    return parts, numbers, [part in months for part in parts]


def _order(parts: list[str], numbers: list[int], named: list[bool]) -> tuple[int | None, int, int] | None:
    """(year, month, day) by which part is a month's name, and which is as long as a year."""
    if -1 in numbers or named.count(True) > 1:
        return None
    match numbers, named:
        case [day, month], [False, _]:
            return None, month, day
        case [month, day], [True, False]:
            return None, month, day
        case [year, month, day], [False, _, False] if len(parts[0]) == _WHOLE_YEAR:
            return year, month, day
        case [day, month, year], [False, _, False] if len(parts[2]) in _YEARS:
            return year, month, day
        case [month, day, year], [True, False, False] if len(parts[2]) in _YEARS:
            return year, month, day
    return None


def _century(year: int, today: dt.date) -> int:
    """The year of two digits nearest to today that is not too far ahead."""
    century = today.year - today.year % CENTURY
    near = (century + shift + year for shift in (CENTURY, 0, -CENTURY))
    return next(each for each in near if each <= today.year + AHEAD)


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _names(key: str) -> dict[str, int]:
    """Each name in a list like "january jan|february feb" -> its place from 1."""
    return {
        fold(name): place
        for words in PHRASES[key].values()
        for place, names in enumerate(words.split("|"), 1)
        for name in names.split()
    }


@kept
def _months() -> dict[str, int]:
    return _names("months") | _names("typed-months")


@kept
def _fillers() -> set[str]:
    """Words a day may hold that change nothing: the weekday, "the", "of"."""
    return {*_names("weekdays"), *(fold(word) for words in PHRASES["date-fillers"].values() for word in words.split("|"))}


@kept
def _near() -> dict[str, int]:
    days = {"yesterday": -1, "today": 0, "tomorrow": 1}
    return {fold(word): days[key] for key in days for words in PHRASES[f"typed-{key}"].values() for word in words.split("|")}
