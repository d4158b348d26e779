"""An engagement as care looks at it: its texts in a row, each with its path and language, and its questions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from conversations import event_words, walks
from conversations.approval import STEP_TEXTS
from conversations.checking.care import instruments
from conversations.checking.places import Path
from conversations.checking.shapes import Table
from conversations.flow import Flow
from conversations.questions import KINDS
from conversations.text import GAP

LABELS = ("label", "low", "high", "unit")
"""Words people pick as their own; what is wrong in our mouth may be right in theirs."""

_SENTENCE_END = re.compile(r"(?<=[.!?…:;])[\"”’)]*\s+|\n+")
_QUOTED = re.compile(r"“[^“”]*”|\"[^\"]*\"")
_LINK = re.compile(r"https?://\S+|www\.\S+|\S+@\S+")


@dataclass(frozen=True, slots=True)
class Remark:
    """Something care has to say: `path` has a line in the file, `at` is what an override names: a text path or a step's."""

    path: Path
    at: str
    what: str
    do: str
    level: str = ""  # empty: that of its rule


@dataclass(frozen=True)
class Words:
    """One text in one language; `step` is the table it belongs to, if it belongs to a step."""

    path: Path
    at: str
    language: str
    words: str
    step: Table = field(default_factory=dict)

    @cached_property
    def part(self) -> str:
        """The key of the text, like "ask", "label" or "welcome"."""
        return self.at.rpartition(".")[2]

    @cached_property
    def ours(self) -> bool:
        """Whether it is we who speak; the words of an option are the person's."""
        return self.part not in LABELS

    @cached_property
    def plain(self) -> str:
        """The words as they are searched: "it" for links and gaps, apostrophes straight."""
        words = _LINK.sub("it", GAP.sub("it", self.words))
        return unicodedata.normalize("NFC", words).replace("’", "'")

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """The sentences; a colon or the end of a line ends one as well."""
        return tuple(part.strip() for part in _SENTENCE_END.split(self.plain) if part.strip())

    @cached_property
    def told(self) -> str:
        """What we tell as a fact: no questions, no quotations, and none of people's own words."""
        if not self.ours:
            return ""
        unquoted = _QUOTED.sub("it", self.plain)
        return "\n".join(part for part in _SENTENCE_END.split(unquoted) if part and not part.rstrip().endswith("?"))

    def remark(self, what: str, do: str, level: str = "") -> Remark:
        return Remark(self.path, self.at, what, do, level)


@dataclass(frozen=True)
class Draft:
    """A checked table, and the flow it makes."""

    table: Table
    flow: Flow

    @cached_property
    def texts(self) -> tuple[Words, ...]:
        """Every text in every language, in the order of the file."""
        return tuple(_texts(self.table))

    @cached_property
    def english(self) -> tuple[Words, ...]:
        """The texts in English of any sort, without those that a licence forbids to change."""
        return tuple(each for each in self.texts if each.language.split("-")[0] == "en" and not instruments.locked(each.step))

    @cached_property
    def questions(self) -> Sequence[tuple[int, Table]]:
        """The steps that ask, each with its place."""
        return [(place, step) for place, step in enumerate(self.table["steps"]) if KINDS[step["kind"]].asks]

    @cached_property
    def measure(self) -> walks.Measure | None:
        """How long the shortest and the longest way through are; None when that is not certain."""
        measure = walks.measure(self.flow)
        return measure if measure.exact else None

    @property
    def anonymous(self) -> bool:
        return bool(self.table["identity"] == "anonymous")

    @property
    def young(self) -> bool:
        return bool(self.table["audience"] == "under-18s")


def about(place: int, step: Table, key: str, what: str, do: str, level: str = "") -> Remark:
    """A remark about a key of a step, not about its words."""
    path: Path = ("steps", place, key) if key else ("steps", place)
    return Remark(path, f"steps.{step['id']}", what, do, level)


def _texts(table: Table) -> Iterator[Words]:
    for key in ("title", "welcome", "thanks"):
        yield from _languages(table.get(key), (key,), key, {})
    for key, text in table["charter"].items():
        yield from _languages(text, ("charter", key), f"charter.{key}", {})
    event = table.get("event", {})
    for key in event_words.TEXTS:
        yield from _languages(event.get(key), ("event", key), f"event.{key}", {})
    for place, kind in enumerate(event.get("kinds", ())):
        yield from _languages(kind["label"], ("event", "kinds", place, "label"), f"event.kinds.{kind['id']}.label", {})
    for place, step in enumerate(table["steps"]):
        yield from _of_step(step, ("steps", place), f"steps.{step['id']}")


def _of_step(step: Table, path: Path, at: str) -> Iterator[Words]:
    for key in STEP_TEXTS:
        yield from _languages(step.get(key), (*path, key), f"{at}.{key}", step)
    picture = step.get("picture")
    if isinstance(picture, dict):
        yield from _languages(picture.get("alt"), (*path, "picture", "alt"), f"{at}.picture.alt", step)
    for place, option in enumerate(step.get("options", ())):
        for key in ("label", "ask"):
            here: Path = (*path, "options", place, key)
            yield from _languages(option.get(key), here, f"{at}.options.{option['id']}.{key}", step)


def _languages(text: object, path: Path, at: str, step: Table) -> Iterator[Words]:
    if isinstance(text, dict):
        for language, words in text.items():
            yield Words((*path, language), at, language, words, step)
