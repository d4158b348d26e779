"""Puts `when` tables together the way a person would write them: few tables, lists where one question has several answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

When = dict[str, Any]
"""A `when` table as it is written in a file. Where one is expected, True or False says that it is certain."""

_JOINERS = {"all", "any", "not"}


def negated(part: When | bool) -> When | bool:  # noqa: FBT001 - a condition, not a switch
    """The opposite of a condition."""
    if isinstance(part, bool):
        return not part
    [(key, value), *more] = part.items()
    if key == "not" and not more:
        return dict(value)
    if isinstance(value, dict) and value.keys() == {"answered"} and not more:
        return {key: {"answered": not value["answered"]}}
    return {"not": part}


def both(parts: Sequence[When | bool]) -> When | bool:
    """The condition that all parts hold; in one table as far as their keys allow it."""
    if False in parts:
        return False
    merged: list[When] = []
    for part in _flat(parts, "all"):
        table = next((table for table in merged if part == table or _stand_together(table, part)), None)
        if table is None:
            merged.append(dict(part))
        elif part != table:
            table.update({key: {**table[key], **value} if key in table else value for key, value in part.items()})
    return _under("all", merged, otherwise=True)


def either(parts: Sequence[When | bool]) -> When | bool:
    """The condition that one part holds; several answers to one question in one list."""
    if True in parts:
        return True
    merged: list[When] = []
    for part in _flat(parts, "any"):
        joined = _listed(merged[-1], part) if merged else None
        if joined:
            merged[-1] = joined
        elif part not in merged:
            merged.append(part)
    return _under("any", merged, otherwise=False)


def _flat(parts: Sequence[When | bool], joiner: str) -> Iterator[When]:
    for part in parts:
        if isinstance(part, dict):
            yield from part[joiner] if part.keys() == {joiner} else [part]


def _under(joiner: str, merged: list[When], *, otherwise: bool) -> When | bool:
    if len(merged) > 1:
        return {joiner: merged}
    return merged[0] if merged else otherwise


def _stand_together(table: When, part: When) -> bool:
    """Whether no key of one is in the way of the other: `{ at_least = 3 }` and `{ at_most = 5 }` of one question are not."""
    shared = table.keys() & part.keys()
    if shared & _JOINERS:
        return False
    pairs = [(table[key], part[key]) for key in shared]
    return all(isinstance(one, dict) and isinstance(other, dict) and not one.keys() & other.keys() for one, other in pairs)


def _listed(one: When, other: When) -> When | None:
    """Two comparisons of one question with its options as one: `who = ["have", "care"]`."""
    if len(one) != 1 or one.keys() != other.keys() or one.keys() & _JOINERS:
        return None
    [(subject, left)], right = one.items(), next(iter(other.values()))
    if isinstance(left, dict) and isinstance(right, dict):
        how = next(iter(left))
        fits = left.keys() == right.keys() and left.keys() <= {"includes", "first"}
        return {subject: {how: _together(left[how], right[how])}} if fits else None
    if isinstance(left, dict) or isinstance(right, dict):
        return None
    return {subject: _together(left, right)}


def _together(one: str | list[str], other: str | list[str]) -> str | list[str]:
    values = list(dict.fromkeys(_values(one) + _values(other)))
    return values if len(values) > 1 else values[0]


def _values(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]
