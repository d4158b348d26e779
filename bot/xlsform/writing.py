"""Writes an engagement as a person would: one key a line, one option a line, and TO DO where somebody has to look."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.xlsform import head
from bot.xlsform.importing import Imported, Piece
from bot.xlsform.names import Ids
from conversations import event_words
from conversations.charter import Charter

TO_DO = "TO DO"

PATIENCE = dt.timedelta(days=90)
"""When people hear back, as long as nobody has said."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a workbook does not tell; empty words are left for somebody to decide. `file` names the workbook."""

    file: str
    today: dt.date
    id: str = ""
    identity: str = ""
    audience: str = ""


def write(imported: Imported, wishes: Wishes) -> str:
    """The engagement as TOML."""
    parts = ["\n".join(_head(imported, wishes)), "\n".join(_charter(imported, wishes))]
    if any(key.startswith("event.") for key in imported.kept):
        parts.append("\n".join(_event(imported)))
    parts += ["\n".join(_step(piece)) for piece in imported.pieces]
    return "\n\n".join(parts) + "\n"


def _head(imported: Imported, wishes: Wishes) -> Iterator[str]:
    kept = imported.kept
    yield f"# Made from {_line(wishes.file)}. Look at each line with {TO_DO}, then try `check` and `talk`."
    yield "format = 1"
    yield f"id = {dump(Ids('e', steps=False).give(wishes.id or imported.form or wishes.file.rpartition('.')[0]))}"
    yield f"kind = {dump(kept.get('kind') or 'consultation')}"
    yield from _texts("title", kept.get("title") or imported.title, imported.tags, "what people pick in the menu")
    for key, usual, ask in DECISIONS:
        said = getattr(wishes, key) or kept.get(key)
        yield f"{key} = {dump(said or usual)}" + ("" if said else f"  # {TO_DO}: {ask}")
    for key in ("welcome", "thanks"):
        if kept.get(key):
            yield ""
            yield from _pairs(key, kept[key])


def _charter(imported: Imported, wishes: Wishes) -> Iterator[str]:
    yield "[charter]"
    for key in Charter.__slots__[:-1]:
        yield from _texts(key, imported.kept.get(key, {}), imported.tags, CHARTER[key])
    day = imported.kept.get("feedback_by")
    yield f"feedback_by = {day or wishes.today + PATIENCE}" + ("" if day else f"  # {TO_DO}: when people hear what came of it")


def _event(imported: Imported) -> Iterator[str]:
    kept = imported.kept
    yield "[event]"
    for key in event_words.TEXTS:
        if f"event.{key}" in kept:
            yield from _pairs(key, kept[f"event.{key}"])
    kinds = [{"id": key.removeprefix(head.KINDS), "label": kept[key]} for key in kept if key.startswith(head.KINDS)]
    if kinds:
        yield "kinds = ["
        yield from (f"  {_with_texts(kind)}," for kind in kinds)
        yield "]"
    if head.OFFERS in kept:
        yield f"offers = [{', '.join(map(dump, kept[head.OFFERS].split()))}]"


def _texts(key: str, said: Mapping[str, str], tags: Sequence[str], ask: str) -> Iterator[str]:
    """A text in every language; where there are no words, what they should say, but in easy words only those there are."""
    for tag in dict.fromkeys((*tags, *said)):
        words = said.get(tag)
        yield f"{key}.{tag} = {dump(words or f'{TO_DO}: {ask}')}" + ("" if words else f"  # {TO_DO}")


def _step(piece: Piece) -> Iterator[str]:
    yield "[[steps]]"
    yield from (f"# {TO_DO}: {_line(remark)}" for remark in piece.remarks)
    for key in sorted(piece.table, key=ORDER.index):
        yield from _pairs(key, piece.table[key])


def _pairs(key: str, value: Any) -> Iterator[str]:
    if key == "options":
        yield "options = ["
        yield from (f"  {_with_texts(option)}," for option in value)
        yield "]"
    elif key == "picture":
        yield f"{key} = {_with_texts(value)}"
    else:
        yield from _entries(key, value)


def dump(value: Any) -> str:
    """A value in one line of TOML."""
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{_key(key)} = {dump(part)}' for key, part in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(dump, value))}]"
    if isinstance(value, dt.date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _with_texts(table: Mapping[str, Any]) -> str:
    """An option or a picture in one line, its words one language after the other."""
    return f"{{ {', '.join(entry for key, value in table.items() for entry in _entries(key, value))} }}"


def _entries(key: str, value: Any) -> Iterator[str]:
    if key in TEXTS:
        yield from (f"{key}.{tag} = {dump(words)}" for tag, words in value.items())
    else:
        yield f"{key} = {dump(value)}"


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else dump(key)


def _line(words: str) -> str:
    return " ".join(words.split())


TEXTS = frozenset(
    {"ask", "hint", "label", "low", "high", "unit", "says", "sensitive", "title", "alt", "welcome", "thanks"},
)
"""Keys whose value is words by language."""

ORDER = (
    "id", "kind", "sensitive", "title", "ask", "says", "hint", "picture", "when", "optional", "about", "record", "instrument",
    "quotes", "whole", "unit", "at_least", "at_most", "low", "high", "options",
)  # fmt: skip
"""The order in which people write the keys of a step."""

DECISIONS = (
    ("identity", "confidential", "anonymous, confidential or named?"),
    ("audience", "everyone", "everyone, adults or under-18s?"),
)

CHARTER = {
    "settles": "what this settles",
    "decided_by": "who decides",
    "can_change": "what can change",
    "cannot_change": "what cannot change",
}
"""What each line of the charter should say."""
