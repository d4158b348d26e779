"""The text of an engagement file, with where everything in it stands to the letter."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Self

from conversations.checking.places import Head, Path, Piece, outline

LONGEST_KEY = 32  # parts; reading a key of thousands takes minutes
DEEPEST = 40  # tables inside one another
_PART = r"""(?:[^\s.="']{1,80}|"(?:\\.|[^"\\\n]){0,80}"|'[^'\n]{0,80}')\s{0,9}\.\s{0,9}"""
_LONG_KEY = re.compile(rf"(?:{_PART}){{{LONGEST_KEY}}}")


class NotChangedError(Exception):
    """The text stays as it is; the message says why, and what to do."""


class Edit(NamedTuple):
    """The letters from `start` up to `end` become `words`."""

    start: int
    end: int
    words: str


class Item(NamedTuple):
    """One table of a list: its letters, and those of the comment that goes with it."""

    start: int
    end: int
    comment: tuple[int, int] | None = None


@dataclass(frozen=True)
class Manuscript:
    """A text that tomllib has accepted, and the table it says."""

    text: str
    table: dict[str, Any]
    pieces: Mapping[Path, Piece]
    heads: Sequence[Head]

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises NotChangedError when the text is no TOML."""
        table = parse(text)
        if table is None:
            raise NotChangedError("The text has a slip in it. Mend it on the page “As text” first.")
        return cls(text, table, *outline(text))

    @cached_property
    def pairs(self) -> Mapping[Path, Piece]:
        """The keys that have lines of their own: those in no braces and no brackets."""
        return {path: piece for path, piece in self.pieces.items() if not self._is_within(path)}

    def _is_within(self, path: Path) -> bool:
        return any(path[:length] in self.pieces for length in range(1, len(path)))

    def beneath(self, path: Path) -> Iterator[tuple[Path, Piece]]:
        """The pairs at a path and under it."""
        return ((each, piece) for each, piece in self.pairs.items() if each[: len(path)] == path)

    def head_of(self, at: int) -> Head | None:
        """The head a letter stands under."""
        before = bisect_right(self.starts, at)
        return self.heads[before - 1] if before else None

    @cached_property
    def starts(self) -> Sequence[int]:
        """Where the heads begin."""
        return [head.start for head in self.heads]

    def own_head(self, path: Path) -> Head | None:
        return next((head for head in self.heads if head.path == path), None)

    def end_of_line(self, at: int) -> int:
        """Where the line ends in which a letter stands, before its line end."""
        found = self.text.find("\n", at)
        return len(self.text) if found < 0 else found

    def start_of_line(self, at: int) -> int:
        return self.text.rfind("\n", 0, at) + 1

    def opening(self, head: Head) -> int:
        """Where a head's comments begin, those right above it."""
        start = self.start_of_line(head.start)
        while start and self.text[(before := self.start_of_line(start - 1)) : start].lstrip().startswith("#"):
            start = before
        return start

    def ending(self, head: Head) -> int:
        """Where all ends that stands under a head, before the empty lines behind it."""
        after = bisect_right(self.starts, head.start)
        end = self.opening(self.heads[after]) if after < len(self.heads) else len(self.text)
        return _before_blanks(self.text, end)

    def items(self, path: Path) -> list[Item]:
        """The tables of a list, each as far as it can be moved or taken out."""
        many = at(self.table, path)
        if not isinstance(many, list):
            return []
        last = {
            head.path[len(path)]: head for head in self.heads if len(head.path) > len(path) and head.path[: len(path)] == path
        }
        first = {head.path[-1]: head for head in self.heads if head.path[:-1] == path}
        if first:
            return [Item(self.opening(first[place]), self.ending(last[place])) for place in range(len(many))]
        return [self._item((*path, place)) for place in range(len(many))]

    def _item(self, path: Path) -> Item:
        piece = self.pieces[path]
        behind = _BEHIND.match(self.text, piece.end)
        return Item(piece.start, piece.end, behind.span("comment") if behind else None)


def _before_blanks(text: str, end: int) -> int:
    """Where the last word before a letter ends."""
    while end and text[end - 1].isspace():
        end -= 1
    return end


_BEHIND = re.compile(r"[ \t]*,?(?P<comment>[ \t]*(?:#[^\n]*)?)(?=\n|\Z)")

BY_HAND = "This is written in a way that cannot be changed safely from here. Change it on the page “As text”."


def parse(text: str) -> dict[str, Any] | None:
    """The table in a text, or None when there is none; whatever was put in, it takes no long time."""
    if has_long_key(text):
        return None
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError):
        return None
    return None if _is_deep(table) else table


def has_long_key(text: str) -> bool:
    """Whether a text may hold a key that takes minutes to be read."""
    return _LONG_KEY.search(text) is not None


def _is_deep(table: Any) -> bool:
    """Whether tables stand deeper inside one another than any engagement needs."""
    layer = [table]
    for _ in range(DEEPEST):
        held = [each.values() if isinstance(each, dict) else each for each in layer]
        layer = [each for many in held for each in many if isinstance(each, dict | list)]
    return bool(layer)


def at(table: Any, path: Path) -> Any:
    """What stands at a path; None when nothing does."""
    for key in path:
        try:
            table = table[key]
        except (KeyError, IndexError, TypeError):
            return None
    return table


def carry_out(text: str, edits: Iterable[Edit]) -> str:
    """The text after edits that do not overlap; several at one place come in the order given."""
    parts, done = [], 0
    for edit in sorted(edits, key=lambda each: (each.start, each.end)):
        parts += [text[done : edit.start], edit.words]
        done = edit.end
    return "".join((*parts, text[done:]))


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same in a file; to Python True is 1 and 1.0 as well."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)
