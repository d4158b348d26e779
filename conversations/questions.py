"""Kinds of question: how the words of an answer are read. A new kind is one function and one line in KINDS."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conversations import reading
from conversations.phrases import PHRASES
from conversations.session import Answer
from conversations.text import Line, units

if TYPE_CHECKING:
    from conversations.flow import Option, Step

LONGEST_TEXT = 4096  # UTF-16 units; nobody can send more in one Telegram message


@dataclass(frozen=True, slots=True)
class Misread:
    """A wrong answer: a value, not an error; `why` says kindly what would be right."""

    why: Line


Reader = Callable[["Step", Sequence["Option"], str], Answer | Misread]


@dataclass(frozen=True, slots=True)
class Kind:
    """`read` turns words into an answer; `many` lets several options be ticked; `options` are those it brings itself."""

    read: Reader
    asks: bool = True
    picks: bool = False  # has options to tap
    many: bool = False
    free: bool = False  # answered in one's own words: a person has to read them
    options: tuple[Mapping[str, Any], ...] = ()


def read_nothing(step: Step, options: Sequence[Option], words: str) -> Answer | Misread:  # noqa: ARG001
    """`say` waits for nothing."""
    return Misread(Line(PHRASES["pick-one"]))


def read_choice(step: Step, options: Sequence[Option], words: str) -> Answer | Misread:  # noqa: ARG001
    """One option, by its number or its words."""
    found = reading.find_option(options, words)
    if found is None:
        return Misread(Line(PHRASES["pick-one"], {"most": len(options)}))
    return Answer(chosen=(found.id,))


def read_choices(step: Step, options: Sequence[Option], words: str) -> Answer | Misread:
    """Several options, by numbers or words: "1 and 3"."""
    found = reading.find_options(options, words)
    if found is None:
        return Misread(Line(PHRASES["pick-some"], {"most": len(options)}))
    return weigh(step, options, tuple(option.id for option in found))


def read_text(step: Step, options: Sequence[Option], words: str) -> Answer | Misread:  # noqa: ARG001
    """Whatever was written."""
    if not words:
        return Misread(Line(PHRASES["write-something"]))
    if units(words) > LONGEST_TEXT:
        return Misread(Line(PHRASES["too-long"], {"most": LONGEST_TEXT}))
    return Answer(text=words)


def weigh(step: Step, options: Sequence[Option], chosen: tuple[str, ...]) -> Answer | Misread:
    """The answer `chosen` makes, unless it is too few, too many, or sets an option that stands alone beside others."""
    most = step.at_most or len(options)
    alone = [option for option in options if option.alone and option.id in chosen]
    if alone and len(chosen) > 1:
        return Misread(Line(PHRASES["stands-alone"], {"option": alone[0].label}))
    if len(chosen) < step.at_least and not alone:
        return Misread(Line(PHRASES["too-few"], {"least": step.at_least}))
    if len(chosen) > most:
        return Misread(Line(PHRASES["too-many"], {"most": most}))
    return Answer(chosen=chosen)


YES_NO = ({"id": "yes", "label": PHRASES["yes"]}, {"id": "no", "label": PHRASES["no"]})

KINDS: dict[str, Kind] = {
    "say": Kind(read_nothing, asks=False),
    "choice": Kind(read_choice, picks=True),
    "choices": Kind(read_choices, picks=True, many=True),
    "yes-no": Kind(read_choice, picks=True, options=YES_NO),
    "text": Kind(read_text, free=True),
}
