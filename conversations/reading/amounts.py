"""Amounts as people type them: "1,200", "12.5", "۱۲", "twenty-one"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal

from conversations.phrases import PHRASES, kept
from conversations.text import fold

LONGEST = 15
"""Digits of a number anybody means; a longer one is a slip of the finger."""

_GROUPED = re.compile(r"-?(\d{1,3}([, ]\d{3})+|\d+)(\.\d+)?|-?\.\d+")
_HUNDRED, _THOUSAND = 100, 1000


def read(words: str) -> Decimal | None:
    """The number in `words`, or None when there is not exactly one; any script's digits, or words up to the thousands."""
    if any(unicodedata.category(letter) == "No" for letter in words):  # "5²" and "½" are not what they fold into
        return None
    said = _western(fold(words)).replace("−", "-").lstrip("£$€ ")
    if _GROUPED.fullmatch(said):
        plain = said.replace(",", "").replace(" ", "")
        return Decimal(plain) if sum(map(str.isdigit, plain)) <= LONGEST else None
    return _spelt(said)


def split(words: str) -> tuple[str, str]:
    """`words` as a number and the unit behind it: "12 hours", "12kg"; the second is empty when there is none."""
    said = _western(fold(words))
    found = re.fullmatch(r"(-?[\d., ]*\d)\s*([^\d\s].*)", said)
    return (found[1], found[2]) if found else (said, "")


def spell(value: Decimal) -> str:
    """The one way a number is kept: no sign but a minus, no exponent, no zeros at the end."""
    plain = format(value.normalize(), "f")
    return "0" if plain in {"-0", "0"} else plain


def _western(words: str) -> str:
    """`words` with the digits, and the decimal marks beside them, of any script as ASCII."""
    if words.isascii():
        return words
    western = (str(unicodedata.digit(letter)) if letter.isdecimal() else letter for letter in words)
    return "".join(western).replace("٫", ".").replace("٬", ",")


def _spelt(said: str) -> Decimal | None:
    """A number in words: "two thousand one hundred and five"."""
    known = _words()
    values = [known.get(word, -1) for word in re.split(r"[\s-]+", said) if word not in {"and", "a"}]
    found = _composed(values, _THOUSAND, lambda part: _composed(part, _HUNDRED, _small)) if values else None
    return None if found is None else Decimal(found)


def _composed(values: list[int], unit: int, read: Callable[[list[int]], int | None]) -> int | None:
    """So many of a unit and something less: "two hundred" "five"."""
    if unit not in values:
        return read(values)
    at = values.index(unit)
    many, rest = read(values[:at] or [1]), read(values[at + 1 :] or [0])
    return many * unit + rest if many and rest is not None and many < unit else None


def _small(values: list[int]) -> int | None:
    """A number below a hundred: "five", "twenty", "twenty" "five"."""
    match values:
        case [value] if 0 <= value < _HUNDRED:
            return value
        case [tens, ones] if 20 <= tens < _HUNDRED and tens % 10 == 0 and 0 < ones < 10:  # noqa: PLR2004
            return tens + ones
    return None


@kept
def _words() -> dict[str, int]:
    pairs = (pair.rsplit(" ", 1) for words in PHRASES["number-words"].values() for pair in words.split("|"))
    return {fold(word): int(value) for word, value in pairs}
