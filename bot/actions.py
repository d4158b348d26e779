"""What a conversation may cause. Each action runs on rows locked in this transaction, and says what came of it."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from bot import voices
from bot.addressing import Standing
from bot.agenda import Agenda
from bot.desk import Desk
from conversations.effects import Act, Complete, Deed
from conversations.events.answers import SPOKEN
from conversations.inputs import Outcome
from storage.engagements import OPEN
from storage.people import Known
from storage.sessions import Held


def act(db: Connection, desk: Desk, who: Standing, held: Held | None, deed: Deed) -> Outcome | None:
    """What came of a finished flow, or of what somebody wants with a date; None when there is nothing it could be about."""
    if isinstance(deed, Complete):
        return Outcome(deed.action, ACTIONS[deed.action](db, held, deed)) if held else None
    if desk.agenda is None or who.known is None:
        return None
    do = voices.do if deed.verb in SPOKEN else _do
    return Outcome(deed.verb, do(db, desk.agenda, deed, who.known), deed.occasion)


def _do(_db: Connection, agenda: Agenda, deed: Act, who: Known) -> str:
    return agenda.do(deed, who)


def keep(_db: Connection, held: Held, _complete: Complete) -> str:
    """Keep the answers: they are written with the session. Only while the engagement, locked by this turn, is open."""
    return "kept" if held.engagement.state == OPEN else "closed"


ACTIONS: dict[str, Callable[[Connection, Held, Complete], str]] = {
    "keep": keep,
}
"""Name in `Complete` -> what it does."""
