"""How the steps of an engagement hang together: what each kind takes, and what each `when` names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conversations.conditions import COMPARISONS, PERSON, PERSON_FACTS
from conversations.places import Path
from conversations.problems import Findings, quote, suggest
from conversations.questions import KINDS, Kind
from conversations.screens import AGE_BANDS
from conversations.shapes import Table

MOST_OPTIONS = 90
"""Telegram shows at most 100 buttons under a message, and some are ours."""


def check(engagement: Table, findings: Findings) -> None:
    """Note what does not fit in the steps of an engagement whose shape has been read."""
    steps: Sequence[Table] = engagement["steps"]
    named = engagement.get("identity") == "named"
    for position, step in enumerate(steps):
        path: Path = ("steps", position)
        if step.get("kind") in KINDS:
            _check_kind(step, KINDS[step["kind"]], path, findings)
        if "when" in step:
            _When(steps, position, findings, named).check(step["when"], (*path, "when"))
        for place, option in enumerate(step.get("options", ())):
            if "when" in option:
                _When(steps, position, findings, named).check(option["when"], (*path, "options", place, "when"))
    kinds = [step.get("kind") for step in steps]
    if kinds and all(kind == "say" for kind in kinds):
        findings.add(("steps",), "nothing is asked", "add a step of another kind than say")


def _check_kind(step: Table, kind: Kind, path: Path, findings: Findings) -> None:
    taken = {"options": kind.picks and not kind.options, "at_least": kind.many, "at_most": kind.many}
    taken |= {"optional": kind.asks, "about": kind.asks}
    for key in taken.keys() & step.keys():
        if not taken[key]:
            findings.add((*path, key), f"a step of kind {quote(step['kind'])} takes no `{key}`", "take it out")
    if not taken["options"]:
        return
    options = step.get("options", ())
    if "options" not in step:
        findings.add(path, f"a step of kind {quote(step['kind'])} needs options", 'write options = [{ id = "a", … }, …]')
    elif len(options) < 2:  # noqa: PLR2004 - a choice is between two things
        findings.add((*path, "options"), "there is only one option", "give at least two")
    elif len(options) > MOST_OPTIONS:
        findings.add((*path, "options", MOST_OPTIONS), f"there are {len(options)} options", f"give at most {MOST_OPTIONS}")
    for place, option in enumerate(options):
        if "alone" in option and not kind.many:
            at = (*path, "options", place, "alone")
            findings.add(at, "only an option of kind choices can stand alone", "take `alone` out")
    if kind.many and options:
        _check_bounds(step, len(options), path, findings)


def _check_bounds(step: Table, of: int, path: Path, findings: Findings) -> None:
    least, most = step.get("at_least", 1), step.get("at_most", of)
    if least < 1:
        findings.add((*path, "at_least"), f"at_least = {least} asks for nothing", "write optional = true instead")
    elif least > of:
        findings.add((*path, "at_least"), f"at_least = {least} and there are {of} options", f"write {of} or less")
    elif least > most:
        findings.add((*path, "at_most"), f"at_most = {most} is less than at_least = {least}", "change one of them")
    elif most > of:
        findings.add((*path, "at_most"), f"at_most = {most} and there are {of} options", f"write {of} or less")


@dataclass(frozen=True, slots=True)
class _When:
    """The `when` of the step in `position`, or of one of its options, read against the steps before it."""

    steps: Sequence[Table]
    position: int
    findings: Findings
    named: bool  # answers carry the person's own record anyway

    def check(self, when: Mapping[str, Any], path: Path) -> None:
        if not when:
            self.findings.add(path, "this `when` says nothing", "take it out")
        for key, value in when.items():
            at = (*path, key)
            if key in {"all", "any"}:
                self._check_parts(value, key, at)
            elif key == "not":
                self._check_not(value, at)
            elif key == "person" and isinstance(value, dict):
                for name, wanted in value.items():
                    self._compare(PERSON + name, wanted, (*at, name))
            else:
                self._compare(key, value, at)

    def _check_parts(self, value: Any, key: str, path: Path) -> None:
        if not isinstance(value, list) or not value or not all(isinstance(part, dict) for part in value):
            self.findings.add(path, f"`{key}` takes a list of tables", f"write {key} = [{{ … }}, {{ … }}]")
            return
        for place, part in enumerate(value):
            self.check(part, (*path, place))

    def _check_not(self, value: Any, path: Path) -> None:
        if isinstance(value, dict):
            self.check(value, path)
        else:
            self.findings.add(path, "`not` takes a table", "write not = { … }")

    def _compare(self, subject: str, value: Any, path: Path) -> None:
        known = self._known(subject, path)
        if known is None:
            return
        if not isinstance(value, dict):
            self._check_comparison(subject, known, "is", value, path)
            return
        if not value:
            self.findings.add(path, f"{quote(subject)} is compared with nothing", f"use one of {', '.join(COMPARISONS)}")
        for how, wanted in value.items():
            self._check_comparison(subject, known, how, wanted, (*path, how))

    def _known(self, subject: str, path: Path) -> Table | None:
        """The step, or fact about the person, that `subject` names; None, noted, when there is none to compare."""
        if subject.startswith(PERSON):
            name = subject.removeprefix(PERSON)
            if name in PERSON_FACTS:
                return {"fact": name}
            todo = suggest(name, PERSON_FACTS, "take it out")
            self.findings.add(path, f"{quote(subject)} is not known about people", todo)
            return None
        places = [place for place, step in enumerate(self.steps) if step.get("id") == subject]
        earlier = [step["id"] for step in self.steps[: self.position] if "id" in step and step.get("kind") != "say"]
        if not places:
            todo = suggest(subject, earlier, "name an earlier question")
            self.findings.add(path, f"no step is called {quote(subject)}", todo)
        elif places[0] >= self.position:
            which = "this step itself" if places[0] == self.position else "a later step"
            self.findings.add(path, f"{quote(subject)} is {which}", "name an earlier question")
        elif self.steps[places[0]].get("kind") == "say":
            self.findings.add(path, f"{quote(subject)} asks nothing", "name an earlier question")
        elif "kind" in self.steps[places[0]]:
            self._check_apart(self.steps[places[0]], path)
            return self.steps[places[0]]
        return None

    def _check_apart(self, subject: Table, path: Path) -> None:
        """What is kept with the person must not tell what was answered, nor an answer who gave it."""
        mine, theirs = (step.get("about") == "me" for step in (self.steps[self.position], subject))
        if mine != theirs and not self.named:
            what = f"{quote(subject['id'])} and this step are kept apart, and this `when` would join them"
            self.findings.add(path, what, 'take it out, or make both about = "me", or neither')

    def _check_comparison(self, subject: str, known: Table, how: str, wanted: Any, path: Path) -> None:
        fitting = _fitting(known)
        if how not in COMPARISONS:
            todo = suggest(how, fitting, f"use one of {', '.join(fitting)}")
            self.findings.add(path, f"{quote(how)} compares nothing", todo)
        elif how not in fitting:
            what = f"`{how}` does not fit {quote(subject)}"
            self.findings.add(path, what, f"use {' or '.join(fitting)}")
        elif how == "answered":
            if not isinstance(wanted, bool):
                self.findings.add(path, "`answered` is true or false", "write answered = true")
        else:
            self._check_values(subject, known, wanted, path)

    def _check_values(self, subject: str, known: Table, wanted: Any, path: Path) -> None:
        values = wanted if isinstance(wanted, list) else [wanted]
        if not values:
            self.findings.add(path, f"{quote(subject)} is compared with an empty list", "name at least one")
        allowed = _values(known)
        for value in values:
            if isinstance(value, str) and (allowed is None or value in allowed):
                continue
            meant = {True: "yes", False: "no"}[value] if isinstance(value, bool) else value
            todo = suggest(meant if isinstance(meant, str) else "", allowed or (), "write one of its options in quotes")
            self.findings.add(path, f"{quote(subject)} is never {quote(value)}", todo)


def _fitting(known: Table) -> tuple[str, ...]:
    """The comparisons that can be made with a step or a fact."""
    if "fact" in known or KINDS[known["kind"]].picks:
        return ("is", "includes", "includes_all", "answered")
    return ("answered",)


def _values(known: Table) -> Sequence[str] | None:
    """What a step or fact can be; None when that is open."""
    if "fact" in known:
        return AGE_BANDS if known["fact"] == "age_band" else None
    options = known.get("options", KINDS[known["kind"]].options)
    return tuple(option["id"] for option in options if "id" in option)
