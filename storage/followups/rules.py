"""What there is to follow up, when each is due by a person's clock, and until when it makes sense. No database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

Opens = Callable[[dt.datetime], dt.datetime]
"""The first instant from one on at which somebody may be written to."""

_DAY = dt.timedelta(days=1)
WITHIN = _DAY
"""After an event people are asked within this time (EV-19), if their quiet hours let us."""
ASKED_UNTIL = 3 * _DAY
"""After it nobody remembers well enough to be asked."""
SETTLING = dt.timedelta(hours=1)  # after its end, where the day after is a quiet one
EARLY = dt.time(10, 30)
"""What starts before it is told of on the day before: there is a way to go, or a link to try."""
MIDNIGHT = dt.time()


class Kind(NamedTuple):
    """One kind of follow-up: what `about` names, until when it makes sense, and while what is so."""

    about: str
    ends: str = ""  # reminded | day | start | asked; empty: whenever
    holding: frozenset[str] = frozenset()  # of these states their place must be; empty: of any, or none
    stands: frozenset[str] = frozenset({"planned"})  # and of these the date
    fixed: bool = False  # a date that changed since makes it stale
    owed: bool = False  # while the date is put off it is laid aside, and told when that stands again
    optional: bool = False  # goes with the switch `reminders`
    matters: bool = True  # staff hear who could not be told


class Happening(NamedTuple):
    """What decides when things about one date are due."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    online: bool = False  # there is a link that people need


def plan(kind: str, one: Happening, zone: ZoneInfo, opens: Opens, now: dt.datetime) -> dt.datetime | None:
    """When one of PLANNED is due to somebody with this clock; None when its time is over, or quiet hours leave none."""
    if kind == AFTER:
        return _afterwards(one, zone, opens, now)
    wished, last = list(_wishes(kind, one, zone)), deadline(kind, one, zone)
    in_time = _at(one.starts_at.astimezone(zone).date(), MIDNIGHT, zone) if _is_early(kind, one, zone) else last
    tried = wished if wished[0] > now else []
    found = next((at for at in map(opens, filter(now.__lt__, tried)) if at < in_time), None)
    if found is None and kind == MORNING and one.online and (at := opens(now)) < last:
        return at  # whoever comes in late needs the link all the same
    return found


def _wishes(kind: str, one: Happening, zone: ZoneInfo) -> Iterator[dt.datetime]:
    """When it had best be, then what comes next best: each earlier than the one before."""
    start = one.starts_at.astimezone(zone)
    moments = PLANNED[kind][_is_early(kind, one, zone) :]
    return (_at(start.date() - before * _DAY, time, zone) for before, time in moments)


def _is_early(kind: str, one: Happening, zone: ZoneInfo) -> bool:
    return kind == MORNING and one.starts_at.astimezone(zone).timetz().replace(tzinfo=None) < EARLY


def _afterwards(one: Happening, zone: ZoneInfo, opens: Opens, now: dt.datetime) -> dt.datetime | None:
    """On the next morning; where that is a quiet one, soon after its end; where that is quiet too, when it is not."""
    morning = _at(one.ends_at.astimezone(zone).date() + _DAY, dt.time(10), zone)
    if morning <= now:
        return None
    wished = [opens(at) for at in (morning, one.ends_at + SETTLING) if at > now]
    at = next((at for at in wished if at <= one.ends_at + WITHIN), wished[0])
    return at if at < deadline(AFTER, one, zone) else None


def deadline(kind: str, one: Happening, zone: ZoneInfo) -> dt.datetime:
    """From when on it is too late."""
    day = one.starts_at.astimezone(zone).date()
    return {
        "reminded": _at(day - 2 * _DAY, MIDNIGHT, zone),
        "day": _at(day, MIDNIGHT, zone),
        "start": one.starts_at,
        "asked": one.ends_at + ASKED_UNTIL,
    }.get(KINDS[kind].ends, NO_END)


