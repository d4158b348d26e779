"""Says what is wrong with an engagement file, where, and what to do about it; a file without problems can be run."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Callable, Container, Mapping
from functools import partial
from typing import Any

from conversations import flow
from conversations.checking import approvals, deadline, events, proofs, shapes, slips, wiring, wording
from conversations.checking.places import Places, locate
from conversations.checking.problems import Findings, Problem, quote


def check(source: str, file: str) -> list[Problem]:
    """What makes one engagement file unusable, by line. `file` is only its name. Never raises, whatever the text."""
    return _inspected(source, file)


def review(source: str, file: str, today: dt.date | None = None) -> list[Problem]:
    """All that can be said of one engagement file, by line: what makes it unusable or, if nothing does, what care finds.

    What depends on the day is said where `today` is given.
    """
    return _inspected(source, file, partial(_review, today=today))


def check_all(sources: Mapping[str, str]) -> list[Problem]:
    """What makes several files unusable, and ids that two of them share; `sources` is file name -> text."""
    return _all(sources, check)


def review_all(sources: Mapping[str, str], today: dt.date | None = None, lasting: Container[str] = ()) -> list[Problem]:
    """All that can be said of several files, and ids that two of them share; the days in `lasting` files are examples."""
    return _all(sources, lambda source, file: review(source, file, None if file in lasting else today))


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


Further = Callable[[shapes.Table, flow.Flow, Findings], None]
"""What is looked at in a file that can be used."""


def _inspected(source: str, file: str, further: Further | None = None) -> list[Problem]:
    findings = Findings(file)
    text = source.removeprefix("\ufeff").replace("\r\n", "\n")
    try:
        table = _parse(text, findings)
        if table is not None:
            _check_table(table, text, findings, further)
    except RecursionError:
        findings.add((), "tables stand too deep inside one another", "write it flatter")
    return sorted(findings.found, key=lambda problem: problem.line)


def _check_table(table: Mapping[str, Any], text: str, findings: Findings, further: Further | None) -> None:
    findings.places = locate(text)
    engagement = shapes.read(table, findings)
    wording.check(engagement, findings)
    wiring.check(engagement, findings)
    events.check(engagement, findings)
    if findings.found:
        return
    built = flow.build(engagement, edition="")
    proofs.check(built, findings)
    if further and not findings.found:
        further(engagement, built, findings)


def _review(engagement: shapes.Table, built: flow.Flow, findings: Findings, today: dt.date | None) -> None:
    from conversations.checking.care import rules  # noqa: PLC0415 - a bot that only runs needs none of its lists

    rules.check(engagement, built, findings)
    approvals.check(engagement, findings)
    if today:
        deadline.check(engagement, today, findings)


def _parse(text: str, findings: Findings) -> dict[str, Any] | None:
    """The table in a TOML text; None, noted, when it is none."""
    try:
        text.encode()
        return tomllib.loads(text)
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        what, todo = "this is not written in UTF-8", "save the file as UTF-8"
    except ValueError as error:  # TOMLDecodeError is one; so is a number of thousands of digits
        slip = slips.explain(text, str(error))
        line, what, todo = slip.line, slip.what, slip.do
    findings.places = Places({(): line})
    findings.add((), what, todo)
    return None


def _engagement_id(source: str) -> str | None:
    try:
        name = tomllib.loads(source.removeprefix("\ufeff")).get("id")
    except (ValueError, RecursionError):
        return None
    return name if isinstance(name, str) else None
