"""Constraints as a workbook writes them, made into the bounds of a step; what is left over is told."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bot.xlsform.days import day_bound
from bot.xlsform.notes import NotCarried
from bot.xlsform.routing import FLIPPED
from bot.xlsform.xpath import SELF, Binary, Call, Expr, Value, parse
from conversations.checking.shapes import LARGEST
from conversations.questions import TODAY

Bounds = dict[str, Any]
"""`at_least`, `at_most`; `alone` holds the names of the options that cannot stand beside others."""


def bounded(words: str, kind: str, own: Bounds, *, whole: bool) -> tuple[Bounds, bool]:
    """The bounds in a constraint and those a question has of its `own`, and whether that is all the constraint says."""
    bounds = dict(own)
    try:
        parts = list(_conjuncts(parse(words)))
    except NotCarried:
        return bounds, False
    said = [READERS[kind](part, whole) if kind in READERS else None for part in parts]
    for found in said:
        alone = bounds.get("alone", ()) + (found or {}).get("alone", ())
        bounds.update({key: value for key, value in (found or {}).items() if not _weaker(key, value, bounds)})
        bounds |= {"alone": alone} if alone else {}
    return bounds, None not in said


def _conjuncts(expression: Expr) -> Iterator[Expr]:
    if isinstance(expression, Binary) and expression.sign == "and":
        for part in expression.parts:
            yield from _conjuncts(part)
    else:
        yield expression


def _weaker(key: str, value: Any, bounds: Mapping[str, Any]) -> bool:
    """Whether a bound says less than one already found."""
    if key not in bounds or type(value) is not type(bounds[key]):
        return False
    return bool(value < bounds[key] if key == "at_least" else value > bounds[key])


def _number(part: Expr, whole: bool) -> Bounds | None:  # noqa: FBT001
    sign, value = _side(part, SELF)
    try:
        bound = float(value.words) if isinstance(value, Value) else math.nan
    except ValueError:
        return None
    if not abs(bound) < LARGEST or (sign in {"<", ">"} and not whole):
        return None
    if whole:
        least = math.floor(bound) + 1 if sign == ">" else math.ceil(bound)
        most = math.ceil(bound) - 1 if sign == "<" else math.floor(bound)
        return _bounds(sign, least, most)
    plain: int | float = int(bound) if bound.is_integer() else bound
    return _bounds(sign, plain, plain)


def _date(part: Expr, whole: bool) -> Bounds | None:  # noqa: ARG001, FBT001
    sign, value = _side(part, SELF)
    match value:
        case Call("today" | "now", ()) if sign in {"<=", ">=", "="}:
            return _bounds(sign, TODAY, TODAY)
        case Value(words) | Call("date", (Value(words),)):
            day = day_bound(sign, words)
            return _bounds(sign, day, day) if day else None
    return None


def _count(part: Expr, whole: bool) -> Bounds | None:  # noqa: FBT001
    match part:
        case Call("not", (Binary("and", parts),)) if len(parts) == 2 and MORE_THAN_ONE in parts:  # noqa: PLR2004
            return next(({"alone": (name,)} for each in parts if (name := _selected(each))), None)
        case Binary("or", (one, other)) if _selected(other):
            return _count(one, whole)
    sign, value = _side(part, Call("count-selected", (SELF,)))
    counts = isinstance(value, Value) and value.words.isdecimal()
    return _number(Binary(sign, (SELF, value)), True) if counts else None


def _selected(part: Expr) -> str:
    match part:
        case Call("selected", (each, Value(name))) if each == SELF:
            return name
    return ""


def _side(part: Expr, subject: Expr) -> tuple[str, Expr]:
    """The sign and the value that `subject` is compared with; no sign when it is not."""
    if isinstance(part, Binary) and part.sign in FLIPPED:
        left, right = part.parts
        if left == subject:
            return part.sign, right
        if right == subject:
            return FLIPPED[part.sign], left
    return "", SELF


def _bounds(sign: str, least: Any, most: Any) -> Bounds | None:
    match sign:
        case "=":
            return {"at_least": least, "at_most": most}
        case ">" | ">=":
            return {"at_least": least}
        case "<" | "<=":
            return {"at_most": most}
    return None


MORE_THAN_ONE = Binary(">", (Call("count-selected", (SELF,)), Value("1")))

READERS: dict[str, Callable[[Expr, bool], Bounds | None]] = {
    "number": _number,
    "scale": _number,
    "date": _date,
    "choices": _count,
    "rank": _count,
}
"""Kind of question -> how one part of its constraint is read; None: it says something else."""
