"""Names in a workbook and ids in an engagement: `q_1` is `q-1` here, and the other way round."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from conversations.checking.shapes import LONGEST_ID, RESERVED
from conversations.flow import OTHER

_OTHER = re.compile(r"[^a-z0-9-]")


@dataclass(slots=True)
class Ids:
    """The ids given so far in one place, by name; the same names in the same order always get the same ids."""

    prefix: str = "q"
    steps: bool = True  # some ids mean something else where they are a step's
    given: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.taken.update(RESERVED if self.steps else ())

    def give(self, name: str, *, other: bool = False) -> str:
        """An id like `name` that no other has; with `other`, one that leaves room for a step behind it."""
        longest = LONGEST_ID - len(OTHER) * other
        plain = _plain(name, self.prefix)[:longest]
        number, made = 1, plain
        while made in self.taken or (self.steps and made.endswith(OTHER)):
            number += 1
            tail = f"-{number}"
            made = plain[: longest - len(tail)] + tail
        self.taken.add(made)
        self.given[name] = made
        return made


def _plain(name: str, prefix: str) -> str:
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    made = _OTHER.sub("-", letters)
    return made if made[:1].isalpha() else f"{prefix}-{made.lstrip('-')}"


def name_of(made: str) -> str:
    """The name of an id in a workbook: statistics programs take no hyphens, and XForms keep `meta` for themselves."""
    return "Meta" if made == "meta" else made.replace("-", "_")
