"""Kinds of question: how the words of an answer are read. A new kind is one function and one line in KINDS."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from conversations import reading, records
from conversations.phrases import PHRASES
from conversations.reading import amounts, days, postcodes
from conversations.session import Answer
from conversations.text import FALLBACK, Field, Line, Text, fold, languages, units

if TYPE_CHECKING:
    from conversations.flow import Bound, Option, Step

LONGEST_TEXT = 4096  # UTF-16 units; nobody can send more in one Telegram message
TODAY = "today"
PLEASE_SAY = PHRASES["please-say"]
"""What is asked behind an option like "something else" that brings no words of its own."""


@dataclass(frozen=True, slots=True)
class Misread:
    """A wrong answer: a value, not an error; `why` says kindly what would be right.

    `near` holds the ids of the options the words could mean, when they could mean a few.
    """

    why: Line
    near: tuple[str, ...] = ()


Reader = Callable[["Step", Sequence["Option"], str, dt.date], Answer | Misread]
Table = Mapping[str, Any]


def written(table: Table) -> Sequence[Table]:
    """The options as the file lists them."""
    found: Sequence[Table] = table.get("options", ())
    return found


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of question is answered.

    `read` turns words, typed on a day, into an answer. `options` gives those a step of this kind has; `picks` says that
    they can be tapped, `many` that several can, sent with Done, `ordered` that their order is the answer. `free` answers are
    in one's own words, so a person has to read them. `takes` lists the keys a file may use beside those of every step, `needs`
    those it must; `compares` lists what a `when` may ask of an answer.
    """

    read: Reader
    asks: bool = True
    picks: bool = False
    many: bool = False
    ordered: bool = False
    free: bool = False
    options: Callable[[Table], Sequence[Table]] = written
    takes: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    compares: tuple[str, ...] = ("is", "includes", "includes_all", "answered")


def read_nothing(step: Step, options: Sequence[Option], words: str, today: dt.date) -> Answer | Misread:  # noqa: ARG001
    """`say` and `section` wait for nothing."""
    return Misread(Line(PHRASES["pick-one"]))


def read_choice(step: Step, options: Sequence[Option], words: str, today: dt.date) -> Answer | Misread:  # noqa: ARG001
    """One option, by its number or its words."""
    found = reading.find_option(options, words)
    if found is None:
        near = reading.near_options(options, words)
        return Misread(Line(PHRASES["which-of-these" if near else "pick-one"]), tuple(option.id for option in near))
    return Answer(chosen=(found.id,))


def read_yes_no(step: Step, options: Sequence[Option], words: str, today: dt.date) -> Answer | Misread:
    """Yes or no, in the many ways people say it."""
    said = fold(words)
    found = next((answer for answer in ("yes", "no") if said in reading.ways(f"typed-{answer}")), None)
    return Answer(chosen=(found,)) if found else read_choice(step, options, words, today)


def read_choices(step: Step, options: Sequence[Option], words: str, today: dt.date) -> Answer | Misread:  # noqa: ARG001
    """Several options, by numbers or words: "1 and 3"."""
    found = reading.find_options(options, words)
    if found is None:
        return Misread(Line(PHRASES["pick-some"], {"most": len(options)}))
    return weigh(step, options, tuple(option.id for option in options if option in found))


def read_rank(step: Step, options: Sequence[Option], words: str, today: dt.date) -> Answer | Misread:  # noqa: ARG001
    """Options in order, best first: "3, 1, 2"."""
    found = reading.find_options(options, words)
    if found is None or len({option.id for option in found}) < len(found):  # a place cannot be given twice
        return Misread(Line(PHRASES["put-in-order"]))
    return weigh(step, options, tuple(option.id for option in found))


def read_scale(step: Step, options: Sequence[Option], words: str, today: dt.date) -> Answer | Misread:  # noqa: ARG001
    """A value of the scale, as a number or by the words at one of its ends."""
    value = amounts.read(_OUT_OF.sub("", words) if words.endswith(options[-1].id) else words)
    spelt = amounts.spell(value) if value is not None else ""
    ends = {options[0].id: step.low, options[-1].id: step.high}
    found = [o.id for o in options if o.id == spelt or _says(o.label, words) or _says(ends.get(o.id, {}), words)]
    if not found:
        return Misread(Line(PHRASES["pick-on-scale"], {"least": options[0].id, "most": options[-1].id}))
    return Answer(chosen=(found[0],))


