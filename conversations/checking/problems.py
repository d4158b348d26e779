"""What `checking` finds wrong, where it stands, and what to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field

from conversations.checking.places import Path, Places
from conversations.text import clean, shorten

LONGEST_QUOTE = 60
SHORTEST_BEGINNING = 3
ERROR, ADVICE = "error", "advice"
FEW = 8
"""Up to this many known names are listed when none is near."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file; `line` counts from 1.

    `rule` names the rule of `care` that found it; it is empty when the structure itself is wrong. `path` leads
    to it.
    """

    file: str
    line: int
    what: str
    do: str
    level: str = ERROR
    rule: str = ""
    path: Path = field(default=(), compare=False, repr=False)

    def __str__(self) -> str:
        sort = f"{ADVICE}: " if self.level == ADVICE else ""
        name = f" [{self.rule}]" if self.rule else ""
        return f"{self.file}:{self.line}: {sort}{self.what}; {self.do}{name}"


@dataclass(slots=True)
class Findings:
    """The problems of one file, gathered as it is read."""

    file: str
    places: Places = field(default_factory=lambda: Places({}))
    found: list[Problem] = field(default_factory=list)
    mistaken: set[Path] = field(default_factory=set)
    """Keys that stand in the file and are wrong: nothing is missing there."""

    def add(self, path: Path, what: str, do: str, level: str = ERROR, rule: str = "") -> None:
        """Note a problem at the line of `path`."""
        line = self.places.line(path)
        self.found.append(Problem(self.file, line, _in_one_line(what), _in_one_line(do), level, rule, path))


def quote(value: object) -> str:
    """A name or value out of a file, short enough to stand in a sentence."""
    try:
        words = str(value)
    except ValueError:  # Python writes out no number of many thousand digits
        words = "a very long number"
    return f'"{shorten(_in_one_line(words), LONGEST_QUOTE)}"'


def count(number: int, name: str) -> str:
    """A number of things in words: "1 minute", "3 minutes"."""
    return f"{number} {name}{'s' if number != 1 else ''}"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name `word` was probably meant to be."""
    names, said = sorted(known), word.lower()[:LONGEST_QUOTE]
    begun = [name for name in names if len(said) >= SHORTEST_BEGINNING and name.startswith(said)]
    close = difflib.get_close_matches(said, names, n=1, cutoff=0.55)
    return close[0] if close else begun[0] if len(begun) == 1 else None


def suggest(word: str, known: Iterable[str], otherwise: str, few: int = FEW) -> str:
    """What to do about a `word` nobody knows: the nearest known one, a list of them if they are `few`, or `otherwise`."""
    names = sorted(known)
    near = nearest(word, names)
    if near:
        return f"did you mean {quote(near)}?"
    return f"use one of {', '.join(names)}" if 0 < len(names) <= few else otherwise


def _in_one_line(words: str) -> str:
    return " ".join(clean(words).split())
