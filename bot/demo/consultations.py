"""The two consultations the demo opens, and who answers them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass

from bot.demo.crowd import Crowd, Manner
from bot.demo.words import CLINIC
from conversations import library
from storage.followups.rules import Happening


@dataclass(frozen=True, slots=True)
class Consultation:
    """One consultation: its name on the page, the phones that are ready for it, and its crowd of so many people."""

    slug: str
    who: str
    phones: tuple[str, str]
    crowd: int
    age: str
    words: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What it is called where people see it."""
        return str(self._written["title"]["en"])

    def manner(self, code: str) -> Manner:
        """How its crowd behaves, when `code` is what they start with."""
        return Manner(code, self.age, str(self._written["thanks"]["en"]), self.words)

    @property
    def _written(self) -> dict[str, dict[str, str]]:
        return tomllib.loads(library.SHIPPED[f"{self.slug}.toml"])


@dataclass(frozen=True, slots=True)
class Scene:
    """What can be shown: what people take part in, its link's code, phones by whose they are, and a page beside them.

    A consultation has a crowd; what people come to has none, but a date. `pages` of the console are for whoever is staff.
    """

    slug: str
    title: str
    who: str
    advice: str
    code: str
    phones: tuple[tuple[str, int], ...]
    beside: str
    crowd: Crowd | None = None
    date: Happening | None = None
    pages: tuple[tuple[str, str], ...] = ()


CONSULTATIONS = (
    Consultation("long-covid-tell-us-once", "Adults, confidential", ("Aisha", "Ben"), 300, "18 or over", CLINIC),
    Consultation("what-should-we-fix-first", "16 and 17 year olds, anonymous", ("Megan", "Yusuf"), 120, "16 or 17"),
)