_OUT_OF = re.compile(r"\s*/\s*\d+$")
"""The end of a mark like 7/10: what it is out of."""


def _says(text: Text, words: str) -> bool:
    """Whether `words` are those of `text` in any of its languages."""
    return fold(words) in map(fold, text.values())


def read_number(step: Step, options: Sequence[Option], words: str, today: dt.date) -> Answer | Misread:  # noqa: ARG001
    """A number, with or without its unit, within the bounds of the step."""
    value = amounts.read(words)
    if value is None:
        number, unit = amounts.split(words)
        value = amounts.read(number) if unit and _is_unit(step, unit) else None
    if value is None:
        return Misread(Line(PHRASES["type-a-number"], {"example": example(step, today)}))
    if step.whole and value != value.to_integral_value():
        return Misread(Line(PHRASES["whole-number"], {"example": example(step, today)}))
    least, most = step.at_least, step.at_most
    if (least is not None and value < Decimal(str(least))) or (most is not None and value > Decimal(str(most))):
        return Misread(_within("number", least, most))
    return Answer(chosen=(amounts.spell(value),))


def _is_unit(step: Step, word: str) -> bool:
    """Whether a word typed behind a number is the unit of the step, whole or begun: "12 h", "1 hour"."""
    said = word.strip(" .")
    return any(fold(unit).startswith(said) or said.startswith(fold(unit)) for unit in step.unit.values())


def read_date(step: Step, options: Sequence[Option], words: str, today: dt.date) -> Answer | Misread:  # noqa: ARG001
    """A day, within the bounds of the step."""
    least, most = day_bound(step.at_least, today), day_bound(step.at_most, today)
    found = days.read(words, today, least or dt.date.min, most or dt.date.max)
    if found is None:
        return Misread(Line(PHRASES["type-a-date"], {"example": example(step, today)}))
    if (least and found < least) or (most and found > most):
        return Misread(_within("date", least, most))
    return Answer(chosen=(found.isoformat(),))


def read_place(step: Step, options: Sequence[Option], words: str, today: dt.date) -> Answer | Misread:  # noqa: ARG001
    """The first part of a postcode; when a whole one was typed the rest is dropped."""
    found = postcodes.read(words)
    return Answer(chosen=(found,)) if found else Misread(Line(PHRASES["type-a-postcode"]))


def read_text(step: Step, options: Sequence[Option], words: str, today: dt.date) -> Answer | Misread:  # noqa: ARG001
    """Whatever was written."""
    if not words:
        return Misread(Line(PHRASES["write-something"]))
    if step.record == records.NAME and units(words) > records.LONGEST_NAME:
        return Misread(Line(PHRASES["name-too-long"], {"most": records.LONGEST_NAME}))
    if units(words) > LONGEST_TEXT:
        return Misread(Line(PHRASES["too-long"], {"most": LONGEST_TEXT}))
    return Answer(text=words)


def weigh(step: Step, options: Sequence[Option], chosen: tuple[str, ...]) -> Answer | Misread:
    """The answer `chosen` makes, unless it is too few, too many, or sets an option that stands alone beside others."""
    least, most = how_many(step, len(options))
    alone = [option for option in options if option.alone and option.id in chosen]
    if alone and len(chosen) > 1:
        return Misread(Line(PHRASES["stands-alone"], {"option": alone[0].label}))
    if KINDS[step.kind].ordered and len(chosen) == len(options) - 1 < least:  # the last one's place is clear
        chosen += tuple(option.id for option in options if option.id not in chosen)
    if len(chosen) < least and not alone:
        return Misread(Line(PHRASES["too-few"], {"least": least}))
    if len(chosen) > most:
        return Misread(Line(PHRASES["too-many"], {"most": most}))
    return Answer(chosen=chosen)


def how_many(step: Step, offered: int) -> tuple[int, int]:
    """The least and most options to pick out of those offered; of a ranking all, unless the step says otherwise."""
    most = step.at_most if isinstance(step.at_most, int) and step.at_most < offered else offered
    by_itself = most if KINDS[step.kind].ordered else 1
    return step.at_least if isinstance(step.at_least, int) else by_itself, most


