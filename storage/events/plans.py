"""What staff want a date to be, and why it cannot be so: times that are not, too few places, nowhere to go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from conversations.hours import HourError, instant

LONGEST = 14 * 1440  # minutes
FARTHEST = dt.timedelta(days=5 * 366)
MOST_PLACES = 100_000


class OccasionError(ValueError):
    """A date that cannot be; the message says why and what to do. `field` names what in the plan is at fault."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class StaleError(OccasionError):
    """Somebody else saved meanwhile: show both and lose nothing."""


@dataclass(frozen=True, slots=True)
class Plan:
    """When and where, as staff write it. `local_at` is 2027-02-26T18:00 by the clock of `zone`; `joining` has link and phone.

    `fold` 1 means the second time of an hour that comes twice; None that nobody said which.
    """

    local_at: str
    zone: str
    minutes: int
    place: str = ""
    online: bool = False
    joining: Mapping[str, str] | None = None  # None: as it was
    capacity: int | None = None
    reply_by: dt.datetime | None = None
    reserved: Mapping[str, int] = field(default_factory=dict)
    fold: int | None = None


def span(plan: Plan) -> tuple[dt.datetime, dt.datetime]:
    """When it begins and ends, in UTC. Raises OccasionError for a time that is not, or is twice and nobody says which.

    The last day to answer is no later: whoever reckons with it need not ask again.
    """
    try:
        there = ZoneInfo(plan.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        msg = f"There is no time zone called “{plan.zone}”. Write it like Europe/London."
        raise OccasionError(msg, "zone") from None
    if not 1 <= plan.minutes <= LONGEST:
        raise OccasionError(_LENGTH, "minutes")
    try:
        first = instant(plan.local_at, there)
        second = dt.datetime.fromisoformat(plan.local_at).replace(tzinfo=there, fold=1).astimezone(dt.UTC)
        starts = second if plan.fold else first
        ends = starts + dt.timedelta(minutes=plan.minutes)
    except HourError as error:
        raise OccasionError(str(error), "local_at") from None
    except OverflowError:  # after the last day there is a name for
        raise OccasionError(_FAR, "local_at") from None
    if second > first and plan.fold is None:
        raise OccasionError(_TWICE.format(plan.local_at.replace("T", " ")), "fold")
    _check_reply(plan, starts)
    return starts, ends


def check_time(starts: dt.datetime, now: dt.datetime) -> None:
    """Raises OccasionError for what is over, or so far away that the year must be wrong."""
    if starts <= now:
        raise OccasionError(_PAST, "local_at")
    if starts > now + FARTHEST:
        raise OccasionError(_FAR, "local_at")


def check(plan: Plan, starts: dt.datetime) -> None:
    """Raises OccasionError for whatever else cannot be."""
    if not plan.place.strip() and not plan.online:
        raise OccasionError(_NOWHERE, "place")
    if plan.capacity is not None and not 1 <= plan.capacity <= MOST_PLACES:
        raise OccasionError(_NO_PLACES, "capacity")
    wanted = sum(plan.reserved.values())
    if min(plan.reserved.values(), default=0) < 0:
        raise OccasionError(_RESERVED_LESS, "reserved")
    if wanted and plan.capacity is None:
        raise OccasionError(_RESERVED_NONE, "reserved")
    if plan.capacity is not None and wanted > plan.capacity:
        raise OccasionError(_RESERVED.format(wanted, plan.capacity), "reserved")
    _check_reply(plan, starts)


def check_reply(plan: Plan, now: dt.datetime) -> None:
    """Raises OccasionError for a last day to answer that is over, as nobody could sign up."""
    if plan.reply_by is not None and plan.reply_by <= now:
        raise OccasionError(_REPLIED, "reply_by")


def _check_reply(plan: Plan, starts: dt.datetime) -> None:
    if plan.reply_by is not None and plan.reply_by > starts:
        raise OccasionError(_REPLY, "reply_by")


def again(local_at: str, zone: str, before: dt.datetime) -> dt.datetime:
    """When that is by today's rules of the zone: of an hour that comes twice, or is leapt over, the time nearest to `before`."""
    wall = dt.datetime.fromisoformat(local_at).replace(tzinfo=ZoneInfo(zone))
    both = [wall.replace(fold=fold).astimezone(dt.UTC) for fold in (0, 1)]
    return min(both, key=lambda at: abs(at - before))


_TWICE = "The clocks go back, so {} comes twice. Say whether you mean the first time or the second."
_LENGTH = "Say how long it takes, in minutes: from 1 to two weeks."
_PAST = "That time is over. Choose a day and time that are still to come."
_FAR = "That is more than five years away. Check the year."
_NOWHERE = "Say where it is: a place, or online, or both."
_NO_PLACES = "There must be at least 1 place. For as many people as like, leave it empty; to take nobody else, close it."
_RESERVED_LESS = "Write how many places are reserved as a number, 0 or more."
_RESERVED_NONE = "Reserved places are part of all places: say first how many there are in all."
_RESERVED = "{} places are reserved, and there are only {} in all. Reserve fewer, or have more places."
_REPLIED = "That day is over, so nobody could sign up. Choose a later day to reply by, or leave it empty."
_REPLY = "People must answer before it begins. Choose an earlier day to reply by."
