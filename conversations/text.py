"""Words in several languages, and lines made of them; which language is chosen last, by `bot.speech`."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from conversations.values import swift

Text = Mapping[str, str]
"""BCP 47 tag -> words in that language. `en` is the language everything falls back to."""

Field = str | int | dt.date | dt.time | dt.tzinfo | Text | tuple[Text, ...]
"""What may stand in a `{gap}` of a text: something said by the person, a number, a day or moment, a clock, or more text."""

FALLBACK = "en"

MOST_NUMBERS = "other"
"""The CLDR category that every language has, and that serves where another has no words."""

PARAGRAPH, NEXT_LINE, SAME_LINE = "\n\n", "\n", " "

GAP = re.compile(r"\{([a-z][a-z0-9_-]*)\}")
"""Where a text repeats something: `{who}` is the answer to the step `who`."""

# Bidirectional controls can reorder what a reader sees; isolates and embeddings are never needed in an answer.
# The zero-width joiner stays: family emoji and several scripts are spelt with it.
_UNSEEN = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF])
_EDGES = " .,;:!?\"'“”()[]،؛؟۔"
_ONE_SPELLING = str.maketrans("يىكأإۀةه", "ییکااہہہ", "ـًٌٍَُِّْ\u200c")
"""Arabic keyboards spell some letters of Urdu and Persian their own way; vowel marks and joiners are left out at will."""

_CONTROLS = {code: " " for code in range(0x20) if chr(code) not in "\n\t"} | {0x7F: " ", 0x00: None}


class Counted(str):
    """Words that change with a number: `forms` by CLDR category. As a text it is the form that serves most numbers."""

    __slots__ = ("forms",)
    forms: Mapping[str, str]

    def __new__(cls, forms: Mapping[str, str]) -> Self:
        """Words out of one form or more."""
        made = super().__new__(cls, forms.get(MOST_NUMBERS) or next(iter(forms.values())))
        made.forms = dict(forms)
        return made

    def __getnewargs__(self) -> tuple[Mapping[str, str]]:  # type: ignore[override]
        """What a copy is made from."""
        return (self.forms,)


@swift
@dataclass(frozen=True, slots=True)
class Line:
    """Some words of a message, in all their languages, with what stands in their gaps.

    `parting` is what stands between them and the words before: an empty line, a line end, or a space.
    """

    text: Text
    fields: Mapping[str, Field] = field(default_factory=dict)
    bold: bool = False
    parting: str = PARAGRAPH


def choose(text: Text, language: str) -> str:
    """The words of `text` nearest to `language`."""
    return text.get(nearest(text, language), "")


def nearest(text: Text, language: str) -> str:
    """The tag in `text` nearest to `language`: itself, its parent (`en-x-easy` -> `en`), the fallback, the first there is."""
    tag = language
    while tag:
        if tag in text:
            return tag
        tag = tag.rpartition("-")[0].removesuffix("-x")
    return FALLBACK if FALLBACK in text else next(iter(text), "")


def clean(words: str) -> str:
    """What a person typed, without NUL, control characters, lone surrogates and marks that reorder text."""
    if words.isascii() and words.isprintable():
        return words.strip()
    whole = words.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.translate(_CONTROLS).translate(_UNSEEN).strip()


def fold(words: str) -> str:
    """Words as they are compared: no case, no accents' spelling differences, no punctuation at the ends."""
    plain = unicodedata.normalize("NFKC", clean(words)).casefold().replace("’", "'")
    if not plain.isascii():
        plain = plain.translate(_ONE_SPELLING)
    return " ".join(plain.strip(_EDGES).split())


def units(words: str) -> int:
    """Length in UTF-16 code units, the way Telegram measures."""
    return len(words) if words.isascii() else len(words.encode("utf-16-le", "surrogatepass")) // 2


def shorten(words: str, most: int) -> str:
    """`words` in at most `most` UTF-16 units, cut at a letter and marked with an ellipsis when cut."""
    if units(words) <= most:
        return words
    room, kept = most - 1, []
    for letter in words:
        room -= units(letter)
        if room < 0:
            break
        kept.append(letter)
    return "".join(kept).rstrip() + "…"


def gaps(text: Text) -> set[str]:
    """The names of all gaps in all languages of `text`."""
    return {name for words in text.values() for name in GAP.findall(words)}


def languages(texts: Iterable[Text]) -> list[str]:
    """Every language met in `texts`, in order of first appearance."""
    return list(dict.fromkeys(tag for text in texts for tag in text))
