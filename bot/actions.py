"""What a conversation may cause. Each action runs on rows locked in this transaction, and says what came of it."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from bot import tickets, voices
from bot.addressing import Standing
from bot.agenda import Agenda
from bot.desk import Desk
from conversations.effects import Act, Complete, Deed
from conversations.events.answers import FEEDS, SPOKEN
from conversations.inputs import Outcome
from storage.engagements import OPEN
from storage.events import feeds
from storage.people import Known
from storage.sessions import Held


def act(db: Connection, desk: Desk, who: Standing, held: Held | None, deed: Deed) -> Outcome | None:
    """What came of a finished flow, or of what somebody wants with a date; None when there is nothing it could be about."""
    if isinstance(deed, Complete):
        return Outcome(deed.action, ACTIONS[deed.action](db, held, deed)) if held else None
    if who.known and deed.verb in FEEDS:
        return Outcome(deed.verb, _feed(db, desk, who.known, renews=deed.verb == "new-calendar"))
    if desk.agenda is None or who.known is None:
        return None
    do = voices.do if deed.verb in SPOKEN else _do
    return Outcome(deed.verb, do(db, desk.agenda, deed, who.known), deed.occasion)


def _do(_db: Connection, agenda: Agenda, deed: Act, who: Known) -> str:
    return agenda.do(deed, who)


def _feed(db: Connection, desk: Desk, who: Known, *, renews: bool) -> str:
    """The address of everything somebody has coming up; the one there was ends when it `renews`. Empty where there is none."""
    house = desk.house
    if renews:
        feeds.revoke(db, house.organisation_id, feeds.known(db, house.organisation_id, person_id=who.id))
    return house.public_url and tickets.feed(house, feeds.give(db, house.organisation_id, desk.now, person_id=who.id))


def keep(_db: Connection, held: Held, _complete: Complete) -> str:
    """Keep the answers: they are written with the session. Only while the engagement, locked by this turn, is open."""
    return "kept" if held.engagement.state == OPEN else "closed"


ACTIONS: dict[str, Callable[[Connection, Held, Complete], str]] = {
    "keep": keep,
}
"""Name in `Complete` -> what it does."""
