"""The least and the most of a step: of what sort they must be for its kind, and that something lies between them."""

from __future__ import annotations

import datetime as dt
from math import ceil, floor
from typing import Any

from conversations.checking.places import Path
from conversations.checking.problems import Findings, quote
from conversations.checking.shapes import Table
from conversations.questions import KINDS, LEAST, MOST, TODAY

LONGEST_SCALE = 11
"""Values of a scale: 0 to 10 is the longest people are used to."""


def check(step: Table, path: Path, findings: Findings, latest: dt.date | None = None) -> None:
    """Note what is wrong with the bounds of a step whose kind is known; `latest` is the last day it may be asked."""
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
        _check_between(step, path, findings, latest)


_KEYS = ("at_least", "at_most")


def _check_between(step: Table, path: Path, findings: Findings, latest: dt.date | None) -> None:
    """Whether any answer lies between two bounds of kind number or date."""
    least, most = step["at_least"], step["at_most"]
    if most == TODAY and latest and least != TODAY and least > latest:
        what = f'no day lies from {least} to "today": people are asked until {latest}'
        findings.add((*path, "at_least"), what, "write an earlier at_least, or feedback_by later")
    elif step["kind"] == "number" and step.get("whole", True) and ceil(least) > floor(most) and least <= most:
        what = f"no whole number lies from {least} to {most}"
        findings.add((*path, "at_most"), what, "write whole = false, or move one of them")
    else:
        _check_order(least, most, path, findings)


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
