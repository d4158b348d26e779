"""Typed words: commands and controls in anyone's language, and options by number or by name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from conversations.inputs import Ask, Back, Done, Input, Leave, Link, Look, Skip
from conversations.phrases import PHRASES, kept
from conversations.reading import breaks
from conversations.text import fold

if TYPE_CHECKING:
    from conversations.flow import Option

LINK_CODE = re.compile(r"[A-Za-z0-9_-]{1,32}")
_SEPARATORS = re.compile(r"[,;،؛&+/>\s]")
_NUMBER = re.compile(r"(?:no\.?|number|option|answer)?\s*#?\(?(\d{1,3})\)?[.)]?")


def interpret(words: str) -> Input | None:
    """The command or control in `words`, or None when they are an answer."""
    head, *rest = words.split(maxsplit=1) or [""]
    if head.startswith("/"):
        name = fold(head[1:].partition("@")[0])
        if name == "start" and rest:
            code = rest[0].strip()
            return Link(code if LINK_CODE.fullmatch(code) else "")
        if name == "pause" and rest:
            return breaks.read(rest[0]) or Ask("pause")
        return COMMANDS.get(name, Ask("unknown"))
    if len(words) >= 40:  # noqa: PLR2004 - no control is that long
        return None
    return _spoken().get(fold(words)) or breaks.spoken(words)


def find_option(options: Sequence[Option], words: str) -> Option | None:
    """The option meant by a number, by its whole words, or by words that begin or stand in one option only."""
    said = fold(words)
    if not said:
        return None
    place = number_in(said)
    if place is not None and 1 <= place <= len(options):
        return options[place - 1]
    labels = [(option, {fold(label) for label in option.label.values()}) for option in options]
    for fits in (_whole, _begins, _holds):
        found = [option for option, names in labels if any(fits(name, said) for name in names)]
        if len(found) == 1:
            return found[0]
        if found:
            return None
        if fits is _whole and said in ways("typed-other"):
            return next((option for option in options if option.other), None)
    return None


def ways(key: str) -> frozenset[str]:
    """The ways of saying something, in any language."""
    return _ways()[key]


def find_options(options: Sequence[Option], words: str) -> list[Option] | None:
    """The options meant by "1, 3", "1 and 3", or their words set apart by commas, as said; None when a part is not clear."""
    whole = find_option(options, words)
    if whole:
        return [whole]
    for parts in _ways_to_part(words):
        found = [find_option(options, part) for part in parts if fold(part)]
        if found and all(found):
            return [option for option in found if option]
    return None


def _ways_to_part(words: str) -> Iterator[list[str]]:
    """`words` apart at commas and at one language's "and" after the other; then at every blank."""
    every = PHRASES["typed-and"].values()
    for ands in every:
        yield re.split(rf"[,;،؛>\n]|\b(?:{ands})\b", words)
    known = {word for ands in every for word in ands.split("|")}
    yield [part for part in _SEPARATORS.split(words) if fold(part) not in known]


def near_options(options: Sequence[Option], words: str) -> list[Option]:
    """The few of many options in which words were found: what someone may have meant by a part of a name."""
    said = fold(words)
    if len(said) < 2 or number_in(said) is not None:  # noqa: PLR2004 - one letter is in nearly all
        return []
    found = [option for option in options if any(said in fold(label) for label in option.label.values())]
    return found if 1 < len(found) <= FEW else []


FEW = 8
"""How many options are offered again when what was typed fits several."""


def number_in(said: str) -> int | None:
    """The number that folded words are: "2", "(2)", "no. 2", "option 2"."""
    found = _NUMBER.fullmatch(said)
    return int(found[1]) if found else None


def names_option(options: Sequence[Option], words: str) -> bool:
    """Whether the whole label of an option was typed."""
    said = fold(words)
    return any(said in map(fold, option.label.values()) for option in options)


def _whole(name: str, said: str) -> bool:
    return name == said


def _begins(name: str, said: str) -> bool:
    return len(said) > 1 and name.startswith(said)


def _holds(name: str, said: str) -> bool:
    return len(said) > 3 and f" {said} " in f" {name} "  # noqa: PLR2004 - shorter words stand in too many options


@kept
def _ways() -> dict[str, frozenset[str]]:
    keys = ("typed-yes", "typed-no", "typed-other")
    return {key: frozenset(fold(way) for words in PHRASES[key].values() for way in words.split("|")) for key in keys}


@kept
def _spoken() -> dict[str, Input]:
    return {
        fold(word): meaning
        for key, meaning in CONTROLS.items()
        for words in PHRASES[f"typed-{key}"].values()
        for word in words.split("|")
    }


COMMANDS: dict[str, Input] = {
    "start": Ask("menu"),
    "menu": Ask("menu"),
    "help": Ask("help"),
    "privacy": Ask("privacy"),
    "language": Ask("language"),
    "choices": Ask("choices"),
    "pause": Ask("pause"),
    "quiet": Ask("quiet"),
    "events": Ask("events"),
    "points": Ask("points"),
    "calendar": Ask("calendar"),
    "newcalendar": Ask("new-calendar"),
    "stop": Ask("stop"),
    "delete": Ask("delete"),
    "back": Back(),
    "skip": Skip(),
    "done": Done(),
    "leave": Leave(),
}

CONTROLS: dict[str, Input] = {
    "help": Ask("help"),
    "menu": Ask("menu"),
    "back": Back(),
    "skip": Skip(),
    "done": Done(),
    "more": Look(),
    "stop": Ask("stop"),
    "pause": Ask("pause"),
    "leave": Leave(),
}
