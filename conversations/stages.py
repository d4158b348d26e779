"""A date picked by buttons in three stages: the year, its months, the days of the month. A date can be typed at any of them.

How far someone has looked is one number, `at`: below 1000 a page of years, 2027 a year, 202702 a month.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from conversations.effects import Button
from conversations.flow import Step
from conversations.inputs import Look, Tap
from conversations.phrases import PHRASES, kept
from conversations.questions import day_bound
from conversations.session import Session
from conversations.text import Line, Text, fold

YEARS = 12
"""Years on one page of buttons."""
_AROUND = 2  # years before and after today when a step sets no bounds
_YEAR = re.compile(r"\d{4}|[-/.]\d+[-/.]")
_FIRST_YEAR, _FIRST_MONTH = 1000, 100_000
_A_ROW = {"years": 4, "months": 3, "days": 7}


@dataclass(frozen=True, slots=True)
class Stage:
    """What is asked at one stage, when it is not the question itself, and its buttons."""

    line: Line | None
    rows: tuple[tuple[Button, ...], ...]


def stage(step: Step, position: int, session: Session, today: dt.date) -> Stage:
    """The stage someone is at; `position` is that of the step in its edition."""
    least, most = _bounds(step, today)
    if session.at >= _FIRST_MONTH:
        return _days(session, position, least, most)
    if session.at >= _FIRST_YEAR or least.year == most.year:
        return _months(replace(session, at=session.at or least.year), position, least, most)
    return _years(session, position, least, most)


def fits(step: Step, at: int, today: dt.date) -> bool:
    """Whether there is such a stage."""
    least, most = _bounds(step, today)
    if at >= _FIRST_MONTH:
        year, month = divmod(at, 100)
        return 1 <= month <= 12 and (least.year, least.month) <= (year, month) <= (most.year, most.month)  # noqa: PLR2004
    return least.year <= at <= most.year if at >= _FIRST_YEAR else 0 <= at * YEARS <= most.year - least.year


def day(option: int) -> dt.date | None:
    """The day a tap brings, from 20270226."""
    year, rest = divmod(option, 10_000)
    try:
        return dt.date(year, *divmod(rest, 100))
    except ValueError:
        return None


def complete(at: int, words: str) -> str:
    """Typed words as a whole date, when the stage has brought the rest of it: "14" under February 2027."""
    said = fold(words)
    if at >= _FIRST_MONTH and said.isdecimal() and len(said) <= 2:  # noqa: PLR2004 - a day
        return f"{at // 100}-{at % 100:02}-{int(said):02}"
    return f"{words} {at}" if _FIRST_YEAR <= at < _FIRST_MONTH and not _YEAR.search(said) else words


def _bounds(step: Step, today: dt.date) -> tuple[dt.date, dt.date]:
    least, most = day_bound(step.at_least, today), day_bound(step.at_most, today)
    first = least or dt.date(min((most or today).year, today.year) - (100 if most else _AROUND), 1, 1)
    return first, most or dt.date(max(first.year, today.year) + _AROUND, 12, 31)


def _years(session: Session, position: int, least: dt.date, most: dt.date) -> Stage:
    """The newest years first: a day that is asked for lies nearer to today more often than not."""
    years = range(most.year, least.year - 1, -1)
    page = years[session.at * YEARS : (session.at + 1) * YEARS]
    rows = _rowed([Button(_plain(year), Look(session.code, position, year)) for year in page], "years")
    return Stage(None, (*rows, *turns(session, position, YEARS, len(years))))


def turns(session: Session, position: int, page: int, of: int) -> list[tuple[Button, ...]]:
    """The row of buttons that leads to the page before and the page behind; none when one page is all."""
    found = []
    if session.at > 0:
        found.append(Button(Line(PHRASES["fewer"]), Look(session.code, position, session.at - 1)))
    if of > (session.at + 1) * page:
        found.append(Button(Line(PHRASES["more"]), Look(session.code, position, session.at + 1)))
    return [tuple(found)] if found else []


def _months(session: Session, position: int, least: dt.date, most: dt.date) -> Stage:
    first = least.month if least.year == session.at else 1
    last = most.month if most.year == session.at else 12
    found = [Button(Line(month(each)), Look(session.code, position, session.at * 100 + each)) for each in range(first, last + 1)]
    rows = [*_rowed(found, "months")]
    if least.year != most.year:
        rows.append((Button(Line(PHRASES["another-year"]), Look(session.code, position, 0)),))
    return Stage(Line(PHRASES["pick-month"], {"year": str(session.at)}), tuple(rows))


def _days(session: Session, position: int, least: dt.date, most: dt.date) -> Stage:
    year, number = divmod(session.at, 100)
    month_days = range(1, calendar.monthrange(year, number)[1] + 1)
    found = [
        Button(_plain(each), Tap(session.code, position, session.at * 100 + each))
        for each in month_days
        if least <= dt.date(year, number, each) <= most
    ]
    line = Line(PHRASES["pick-day"], {"month": month(number), "year": str(year)})
    another = Button(Line(PHRASES["another-month"]), Look(session.code, position, year))
    return Stage(line, (*_rowed(found, "days"), (another,)))


def month(number: int) -> Text:
    """The name of a month, from 1, in every language of the bot."""
    return _month_names()[number - 1]


@kept
def _month_names() -> list[Text]:
    names = {tag: said.split("|") for tag, said in PHRASES["months"].items()}
    return [{tag: months[place] for tag, months in names.items() if place < len(months)} for place in range(12)]


@lru_cache(maxsize=512)
def _plain(number: int) -> Line:
    return Line({"en": str(number)})


def _rowed(found: Sequence[Button], what: str) -> Iterator[tuple[Button, ...]]:
    size = _A_ROW[what]
    for first in range(0, len(found), size):
        yield tuple(found[first : first + size])
