"""`when`: conditions over earlier answers and facts about the person, as data that can be proved without running.

Three answers are possible: met, not met, or not known yet because a step it names lies ahead.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from conversations.session import Answer

PERSON = "person."
PERSON_FACTS = ("age_band", "language", "place", "groups")
"""What `when` may ask about the person, beside earlier steps."""

COMPARISONS = ("is", "includes", "includes_all", "first", "at_least", "at_most", "answered")


Test = Callable[[Mapping[str, Answer], Mapping[str, str], Container[str]], bool | None]
"""A condition made ready: whether it holds with these answers and facts; None when it depends on a step that lies ahead."""


@dataclass(frozen=True, slots=True)
class Compare:
    """One step or person fact compared: `subject` by `how` with `with_`."""

    subject: str
    how: str
    with_: tuple[str, ...]
    holds: Test = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make ready what every turn tries; so do those below."""
        object.__setattr__(self, "holds", _of_person(self) if self.subject.startswith(PERSON) else _of_answer(self))


@dataclass(frozen=True, slots=True)
class All:
    """Met when every part is."""

    parts: tuple[Condition, ...]
    holds: Test = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "holds", _unless(False, [part.holds for part in self.parts]))


@dataclass(frozen=True, slots=True)
class Any_:  # noqa: N801 - Any is taken
    """Met when one part is."""

    parts: tuple[Condition, ...]
    holds: Test = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "holds", _unless(True, [part.holds for part in self.parts]))


@dataclass(frozen=True, slots=True)
class Not:
    """Met when its part is not."""

    part: Condition
    holds: Test = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "holds", _opposite(self.part.holds))


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
    ahead: Container[str] = (),
) -> bool | None:
    """Whether `condition` holds; None when it depends on a step in `ahead`, which has not been answered yet."""
    return condition is None or condition.holds(answers, person, ahead)


def _unless(verdict: bool, parts: Sequence[Test]) -> Test:  # noqa: FBT001 - a verdict, not an option
    """`verdict` when one part comes to it; otherwise unknown when one part is, and the opposite when none is."""

    def test(answers: Mapping[str, Answer], person: Mapping[str, str], ahead: Container[str]) -> bool | None:
        known = True
        for part in parts:
            found = part(answers, person, ahead)
            if found is verdict:
                return verdict
            if found is None:
                known = False
        return not verdict if known else None

    return test


def _opposite(part: Test) -> Test:
    def test(answers: Mapping[str, Answer], person: Mapping[str, str], ahead: Container[str]) -> bool | None:
        found = part(answers, person, ahead)
        return None if found is None else not found

    return test


def _of_person(compare: Compare) -> Test:
    name, (says, verdict) = compare.subject.removeprefix(PERSON), SAYINGS[compare.how](compare.with_)
    return lambda _answers, person, _ahead: says((person.get(name) or "",)) is verdict


def _picked(subject: str, wanted: frozenset[str]) -> Test:
    """Whether one of the wanted was picked: the comparison most flows are made of, so it takes no detour."""

    def test(answers: Mapping[str, Answer], _person: Mapping[str, str], ahead: Container[str]) -> bool | None:
        answer = answers.get(subject)
        if answer is None:
            return None if subject in ahead else False
        return not wanted.isdisjoint(answer.chosen) if answer.chosen else answer.text in wanted and not answer.skipped

    return test


def _of_answer(compare: Compare) -> Test:
    if compare.how in {"is", "includes"}:
        return _picked(compare.subject, frozenset(compare.with_))
    subject, (says, verdict) = compare.subject, SAYINGS[compare.how](compare.with_)
    unanswered = compare.how == "answered" and not verdict
    if compare.how == "answered":
        says = bool  # an answer may pick nothing

    def test(answers: Mapping[str, Answer], _person: Mapping[str, str], ahead: Container[str]) -> bool | None:
        answer = answers.get(subject)
        if answer is None:
            return None if subject in ahead else unanswered
        return unanswered if answer.skipped else says(answer.chosen or (answer.text,)) is verdict

    return test


Says = tuple[Callable[[tuple[str, ...]], bool], bool]
"""What is asked of an answer, as the values picked or the words said, and what has to come of it."""


def _shares(with_: tuple[str, ...]) -> Says:
    return frozenset(with_).isdisjoint, False


def _reaches(with_: tuple[str, ...]) -> Says:
    bound = _measured(*with_[:1])
    return lambda said: bound is not None and (one := _measured(said[0])) is not None and one >= bound, True


def _stays(with_: tuple[str, ...]) -> Says:
    bound = _measured(*with_[:1])
    return lambda said: bound is not None and (one := _measured(said[0])) is not None and one <= bound, True


def _measured(value: str = "") -> float | None:
    """A number, or a day as the number of it, so that either can be compared."""
    try:
        return float(value)
    except ValueError:
        return _day_number(value)


def _day_number(value: str) -> int | None:
    try:
        return dt.date.fromisoformat(value).toordinal() if DAY.fullmatch(value) else None
    except ValueError:
        return None


DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

SAYINGS: Mapping[str, Callable[[tuple[str, ...]], Says]] = {
    "is": _shares,
    "includes": _shares,
    "includes_all": lambda with_: (frozenset(with_).issubset, True),
    "first": lambda with_: (lambda said: said[0] in with_, True),
    "at_least": _reaches,
    "at_most": _stays,
    "answered": lambda with_: (lambda said: bool(said[0]), with_ == ("true",)),
}
"""Comparison -> how an answer is held against the values it is compared with."""
