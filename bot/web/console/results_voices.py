"""What people said in their own words, as far as it may leave the team: quotes that were agreed to, and themes by hand.

They stand beside the figures of everybody and never beside those of a group: nothing is told of who said what.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from bot.web.console.results_scope import Scope
from conversations.text import FALLBACK, choose
from storage.keys import Keys
from storage.reading import quotes, themes

NOTHING: dict[str, Any] = {"voices": [], "themes": []}


def voices(db: Connection, keys: Keys, scope: Scope) -> dict[str, Any]:
    """`voices`: each question with its quotes; `themes`: each with how many people wrote about it, as it may be said."""
    told: dict[str, list[str]] = {}
    for quote in quotes.approved(db, keys, scope.engagement):
        step = scope.flow.find(quote.step)
        told.setdefault(choose(step.ask, FALLBACK) if step else quote.step, []).append(quote.words)
    cells = themes.released(db, scope.engagement) or {}
    return {"voices": list(told.items()), "themes": [(name, cell.shown) for name, cell in cells.items()]}
