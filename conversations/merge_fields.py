"""What the words of a broadcast may leave to be filled in for each person, and what else must hold of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from conversations.checking.care.safety import LOCK_SCREEN
from conversations.checking.problems import quote, suggest
from conversations.text import FALLBACK, GAP, clean, units

FIELDS: Mapping[str, str] = {
    "organisation": "the name of your organisation",
    "name": "what they want to be called, further on than a locked screen shows; nothing, if they never said",
    "engagement": "the title of what the button opens",
    "feedback-day": "the day by which you said you would tell people what happened",
}
"""Everything that may stand in {braces}. Whatever fills one is words only, and never an answer."""

OF_ENGAGEMENTS = {"engagement", "feedback-day"}

LONGEST = 4096
"""UTF-16 units of a message."""
LONGEST_VALUE = 300
"""Units of what fills a field; longer ones are cut."""
ROOM = 300
"""Units kept free for how to stop, and for the marks of right-to-left words."""

_BRACES = re.compile(r"\{([^{}\n]*)\}")


def faults(words: Mapping[str, str], *, opens: bool) -> Iterator[str]:
    """What keeps these words (language -> words) from being sent, in sentences; `opens` says that a button opens something."""
    if not words.get(FALLBACK, "").strip():
        yield "Write the message in English: people whose language is not there get that, or nothing."
    for tag, said in words.items():
        yield from _faults(tag, said, opens=opens)


def _faults(tag: str, said: str, *, opens: bool) -> Iterator[str]:
    for name in dict.fromkeys(_BRACES.findall(said)):
        if name not in FIELDS:
            hint = suggest(name.strip().lower(), FIELDS, f"use one of {', '.join(FIELDS)}")
            yield f"{tag}: there is nothing to fill {quote(f'{{{name}}}')} with; {hint}"
        elif name in OF_ENGAGEMENTS and not opens:
            yield f"{tag}: {{{name}}} needs something for the button to open; choose it, or take {{{name}}} out"
    before, named, _ = said.partition("{name}")
    if named and len(_BRACES.sub("", before)) < LOCK_SCREEN:
        yield f"{tag}: {{name}} may show on a locked screen; begin with {LOCK_SCREEN} letters that anybody may see"
    over = units(said) + LONGEST_VALUE * len(GAP.findall(said)) + ROOM - LONGEST
    if over > 0:
        yield f"{tag}: this is {over} letters too long for one message; make it shorter"


def tidy(words: Mapping[str, str]) -> dict[str, str]:
    """Words as they are kept: without marks nobody sees, and without languages nobody wrote."""
    return {tag: cleaned for tag, said in words.items() if (cleaned := clean(said.replace("\r\n", "\n")))}
