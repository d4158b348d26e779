"""Says what is wrong with an engagement file, where, and what to do about it; a file without problems can be run."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from typing import Any

from conversations import flow
from conversations.checking import approvals, proofs, shapes, wiring, wording
from conversations.checking.care import rules
from conversations.checking.places import Places, locate
from conversations.checking.problems import Findings, Problem, quote

_AT_LINE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


def check(source: str, file: str) -> list[Problem]:
    """What makes one engagement file unusable, by line. `file` is only its name. Never raises, whatever the text."""
    return _inspected(source, file, care=False)


def review(source: str, file: str) -> list[Problem]:
    """All that can be said of one engagement file, by line: what makes it unusable or, if nothing does, what care finds."""
    return _inspected(source, file, care=True)


def check_all(sources: Mapping[str, str]) -> list[Problem]:
    """What makes several files unusable, and ids that two of them share; `sources` is file name -> text."""
    return _all(sources, check)


def review_all(sources: Mapping[str, str]) -> list[Problem]:
    """All that can be said of several files, and ids that two of them share."""
    return _all(sources, review)


def _all(sources: Mapping[str, str], look: Callable[[str, str], list[Problem]]) -> list[Problem]:
    problems = []
    owners: dict[str, str] = {}
    for file, source in sources.items():
        problems += look(source, file)
        name = _engagement_id(source)
        if name and owners.setdefault(name, file) != file:
            twice = Findings(file, locate(source.removeprefix("\ufeff")))
            twice.add(("id",), f"{quote(name)} is already the id of {owners[name]}", "give each engagement its own id")
            problems += twice.found
    return problems


def _inspected(source: str, file: str, *, care: bool) -> list[Problem]:
    findings = Findings(file)
    text = source.removeprefix("\ufeff").replace("\r\n", "\n")
    try:
        table = _parse(text, findings)
        if table is not None:
            _check_table(table, text, findings, care=care)
    except RecursionError:
        findings.add((), "tables stand too deep inside one another", "write it flatter")
    return sorted(findings.found, key=lambda problem: problem.line)


def _check_table(table: Mapping[str, Any], text: str, findings: Findings, *, care: bool) -> None:
    findings.places = locate(text)
    engagement = shapes.read(table, findings)
    wording.check(engagement, findings)
    wiring.check(engagement, findings)
    if findings.found:
        return
    built = flow.build(engagement, edition="")
    proofs.check(built, findings)
    if care and not findings.found:
        rules.check(engagement, built, findings)
        approvals.check(engagement, findings)


def _parse(text: str, findings: Findings) -> dict[str, Any] | None:
    """The table in a TOML text; None, noted, when it is none."""
    try:
        text.encode()
        return tomllib.loads(text)
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        what, todo = "this is not written in UTF-8", "save the file as UTF-8"
    except ValueError as error:  # TOMLDecodeError is one; so is a number of thousands of digits
        said = str(error)
        found = _AT_LINE.search(said)
        last = text.rstrip("\n").count("\n") + 1
        line = int(found[1]) if found and found[1] else last if found else 1
        what, todo = f"this is not TOML: {_AT_LINE.sub('', said).lower()}", "mend it here or just above"
    findings.places = Places({(): line})
    findings.add((), what, todo)
    return None


def _engagement_id(source: str) -> str | None:
    try:
        name = tomllib.loads(source.removeprefix("\ufeff")).get("id")
    except (ValueError, RecursionError):
        return None
    return name if isinstance(name, str) else None
