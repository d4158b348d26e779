"""The least and the most of a step: of what sort they must be for its kind, and that something lies between them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from conversations.checking.places import Path
from conversations.checking.problems import Findings, quote
from conversations.checking.shapes import Table
from conversations.questions import KINDS, LEAST, MOST, TODAY

LONGEST_SCALE = 11
"""Values of a scale: 0 to 10 is the longest people are used to."""


def check(step: Table, path: Path, findings: Findings) -> None:
    """Note what is wrong with the bounds of a step whose kind is known."""
    kind = KINDS[step["kind"]]
    sort = SORTS.get(step["kind"], (_is_count, "a whole number") if kind.many else None)
    if sort is None:
        return
    fits, name = sort
    given = [key for key in _KEYS if key in step]
    wrong = [key for key in given if not fits(step[key])]
    for key in wrong:
        findings.add((*path, key), f"`{key}` of kind {quote(step['kind'])} is not {name}", f"write {name}")
    if wrong:
        return
    if kind.many:
        _check_counts(step, len(step.get("options", ())), path, findings)
    elif step["kind"] == "scale":
        _check_scale(step, path, findings)
    elif len(given) == len(_KEYS):
        _check_order(step["at_least"], step["at_most"], path, findings)


_KEYS = ("at_least", "at_most")


def _check_order(least: Any, most: Any, path: Path, findings: Findings) -> None:
    if TODAY not in {least, most} and least > most:
        findings.add((*path, "at_most"), f"at_most = {most} is less than at_least = {least}", "change one of them")


def _check_counts(step: Table, of: int, path: Path, findings: Findings) -> None:
    if not of:
        return
    least, most = step.get("at_least", 1), step.get("at_most", of)
    if least < 1:
        findings.add((*path, "at_least"), f"at_least = {least} asks for nothing", "write optional = true instead")
    elif least > of:
        findings.add((*path, "at_least"), f"at_least = {least} and there are {of} options", f"write {of} or less")
    elif most > of:
        findings.add((*path, "at_most"), f"at_most = {most} and there are {of} options", f"write {of} or less")
    else:
        _check_order(least, most, path, findings)


def _check_scale(step: Table, path: Path, findings: Findings) -> None:
    least, most = step.get("at_least", LEAST), step.get("at_most", MOST)
    at = (*path, "at_most" if "at_most" in step else "at_least")
    if most <= least:
        findings.add(at, f"a scale from {least} to {most} has no two values", "make at_most larger than at_least")
    elif most - least >= LONGEST_SCALE:
        what = f"a scale from {least} to {most} is too long to tap"
        findings.add(at, what, f"use at most {LONGEST_SCALE} values, like 0 to 10, or kind number")


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_amount(value: Any) -> bool:
    return isinstance(value, int | float)


def _is_day(value: Any) -> bool:
    return isinstance(value, dt.date) or value == TODAY


SORTS = {
    "scale": (_is_count, "a whole number"),
    "number": (_is_amount, "a number"),
    "date": (_is_day, 'a day like 2027-02-26, or "today"'),
}
"""Kind -> what its bounds must be, and how that is said; kinds of several options count them."""
