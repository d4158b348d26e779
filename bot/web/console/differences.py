"""Two texts compared as a person reads them: line by line, with the words that differ marked."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `sort` is same, gone, new, or cut where lines were left out; `parts` are words, and whether they differ."""

    sort: str
    parts: tuple[tuple[str, bool], ...]


def difference(before: str, after: str) -> list[Line]:
    """Two texts compared by line, with a few lines around each change and the words that differ marked."""
    one, other = before.splitlines(), after.splitlines()
    found: list[Line] = []
    for group in difflib.SequenceMatcher(None, one, other).get_grouped_opcodes(AROUND):
        found += [Line("cut", ())] if found else []
        for what, start, end, begin, stop in group:
            if what == "equal":
                found += [Line("same", ((line, False),)) for line in one[start:end]]
            else:
                found += _changed(one[start:end], other[begin:stop])
    return found


def _changed(gone: Sequence[str], new: Sequence[str]) -> list[Line]:
    if len(gone) != len(new) or max(map(len, (*gone, *new))) > LONGEST_LINE:
        return [*(Line("gone", ((line, False),)) for line in gone), *(Line("new", ((line, False),)) for line in new)]
    pairs = [_words_changed(was, now) for was, now in zip(gone, new, strict=True)]
    return [*(was for was, _ in pairs), *(now for _, now in pairs)]


def _words_changed(was: str, now: str) -> tuple[Line, Line]:
    one, other = re.findall(r"\w+|\W", was), re.findall(r"\w+|\W", now)
    codes = difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    gone = tuple(("".join(one[start:end]), what != "equal") for what, start, end, _, _ in codes if end > start)
    new = tuple(("".join(other[start:end]), what != "equal") for what, _, _, start, end in codes if end > start)
    return Line("gone", gone), Line("new", new)


AROUND = 2  # lines
LONGEST_LINE = 2_000  # letters; within longer ones no words are looked for
