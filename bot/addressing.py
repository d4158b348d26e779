"""Which conversation an input is about: the one its button names, one it opens, or the one under way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from bot.arrivals import TELEGRAM
from bot.desk import Desk
from conversations import reception
from conversations.effects import Person
from conversations.events.views import Event
from conversations.flow import MEETS
from conversations.inputs import (
    Attend,
    Back,
    Begin,
    Dates,
    Done,
    Input,
    Invited,
    Leave,
    Link,
    Look,
    Open,
    Refused,
    Skip,
    Tap,
    Words,
)
from conversations.session import Session
from storage import codes, sessions
from storage.engagements import OPEN, Engagement
from storage.people import Known
from storage.sessions import Held
from storage.unopened import ShutError


@dataclass(frozen=True, slots=True)
class Standing:
    """Who an input comes from: their row (None for someone turned away), who they are, and their conversations."""

    known: Known | None
    person: Person
    mine: Sequence[Held] = ()
    current: Held | None = None  # the one typed words belong to
    shut: Sequence[Row[Any]] = ()  # those that do not open here, for want of a key

    @property
    def lost(self) -> bool:
        """Whether the conversation they were in has expired."""
        return self.known is not None and self.known.session_id is not None and self.current is None


def stand(desk: Desk, known: Known | None, person: Person) -> Standing:
    """Where someone stands among their conversations."""
    mine = desk.held.get(known.id, []) if known else []
    current = next((held for held in mine if known and held.id == known.session_id), None)
    return Standing(known, person, mine, current, [row for row in desk.shut if known and row.person_id == known.id])


def address(desk: Desk, given: Input, who: Standing) -> tuple[Input, Held | None]:
    """`given`, as far as it can mean anything, and the conversation it is about; a new one is not saved yet.

    Raises ShutError when that conversation does not open here: it must be neither answered nor begun anew.
    """
    if not who.person.age_band:
        return given, None
    match given:
        case Tap(code) | Back(code) | Skip(code) | Look(code) | Done(code) | Leave(code) if code:
            _refuse_shut(row.code == code for row in who.shut)
            named = next((held for held in who.mine if held.session.code == code), None)
            return (given, named) if named else (Refused("gone"), who.current)
        case Link(code):
            link = desk.links.get(code)
            engagement = desk.shelf.get(link.engagement_id) if link else None
            return _enter(desk, who, engagement, link.id if link else None) if engagement else (given, who.current)
        case Invited(code):
            invitation = desk.invitations.get(code)
            return _enter(desk, who, desk.shelf.get(invitation.engagement_id or 0) if invitation else None, None)
        case Open(slug) | Dates(slug):
            return _enter(desk, who, _by_slug(desk, slug), None)
        case Begin(slug):
            return _open(desk, who, _by_slug(desk, slug), None)
        case Attend(_, code):
            event = _told(desk, given, who)
            return (given if event and event.find(code) else Refused("gone")), who.current
        case Words() if who.lost:
            _refuse_shut(who.known is not None and row.id == who.known.session_id for row in who.shut)
            return Refused("expired"), None
        case _:
            return given, who.current


def _by_slug(desk: Desk, slug: str) -> Engagement | None:
    return next((one for one in desk.shelf.values() if one.slug == slug), None)


def _told(desk: Desk, given: Input, who: Standing) -> Event | None:
    """The event an input is about, as this person may know it."""
    event = desk.agenda.find(given, who.person) if desk.agenda else None
    return desk.agenda.tell(event, who.known, who.person) if desk.agenda and event and who.known else None


def _enter(desk: Desk, who: Standing, engagement: Engagement | None, link_id: int | None) -> tuple[Input, Held | None]:
    """The conversation in `engagement`; of an event, its card comes before."""
    if engagement is None or engagement.kind not in MEETS:
        return _open(desk, who, engagement, link_id)
    event = _told(desk, Dates(engagement.slug), who)
    has = event is not None and any(date.mine for date in event.dates)
    if not has and (engagement.state != OPEN or not reception.admits(engagement.audience, who.person.age_band)):
        return _open(desk, who, engagement, link_id)
    if event is None or not (event.member or has):
        return Refused("members"), None
    return Dates(engagement.slug), who.current


def _open(desk: Desk, who: Standing, engagement: Engagement | None, link_id: int | None) -> tuple[Input, Held | None]:
    """The conversation in `engagement`: the one begun before, or a new one in today's edition."""
    if engagement is None or who.known is None or engagement.state != OPEN:
        return Refused("closed"), None
    if not reception.admits(engagement.audience, who.person.age_band):
        return Open(engagement.slug), None
    _refuse_shut(row.engagement_id == engagement.id for row in who.shut)
    begun = next((held for held in who.mine if held.engagement.id == engagement.id), None)
    again = (who.known.id, engagement.id) in desk.finished and _sets_only_records(desk, engagement)
    if begun and not (again and begun.session.finished):
        return Open(engagement.slug), begun
    if (who.known.id, engagement.id) in desk.finished and not again:
        return Refused("finished"), None
    session = Session(codes.make(), engagement.edition)
    respondent = sessions.respondent(desk.house.keys, engagement, who.known.code)
    place = (engagement.edition_id, respondent, session, desk.now, TELEGRAM, link_id)
    return Open(engagement.slug), Held(None, who.known.id, engagement, *place)


def _sets_only_records(desk: Desk, engagement: Engagement) -> bool:
    """Whether it asks people about themselves alone, for their own record: they may answer that anew at any time."""
    flow = desk.house.flows[engagement.edition_id]
    asked = [step for step in flow.steps if step.asks]
    return engagement.identity == "named" and engagement.kind not in MEETS and all(step.about == "me" for step in asked)


def _refuse_shut(meant: Iterable[bool]) -> None:
    if any(meant):
        raise ShutError("sessions.sealed")
