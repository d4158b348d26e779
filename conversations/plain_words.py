"""Conditions in plain words, for people who read an engagement and do not write one."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable, Sequence

from conversations.conditions import DAY, PERSON, All, Any_, Compare, Condition, Not
from conversations.flow import Flow, Step
from conversations.phrases import PHRASES
from conversations.screens import LANGUAGE_NAMES
from conversations.text import GAP, Text, choose, shorten

LONGEST_NAME = 60
"""UTF-16 units of a question that is named inside a sentence."""

Naming = Callable[[Step], str]


def tell(condition: Condition, flow: Flow, language: str = "en", naming: Naming | None = None) -> str:
    """What a condition asks for, as it stands behind "only if"; `naming` says how a step is called, its question in quotes."""
    return _Teller(flow, language, naming or (lambda step: name(step, flow, language))).tell(condition)


def name(step: Step, flow: Flow, language: str) -> str:
    """A question in quotes, shortened."""
    return quoted(shorten(plain(step.ask, flow, language), LONGEST_NAME))


def plain(text: Text, flow: Flow, language: str) -> str:
    """Words with "[their answer]" where an answer will stand."""
    return GAP.sub(lambda found: "[their answer]" if flow.find(found[1]) else found[0], choose(text, language))


def quoted(words: str) -> str:
    """Words in quotation marks; those that run right to left are kept from turning the sentence round."""
    turned = any(unicodedata.bidirectional(letter) in {"R", "AL"} for letter in words)
    return f"“\N{FIRST STRONG ISOLATE}{words}\N{POP DIRECTIONAL ISOLATE}”" if turned else f"“{words}”"


def listed(words: Sequence[str], last: str) -> str:
    """Words as people list them: a, b or c."""
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)


class _Teller:
    def __init__(self, flow: Flow, language: str, naming: Naming) -> None:
        self._flow, self._language, self._naming = flow, language, naming

    def tell(self, condition: Condition, *, negated: bool = False, inside: bool = False) -> str:
        match condition:
            case Compare():
                return f"{self._subject(condition)} {self._predicate(condition, negated=negated)}"
            case Not(part):
                return self.tell(part, negated=not negated, inside=inside)
            case All(parts):
                return self._join(parts, "or" if negated else "and", negated=negated, inside=inside)
            case Any_(parts):
                return self._join(parts, "and" if negated else "or", negated=negated, inside=inside)

    def _join(self, parts: Sequence[Condition], word: str, *, negated: bool, inside: bool) -> str:
        """Parts joined; a subject named just before is not named again, brackets keep "and" and "or" apart."""
        told: list[str] = []
        before = ""
        for part in parts:
            subject = part.subject if isinstance(part, Compare) else ""
            if isinstance(part, Compare) and subject == before:
                told.append(self._predicate(part, negated=negated))
            else:
                told.append(self.tell(part, negated=negated, inside=len(parts) > 1))
            before = subject
        several = any(isinstance(part, Compare) and len(part.with_) > 1 for part in parts)
        long = several or len(told) > 2  # noqa: PLR2004 - a pair needs no comma
        joined = f"{',' if long else ''} {word} ".join(told)
        return f"({joined})" if inside and len(parts) > 1 else joined

    def _subject(self, compare: Compare) -> str:
        if compare.subject.startswith(PERSON):
            fact = compare.subject.removeprefix(PERSON)
            return _FACTS.get(fact, f"their {fact}")
        step = self._flow.find(compare.subject)
        return self._naming(step) if step else quoted(compare.subject)

    def _predicate(self, compare: Compare, *, negated: bool) -> str:
        values = [self._value(compare, value) for value in compare.with_]
        if compare.how == "answered":
            return "is answered" if (compare.with_ == ("true",)) != negated else "is not answered"
        way, word = _WAYS[compare.how, negated]
        if compare.how in _BOUNDS and DAY.fullmatch(compare.with_[0]):
            way = _DAYS[compare.how, negated]
        return way.format(listed(values, word))

    def _value(self, compare: Compare, value: str) -> str:
        if DAY.fullmatch(value):
            day = dt.date.fromisoformat(value)
            return f"{day.day} {day:%B %Y}"
        if compare.subject.startswith(PERSON):
            label = PHRASES.get(f"age-{value}", {}).get("en", "") if compare.subject == f"{PERSON}age_band" else ""
            return label or LANGUAGE_NAMES.get(value, value)
        step = self._flow.find(compare.subject)
        label = next((choose(option.label, self._language) for option in step.options if option.id == value), "") if step else ""
        return value if compare.how in _BOUNDS or not label else quoted(label)


_FACTS = {"age_band": "their age group", "language": "their language", "place": "their place", "groups": "their groups"}

_BOUNDS = {"at_least", "at_most"}

_WAYS = {
    ("is", False): ("is {}", "or"),
    ("is", True): ("is not {}", "or"),
    ("includes", False): ("includes {}", "or"),
    ("includes", True): ("does not include {}", "or"),
    ("includes_all", False): ("includes {}", "and"),
    ("includes_all", True): ("does not include both {}", "and"),
    ("first", False): ("puts {} first", "or"),
    ("first", True): ("does not put {} first", "or"),
    ("at_least", False): ("is {} or more", "or"),
    ("at_least", True): ("is less than {}", "or"),
    ("at_most", False): ("is {} or less", "or"),
    ("at_most", True): ("is more than {}", "or"),
}
"""How something is compared, and whether it is turned round -> the words, and the one that joins several values."""

_DAYS = {
    ("at_least", False): "is {} or later",
    ("at_least", True): "is before {}",
    ("at_most", False): "is {} or earlier",
    ("at_most", True): "is after {}",
}
