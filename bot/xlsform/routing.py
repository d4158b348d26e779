"""Conditions as a workbook writes them, in XPath, made into `when` tables that ask exactly the same people."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.xlsform.days import day_bound
from bot.xlsform.joining import When, both, either, negated
from bot.xlsform.notes import NotCarried
from bot.xlsform.xpath import Binary, Call, Column, Expr, Ref, Value, parse
from conversations.checking.problems import quote
from conversations.checking.shapes import LARGEST

FLIPPED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
ACKNOWLEDGED = "OK"

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Subject:
    """An earlier question: its id and kind here, the options by their names in the workbook.

    One with a `formula` is not asked but worked out from those before it; conditions on it become conditions on them.
    """

    id: str
    kind: str
    options: Mapping[str, str] = field(default_factory=dict)
    whole: bool = True
    formula: Expr | None = None


def routed(words: str, known: Mapping[str, Subject], cells: Mapping[str, str] | None = None) -> When | bool:
    """The `when` that XPath `words` mean, or True or False when that is certain; `cells` are those of one choice.

    Raises NotCarried.
    """
    return _Routing(known, cells or {}).convert(parse(words))


@dataclass(frozen=True, slots=True)
class _Routing:
    known: Mapping[str, Subject]
    cells: Mapping[str, str]

    def convert(self, expression: Expr) -> When | bool:
        match expression:
            case Binary("and", parts):
                return both([self.convert(part) for part in parts])
            case Binary("or", parts):
                return either([self.convert(part) for part in parts])
            case Binary(sign, (left, right)):
                return self._compare(left, sign, right)
            case Call("not", (part,)):
                return negated(self.convert(part))
            case Call("true" | "false" as name, ()):
                return name == "true"
            case Call("boolean", (Ref(name),)):
                return self._answered(self._subject(name))
            case Call("selected", (Ref(name), value)):
                return self._picked(self._subject(name), self._constant(value))
        raise NotCarried(f"{_spoken(expression)} has no counterpart here")

    def _compare(self, left: Expr, sign: str, right: Expr) -> When | bool:
        left, right = _bare(left), _bare(right)
        if isinstance(left, Value | Column) and not isinstance(right, Value | Column):
            left, sign, right = right, FLIPPED[sign], left
        match left:
            case Ref() | Call("if" | "coalesce", _):
                return self._worked_out(left, sign, self._constant(right))
            case Call("count-selected" | "string-length", (Ref(name),)) if _means_any(sign, right):
                return self._answered(self._subject(name))
            case Call("count-selected" | "string-length", (Ref(name),)) if _means_none(sign, right):
                return negated(self._answered(self._subject(name)))
            case Call("selected-at", (Ref(name), Value("0"))) if sign in {"=", "!="}:
                first = self._first(self._subject(name), self._constant(right))
                return first if sign == "=" else negated(first)
            case Value() | Column():
                return _plainly(self._constant(left), sign, self._constant(right))
        raise NotCarried(f"{_spoken(left)} has no counterpart here")

    def _worked_out(self, formula: Expr, sign: str, value: str) -> When | bool:
        """An answer, or what is worked out from answers, compared with a value."""
        match formula:
            case Call("if", (condition, yes, no)):
                met = self.convert(condition)
                if_met, otherwise = (self._worked_out(part, sign, value) for part in (yes, no))
                return either([both([met, if_met]), both([negated(met), otherwise])])
            case Call("coalesce", (Ref(name) as first, other)):
                there = self._answered(self._subject(name))
                if_there, otherwise = (self._worked_out(part, sign, value) for part in (first, other))
                return either([both([there, if_there]), both([negated(there), otherwise])])
            case Ref(name):
                behind = self.known[name].formula if name in self.known else None
                return self._worked_out(behind, sign, value) if behind else self._answer(self._subject(name), sign, value)
            case Value(words):
                return _plainly(words, sign, value)
        raise NotCarried(f"{_spoken(formula)} is more than if() and coalesce() can say")

    def _subject(self, name: str) -> Subject:
        if name not in self.known or self.known[name].formula:
            raise NotCarried(f"the question {quote(name)} comes later or is not carried")
        return self.known[name]

    def _constant(self, expression: Expr) -> str:
        match expression:
            case Value(words):
                return words
            case Column(name) if self.cells:
                return self.cells.get(name, "")
            case Call("date", (Value(words),)):
                return words
        raise NotCarried(f"{_spoken(expression)} is not a plain value")

    def _answer(self, subject: Subject, sign: str, value: str) -> When | bool:
        if sign == "!=":
            return negated(self._answer(subject, "=", value))
        if sign == "=" and value == "":
            return negated(self._answered(subject))
        return MEASURES.get(subject.kind, _never)(subject, sign, value)

    def _answered(self, subject: Subject) -> When | bool:
        if subject.kind == "say":
            return False
        if subject.kind == "consent" and not subject.options:  # an acknowledgement is empty until it is given
            return {subject.id: "yes"}
        return {subject.id: {"answered": True}}

    def _picked(self, subject: Subject, value: str) -> When | bool:
        if subject.kind in {"choices", "rank"}:
            return {subject.id: {"includes": _option(subject, value)}}
        return self._answer(subject, "=", value)

    def _first(self, subject: Subject, value: str) -> When:
        if subject.kind != "rank":
            raise NotCarried("selected-at() is carried for rankings only")
        return {subject.id: {"first": _option(subject, value)}}


def _plainly(one: str, sign: str, other: str) -> bool:
    """Two values compared as XPath does: as numbers where both are."""
    numbers = bool(_NUMBER.fullmatch(one) and _NUMBER.fullmatch(other))
    if sign in SIGNS:
        return numbers and SIGNS[sign](float(one), float(other))
    same = float(one) == float(other) if numbers else one == other
    return same == (sign == "=")


def _option(subject: Subject, value: str) -> str:
    if value not in subject.options:
        raise NotCarried(f"{quote(value)} is not among the answers to {quote(subject.id)}")
    return subject.options[value]


def _chosen(subject: Subject, sign: str, value: str) -> When | bool:
    """One option, or those whose names are numbers on one side of another: `${school} >= 3`."""
    if sign == "=":
        return {subject.id: _option(subject, value)}
    bound = _number(value)
    fits = [made for name, made in subject.options.items() if _NUMBER.fullmatch(name) and SIGNS[sign](float(name), bound)]
    return {subject.id: fits if len(fits) > 1 else fits[0]} if fits else False


def _ticked(subject: Subject, sign: str, value: str) -> When | bool:
    """The option alone: XPath compares all that was ticked, as one text."""
    if sign != "=":
        raise NotCarried("several answers have no size")
    names = value.split()
    wanted = [_option(subject, name) for name in names]
    others = [made for made in subject.options.values() if made not in wanted]
    ticked = {subject.id: {"includes_all": wanted} if len(wanted) > 1 else {"includes": wanted[0]}}
    return both([ticked, {"not": {subject.id: {"includes": others}}}]) if others else ticked


def _consented(subject: Subject, sign: str, value: str) -> When | bool:
    if subject.options:
        return _chosen(subject, sign, value)
    if sign != "=" or value != ACKNOWLEDGED:
        raise NotCarried(f"an acknowledgement is {quote(ACKNOWLEDGED)} or nothing")
    return {subject.id: "yes"}


def _measured(subject: Subject, sign: str, value: str) -> When | bool:
    number = _number(value)
    if not abs(number) < LARGEST:
        raise NotCarried(f"{quote(value)} is too large a number")
    if subject.whole:
        least, most = math.ceil(number), math.floor(number)
        most -= sign == "<" and most == number
        least += sign == ">" and least == number
        return {subject.id: _bounds(sign, least, most)} if least <= most or sign != "=" else False
    plain: int | float = int(number) if number.is_integer() else number
    return _strict(subject, sign, _bounds(sign, plain, plain))


def _dated(subject: Subject, sign: str, value: str) -> When | bool:
    bound = day_bound(sign, value)
    if bound is None:
        raise NotCarried(f"{quote(value)} is not a date")
    return {subject.id: _bounds(sign, bound, bound)}


def _bounds(sign: str, least: Any, most: Any) -> dict[str, Any]:
    match sign:
        case "=":
            return {"at_least": least, "at_most": most}
        case "<" | "<=":
            return {"at_most": most}
    return {"at_least": least}


def _strict(subject: Subject, sign: str, bounds: dict[str, Any]) -> When | bool:
    """More than 5 is: answered, and not at most 5."""
    if sign not in {"<", ">"}:
        return {subject.id: bounds}
    turned = {"at_most": bounds["at_least"]} if sign == ">" else {"at_least": bounds["at_most"]}
    return both([{subject.id: {"answered": True}}, {"not": {subject.id: turned}}])


def _placed(subject: Subject, sign: str, value: str) -> When | bool:
    if sign != "=":
        raise NotCarried("a place has no size")
    return {subject.id: value.upper()}


def _never(subject: Subject, sign: str, value: str) -> When | bool:  # noqa: ARG001
    raise NotCarried(f"the words of {quote(subject.id)} are compared, and only whether there are any can be asked here")


def _number(value: str) -> float:
    if not _NUMBER.fullmatch(value.strip()):
        raise NotCarried(f"{quote(value)} is not a number")
    return float(value)


def _bare(expression: Expr) -> Expr:
    """An answer out of the functions that only say that it is a number or a text."""
    match expression:
        case Call("number" | "int" | "string" | "decimal-date-time", (part,)) if isinstance(part, Ref | Value):
            return part
    return expression


def _means_any(sign: str, value: Expr) -> bool:
    return (sign, value) in {(">", Value("0")), (">=", Value("1")), ("!=", Value("0"))}


def _means_none(sign: str, value: Expr) -> bool:
    return (sign, value) in {("=", Value("0")), ("<", Value("1")), ("<=", Value("0"))}


def _spoken(expression: Expr) -> str:
    match expression:
        case Call(name):
            return f"{name}()"
        case Column(name):
            return quote(name)
        case Ref(name) if name == ".":
            return "the answer itself"
        case Ref(name) | Value(name):
            return quote(name)
    return "a comparison inside another"


SIGNS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}

MEASURES: dict[str, Callable[[Subject, str, str], When | bool]] = {
    "choice": _chosen,
    "yes-no": _chosen,
    "agree": _chosen,
    "consent": _consented,
    "choices": _ticked,
    "scale": _measured,
    "number": _measured,
    "date": _dated,
    "place": _placed,
}
"""Kind of question -> how its answer is compared; what is not here holds words."""
