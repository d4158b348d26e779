"""`when`: conditions over earlier answers and facts about the person, as data that can be proved without running.

Three answers are possible: met, not met, or not known yet because a step it names lies ahead.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conversations.session import Answer

PERSON = "person."
PERSON_FACTS = ("age_band", "language", "place", "groups")
"""What `when` may ask about the person, beside earlier steps."""

COMPARISONS = ("is", "includes", "includes_all", "first", "at_least", "at_most", "answered")


@dataclass(frozen=True, slots=True)
class Compare:
    """One step or person fact compared: `subject` by `how` with `with_`."""

    subject: str
    how: str
    with_: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class All:
    """Met when every part is."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any_:  # noqa: N801 - Any is taken
    """Met when one part is."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Met when its part is not."""

    part: Condition


Condition = Compare | All | Any_ | Not


def parse(when: Mapping[str, Any]) -> Condition:
    """The condition written as a `when` table; several keys in one table must all be met.

    Raises ValueError naming the part that cannot be understood.
    """
    return _joined([_part(key, value) for key, value in when.items()])


def _part(key: str, value: Any) -> Condition:
    if key in {"all", "any"}:
        if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
            msg = f"`{key}` takes a list of tables"
            raise ValueError(msg)
        parts = tuple(parse(part) for part in value)
        return All(parts) if key == "all" else Any_(parts)
    if key == "not":
        if not isinstance(value, dict):
            msg = "`not` takes a table"
            raise ValueError(msg)
        return Not(parse(value))
    if key == "person" and isinstance(value, dict):  # TOML reads person.age_band = … as a nested table
        return _joined([_comparison(PERSON + name, wanted) for name, wanted in value.items()])
    return _comparison(key, value)


def _comparison(subject: str, value: Any) -> Condition:
    if isinstance(value, dict):
        unknown = [how for how in value if how not in COMPARISONS]
        if unknown or not value:
            msg = f"`{subject}` is compared with `{', '.join(unknown) or '{}'}`; use one of {', '.join(COMPARISONS)}"
            raise ValueError(msg)
        return _joined([Compare(subject, how, _words(wanted)) for how, wanted in value.items()])
    return Compare(subject, "is", _words(value))


def _words(value: Any) -> tuple[str, ...]:
    many = value if isinstance(value, list) else [value]
    return tuple(str(one).lower() if isinstance(one, bool) else str(one) for one in many)


def _joined(parts: Sequence[Condition]) -> Condition:
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def both(one: Condition | None, other: Condition | None) -> Condition | None:
    """The condition that both hold."""
    parts = [part for part in (one, other) if part]
    return _joined(parts) if parts else None


def comparisons(condition: Condition) -> Iterator[Compare]:
    """Every comparison inside `condition`."""
    match condition:
        case Compare():
            yield condition
        case Not(part):
            yield from comparisons(part)
        case All(parts) | Any_(parts):
            for part in parts:
                yield from comparisons(part)


def met(
    condition: Condition | None,
    answers: Mapping[str, Answer],
    person: Mapping[str, str] = {},
    ahead: frozenset[str] = frozenset(),
) -> bool | None:
    """Whether `condition` holds; None when it depends on a step in `ahead`, which has not been answered yet."""
    match condition:
        case None:
            return True
        case Compare():
            return _holds(condition, answers, person, ahead)
        case Not(part):
            inner = met(part, answers, person, ahead)
            return None if inner is None else not inner
        case All(parts):
            found = [met(part, answers, person, ahead) for part in parts]
            return False if False in found else None if None in found else True
        case Any_(parts):
            found = [met(part, answers, person, ahead) for part in parts]
            return True if True in found else None if None in found else False


def _holds(compare: Compare, answers: Mapping[str, Answer], person: Mapping[str, str], ahead: frozenset[str]) -> bool | None:
    if compare.subject.startswith(PERSON):
        return _says(compare, (person.get(compare.subject.removeprefix(PERSON)) or "",))
    answer = answers.get(compare.subject)
    if answer is None and compare.subject in ahead:
        return None
    if compare.how == "answered":
        return (answer is not None and not answer.skipped) == (compare.with_ == ("true",))
    if answer is None or answer.skipped:
        return False
    return _says(compare, answer.chosen or (answer.text,))


def _says(compare: Compare, said: tuple[str, ...]) -> bool:
    match compare.how:
        case "is":
            return any(one in compare.with_ for one in said)
        case "includes":
            return any(one in said for one in compare.with_)
        case "includes_all":
            return all(one in said for one in compare.with_)
        case "first":
            return said[0] in compare.with_
        case "answered":
            return bool(said[0]) == (compare.with_ == ("true",))
    one, other = _measured(said[0]), _measured(compare.with_[0])
    if one is None or other is None:
        return False
    return one >= other if compare.how == "at_least" else one <= other


def _measured(value: str) -> float | None:
    """A number, or a day as the number of it, so that either can be compared."""
    try:
        return dt.date.fromisoformat(value).toordinal() if _DAY.fullmatch(value) else float(value)
    except ValueError:
        return None


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
