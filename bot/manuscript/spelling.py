"""How values are written in an engagement file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import tomlkit

from conversations.approval import STEP_TEXTS
from conversations.checking.shapes import CHARTER, ENGAGEMENT

Table = Mapping[str, Any]

WIDE = 100  # letters of a list that still stands in one line

HEADED = {("steps",), ("overrides",)}
"""Lists that are begun with a `[[head]]` for each table."""


def spell(value: Any) -> str:
    """A value in one line."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(_pairs(value)) + " }" if value else "{}"
    if isinstance(value, list):
        return "[" + ", ".join(map(spell, value)) + "]"
    return str(tomlkit.item(value).as_string())


def _pairs(table: Table) -> Iterator[str]:
    for key, value in table.items():
        if _is_dotted(key, value):
            yield from (f"{spell_key(key)}.{spell_key(tag)} = {spell(words)}" for tag, words in value.items())
        else:
            yield f"{spell_key(key)} = {spell(value)}"


def _is_dotted(key: str, value: Any) -> bool:
    return key in DOTTED and isinstance(value, Mapping) and bool(value)


def spell_key(key: str) -> str:
    """A key, in quotes where it needs them."""
    return tomlkit.key([key]).as_string()


def lines(table: Table, *around: str) -> Iterator[str]:
    """The lines of a table, without its head: a key each, and each language of a text."""
    for key, value in table.items():
        name = ".".join(map(spell_key, (*around, key)))
        if _is_dotted(key, value):
            yield from lines(value, *around, key)
        else:
            yield f"{name} = {spell_value(value)}"


def spell_value(value: Any) -> str:
    """A value that has lines of its own to itself."""
    if isinstance(value, str) and "\n" in value:
        spelt = spell(value)[1:-1].replace("\\n", "\n") if "\\\\n" not in spell(value) else ""
        return f'"""\n{spelt}"""' if spelt else spell(value)
    if isinstance(value, list) and (len(spell(value)) > WIDE or (value and isinstance(value[0], Mapping))):
        return "[\n" + "".join(f"  {spell(each)},\n" for each in value) + "]"
    return spell(value)


def headed(name: str, table: Table) -> str:
    """A table of a list with its head, ending with a line end."""
    return "\n".join((f"[[{name}]]", *lines(table))) + "\n"


DOTTED = frozenset({*STEP_TEXTS, "label", "alt", "person", *(ENGAGEMENT.keys() & {"title", "welcome", "thanks"}), *CHARTER})
"""Keys whose tables are written with a dot: `ask.en`, `person.age_band`."""
