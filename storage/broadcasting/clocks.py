"""Whose clock says what: when each person may next be written to, by their own hours or else the organisation's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, select

from conversations.hours import HourError, Quiet, next_open
from conversations.reception import ADULT
from storage.schema import organisations, people
from storage.staffing import preferences
from storage.staffing.preferences import Preferences


class Clock(NamedTuple):
    """What a person's hours depend on, as their row says it; people share a few of these."""

    zone: str
    nation: str
    quiet: str
    age_band: str


COLUMNS = (people.c.zone, people.c.nation, people.c.quiet, people.c.age_band)
"""Of a Clock, in order."""


def due(db: Connection, organisation_id: int, clocks: Iterable[Clock], at: dt.datetime) -> dict[Clock, dt.datetime]:
    """When somebody with each of these clocks may be written to, from `at` on; `hours.NEVER` where no hour is left."""
    return {clock: next_open(at, *hours) for clock, hours in find(db, organisation_id, clocks).items()}


def find(db: Connection, organisation_id: int, clocks: Iterable[Clock]) -> dict[Clock, tuple[ZoneInfo, Quiet]]:
    """The zone of each of these clocks, and the silence kept by it."""
    local = db.scalars(select(organisations.c.time_zone).where(organisations.c.id == organisation_id)).one()
    chosen = preferences.read(db, organisation_id)
    return {clock: (_zone(clock.zone, local), _quiet(clock, chosen)) for clock in clocks}


def _zone(name: str, local: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or local)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(local)


def _quiet(clock: Clock, chosen: Preferences) -> Quiet:
    """Their silence; the organisation's where theirs cannot be read."""
    young = clock.age_band != ADULT
    try:
        return chosen.quiet(clock.nation, clock.quiet, young=young)
    except HourError:
        return chosen.quiet(young=young)
