"""Who belongs to an audience, as staff say it: a value that reads and writes itself as JSON. `selection` finds the people."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from storage.broadcasting.switches import PURPOSES

ADULTS, YOUNG = "adults", "under-18s"
FINISHED, BEGUN, TOOK, NOT = "finished", "begun", "took", "not"
NEVER, WITHIN, LONGER = "never", "within", "longer"
MOST_DAYS = 365
MOST = 100  # of one thing

_PLACE = re.compile(r"[A-Z]{1,2}(\d[A-Z\d]?)?")
_SLUG = re.compile(r"[a-z][a-z0-9-]{0,39}")
_OPTION = re.compile(r"[A-Za-z0-9_-]{1,40}")
_CODE = re.compile(r"[a-z2-7]{16}")
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


class CriteriaError(ValueError):
    """A criterion that cannot be asked; `field` is its name, the message says what to do."""

    def __init__(self, field: str, message: str) -> None:
        """Keep whose fault it is."""
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Said:
    """Who chose any of these options at a step of an engagement."""

    engagement: str
    step: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Invited:
    """Who got a broadcast (by its code), or did not."""

    broadcast: str
    yes: bool = True


@dataclass(frozen=True, slots=True)
class TookPart:
    """Who finished an engagement, began and did not finish, took part in either way, or did not begin.

    Of an anonymous one only the last two can be asked.
    """

    engagement: str
    how: str


@dataclass(frozen=True, slots=True)
class Contacted:
    """Whom the bot last wrote to by itself: never, within so many days, or longer ago than that (or never)."""

    how: str
    days: int = 0


@dataclass(frozen=True, slots=True)
class Criteria:
    """All that is said must hold; of places, languages, partners and groups one is enough. Nothing said: everybody.

    Raises CriteriaError.
    """

    partners: tuple[str, ...] = ()  # codes
    places: tuple[str, ...] = ()  # districts (ME14) and areas (ME)
    languages: tuple[str, ...] = ()
    age: str = ""  # adults | under-18s, with those who would rather not say
    wants: tuple[str, ...] = ()  # purposes, each switched on
    wishes: tuple[Said, ...] = ()  # said about themselves
    answers: tuple[Said, ...] = ()  # said under their name
    groups: tuple[str, ...] = ()  # codes
    invited: tuple[Invited, ...] = ()
    took_part: tuple[TookPart, ...] = ()
    contacted: Contacted | None = None

    def __post_init__(self) -> None:
        """Check everything that can be checked without a database."""
        for name, check in _CHECKS.items():
            value = getattr(self, name)
            if isinstance(value, tuple) and len(value) > MOST:
                raise CriteriaError(name, f"That is more than {MOST} at once. Take some away.")
            for one in value if isinstance(value, tuple) else [value]:
                wrong = check(one)
                if wrong:
                    raise CriteriaError(name, wrong)


def write(criteria: Criteria) -> str:
    """As it is kept: JSON of what is said."""
    said = {name: value for name, value in asdict(criteria).items() if value}
    return json.dumps(said, sort_keys=True, separators=(",", ":"))


def read(text: str) -> Criteria:
    """What `write` wrote. Raises CriteriaError for anything else."""
    try:
        told = json.loads(text)
    except ValueError:
        raise CriteriaError("criteria", _BROKEN) from None
    if not isinstance(told, dict) or told.keys() - FIELDS.keys():
        raise CriteriaError("criteria", _BROKEN)
    try:
        return Criteria(**{name: FIELDS[name](value) for name, value in told.items()})
    except (TypeError, KeyError, AttributeError):
        raise CriteriaError("criteria", _BROKEN) from None


def _names(told: Any) -> tuple[str, ...]:
    return tuple(_word(one) for one in _each(told))


def _each(told: Any) -> list[Any]:
    if not isinstance(told, list):
        raise TypeError
    return told


def _word(told: Any) -> str:
    if not isinstance(told, str):
        raise TypeError
    return told


def _said(told: Any) -> tuple[Said, ...]:
    return tuple(Said(**{**one, "options": _names(one["options"])}) for one in _each(told))


def _one_of(known: Iterable[str], message: str) -> Callable[[Any], str]:
    return lambda value: "" if value in known else message


def _matches(pattern: re.Pattern[str], message: str) -> Callable[[Any], str]:
    return lambda value: "" if isinstance(value, str) and pattern.fullmatch(value) else message.format(value)


def _check_said(said: Said) -> str:
    if not (_is(_SLUG, said.engagement) and _is(_SLUG, said.step)):
        return "Choose an engagement and one of its questions."
    known = 0 < len(said.options) <= MOST and all(_is(_OPTION, option) for option in said.options)
    return "" if known else "Tick at least one answer."


def _is(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and bool(pattern.fullmatch(value))


def _check_invited(one: Invited) -> str:
    return "" if _is(_CODE, one.broadcast) and isinstance(one.yes, bool) else "Choose a broadcast from the list."


def _check_part(one: TookPart) -> str:
    known = _is(_SLUG, one.engagement) and one.how in {FINISHED, BEGUN, TOOK, NOT}
    return "" if known else "Choose an engagement, and whether they finished it, began it, or did not begin."


def _check_contacted(one: Contacted | None) -> str:
    if one is None or (one.how, one.days) == (NEVER, 0):
        return ""
    if one.how in {WITHIN, LONGER} and type(one.days) is int and 1 <= one.days <= MOST_DAYS:
        return ""
    return f"Write a number of days from 1 to {MOST_DAYS}."


_BROKEN = "This audience cannot be read. Choose who it is for again, and save it."
_CHECKS: dict[str, Callable[[Any], str]] = {
    "partners": _matches(_CODE, "Choose a partner from the list."),
    "places": _matches(_PLACE, "“{}” is not the first part of a postcode. Write ME14, or ME for the whole area."),
    "languages": _matches(_TAG, "Choose a language from the list."),
    "age": _one_of(("", ADULTS, YOUNG), "Choose an age from the list."),
    "wants": _one_of(PURPOSES, "Choose what people want to hear about from the list."),
    "wishes": _check_said,
    "answers": _check_said,
    "groups": _matches(_CODE, "Choose a group from the list."),
    "invited": _check_invited,
    "took_part": _check_part,
    "contacted": _check_contacted,
}
"""Each criterion -> what is wrong with one value of it, in plain words; nothing where it can be asked."""

FIELDS: dict[str, Callable[[Any], Any]] = {
    "partners": _names,
    "places": _names,
    "languages": _names,
    "age": _word,
    "wants": _names,
    "wishes": _said,
    "answers": _said,
    "groups": _names,
    "invited": lambda told: tuple(Invited(**one) for one in _each(told)),
    "took_part": lambda told: tuple(TookPart(**one) for one in _each(told)),
    "contacted": lambda told: Contacted(**told),
}
"""Each criterion -> how it is made of JSON."""
