"""Effects put into one person's language: plain text and its bold parts.

Text goes out without a parse mode, so whatever people or authors write is just text; bold is told by position.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from bot import isolates, tongues
from conversations.effects import Say
from conversations.text import GAP, SAME_LINE, Counted, Field, Line, choose, nearest, shorten, units

LONGEST = 4096  # UTF-16 units of a message
LONGEST_TOAST = 200
_LARGE = 1000  # numbers below are written the same everywhere
_REPEATED = 300  # units of someone's own words repeated to them


@dataclass(frozen=True, slots=True)
class Spoken:
    """A message in one language; `bold` holds (offset, length) in UTF-16 units, `moments` the Unix time too."""

    text: str
    bold: tuple[tuple[int, int], ...] = ()
    moments: tuple[tuple[int, int, int], ...] = ()


def speak(say: Say, language: str) -> Spoken:
    """The words of a message. `bold` parts are told by where they stand."""
    parts: list[str] = []
    bold: list[tuple[int, int]] = []
    moments: list[tuple[int, int, int]] = []
    at = 0
    for place, line in enumerate(say.lines):
        gap = line.parting if place else ""
        words = phrase(line, language) if gap != SAME_LINE else phrase(line, language).removeprefix(isolates.RIGHT_TO_LEFT_MARK)
        at += len(gap)
        if line.bold:
            bold.append((at, units(words)))
        if line.fields:
            moments += _moments(line, words, at, language)
        parts += (gap, words)
        at += units(words)
    text = "".join(parts)
    if at > LONGEST:  # only words repeated from answers can do this; `check` holds authors to the limit
        return Spoken(isolates.cut(text, LONGEST))
    return Spoken(text, tuple(bold), tuple(moments))


def _moments(line: Line, words: str, at: int, language: str) -> list[tuple[int, int, int]]:
    """Where a line that begins at `at` tells a moment, so that each reader's own program can tell it by their clock."""
    found = []
    for value in line.fields.values():
        if isinstance(value, dt.datetime):
            told = tongues.moment(value, nearest(line.text, language))
            before, here, _ = words.partition(told)
            if here:
                found.append((at + units(before), units(told), int(value.timestamp())))
    return found


def phrase(line: Line, language: str) -> str:
    """One line, its gaps filled."""
    text, fields = line.text, line.fields
    words = text.get(language)
    tag = language
    if not words:
        tag = nearest(text, language)
        words = text.get(tag, "")
    if fields and isinstance(words, Counted):
        words = _counted(words, tag, fields)
    frame = _frame(words, tag, language)
    if not frame.gaps:
        return frame.words[0]
    filled = list(frame.words)
    for place, name in enumerate(frame.gaps):
        value = fields.get(name)
        filled[place] += f"{{{name}}}" if value is None else _fill(value, frame, language)
    whole = "".join(filled)
    return isolates.lead(whole) if frame.right_to_left else whole


def _counted(words: Counted, tag: str, fields: Mapping[str, Field]) -> str:
    """The form that goes with the only number among the fields."""
    numbers = [value for value in fields.values() if isinstance(value, int)]
    return words.forms.get(tongues.of(tag).form(numbers[0]), words) if len(numbers) == 1 else words


@dataclass(frozen=True, slots=True)
class _Frame:
    """The words around the gaps of a text, the names of the gaps, and the language that orders them."""

    words: tuple[str, ...]
    gaps: tuple[str, ...]
    tag: str
    right_to_left: bool


@lru_cache(maxsize=4096)
def _frame(words: str, tag: str, language: str) -> _Frame:
    """What is the same each time `words` are said; without a letter, like a list's "1.", they run as the reader reads."""
    whole = isolates.mend(words)
    if not any(map(str.isalpha, GAP.sub("", whole))):
        tag = language
    turned = tongues.of(tag).right_to_left
    parts = GAP.split(whole)
    if turned:
        parts[::2] = map(isolates.isolate_figures, parts[::2])
    if turned and len(parts) == 1:
        parts = [isolates.lead(parts[0])]
    return _Frame(tuple(parts[::2]), tuple(parts[1::2]), tag, turned)


def _fill(value: Field, frame: _Frame, language: str) -> str:
    """What stands in a gap, told in the reader's language where it can be."""
    turned = frame.right_to_left
    if isinstance(value, int):
        number = str(value) if 0 <= value < _LARGE else tongues.number(value, frame.tag)
        return isolates.isolate_number(number) if turned else number
    if isinstance(value, str):
        return _enclose(shorten(value, _REPEATED), turned)
    if isinstance(value, tuple):
        return tongues.listed([_enclosed(choose(one, language), turned) for one in value], frame.tag)
    if isinstance(value, dt.datetime):
        return _enclosed(tongues.moment(value, frame.tag), turned)
    if isinstance(value, dt.time):
        return _enclosed(tongues.clock(value, frame.tag), turned)
    if isinstance(value, dt.tzinfo):
        return _enclosed(tongues.city(value, frame.tag), turned)
    if isinstance(value, dt.date):
        return _enclosed(tongues.day(value, frame.tag), turned)
    words = value.get(language) or choose(value, language)
    return words if not turned and words.isascii() else _enclosed(words, turned)


def _enclose(words: str, turned: bool) -> str:  # noqa: FBT001 - as lru_cache calls it
    """Words put into others, kept apart where the two could run different ways."""
    return isolates.isolate(words) if turned or isolates.may_turn(words) else words


_enclosed = lru_cache(maxsize=4096)(_enclose)
"""The same for what authors wrote; what people write is not kept."""


def toast(line: Line, language: str) -> str:
    """A line shown over the chat."""
    return isolates.cut(phrase(line, language), LONGEST_TOAST)
