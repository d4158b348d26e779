"""Guesses whether words that replace others mean something else. Better silent than wrong: a rewording must pass."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from conversations.text import fold

SURELY, PERHAPS = "surely", "perhaps"

ALIKE = 0.6
"""From this share of letters in common on (0 to 1, difflib's ratio), a changed spelling is a likely explanation."""
MISSPELT = 0.8
"""The same for one word."""
FEW = 5
"""Of so many telling words one at least must stay."""
STEM = 4
"""Words that begin with so many of the same letters count as forms of one."""


def doubt(old: str, new: str) -> str:
    """Why `new` may mean something else than `old`, in a few words; empty when it may well mean the same."""
    was, now = _tokens(old), _tokens(new)
    if was == now or not was or not now:
        return ""
    if _differ(_numbers(was), _numbers(now)):
        return "other numbers"
    if _says_no(was) != _says_no(now):
        return "a no came or went"
    if _turned(was, now) or _turned(now, was) or _opposed(was, now):
        return "opposite words"
    return "" if _resemble(was, now) else "quite other words"


def other_unit(old: str, new: str) -> str:
    """Whether `new` is SURELY or PERHAPS another unit than `old`; empty when it is the same, or short for it."""
    was, now = fold(old).split(), fold(new).split()
    if was == now or (len(was) == len(now) and all(_short_for(*pair) for pair in zip(was, now, strict=True))):
        return ""
    return PERHAPS if set(was) & set(now) else SURELY


def _tokens(words: str) -> list[str]:
    """Words as they are compared: folded, n't written out, courtesies left out."""
    plain = re.sub(r"n't\b", " not", fold(words).replace("can't", "can not").replace("won't", "will not"))
    plain = plain.replace("cannot", "can not").replace("thank you", "")
    return [word for word in re.findall(r"[^\W_]+", plain) if word not in COURTESY]


def _differ(was: set[str], now: set[str]) -> bool:
    """Whether numbers differ; to say "once" or nothing is the same: once a week, weekly."""
    return was != now and was | now != {"1"}


def _numbers(words: list[str]) -> set[str]:
    return {NUMBERS.get(word, word) for word in words if word in NUMBERS or word[0].isdigit()}


def _says_no(words: list[str]) -> bool:
    return not NEGATIONS.isdisjoint(words)


def _turned(was: list[str], now: list[str]) -> bool:
    """Whether a word has got, or lost, a syllable that turns it round: happy, unhappy; helpful, helpless."""
    gone, come = set(was) - set(now), set(now) - set(was)
    return any(
        f"{syllable}{word}" in come or (word.endswith("ful") and f"{word.removesuffix('ful')}less" in come)
        for word in gone
        for syllable in TURNING
    )


def _opposed(was: list[str], now: list[str]) -> bool:
    """Whether one of several words that exclude each other stands where another stood."""
    return any(before and after and before.isdisjoint(after) for before, after in zip(_sides(was), _sides(now), strict=True))


def _sides(words: list[str]) -> Iterator[set[int]]:
    """For each of OPPOSITES, which of its sides are spoken of."""
    for sides in OPPOSITES:
        yield {place for place, side in enumerate(sides) if not side.isdisjoint(words)}


def _resemble(was: list[str], now: list[str]) -> bool:
    """Whether enough is left of the words that tell, or of their letters."""
    before, after = ([word for word in words if word not in COMMON] for words in (was, now))
    if not before or not after or _likeness(" ".join(before), " ".join(after)) >= ALIKE:
        return True
    left = min(_count_kin(before, after), _count_kin(after, before))
    return left > 0 and left * FEW >= min(len(before), len(after))


def _count_kin(words: list[str], others: list[str]) -> int:
    return sum(any(_kin(word, other) for other in others) for word in words)


def _kin(word: str, other: str) -> bool:
    """Whether two words are forms of one, or one is the other misspelt."""
    least = min(len(word), len(other))
    return (
        word == other or (least >= STEM and word[:STEM] == other[:STEM]) or (least > STEM and _likeness(word, other) > MISSPELT)
    )


def _likeness(one: str, other: str) -> float:
    first, second = sorted((one, other))  # the ratio is not the same both ways round
    return difflib.SequenceMatcher(None, first, second).ratio()


def _short_for(one: str, other: str) -> bool:
    """Whether the letters of the shorter stand, in order, in the longer, and both begin alike: km, kilometres."""
    short, long = sorted((one, other), key=len)
    letters = iter(long)
    return short[:1] == long[:1] and all(letter in letters for letter in short)


def _sort(*sides: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(side.split()) for side in sides)


(COURTESY,) = _sort("please kindly thanks thank just really")

(NEGATIONS,) = _sort("no not never none nothing nobody nowhere neither nor without non hardly")

TURNING = ("un", "in", "im", "ir", "il", "dis", "non", "mis")

NUMBERS = {
    "once": "1", "two": "2", "twice": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "twenty": "20", "thirty": "30", "hundred": "100",
}  # fmt: skip
"""Number words; "one" is none of them, for it mostly counts nothing: one thing we should know."""

OPPOSITES = (
    _sort("hour hours hourly", "day days daily", "week weeks weekly fortnight", "month months monthly", "year years yearly"),
    _sort("always", "often", "sometimes", "rarely seldom", "never"),
    _sort("all every everyone", "most", "some few", "none nobody nothing"),
    _sort("more", "less fewer"),
    _sort("before", "after", "during"),
    _sort("good well", "bad badly poor poorly"),
    _sort("better", "worse"),
    _sort("best", "worst"),
    _sort("easy easier", "hard harder difficult"),
    _sort("early earlier", "late later"),
    _sort("nearer closer near", "farther further far"),
    _sort("yes", "no"),
    _sort("agree", "disagree"),
    _sort("weekday weekdays", "weekend weekends"),
    _sort("morning mornings", "afternoon afternoons", "evening evenings", "night nights"),
    _sort("increase", "decrease reduce"),
    _sort("start begin", "stop end"),
    _sort("open", "closed close"),
    _sort("younger under", "older over"),
    _sort("man men male", "woman women female"),
    _sort("mother", "father"),
    _sort("physical", "mental"),
    _sort("long longer", "short shorter"),
    _sort("inpatient inpatients", "outpatient outpatients"),
    _sort("with", "without"),
    _sort("phone", "online", "post"),
)
"""Words that exclude each other, by side."""

(COMMON,) = _sort(
    "a an and are as at be been best but by can could did do does for from had has have how i if in is it its many me much "
    "my of often on or our should so some tell that the their them there these they thing this those to us was we were what "
    "well when where which who why will with would you your"
)
"""Words that tell little of what is asked."""