def _at(day: dt.date, time: dt.time, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, time, zone).astimezone(dt.UTC)


def is_over(kind: str, standing: str) -> bool:
    """Whether nobody is told it any more once a date stands so."""
    return standing not in KINDS[kind].stands and not is_aside(kind, standing)


def is_aside(kind: str, standing: str) -> bool:
    """Whether it is laid aside while a date stands so."""
    return KINDS[kind].owed and standing == POSTPONED


def name(kind: str, code: str, turn: str = "") -> str:
    """The rule of a row: the same is told to one person once a local day."""
    return ":".join(filter(None, (kind, code, turn)))


NO_END = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)

Moment = tuple[int, dt.time]  # days before, and when, by the person's clock

MORNING, AFTER, LAPSE, OFFER, DEPUTY = "morning", "after", "lapse", "offer", "deputy"
REVIEW = "review"
POSTPONED = "postponed"  # a date that is put off

PLANNED: dict[str, Sequence[Moment]] = {
    "reminder-7": tuple((before, dt.time(10)) for before in (7, 8, 9)),
    "reminder-2": tuple((before, dt.time(10)) for before in (2, 3, 4, 5, 6)),
    MORNING: ((0, dt.time(9)), *((before, dt.time(16)) for before in (1, 2, 3, 4, 5))),
    AFTER: (),
}
"""What everybody with a place gets: the time it is wished for, and those tried next, where quiet hours last too long."""

_CONFIRMED, _ANY = frozenset({"confirmed"}), frozenset({"planned", "postponed", "cancelled"})

CONCERNED = frozenset({"confirmed", "offered", "waiting", "unsure", "deputised", "asked"})
"""Whoever has one of these of a date hears what becomes of it."""

TOGETHER = frozenset({"cancelled", "postponed", "moved"})
"""Kinds of which all that is due to one person about one event makes one letter."""

KINDS: dict[str, Kind] = {
    "reminder-7": Kind("place", "reminded", _CONFIRMED, fixed=True, optional=True, matters=False),
    "reminder-2": Kind("place", "day", _CONFIRMED, fixed=True, optional=True, matters=False),
    MORNING: Kind("place", "start", _CONFIRMED, fixed=True),
    AFTER: Kind("place", "asked", _CONFIRMED, fixed=True, matters=False),
    OFFER: Kind("place", "start", frozenset({"offered"})),  # a place is theirs if they say so in time
    LAPSE: Kind("place"),  # nobody is told: the offer goes to the next
    "lapsed": Kind("place", "start", frozenset({"lapsed"}), owed=True),  # the offer they did not answer went to the next
    "place": Kind("place", "start", _CONFIRMED, owed=True),  # staff gave them a place
    "cancelled": Kind("occasion", "start", CONCERNED, frozenset({"cancelled"}), fixed=True),
    "postponed": Kind("occasion", "start", CONCERNED, frozenset({"postponed"}), fixed=True),
    "moved": Kind("occasion", "start", CONCERNED, fixed=True),
    "need": Kind("place", "start", _CONFIRMED, owed=True),  # what staff could do about what helps them
    "claim": Kind("place", stands=_ANY),  # what became of the money
    REVIEW: Kind("", matters=False),  # once a year: whether what is kept of what helps them is still right
    DEPUTY: Kind("place", "start", frozenset({"asked"}), owed=True),  # asked to stand in
    "stood-down": Kind("place", "start", frozenset({"withdrawn"}), _ANY),  # they had said yes to standing in, and need not come
    "no-deputy": Kind("place", "start", frozenset({"deputised"}), owed=True),  # whoever was asked to stand in for them cannot
    "papers": Kind("occasion", "start", owed=True),
    "minutes": Kind("occasion", stands=_ANY),
    "told": Kind("change", stands=_ANY),  # what became of something they raised: one change of a point, by its number
    "corrected": Kind("correction", stands=_ANY),  # what became of what they put right in the minutes
}
"""Every kind there is."""
