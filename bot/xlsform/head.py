"""The sheet "withus", which our own export writes: what an engagement says of itself beside its questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.xlsform.cells import Row
from bot.xlsform.days import day_in
from bot.xlsform.notes import Note
from conversations import event_words
from conversations.charter import Charter
from conversations.checking.problems import quote
from conversations.checking.shapes import ID
from conversations.flow import AUDIENCES, ENGAGEMENT_KINDS, IDENTITIES

FEEDBACK = "feedback_by"
OFFERS, KINDS = "event.offers", "event.kinds."
"""What can be done with a payment, and by what a kind of place begins that is named after its id."""


def read(rows: Sequence[Row], notes: list[Note]) -> dict[str, Any]:
    """Key -> words by language, one of the known words, or a day; what is none of these is noted."""
    kept: dict[str, Any] = {}
    for row in rows:
        key = row.code("key")
        value = row.text("text") if _is_text(key) else _plain(key, row.code("value"))
        if value and key not in kept:
            kept[key] = value
        else:
            notes.append(Note("withus", row.number, f"not carried: {quote(key)}", _todo(key, again=key in kept)))
    return kept


def _plain(key: str, words: str) -> Any:
    if key == FEEDBACK:
        return day_in(words)
    if key == OFFERS:
        return words if set(words.split()) <= set(event_words.OFFERS) else ""
    return words if words in WORDS.get(key, ()) else ""


def _is_text(key: str) -> bool:
    return key in TEXTS or (key.startswith(KINDS) and ID.fullmatch(key.removeprefix(KINDS)) is not None)


def _todo(key: str, *, again: bool) -> str:
    if again:
        return "nothing: the first row that says it counts"
    if _is_text(key):
        return "write its words under text"
    if key in WORDS:
        return f"write {', '.join(WORDS[key])} under value"
    return "write a day like 2027-02-26 under value" if key == FEEDBACK else "take it out: no such thing is known here"


TEXTS = frozenset({"title", "welcome", "thanks", *Charter.__slots__, *(f"event.{key}" for key in event_words.TEXTS)} - {FEEDBACK})
"""Keys that hold words by language."""

WORDS = {"kind": ENGAGEMENT_KINDS, "identity": IDENTITIES, "audience": AUDIENCES}
"""Key -> the words it may be."""
