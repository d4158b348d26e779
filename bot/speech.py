"""Effects put into one person's language: plain text and its bold parts.

Text goes out without a parse mode, so whatever people or authors write is just text; bold is told by position.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

from conversations.effects import Say
from conversations.text import GAP, Field, Line, choose, shorten, units

LONGEST = 4096  # UTF-16 units of a message
LONGEST_TOAST = 200
_REPEATED = 300  # units of someone's own words repeated to them
_LIST_WORDS = {"en": " and ", "cy": " a ", "ur": " اور "}


@dataclass(frozen=True, slots=True)
class Spoken:
    """A message in one language; `bold` holds (offset, length) in UTF-16 units."""

    text: str
    bold: tuple[tuple[int, int], ...] = ()


def speak(say: Say, language: str) -> Spoken:
    """The words of a message. `bold` parts are told by where they stand."""
    parts: list[str] = []
    bold: list[tuple[int, int]] = []
    at = 0
    for place, line in enumerate(say.lines):
        words = phrase(line, language)
        gap = line.parting if place else ""
        at += len(gap)
        if line.bold:
            bold.append((at, units(words)))
        parts += (gap, words)
        at += units(words)
    text = "".join(parts)
    if at > LONGEST:  # only words repeated from answers can do this; `check` holds authors to the limit
        return Spoken(shorten(text, LONGEST))
    return Spoken(text, tuple(bold))


def phrase(line: Line, language: str) -> str:
    """One line, its gaps filled."""
    words = line.text.get(language) or choose(line.text, language)
    if not line.fields:
        return words
    parts = list(_parts(words))
    for place in range(1, len(parts), 2):
        name = parts[place]
        parts[place] = _fill(line.fields[name], language) if name in line.fields else f"{{{name}}}"
    return "".join(parts)


@lru_cache(maxsize=4096)
def _parts(words: str) -> tuple[str, ...]:
    """The words around the gaps of a text, and between them the names of the gaps."""
    return tuple(GAP.split(words))


def _fill(value: Field, language: str) -> str:
    if isinstance(value, str):
        return shorten(value, _REPEATED)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, tuple):
        return _join([choose(one, language) for one in value], language)
    if isinstance(value, dt.date):
        return f"{value:%a} {value.day} {value:%b %Y}"
    return value.get(language) or choose(value, language)


def _join(words: list[str], language: str) -> str:
    if len(words) < 2:  # noqa: PLR2004 - nothing to join
        return "".join(words)
    return ", ".join(words[:-1]) + _LIST_WORDS.get(language, _LIST_WORDS["en"]) + words[-1]


def toast(line: Line, language: str) -> str:
    """A line shown over the chat."""
    return shorten(phrase(line, language), LONGEST_TOAST)
