"""What a board sees of its key groups: whether lived experience has its seats, comes, decides with them, and is acted on.

Who has a seat in a group is in its terms of reference, so which seats are filled is told as it is. Who came is not: whether
seats were attended, meetings quorate and lived experience present would, of one or two groups, tell of single members. Each of
these is told only where at least FEWEST_GROUPS groups are in it. Points are what members said: they obey the small-numbers rule.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from storage.figures import small_numbers
from storage.groups import minutes, points, presence, quorum, rules, seats
from storage.groups.presence import Presence
from storage.groups.quorum import Meeting, Sitting
from storage.groups.seats import Seat
from storage.schema import points as raised

FEWEST_GROUPS = 3
LOOKED_AT = 3
"""The last meetings by which a seat is attended: somebody of it came to one of them at least."""

ACTED, DECLINED, OPEN = "acted", "declined", "open"
FATES = {"done": ACTED, "doing": ACTED, "not-done": DECLINED, "raised": OPEN, "agenda": OPEN}
"""State of a point -> what a board hears of it."""


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many; `part` is None where telling it would tell of single people."""

    part: int | None
    of: int


@dataclass(frozen=True, slots=True)
class Board:
    """Of all key groups together, over some time until now; `points` is None where too few were raised to say anything."""

    groups: int
    filled: Share  # groups with every seat of lived experience filled
    attended: Share  # groups with every one of them filled and attended
    seats: Share  # seats of lived experience that are filled
    quorate: Share  # of recorded meetings of groups that have a rule
    present: Share  # decisions at which somebody of lived experience was there
    presence: Presence | None  # the same in words; None where it is not told
    raised: str  # how many points, as it may be said
    points: Mapping[str, str] | None  # ACTED, DECLINED, OPEN -> as it may be said
    late_points: int
    late_minutes: int


def look(db: Connection, organisation_id: int, since: dt.date, today: dt.date, now: dt.datetime) -> Board:
    """The figures of the time from a day until now."""
    key = {group: one for group, one in rules.of_all(db, organisation_id).items() if one.key}
    held = seats.load(db, key)
    met = [one for one in quorum.past(db, key, now, 1000) if one.day >= since]
    sat = quorum.sit(db, [one for one in met if one.recorded_at], ended=True)
    lived = [seat for seat in held if seat.lived]
    filled = {
        group for group in key if _has(lived, group) and all(_is_filled(seat, today) for seat in lived if seat.group_id == group)
    }
    attended = {group for group in filled if _is_attended([one for one in met if one.group_id == group], sat)}
    fates = _fates(db, key, since)
    measured = presence.measure(db, key, since, today + dt.timedelta(days=1), now)
    present = _told(measured.present, measured.decided, {one.group_id for one in presence.deciding(db, met) if one.id in sat})
    late = [one for one in points.overdue(db, organisation_id, today) if one.group_id in key]
    return Board(
        groups=len(key),
        filled=Share(len(filled), len(key)),
        attended=Share(len(attended) if len(key) >= FEWEST_GROUPS else None, len(key)),
        seats=Share(sum(_is_filled(seat, today) for seat in lived), len(lived)),
        quorate=_quorate(met, sat, key),
        present=present,
        presence=measured if present.part is not None else None,
        raised=small_numbers.total(sum(fates.values())) if fates else "0",
        points=_shown(fates),
        late_points=len(late),
        late_minutes=len(minutes.overdue(db, organisation_id, met, today)),
    )


def _has(lived: Iterable[Seat], group: int) -> bool:
    return any(seat.group_id == group for seat in lived)


def _is_filled(seat: Seat, today: dt.date) -> bool:
    """Whether somebody sits there whose term is not over."""
    return seat.holder_id is not None and not seat.is_over(today)


def _told(part: int, of: int, groups: Collection[int]) -> Share:
    return Share(part if not of or len(groups) >= FEWEST_GROUPS else None, of)


def _is_attended(met: Collection[Meeting], sat: Mapping[int, list[Sitting]]) -> bool:
    """Whether somebody of each seat of lived experience came to one of the group's last meetings; not where none is recorded."""
    last = [sat[one.id] for one in met if one.id in sat][:LOOKED_AT]
    came: dict[int, bool] = {}
    for one in (one for meeting in last for one in meeting if one.seat.lived and not one.seat.ended):
        came[one.seat.id] = came.get(one.seat.id, False) or one.came
    return bool(came) and all(came.values())


def _quorate(met: Iterable[Meeting], sat: Mapping[int, list[Sitting]], key: Mapping[int, rules.Rules]) -> Share:
    ruled = [one for one in met if one.id in sat and key[one.group_id].rule]
    return _told(sum(_was_quorate(one, sat, key) for one in ruled), len(ruled), {one.group_id for one in ruled})


def _was_quorate(one: Meeting, sat: Mapping[int, list[Sitting]], key: Mapping[int, rules.Rules]) -> bool:
    """As staff confirmed it; else by who came."""
    return key[one.group_id].rule.is_met(*quorum.count(sat[one.id])) if one.quorate is None else one.quorate


def _fates(db: Connection, group_ids: Collection[int], since: dt.date) -> Counter[str]:
    """How many points that somebody raised since then met which fate."""
    by_somebody = raised.c.person_id.is_not(None)  # what staff noted is an action of the group
    mine = (raised.c.group_id.in_(group_ids), by_somebody, raised.c.raised_at >= dt.datetime.combine(since, dt.time(), dt.UTC))
    rows = db.execute(select(raised.c.state, func.count()).where(*mine).group_by(raised.c.state))
    fates = Counter[str]()
    for state, number in rows:
        fates[FATES[state]] += number
    return fates


def _shown(fates: Counter[str]) -> dict[str, str] | None:
    cells = small_numbers.row({fate: fates[fate] for fate in (ACTED, DECLINED, OPEN)}, sum(fates.values()), exclusive=True)
    return {fate: cell.shown for fate, cell in cells.items()} if cells else None
