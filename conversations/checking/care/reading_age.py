"""How old one must be to read English words with ease, and how sure that is for so few words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

YEARS_BEFORE_GRADES = 5
"""A child in grade n of an American school, which the formula counts in, is n + 5 years old."""
CHANCE = 30
"""Years, over the root of the number of words, that a few long words may add by chance: about 2.5 standard errors."""

_WORD = re.compile(r"[a-z]+(?:['-][a-z]+)*")
_VOWELS = re.compile(r"[aeiouy]+")
_APART = re.compile(r"(?<![ctgs])i[ao](?!n)|eo(?!p)|ea$|ua(?=[lt])|i(?=e(?:nc|t))|[aeiou]ing$")


@dataclass(frozen=True, slots=True)
class Age:
    """The reading age in years by Flesch and Kincaid, and the least it may be when chance is allowed for."""

    likely: float
    least: float
    words: int


def reading_age(sentences: Sequence[str]) -> Age | None:
    """The reading age of English sentences; None when they hold no words."""
    counts = [syllables(part) for sentence in sentences for word in _WORD.findall(sentence.lower()) for part in word.split("-")]
    if not counts:
        return None
    spoken = sum(1 for sentence in sentences if _WORD.search(sentence.lower()))
    likely = 0.39 * len(counts) / spoken + 11.8 * fmean(counts) - 15.59 + YEARS_BEFORE_GRADES
    return Age(likely, likely - CHANCE / len(counts) ** 0.5, len(counts))


def syllables(word: str) -> int:
    """About how many; vowels that stand together are one."""
    stem = word.partition("'")[0]
    stem = re.sub(r"(?<![lt])e$|(?<=[aeiou][lt])e$|(?<![td])ed$|(?<![scxzgh])es$", "", stem)
    return max(1, len(_VOWELS.findall(stem)) + len(_APART.findall(stem)))
