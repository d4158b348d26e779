"""Two texts of an engagement compared as a person reads them: in a few sentences, and line by line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.manuscript.manuscripts import parse


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


# --- In a few sentences


def sentences(before: str, after: str) -> list[str]:
    """What changed, a sentence for each question and for what stands around them."""
    old, new = parse(before) or {}, parse(after) or {}
    return [*_around(old, new), *_steps(_by_id(old), _by_id(new))]


def _around(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    changed = [AROUND_WORDS[key] for key in AROUND_WORDS if old.get(key) != new.get(key)]
    if changed:
        yield f"Around the questions, this changed: {', '.join(changed)}."


def _by_id(table: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    steps = table.get("steps")
    return {str(step.get("id")): step for step in steps if isinstance(step, dict)} if isinstance(steps, list) else {}


def _steps(old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    yield from (f"The question “{name}” is new." for name in new if name not in old)
    yield from (f"The question “{name}” is not asked any more." for name in old if name not in new)
    for name in (name for name in new if name in old):
        keys = dict.fromkeys((*old[name], *new[name]))
        words = dict.fromkeys(STEP_WORDS.get(key, "more") for key in keys if old[name].get(key) != new[name].get(key))
        if words:
            yield f"The question “{name}” changed: {', '.join(words)}."
    if [name for name in old if name in new] != [name for name in new if name in old]:
        yield "The questions come in another order."


AROUND_WORDS = {
    "title": "the title", "kind": "what sort it is", "identity": "what people are promised", "audience": "who may take part",
    "charter": "why it is asked", "welcome": "the welcome", "thanks": "the thanks", "reading": "who reads what people write",
    "approved": "which words are approved", "overrides": "findings left with a reason",
}  # fmt: skip
STEP_WORDS = {
    "ask": "its words", "hint": "its explanation", "options": "its answers", "when": "who is asked", "kind": "how it is answered",
    "optional": "whether it can be skipped", "at_least": "its limits", "at_most": "its limits", "about": "where the answer goes",
    "record": "where the answer goes", "says": "what people agree to", "picture": "its picture",
}  # fmt: skip