def day_bound(bound: Bound | None, today: dt.date) -> dt.date | None:
    """A step's bound as a day."""
    return today if bound == TODAY else bound if isinstance(bound, dt.date) else None


def example(step: Step, today: dt.date) -> Field:
    """An answer as it could be: a number or a day within the bounds of the step."""
    if step.kind == "date":
        first, last = day_bound(step.at_least, today), day_bound(step.at_most, today)
        return max(first or today, min(today, last or today))
    value = _TWELVE if step.at_least is None else max(_TWELVE, Decimal(str(step.at_least)))
    return amounts.spell(value if step.at_most is None else min(value, Decimal(str(step.at_most))))


_TWELVE = Decimal(12)


def span(step: Step, today: dt.date) -> Line | None:
    """What an answer must lie between, said beforehand; None when there are no bounds."""
    dated = step.kind == "date"
    least = day_bound(step.at_least, today) if dated else step.at_least
    most = day_bound(step.at_most, today) if dated else step.at_most
    if least is None and most is None:
        return None
    only = "range-up-to" if least is None else "dates-from" if dated else "range-from"
    return Line(PHRASES["range-between" if least is not None and most is not None else only], _bounds(least, most))


def _within(what: str, least: Bound | None, most: Bound | None) -> Line:
    """What is said when an answer lies outside its bounds."""
    side = "between" if least is not None and most is not None else "from" if least is not None else "up-to"
    return Line(PHRASES[f"{what}-{side}"], _bounds(least, most))


def _bounds(least: Bound | None, most: Bound | None) -> dict[str, Field]:
    bounds = {"least": least, "most": most}
    return {name: bound if isinstance(bound, dt.date) else str(bound) for name, bound in bounds.items() if bound is not None}


LEAST, MOST = 1, 5
"""The ends of a scale that names none."""


def values(table: Table) -> Sequence[Table]:
    """The options of a scale: one a value, the ends with their words."""
    least, most = table.get("at_least", LEAST), table.get("at_most", MOST)
    ends = {least: table.get("low", {}), most: table.get("high", {})}
    return [{"id": str(value), "label": _value(value, ends.get(value, {}))} for value in range(least, most + 1)]


def _value(value: int, end: Mapping[str, str]) -> dict[str, str]:
    tags = dict.fromkeys([FALLBACK, *languages([end])])
    return {tag: f"{value} – {end[tag]}" if tag in end else str(value) for tag in tags}


def brought(*keys: str) -> Callable[[Table], Sequence[Table]]:
    """Options that come with the kind: id -> the bot's own words."""
    options = tuple({"id": key.rpartition(" ")[2], "label": PHRASES[key.partition(" ")[0]]} for key in keys)
    return lambda _table: options


_MEASURES = ("is", "at_least", "at_most", "answered")

KINDS: dict[str, Kind] = {
    "say": Kind(read_nothing, asks=False),
    "section": Kind(read_nothing, asks=False, takes=("title",)),
    "choice": Kind(read_choice, picks=True, needs=("options",)),
    "choices": Kind(read_choices, picks=True, many=True, takes=("at_least", "at_most"), needs=("options",)),
    "yes-no": Kind(read_yes_no, picks=True, takes=("quotes",), options=brought("yes yes", "no no")),
    "agree": Kind(read_choice, picks=True, options=brought("agree agree", "disagree disagree", "pass pass")),
    "consent": Kind(
        read_choice,
        picks=True,
        takes=("quotes",),
        options=brought("consent-yes yes", "consent-no no"),
        needs=("says",),
    ),
    "scale": Kind(
        read_scale,
        picks=True,
        options=values,
        takes=("at_least", "at_most", "low", "high"),
        compares=_MEASURES,
    ),
    "rank": Kind(
        read_rank,
        picks=True,
        many=True,
        ordered=True,
        takes=("at_least", "at_most"),
        needs=("options",),
        compares=("first", "includes", "includes_all", "answered"),
    ),
    "number": Kind(read_number, takes=("at_least", "at_most", "whole", "unit"), compares=_MEASURES),
    "date": Kind(read_date, takes=("at_least", "at_most"), compares=_MEASURES),
    "place": Kind(read_place, compares=("is", "answered")),
    "text": Kind(read_text, free=True, compares=("answered",)),
}
