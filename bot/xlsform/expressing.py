"""Writes our conditions and bounds as the XPath that XLSForm tools read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from bot.xlsform.names import name_of
from bot.xlsform.notes import NotCarried
from conversations import conditions
from conversations.checking.problems import quote
from conversations.conditions import PERSON, All, Any_, Compare, Condition, Not
from conversations.questions import KINDS, TODAY

PLACE = "regex(., '^[A-Za-z]{1,2}[0-9][0-9A-Za-z]?$')"

SIGNS = {"at_least": ">=", "at_most": "<="}


def relevance(when: Mapping[str, Any], kinds: Mapping[str, str]) -> str:
    """XPath for a `when` table; `kinds` is step id -> kind. Raises NotCarried."""
    return _express(conditions.parse(when), kinds)


def _express(condition: Condition, kinds: Mapping[str, str]) -> str:
    match condition:
        case Compare(subject):
            if subject.startswith(PERSON):
                raise NotCarried(f"{quote(subject)} is known about people here, and not asked in the workbook")
            return _compare(condition, kinds[subject])
        case Not(part):
            return f"not({_express(part, kinds)})"
        case All(parts):
            return _joined(" and ", (_express(part, kinds) for part in parts))
        case Any_(parts):
            return _joined(" or ", (_express(part, kinds) for part in parts))


def _joined(sign: str, parts: Iterator[str]) -> str:
    found = list(parts)
    return (
        found[0] if len(found) == 1 else sign.join(f"({part})" if " or " in part or " and " in part else part for part in found)
    )


def _compare(compare: Compare, kind: str) -> str:
    it = f"${{{name_of(compare.subject)}}}"
    values = compare.with_
    match compare.how:
        case "answered":
            return f"{it} != ''" if values == ("true",) else f"{it} = ''"
        case "at_least" | "at_most":
            return f"{it} {SIGNS[compare.how]} {_value(values[0], kind)}"
        case "includes_all":
            return _joined(" and ", (f"selected({it}, {_value(value, kind)})" for value in values))
        case "first":
            return _joined(" or ", (f"selected-at({it}, 0) = {_value(value, kind)}" for value in values))
    if compare.how == "includes" or KINDS[kind].many:
        return _joined(" or ", (f"selected({it}, {_value(value, kind)})" for value in values))
    return _joined(" or ", (f"{it} = {_value(value, kind)}" for value in values))


def _value(value: str, kind: str) -> str:
    if kind in {"number", "scale"}:
        return value
    if kind == "date":
        return f"date('{value}')"
    return f"'{value}'" if kind == "place" else f"'{name_of(value)}'"


def constraint(step: Mapping[str, Any]) -> str:
    """XPath for what a step's answer must be."""
    kind = step["kind"]
    if kind == "place":
        return PLACE
    subject = "count-selected(.)" if KINDS[kind].many else "."
    alone = [f"selected(., '{name_of(option['id'])}')" for option in step.get("options", ()) if option.get("alone")]
    parts = []
    for key, sign in SIGNS.items():
        if key in step and kind != "scale":
            part = f"{subject} {sign} {_bound(step[key])}"
            parts.append(f"({' or '.join([part, *alone])})" if alone and key == "at_least" else part)
    return " and ".join([*parts, *(f"not({each} and count-selected(.) > 1)" for each in alone)])


def _bound(value: object) -> str:
    if value == TODAY:
        return "today()"
    return f"date('{value}')" if isinstance(value, dt.date) else str(value)


def choice_filter(options: Mapping[str, str]) -> str:
    """XPath for which choices are offered: what stands in the column `only` -> its condition."""
    return " or ".join(f"(only = '{key}' and ({words}))" if words else f"only = '{key}'" for key, words in options.items())
