"""Dates made by one rule, reckoned by the clock on the wall: every second Tuesday at 18:00 stays at 18:00."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from dateutil.rrule import rrule, rrulestr
from sqlalchemy import Connection, insert, select

from storage import codes
from storage.events import occasions
from storage.events.events import Event
from storage.events.occasion_rows import CANCELLED, POSTPONED, WANTED, Occasion, hold, read
from storage.events.occasions import Plan
from storage.events.plans import OccasionError, StaleError, span
from storage.keys import Keys
from storage.schema import occasions as rows
from storage.schema import series

MOST = 60
"""Dates of one series."""

_FORM = "%Y-%m-%dT%H:%M"


class RuleError(OccasionError):
    """A rule that gives no dates, too many, or such as there are not; the message says which and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "rule")


def days(plan: Plan, rule: str) -> list[str]:
    """The local times a rule gives, from the plan's own on. Raises RuleError."""
    found = [f"{one:{_FORM}}" for one in _reckon(plan, rule)]
    if not found:
        raise RuleError(_NONE)
    if len(found) > MOST:
        raise RuleError(_MANY)
    gone = [local for local in found if not _is_there(replace(plan, local_at=local))]
    if gone:
        raise RuleError(_GONE.format(", ".join(local.replace("T", " ") for local in gone)))
    return found


def make(db: Connection, keys: Keys, event: Event, plan: Plan, rule: str, now: dt.datetime) -> list[Occasion]:
    """Dates of an event that is settled, each like the plan but for its day. Raises OccasionError, and then there is none."""
    wanted = days(plan, rule)
    values = {"code": codes.make(), "event_id": event.id, "rule": rule, "local_at": plan.local_at, "zone": plan.zone}
    made = db.scalars(insert(series).values(values).returning(series.c.id)).one()
    return [
        occasions.make(db, keys, event, one, now, series_id=made, series_day=dt.date.fromisoformat(one.local_at[:10]))
        for one in _each(plan, wanted)
    ]


def later(db: Connection, one: Occasion) -> list[Occasion]:
    """This date and all later ones of its series that are not cancelled, in the order of the rule; alone, if it has none."""
    if one.series_id is None:
        return [one]
    wanted = (rows.c.series_id == one.series_id, rows.c.series_day >= one.series_day, rows.c.state != CANCELLED)
    return read(db, WANTED.where(*wanted).order_by(rows.c.series_day))


def change_later(db: Connection, keys: Keys, one: Occasion, plan: Plan, version: int, now: dt.datetime) -> list[Occasion]:
    """Change this date and all later ones alike: each is moved by as many days, and to the same hour.

    One that was moved by itself keeps its own day, and the hour if that was changed too; one that was put off stays so.
    Whoever is concerned hears once. Raises OccasionError, StaleError.
    """
    hold(db, [one.event_id])
    wanted = later(db, one)
    if not wanted or wanted[0].id != one.id or wanted[0].version != version:
        raise StaleError(_STALE)
    standing = [each for each in wanted if each.id == one.id or each.state != POSTPONED]
    return [occasions.change(db, keys, each, _moved(one, each, plan), each.version, now) for each in standing]


def cancel_later(db: Connection, one: Occasion, why: str, now: dt.datetime) -> list[Occasion]:
    """Cancel this date and all later ones; whoever is concerned hears once."""
    return occasions.cancel_all(db, later(db, one), why, now)


def rule_of(db: Connection, one: Occasion) -> str:
    """The rule a date was made by; empty for one by itself."""
    return db.scalar(select(series.c.rule).where(series.c.id == one.series_id)) or "" if one.series_id else ""


def _reckon(plan: Plan, rule: str) -> Sequence[dt.datetime]:
    """One more than MOST at most: a rule may have no end."""
    span(replace(plan, fold=plan.fold or 0))  # the first must be a time there is
    if "DTSTART" in rule.upper() or "\n" in rule:
        raise RuleError(_NO_RULE)
    try:
        told = rrulestr(rule, dtstart=dt.datetime.fromisoformat(plan.local_at))
        if not isinstance(told, rrule):
            raise RuleError(_NO_RULE)
        return list(told.xafter(dt.datetime.fromisoformat(plan.local_at), count=MOST + 1, inc=True))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError):
        raise RuleError(_NO_RULE) from None


def _is_there(plan: Plan) -> bool:
    try:
        span(replace(plan, fold=plan.fold or 0))
    except OccasionError:
        return False
    return True


def _each(plan: Plan, wanted: Sequence[str]) -> list[Plan]:
    """The plan on each of these days."""
    return [_on(plan, local) for local in wanted]


def _on(plan: Plan, local: str) -> Plan:
    """The plan at another time; people reply as long before it."""
    if local == plan.local_at:
        return plan
    moved = replace(plan, local_at=local, reply_by=None, fold=None)
    if plan.reply_by is None:
        return moved
    ahead = span(replace(plan, fold=plan.fold or 0))[0] - plan.reply_by
    return replace(moved, reply_by=span(replace(moved, fold=0))[0] - ahead)


def _moved(first: Occasion, each: Occasion, plan: Plan) -> Plan:
    """What the plan for the first of them means for another."""
    before, after = first.local_at, plan.local_at
    day, hour = dt.date.fromisoformat(each.local_at[:10]), each.local_at[10:]
    if day == each.series_day:
        day += dt.date.fromisoformat(after[:10]) - dt.date.fromisoformat(before[:10])
    return _on(plan, f"{day}{after[10:] if hour == before[10:] else hour}")


_NO_RULE = "That is no rule for dates. Write it like FREQ=MONTHLY;BYDAY=2TU;COUNT=12."
_NONE = "That rule gives no date at all. Check its last day and its weekdays."
_MANY = f"That rule gives more than {MOST} dates. Say how many, or until when."
_GONE = "The clocks change, so these times do not exist: {}. Choose another hour, or leave those dates out."
_STALE = "Somebody else changed these dates a moment ago. Look at what they wrote, then save again."
