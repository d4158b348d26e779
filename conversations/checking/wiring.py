"""How the steps of an engagement hang together: what each kind takes, and what each `when` names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conversations.checking import bounds
from conversations.checking.places import Path
from conversations.checking.problems import Findings, quote, suggest
from conversations.checking.shapes import STEP, Table, asks, is_day, is_number
from conversations.conditions import COMPARISONS, PERSON, PERSON_FACTS
from conversations.flow import SECTION
from conversations.questions import KINDS, LEAST, MOST, Kind
from conversations.reading import postcodes
from conversations.records import CHOICES, PURPOSES, RECORDS
from conversations.screens import AGE_BANDS

MOST_OPTIONS = 500
"""More than anyone looks through, even with the pages they come in."""

EVERY = ("id", "kind", "ask", "when", "picture")
ASKING = ("optional", "about", "record", "hint", "sensitive", "instrument")
"""The keys of every step, and of every step that asks."""

LIKE = {
    "number": "write a number without quotes",
    "date": "write a day like 2027-02-26, without quotes",
    "place": 'write the first part of a postcode, like "ME14"',
}
"""How a value is written that an answer of this kind is compared with."""


def check(engagement: Table, findings: Findings) -> None:
    """Note what does not fit in the steps of an engagement whose shape has been read."""
    steps: Sequence[Table] = engagement["steps"]
    named = engagement.get("identity") == "named"
    latest = engagement.get("charter", {}).get("feedback_by")
    for position, step in enumerate(steps):
        path: Path = ("steps", position)
        if step.get("kind") in KINDS:
            _check_kind(step, KINDS[step["kind"]], path, findings)
            bounds.check(step, path, findings, latest)
        if "when" in step:
            _When(steps, position, findings, named).check(step["when"], (*path, "when"))
        for place, option in enumerate(step.get("options", ())):
            if "when" in option:
                _When(steps, position, findings, named).check(option["when"], (*path, "options", place, "when"))
        last = position + 1 == len(steps) or steps[position + 1].get("kind") == SECTION
        if last and "ask" in step and step.get("kind") == SECTION:
            findings.add(path, "no step stands in this section", "put steps behind it, or take it out")
    if steps and not any(asks(step) for step in steps):
        findings.add(("steps",), "nothing is asked", "add a step of another kind than say")


def _check_kind(step: Table, kind: Kind, path: Path, findings: Findings) -> None:
    taken = {*EVERY, *kind.takes, *kind.needs, *(ASKING if kind.asks else ())}
    for key in step:
        if key not in taken:
            findings.add((*path, key), f"a step of kind {quote(step['kind'])} takes no `{key}`", "take it out")
    if "ask" not in step and step["kind"] != SECTION and (*path, "ask") not in findings.mistaken:
        findings.add(path, "the step has no `ask`", f"write {STEP['ask'].write}")
    for key in kind.needs:
        if key not in step and (*path, key) not in findings.mistaken:
            findings.add(path, f"a step of kind {quote(step['kind'])} needs `{key}`", f"write {STEP[key].write}")
    if step.get("quotes") and step.get("about") == "me":
        what = "whether someone may be quoted is asked beside what they write, and this is kept apart from it"
        findings.add((*path, "quotes"), what, 'take out about = "me"')
    if "options" in kind.needs:
        _check_options(step, kind, path, findings)
    if "record" in step and kind.asks:
        _check_record(step, (*path, "record"), findings)


def _check_record(step: Table, path: Path, findings: Findings) -> None:
    """Only what people know to be about themselves may set their record."""
    record = step["record"]
    if step["kind"] not in RECORDS[record]:
        what = f"a step of kind {quote(step['kind'])} cannot set {quote(record)}"
        findings.add(path, what, f"ask it as {' or '.join(RECORDS[record])}, or take it out")
    if step.get("about") != "me":
        findings.add(path, "what goes to the person's record has to say so", 'write about = "me", or take `record` out')
    for place, option in enumerate(step.get("options", ()) if record == CHOICES else ()):
        if option.get("id") not in PURPOSES and not option.get("alone"):
            what = f"{quote(option.get('id'))} is nothing people can hear about"
            todo = suggest(str(option.get("id")), PURPOSES, f"use one of {', '.join(PURPOSES)}, or write alone = true")
            findings.add((*path[:-1], "options", place, "id"), what, todo)


def _check_options(step: Table, kind: Kind, path: Path, findings: Findings) -> None:
    options = step.get("options", ())
    if len(options) == 1:
        findings.add((*path, "options"), "there is only one option", "give at least two")
    elif len(options) > MOST_OPTIONS:
        findings.add((*path, "options", MOST_OPTIONS), f"there are {len(options)} options", f"give at most {MOST_OPTIONS}")
    for place, option in enumerate(options):
        at = (*path, "options", place)
        if "alone" in option and (not kind.many or kind.ordered):
            findings.add((*at, "alone"), "only an option of kind choices can stand alone", "take `alone` out")
        if "ask" in option and not option.get("other"):
            findings.add((*at, "ask"), "this is asked only of an option with `other`", "write other = true, or take it out")
        if option.get("other") and kind.ordered:
            findings.add((*at, "other"), "a ranking has no place for other words", "ask for them in a step of kind text")
    if sum(bool(option.get("other")) for option in options) > 1:
        findings.add((*path, "options"), "two options have `other`", "keep it for one of them")


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
        earlier = [step["id"] for step in self.steps[: self.position] if "id" in step and asks(step)]
        if not places:
            todo = suggest(subject, earlier, "name an earlier question")
            self.findings.add(path, f"no step is called {quote(subject)}", todo)
        elif places[0] >= self.position:
            which = "this step itself" if places[0] == self.position else "a later step"
            self.findings.add(path, f"{quote(subject)} is {which}", "name an earlier question")
        elif not asks(self.steps[places[0]]):
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
            self._check_values(subject, known, how, wanted, path)

    def _check_values(self, subject: str, known: Table, how: str, wanted: Any, path: Path) -> None:
        values = wanted if isinstance(wanted, list) else [wanted]
        if not values:
            self.findings.add(path, f"{quote(subject)} is compared with an empty list", "name at least one")
        if how in {"at_least", "at_most"} and len(values) > 1:
            self.findings.add(path, f"`{how}` takes one number or day", "write one")
        allowed = _values(known)
        for value in values:
            if value in allowed if allowed and isinstance(value, str) else _fits(known, value):
                continue
            meant = {True: "yes", False: "no"}[value] if isinstance(value, bool) else value
            todo = suggest(meant if isinstance(meant, str) else "", allowed or (), _like(known))
            self.findings.add(path, f"{quote(subject)} is never {quote(value)}", todo)


def _fitting(known: Table) -> tuple[str, ...]:
    """The comparisons that can be made with a step or a fact."""
    return ("is", "includes", "includes_all", "answered") if "fact" in known else KINDS[known["kind"]].compares


def _values(known: Table) -> Sequence[str] | None:
    """What a step or fact can be; None when that is open."""
    if "fact" in known:
        return AGE_BANDS if known["fact"] == "age_band" else None
    kind = KINDS[known["kind"]]
    if not kind.picks or known["kind"] == "scale":
        return None
    return tuple(option["id"] for option in kind.options(known) if "id" in option)


def _like(known: Table) -> str:
    """How a value is written that this step or fact could be."""
    if known.get("kind") == "scale":
        return f"write a number from {known.get('at_least', LEAST)} to {known.get('at_most', MOST)}, without quotes"
    return LIKE.get(known.get("kind", ""), "write one of its options in quotes")


def _fits(known: Table, value: Any) -> bool:
    """Whether a step or fact with no list of words to it could ever be compared with `value`."""
    match known.get("kind"):
        case "number":
            return isinstance(value, float) or is_number(value)
        case "scale":
            least, most = known.get("at_least", LEAST), known.get("at_most", MOST)
            return is_number(value) and is_number(least) and is_number(most) and least <= value <= most
        case "date":
            return is_day(value)
        case "place":
            return isinstance(value, str) and postcodes.read(value) == value
    return "fact" in known and isinstance(value, str) and _values(known) is None
