"""Marks that keep text of one direction whole inside text of the other, and that say which way a line runs.

The isolates of the Unicode Bidirectional Algorithm (UAX #9): each begins and ends within one line, for a line end ends it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import bidirectional

from conversations.text import GAP, shorten

LEFT_TO_RIGHT, FIRST_STRONG, END = "\u2066", "\u2068", "\u2069"
RIGHT_TO_LEFT_MARK = "\u200f"

_BEGINNINGS = "\u2066\u2067\u2068"
_STEERING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_LINE = re.compile("[^\n\r\x1c-\x1e\x85\u2029]+")
_RIGHT_TO_LEFT = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff\U0001e800-\U0001efff"
_HAS_RIGHT_TO_LEFT = re.compile(f"[{_RIGHT_TO_LEFT}]")
_TURNS = re.compile(f"[{_RIGHT_TO_LEFT}\u200f\u202a-\u202e\u2066-\u2069]")
_STRONG = {"R", "AL"}
_DIGIT = "[0-9٠-٩۰-۹]"
_NUMBER = rf"{_DIGIT}(?:(?:{_DIGIT}|[ ,.:/٫٬–-])*{_DIGIT})?[%°+]?"
_PIECE = rf"(?:[A-Za-z\u00c0-\u024f]+|{_NUMBER})"
_ADDRESS = r"https?://|\b(?:www|t)\.\w|[\w.+-]+@\w"
_FIGURES = re.compile(
    r"https?://\S+(?<![.,;:!?)،؛۔؟])"
    r"|\b(?:www|t)\.[\w.]+\S*(?<![.,;:!?)،؛۔؟])"
    r"|[\w.+-]+@[\w.-]+\w"
    r"|(?<![\w/])/[a-z]\w*"
    rf"|(?P<run>(?:(?<!\S)[-−]|[+£$€])?{_PIECE}(?:[ .:/&'’–-]?(?!{_ADDRESS}){_PIECE})*)",
    re.ASCII,
)
"""An address, a /command, or a number with the Latin words it stands among: "ME14", "4.30pm", "NHS 111"."""
_HAS_DIGIT = re.compile(_DIGIT)


def isolate(words: str) -> str:
    """Words put into others: whichever way they run, they do not reorder what is around them."""
    plain = words.translate(_STEERING)
    whole = isolate_figures(plain) if runs_right_to_left(plain) else plain
    return _LINE.sub(rf"{FIRST_STRONG}\g<0>{END}", whole)


def isolate_number(words: str) -> str:
    """A number, and what belongs to it, put into words of a right-to-left language."""
    return f"{LEFT_TO_RIGHT}{words}{END}"


def isolate_figures(words: str) -> str:
    """Words of a right-to-left language with their numbers, times, phone numbers, links and /commands kept whole."""
    return _FIGURES.sub(_isolate_figure, words)


def _isolate_figure(found: re.Match[str]) -> str:
    latin_only = found["run"] and not _HAS_DIGIT.search(found["run"])
    return found[0] if latin_only else isolate_number(found[0])


def runs_right_to_left(words: str) -> bool:
    """Whether any letter does."""
    return not words.isascii() and _HAS_RIGHT_TO_LEFT.search(words) is not None


def may_turn(words: str) -> bool:
    """Whether words could reorder those around them: by a right-to-left letter, or by a mark of their own."""
    return not words.isascii() and _TURNS.search(words) is not None


def lead(words: str) -> str:
    """Words whose every line runs from right to left, whatever it begins with."""
    lines = words.split("\n")
    return "\n".join(line if not line or bidirectional(line[0]) in _STRONG else RIGHT_TO_LEFT_MARK + line for line in lines)


@lru_cache(maxsize=4096)
def mend(words: str) -> str:
    """An author's words without their own marks, should those not be closed where they stand: in their line, between gaps."""
    parts = (part for line in _LINE.findall(words) for part in GAP.split(line))
    return words if all(unclosed(part) == 0 for part in parts) else words.translate(_STEERING)


def unclosed(words: str) -> int:
    """How many isolates are open at the end; -1 when more are closed than were opened."""
    depth = 0
    for mark in words if not words.isascii() else "":
        depth += (mark in _BEGINNINGS) - (mark == END)
        if depth < 0:
            return depth
    return depth


def plain(words: str) -> str:
    """Words without any mark of direction."""
    return words.translate(_STEERING).replace(RIGHT_TO_LEFT_MARK, "")


def cut(words: str, most: int) -> str:
    """`words` in at most `most` UTF-16 units, every isolate closed."""
    for room in range(most):
        short = shorten(words, most - room)
        ends = unclosed(short.rpartition("\n")[2])
        if ends <= room:
            return short + END * ends
    return ""
