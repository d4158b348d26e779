"""How each language writes: its direction, its plural forms, its days, numbers and lists, as the CLDR tells them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, get_timezone_location
from babel.lists import format_list
from babel.numbers import format_decimal

ENGLISH = "en"
_LARGE = 1000
_DAY = "EEE d MMM y"
_PARTED_DAY = "yMMMEd"


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language's habits; `form` gives the CLDR category of a number."""

    locale: Locale
    right_to_left: bool
    form: Callable[[int], str]


@lru_cache(maxsize=256)
def of(tag: str) -> Tongue:
    """The habits of a BCP 47 language; of its parent, and in the end of English, when nobody knows its own."""
    locale = _locale(tag.partition("-x-")[0])
    return Tongue(locale, locale.character_order == "right-to-left", locale.plural_form)


def _locale(tag: str) -> Locale:
    while tag:
        try:
            return Locale.parse(tag, sep="-")
        except (ValueError, UnknownLocaleError):
            tag = tag.rpartition("-")[0]
    return Locale.parse(ENGLISH)


@lru_cache(maxsize=4096)
def day(value: dt.date, tag: str) -> str:
    """A day with its weekday: "Fri 26 Feb 2027"."""
    locale = of(tag).locale
    if locale.language == ENGLISH:
        return format_date(value, _DAY, locale=ENGLISH)
    return format_skeleton(_PARTED_DAY, value, locale=locale)


@lru_cache(maxsize=4096)
def clock(value: dt.time, tag: str) -> str:
    """A time of day as it stands on a clock: "18:00"."""
    locale = of(tag).locale
    return format_time(value.replace(tzinfo=None), "short", locale=_BRITISH if locale.language == ENGLISH else locale)


def moment(value: dt.datetime, tag: str) -> str:
    """A day and time by the clock the value goes by: "Fri 26 Feb 2027, 18:00"."""
    return f"{day(value.date(), tag)}, {clock(value.timetz().replace(tzinfo=None), tag)}"


def city(zone: dt.tzinfo, tag: str) -> str:
    """Whose clock it is: "Madrid"."""
    return get_timezone_location(zone, locale=of(tag).locale, return_city=True)


def number(value: int, tag: str) -> str:
    """A whole number, its thousands set apart."""
    return str(value) if -_LARGE < value < _LARGE else format_decimal(value, locale=of(tag).locale)


def listed(words: Sequence[str], tag: str) -> str:
    """Several things in one sentence: "a, b and c"."""
    if len(words) == 1:
        return words[0]
    locale = of(tag).locale
    joined = format_list(words, locale=_BRITISH if locale.language == ENGLISH else locale)
    return _WELSH_AND.sub(_and, joined) if locale.language == "cy" else joined


def _and(found: re.Match[str]) -> str:
    """Welsh says "ac" before a vowel; the CLDR writes both."""
    return " ac " if found[1].casefold() in _WELSH_VOWELS else " a "


_BRITISH = Locale("en", "GB")  # no comma before "and"
_WELSH_AND = re.compile(r" a\(c\) (?=\W*(\w))")
_WELSH_VOWELS = frozenset("aeiouwyâêîôûŵŷáéíóúàèìòùäëïöü")
