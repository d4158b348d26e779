"""The rule on questions others have written: unaltered where they must be, named, and none that may not be asked here."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from conversations.checking.care.draft import Draft, Remark, Words, about
from conversations.checking.care.instruments import INSTRUMENTS, USABLE, Instrument
from conversations.checking.problems import ADVICE, quote, suggest
from conversations.checking.shapes import Table
from conversations.text import fold

ALIKE = 0.88
"""From this likeness on (1 is the same) words are taken for those of an instrument."""
INSTEAD = "ask in your own words what you need to decide"


def check_instruments(draft: Draft) -> Iterator[Remark]:
    for place, step in draft.questions:
        name = step.get("instrument")
        if name is None:
            continue
        instrument = INSTRUMENTS.get(name)
        if instrument is None:
            todo = suggest(name, USABLE, "take it out")
            yield about(place, step, "instrument", f"no instrument is registered as {quote(name)}", todo)
        elif instrument.forbidden:
            what = f"{instrument.name} may not be asked here: {instrument.forbidden}"
            yield about(place, step, "instrument", what, INSTEAD)
        else:
            yield from _uncredited(instrument, draft, place, step)
            yield from _altered(instrument, draft, place, step) if not instrument.may_edit else ()
    for words in draft.texts:
        if not words.step.get("instrument"):
            yield from _borrowed(words)


def _uncredited(instrument: Instrument, draft: Draft, place: int, step: Table) -> Iterator[Remark]:
    if not any(instrument.credit in words.words for words in draft.texts):
        what = f"nothing says where {instrument.name} is from"
        yield about(place, step, "instrument", what, f"write in the thanks: {instrument.attribution}", ADVICE)


def _altered(instrument: Instrument, draft: Draft, place: int, step: Table) -> Iterator[Remark]:
    """Where a locked step says anything but the registered words."""
    at = f"steps.{step['id']}"
    labels = [f"{at}.options.{option['id']}.label" for option in step.get("options", ())]
    if len(labels) != len(instrument.options):
        what = f"{instrument.name} has {len(instrument.options)} answers, and this has {len(labels)}"
        yield about(place, step, "options", what, "write them all, in their order")
        return
    agreed = dict(zip((f"{at}.ask", *labels), (instrument.ask, *instrument.options), strict=True))
    for words in draft.texts:
        if words.step is not step or words.at not in agreed:
            continue
        right = agreed[words.at].get(words.language)
        if right is None:
            what = f"no agreed words of {instrument.name} are known here in {quote(words.language)}"
            yield words.remark(what, "use the official translation, and say in an override where it is from", ADVICE)
        elif _plain(right) != _plain(words.words):
            yield words.remark(f"the words of {instrument.name} may not be changed", f"write {quote(right)}")


def _borrowed(words: Words) -> Iterator[Remark]:
    said = " ".join(words.plain.casefold().split())
    for instrument in INSTRUMENTS.values():
        if any(all(part in said for part in parts) for parts in instrument.telltale):
            what = f"{quote(words.words)} reads like {instrument.name}, and {instrument.forbidden}"
            yield words.remark(what, INSTEAD)
        agreed = instrument.ask.get(words.language) if words.part == "ask" and not instrument.may_edit else None
        if agreed and _alike(fold(agreed), fold(words.words)):
            what = f"{quote(words.words)} is nearly the question of {instrument.name}"
            todo = f'write {quote(agreed)} with instrument = "{instrument.id}", or ask something else'
            yield words.remark(what, todo, ADVICE)


def _alike(one: str, other: str) -> bool:
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    return min(matcher.real_quick_ratio(), matcher.quick_ratio()) >= ALIKE and matcher.ratio() >= ALIKE


def _plain(words: str) -> str:
    return " ".join(words.replace("’", "'").split())
