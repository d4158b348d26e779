"""Which words of an engagement a person has approved: only those are sent (SA-25), the others stay in the source language.

An approval names a text by its path and holds a fingerprint of the source words and the words: a change of either voids it.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conversations import event_words
from conversations.text import FALLBACK, Counted, Text

Table = Mapping[str, Any]
Path = tuple[str | int, ...]
"""Keys and positions from the top: `("steps", 2, "ask")`."""


@dataclass(frozen=True, slots=True)
class Words:
    """One text of an engagement: its name in an approval, its words by language, and where it stands."""

    name: str
    text: Text
    path: Path


def fingerprint(source: str, words: str) -> str:
    """8 hex digits that change when either does; of words that change with a number, all forms count."""
    told = "\0".join(map(_spell, (source, words)))
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def _spell(words: str) -> str:
    return "\n".join(f"{form}={words.forms[form]}" for form in sorted(words.forms)) if isinstance(words, Counted) else words


def source_language(table: Table) -> str:
    """The language that needs no approval: English if the title has it, else the title's first."""
    title = table.get("title") or {FALLBACK: ""}
    return FALLBACK if FALLBACK in title else str(next(iter(title)))


def texts(table: Table) -> Iterator[Words]:
    """Every text of an engagement, in the order of the file; what has not the shape of a text is passed over."""
    yield from _named(table, ("title", "welcome", "thanks"), "", ())
    charter = table.get("charter", {})
    yield from _named(charter, [key for key in charter if isinstance(charter[key], dict)], "charter.", ("charter",))
    yield from _of_event(table.get("event", {}))
    for place, step in enumerate(table.get("steps", ())):
        name, path = f"steps.{step.get('id', place)}.", ("steps", place)
        yield from _named(step, STEP_TEXTS, name, path)
        picture = step.get("picture")
        if isinstance(picture, dict):
            yield from _named(picture, ("alt",), f"{name}picture.", (*path, "picture"))
        for number, option in enumerate(step.get("options", ())):
            own = f"{name}options.{option.get('id', number)}."
            yield from _named(option, ("label", "ask"), own, (*path, "options", number))


def _of_event(event: Table) -> Iterator[Words]:
    yield from _named(event, event_words.TEXTS, "event.", ("event",))
    for place, kind in enumerate(event.get("kinds", ())):
        yield from _named(kind, ("label",), f"event.kinds.{kind.get('id', place)}.", ("event", "kinds", place))


def _named(table: Table, keys: Sequence[str], name: str, path: Path) -> Iterator[Words]:
    for key in keys:
        if isinstance(table.get(key), dict):
            yield Words(name + key, table[key], (*path, key))


def approved(table: Table, words: Words, tag: str) -> bool:
    """Whether `words` may be sent in `tag`."""
    return tag == source_language(table) or given(table, tag).get(words.name) == _expected(table, words, tag)


def given(table: Table, tag: str) -> Mapping[str, str]:
    """Text name -> fingerprint, as approved for a language."""
    return dict(table.get("approved", {}).get(tag, {}).get("texts", {}))


def _expected(table: Table, words: Words, tag: str) -> str:
    return fingerprint(words.text.get(source_language(table), ""), words.text[tag])


def sift(table: Table) -> dict[str, Any]:
    """The engagement without the words nobody has approved; the same for one that is all in one language."""
    kept = copy.deepcopy(dict(table))
    for words in list(texts(kept)):
        for tag in list(words.text):
            if not approved(table, words, tag):
                del _held(kept, words.path)[tag]
    return kept


def _held(table: Any, path: Path) -> dict[str, str]:
    for key in path:
        table = table[key]
    return table  # type: ignore[no-any-return]


def languages(table: Table) -> tuple[str, ...]:
    """The languages to choose from: those of the title, each with the variants (`en-x-easy`) that any text has."""
    tags = dict.fromkeys(tag for words in texts(table) for tag in words.text)
    return tuple(dict.fromkeys(each for tag in table["title"] for each in (tag, *(v for v in tags if v.startswith(f"{tag}-x-")))))


def complete(table: Table) -> tuple[str, ...]:
    """The languages that every text has words in."""
    found = [set(words.text) for words in texts(table)]
    return tuple(tag for tag in table["title"] if all(tag in tags for tags in found))


STEP_TEXTS = ("title", "ask", "hint", "sensitive", "says", "low", "high", "unit")
"""The keys of a step that hold words people read."""
