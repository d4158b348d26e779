"""Compares a text with those people have answered: what would make their answers mean something else, and what may."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from conversations import flow as flows
from conversations.checking import meaning
from conversations.checking.places import Path, locate
from conversations.checking.problems import ADVICE, ERROR, Findings, Problem, quote
from conversations.flow import Flow, Option, Step
from conversations.text import FALLBACK, Text, choose, fold

NEW_ID = "give it a new id, or put it back"
IF_OTHER = "if it means something else, give it a new id; if it means the same, nothing is to be done"
COUNTED = ("choice", "choices", "rank")
"""Kinds whose options are written by an author; those of others come with the kind."""


def compare(served: Sequence[Flow], source: str, file: str) -> list[Problem]:
    """What a checked text would do to answers given before, by line; `served` are the texts answered, the present one last.

    An error: figures would add up what does not belong together. Advice: they may, or something is worth knowing.
    """
    if not served:
        return []
    text = source.removeprefix("\ufeff").replace("\r\n", "\n")
    there = {table["id"]: place for place, table in enumerate(tomllib.loads(text)["steps"])}
    findings = Findings(file, locate(text))
    new, old = flows.read(source), _joined(served)
    _engagements(served[-1], new, findings)
    for step in new.steps:
        before = old.get(step.id)
        if before and before.asks and step.asks and not step.other_of:
            _Pair(before, step, ("steps", there[step.id]), findings).compare()
    _gone(served[-1], new, there, findings)
    return sorted(findings.found, key=lambda problem: problem.line)


def _joined(served: Sequence[Flow]) -> dict[str, Step]:
    """Every step there has been, as it was last, with every option it ever had: an id keeps its meaning for good."""
    known: dict[str, Step] = {}
    for step in (step for flow in served for step in flow.steps):
        before = known.get(step.id)
        options = {option.id: option for option in (*(before.options if before else ()), *step.options)}
        known[step.id] = replace(step, options=tuple(options.values()))
    return known


def _engagements(old: Flow, new: Flow, findings: Findings) -> None:
    copy = "put it back, or copy the file and give the copy a new id"
    if new.identity != old.identity:
        what = f"identity is now {quote(new.identity)}, and people were promised {quote(old.identity)}"
        findings.add(("identity",), what, copy)
    if new.kind != old.kind:
        findings.add(("kind",), f"kind is now {quote(new.kind)}, and people answered a {quote(old.kind)}", copy)
    if old.audience not in {new.audience, "everyone"}:  # to ask fewer people is always allowed
        what = f"audience is now {quote(new.audience)}, and only {quote(old.audience)} were asked so far"
        findings.add(("audience",), what, copy)


@dataclass(frozen=True, slots=True)
class _Pair:
    """A question as it was and as it is to be; `at` is where the new one stands."""

    old: Step
    new: Step
    at: Path
    findings: Findings

    def compare(self) -> None:
        """Note everything; when the kind has changed, nothing else matters."""
        if self.old.kind != self.new.kind:
            self._note("kind", f"is now of kind {quote(self.new.kind)} and was {quote(self.old.kind)}", NEW_ID)
            return
        if self.old.about != self.new.about:
            self._note("about", "goes elsewhere than the answers given so far (about)", NEW_ID)
        if self.old.quotes != self.new.quotes:
            self._note("quotes", "was asked for something else than leave to quote (quotes)", NEW_ID)
        if self.new.kind == "scale":
            self._compare_ends()
        self._compare_unit()
        self._compare_words()
        self._compare_whens()
        if self.new.kind in COUNTED:
            self._compare_others()
            self._compare_options()

    def _compare_ends(self) -> None:
        was, now = (f"{step.options[0].id} to {step.options[-1].id}" for step in (self.old, self.new))
        if was != now:
            self._note("at_most", f"counts from {now}, and was {was}", NEW_ID)
        if self.new.low and _same(self.old.low, self.new.high) and _same(self.old.high, self.new.low):
            self._note("low", "has its ends the other way round", NEW_ID)

    def _compare_unit(self) -> None:
        was, now = _words(self.old.unit, self.new.unit)
        sort = meaning.other_unit(was, now)
        if sort:
            level = ERROR if sort == meaning.SURELY else ADVICE
            self._note("unit", f"is counted in {quote(now)}, was {quote(was)}", NEW_ID if level == ERROR else IF_OTHER, level)

    def _compare_words(self) -> None:
        for key in ("ask", "low", "high"):
            was, now = _words(getattr(self.old, key), getattr(self.new, key))
            why = meaning.doubt(was, now)
            if why:
                self._note(key, f"may ask something else ({why}): {quote(was)} is now {quote(now)}", IF_OTHER, ADVICE)

        was, now = _words(self.old.says, self.new.says)
        if fold(was) != fold(now):
            level = ERROR if meaning.doubt(was, now) else ADVICE
            todo = NEW_ID if level == ERROR else IF_OTHER
            self._note("says", f"has people agree to other words: {quote(was)} is now {quote(now)}", todo, level)

    def _compare_whens(self) -> None:
        """Whether others are asked than before: figures of both would stand side by side."""
        if self.old.when != self.new.when:
            self._note("when", "is asked of other people than before (when)", IF_OTHER, ADVICE)

    def _compare_others(self) -> None:
        """Whether what people put into words belongs to another option than before."""
        was, now = ({option.id for option in step.options if option.other} for step in (self.old, self.new))
        if was and now and was != now:
            self._note("options", "has its own words (other) with another option than before", NEW_ID)

    def _compare_options(self) -> None:
        known = {option.id: option for option in self.old.options}
        for place, option in enumerate(self.new.options):
            before = known.get(option.id)
            if before is None:
                continue
            was, now = _words(before.label, option.label)
            name = f"the option {quote(option.id)} of {quote(self.new.id)}"
            at = (*self.at, "options", place, "label")
            if self._has_moved(option, known):
                what = f"{name} now has the words of another option: it was {quote(was)} and is {quote(now)}"
                self.findings.add(at, what, "let each option keep its id, wherever it stands")
            elif why := meaning.doubt(was, now):
                what = f"{name} may mean something else ({why}): {quote(was)} is now {quote(now)}"
                self.findings.add(at, what, IF_OTHER, ADVICE)

    def _has_moved(self, option: Option, known: Mapping[str, Option]) -> bool:
        """Whether the words of an option were those of another."""
        same = {name for name, other in known.items() if _same(other.label, option.label)}
        return bool(same) and option.id not in same

    def _note(self, key: str, what: str, do: str, level: str = ERROR) -> None:
        self.findings.add((*self.at, key), f"{quote(self.new.id)} {what}", do, level)


def _gone(old: Flow, new: Flow, there: Mapping[str, int], findings: Findings) -> None:
    """Say what is not asked any more. Nothing is wrong with that."""
    stays = "what was answered stays in the results"
    for step in old.steps:
        now = new.find(step.id)
        if step.asks and now is None and not step.other_of:
            findings.add(("steps",), f"{quote(step.id)} is not asked any more", stays, ADVICE)
        elif now and now.kind == step.kind and now.kind in COUNTED:
            for gone in _missing(step, now):
                what = f"{quote(gone)} cannot be picked in {quote(step.id)} any more"
                findings.add(("steps", there[step.id], "options"), what, stays, ADVICE)


def _missing(old: Step, new: Step) -> Iterator[str]:
    kept = {option.id for option in new.options}
    return (option.id for option in old.options if option.id not in kept)


def _words(old: Text, new: Text) -> tuple[str, str]:
    """Both texts in one language: the one every engagement falls back to, or one they share."""
    shared = [tag for tag in (FALLBACK, *old) if tag in old and tag in new]
    return (old[shared[0]], new[shared[0]]) if shared else (choose(old, FALLBACK), choose(new, FALLBACK))


def _same(old: Text, new: Text) -> bool:
    was, now = _words(old, new)
    return fold(was) == fold(now)
