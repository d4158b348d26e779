"""What people hear when places change: follow-ups are planned anew, offers go out and lapse, deputies are asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from conversations.places import ASKED, CONFIRMED, OFFERED
from storage.events import needs
from storage.events.occasion_rows import Occasion
from storage.events.place_rows import Place
from storage.followups import planning, rules
from storage.followups.planning import Due
from storage.schema import followups, papers

Change = tuple[Occasion, Place | None, Place]
"""A date, what somebody had of it before, and what they have now."""


def announce(db: Connection, changes: Collection[Change], now: dt.datetime) -> None:
    """Plan what these changes bring, and drop what they end."""
    over: dict[tuple[int, Sequence[str]], list[int]] = {}
    told: dict[tuple[int, str], dict[int, str]] = {}
    for date, before, place in changes:
        if ended := _ended(before, place):
            over.setdefault((date.id, ended), []).append(place.person_id)
        if place.state in _TOLD and (before is None or before.state != place.state):
            told.setdefault((date.id, _TOLD[place.state]), {})[place.person_id] = place.code
    for (date_id, kinds), people in over.items():
        planning.drop(db, occasion_id=date_id, person_ids=people, kinds=kinds)
    for (date_id, kind), about in told.items():
        planning.tell_each(db, kind, about, date_id, now)
    planning.plan(db, list(_lapses(changes)))
    touched = [place.id for _, before, place in changes if place.id and CONFIRMED in {place.state, before and before.state}]
    if touched:
        planning.replan(db, touched, now)
        confirmed = [(date, before, place) for date, before, place in changes if place.id and place.state == CONFIRMED]
        needs.carry(db, [place.id for _, _, place in confirmed if place.id], now)
        _catch_up(db, [(date, place) for date, before, place in confirmed if not before or before.state != CONFIRMED], now)


def _ended(before: Place | None, place: Place) -> Sequence[str]:
    """The kinds that are over by what somebody has now."""
    if before and before.state == place.state == OFFERED:
        return (rules.LAPSE,) if before.offered_until != place.offered_until else ()
    return _ENDS.get(before.state, ()) if before and before.state != place.state else ()


def _catch_up(db: Connection, fresh: Collection[tuple[Occasion, Place]], now: dt.datetime) -> None:
    """Whoever has a place only now gets the papers that went out before, once."""
    ids = {date.id for date, _ in fresh}
    sent = set(db.scalars(select(papers.c.occasion_id).where(papers.c.occasion_id.in_(ids), papers.c.sent_at.is_not(None))))
    if not sent:
        return
    had = (followups.c.occasion_id.in_(sent), followups.c.kind == "papers", followups.c.state != planning.DROPPED)
    told = {(row.occasion_id, row.person_id) for row in db.execute(select(followups).where(*had))}
    for date, place in fresh:
        if date.id in sent and (date.id, place.person_id) not in told:
            planning.tell(db, "papers", [place.person_id], date.id, date.code, now)


def _lapses(changes: Iterable[Change]) -> Iterable[Due]:
    """When each offer is over."""
    for date, before, place in changes:
        if place.state == OFFERED and place.offered_until and not (before and before.offered_until == place.offered_until):
            at = place.offered_until
            day, rule = at.astimezone(ZoneInfo(date.zone)).date(), rules.name(rules.LAPSE, place.code, f"{at:%H%M}")
            yield Due(date.organisation_id, place.person_id, rules.LAPSE, rule, day, at, date.id, date.sequence, place.code)


_TOLD = {OFFERED: rules.OFFER, ASKED: rules.DEPUTY}
"""What somebody hears by a message, for they did not bring it about themselves."""

_ENDS = {OFFERED: (rules.OFFER, rules.LAPSE), ASKED: (rules.DEPUTY,)}
"""What of it is over with the state."""
