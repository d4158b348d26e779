"""What a finished flow may cause. Each action runs on rows locked in this transaction and says what came of it."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from conversations.effects import Complete
from storage.engagements import OPEN
from storage.sessions import Held

Action = Callable[[Connection, Held, Complete], str]


def keep(_db: Connection, held: Held, _complete: Complete) -> str:
    """Keep the answers: they are written with the session. Only while the engagement, locked by this turn, is open."""
    return "kept" if held.engagement.state == OPEN else "closed"


ACTIONS: dict[str, Action] = {
    "keep": keep,
}
"""Name in `Complete` -> what it does."""
