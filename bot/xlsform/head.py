"""The sheet "withus", which our own export writes: what an engagement says of itself beside its questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.xlsform.cells import Row
from bot.xlsform.days import day_in
from bot.xlsform.notes import Note
from conversations.charter import Charter
from conversations.checking.problems import quote
from conversations.flow import AUDIENCES, ENGAGEMENT_KINDS, IDENTITIES

FEEDBACK = "feedback_by"


def read(rows: Sequence[Row], notes: list[Note]) -> dict[str, Any]:
    """Key -> words by language, one of the known words, or a day; what is none of these is noted."""
    kept: dict[str, Any] = {}
    for row in rows:
        key = row.code("key")
        value = row.text("text") if key in TEXTS else _plain(key, row.code("value"))
        if value and key not in kept:
            kept[key] = value
        else:
            notes.append(Note("withus", row.number, f"not carried: {quote(key)}", _todo(key, again=key in kept)))
    return kept


def _plain(key: str, words: str) -> Any:
    if key == FEEDBACK:
        return day_in(words)
    return words if words in WORDS.get(key, ()) else ""


def _todo(key: str, *, again: bool) -> str:
    if again:
        return "nothing: the first row that says it counts"
    if key in TEXTS:
        return "write its words under text"
    if key in WORDS:
        return f"write {', '.join(WORDS[key])} under value"
    return "write a day like 2027-02-26 under value" if key == FEEDBACK else "take it out: no such thing is known here"


TEXTS = frozenset({"title", "welcome", "thanks", *Charter.__slots__} - {FEEDBACK})
"""Keys that hold words by language."""

WORDS = {"kind": ENGAGEMENT_KINDS, "identity": IDENTITIES, "audience": AUDIENCES}
"""Key -> the words it may be."""
