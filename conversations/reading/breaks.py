"""How long a break from messages is to be, as people type it: "2 weeks", "for a month", "off"."""

from __future__ import annotations

import re

from conversations.inputs import Pause
from conversations.phrases import PHRASES, kept
from conversations.reading import amounts
from conversations.text import fold

UNITS = ("day", "week", "month")
_LONGEST = 1000  # of any unit; more is a slip of the finger


def read(words: str) -> Pause | None:
    """The break in `words`, or the end of one; None when they say neither."""
    said = fold(words)
    if said in _ways("typed-break-over"):
        return Pause()
    *_, said = re.split(rf"^(?:{_either('typed-break-for')})\s+", said)
    number, _, unit = said.rpartition(" ")
    if not number:  # "2weeks"
        number, unit = amounts.split(said)
    found = next((name for name in (*UNITS, "year") if unit in _ways(f"typed-span-{name}s")), None)
    count = 1 if number in _ways("typed-one") else amounts.read(number)
    if found is None or count is None or count != int(count) or not 0 < count < _LONGEST:
        return None
    return Pause(int(count) * 12, "month") if found == "year" else Pause(int(count), found)


def spoken(words: str) -> Pause | None:
    """The same behind a word for taking a break, without a slash: "pause 2 weeks"."""
    begun = re.match(rf"(?:{_either('typed-pause')})\s+", fold(words))
    return read(fold(words)[begun.end() :]) if begun else None


def _either(key: str) -> str:
    return "|".join(sorted(map(re.escape, _ways(key)), key=len, reverse=True))


def _ways(key: str) -> frozenset[str]:
    return _known()[key]


@kept
def _known() -> dict[str, frozenset[str]]:
    spans = (f"typed-span-{unit}s" for unit in (*UNITS, "year"))
    keys = ("typed-pause", "typed-break-over", "typed-break-for", "typed-one", *spans)
    return {key: frozenset(fold(way) for words in PHRASES[key].values() for way in words.split("|")) for key in keys}
