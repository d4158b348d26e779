"""Remarks an author has answered with a reason: they are silent, as long as the reason stands."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from conversations.checking.care.draft import Draft, Remark
from conversations.checking.problems import ADVICE, quote, suggest
from conversations.checking.shapes import Table

SHORTEST_REASON = 10
"""Letters."""


@dataclass(frozen=True, slots=True)
class Override:
    """One of the `[[overrides]]`, in its place; without `at` it holds for the whole file."""

    place: int
    rule: str
    at: str
    why: str

    def answers(self, rule: str, remark: Remark) -> bool:
        """Whether it is about this remark: at the same text or step, or at one within it."""
        wide = (self.at, f"steps.{self.at}")
        return self.rule == rule and (not self.at or any(f"{remark.at}.".startswith(f"{each}.") for each in wide))

    def remark(self, key: str, what: str, do: str, level: str = "") -> Remark:
        return Remark(("overrides", self.place, key), "", what, do, level)


def read(table: Table) -> list[Override]:
    """The overrides of an engagement."""
    written = enumerate(table.get("overrides", ()))
    return [Override(place, one["rule"], one.get("at", ""), one["why"]) for place, one in written]


def faults(override: Override, rules: Collection[str], draft: Draft) -> Iterator[Remark]:
    """Why an override does not hold."""
    if override.rule not in rules:
        todo = suggest(override.rule, rules, "see the list in docs/writing-engagements.md")
        yield override.remark("rule", f"there is no rule {quote(override.rule)}", todo)
    known = _known(draft)
    if override.at and override.at not in known:
        yield override.remark("at", f"{quote(override.at)} is nowhere in this file", suggest(override.at, known, "name a step"))
    if sum(letter.isalpha() for letter in override.why) < SHORTEST_REASON:
        yield override.remark("why", "an override needs a reason others can follow", "write who agreed to it, and why")


def needless(override: Override) -> Remark:
    """What is said of an override that answers nothing."""
    where = f" at {quote(override.at)}" if override.at else ""
    return override.remark("rule", f"there is nothing left to override{where}", "take this override out", ADVICE)


def _known(draft: Draft) -> set[str]:
    """Step ids, text paths, and what text paths begin with."""
    known = {step["id"] for step in draft.table["steps"]}
    for at in {each.at for each in draft.texts}:
        parts = at.split(".")
        known |= {".".join(parts[:length]) for length in range(1, len(parts) + 1)} - {"steps"}
    return known
