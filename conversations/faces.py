"""What a question shows to everyone alike: its words, options and controls, made once an edition."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from conversations.inputs import Back, Done, Input, Skip
from conversations.phrases import PHRASES
from conversations.questions import KINDS, example, how_many, span
from conversations.text import NEXT_LINE, PARAGRAPH, SAME_LINE, Field, Line, Text, gaps

if TYPE_CHECKING:
    from conversations.flow import Option, Step

AT_ONCE = 12
"""Up to so many options are shown together; more come in pages."""

Numbered = Sequence[tuple[int, int, "Option"]]
"""Options offered: the number shown, the position in the edition, the option."""

Controls = tuple[tuple[Line, Callable[[str, int], Input]], ...]
"""Labels, and what the buttons bring when they are told the session and the place of the step."""


def line(key: str, parting: str = PARAGRAPH, *, bold: bool = False, **fields: Field) -> Line:
    """Some of the bot's own words."""
    return Line(PHRASES[key], fields, bold, parting)


@dataclass(frozen=True, slots=True)
class Face:
    """What one step shows. Of a pair the first is for later on, the second for the first question of all.

    `words` are None where they repeat an answer. `labels` are those of all options, by position; `body` is what stands
    under the words when they are all shown, as they are at once and to everyone under a `plain` question.
    """

    identity: Text
    words: Line | None
    beside: tuple[Line, ...]
    options: Numbered
    labels: tuple[tuple[int, Line], ...]
    body: tuple[tuple[Line, ...], tuple[Line, ...]]
    controls: tuple[Controls, Controls]
    plain: bool


def face(step: Step, identity: str) -> Face:
    """The face of one step in a flow with that identity."""
    of = len(step.options)
    options = [(place + 1, place, option) for place, option in enumerate(step.options)]
    beside = _beside(step)
    told = (*beside, *listed(step, options))
    controls = _controls(step)
    apart = is_apart(step, identity)
    return Face(
        identity=PHRASES["own-record" if step.about == "me" else identity],
        words=None if gaps(step.ask) else Line(step.ask, bold=True, parting=NEXT_LINE),
        beside=beside,
        options=options,
        labels=tuple((position, label(step, option, number)) for number, position, option in options),
        body=((*told, *hints(step, of, first=False, apart=apart)), (*told, *hints(step, of, first=True, apart=apart))),
        controls=(((line("back"), Back), *controls), controls),
        plain=step.kind == "scale" or (step.kind != "date" and not step.varies and of <= AT_ONCE),
    )


def _beside(step: Step) -> tuple[Line, ...]:
    """What belongs to the words of a question: what is agreed to, and a hint."""
    says = (line("consent-says", says=step.says),) if step.says else ()
    return (*says, Line(step.hint, parting=NEXT_LINE)) if step.hint else says


def _controls(step: Step) -> Controls:
    skip = ((line("skip"), Skip),) if step.optional and not step.sensitive else ()
    done = ((line("done"), Done),) if KINDS[step.kind].many else ()
    return (*skip, *done)


def listed(step: Step, options: Numbered) -> list[Line]:
    """Options in words; of a scale, what its ends mean."""
    if step.kind == "scale":
        ends = (options[0], options[-1]) if step.low or step.high else ()
        return [Line(option.label, parting=NEXT_LINE) for _, _, option in ends]
    lines = [line("option-line", NEXT_LINE, number=number, label=option.label) for number, _, option in options]
    return [replace(lines[0], parting=PARAGRAPH), *lines[1:]] if step.says else lines


def label(step: Step, option: Option, number: int, picked: Sequence[str] = ()) -> Line:
    """An option on a button; `picked` are those that are ticked or were chosen."""
    if step.kind == "scale":
        return line("ticked-value", number=option.id) if option.id in picked else Line({"en": option.id})
    if option.id not in picked:
        return line("button", number=number, label=option.label)
    if KINDS[step.kind].ordered:
        return line("button-placed", place=picked.index(option.id) + 1, number=number, label=option.label)
    return line("button-ticked", number=number, label=option.label)


def is_apart(step: Step, identity: str) -> bool:
    """Whether an answer is linked to the person where the others are not."""
    return step.about == "me" and identity != "named"


def hints(
    step: Step, of: int, *, first: bool, apart: bool, stage: Line | None = None, today: dt.date = dt.date.min
) -> tuple[Line, ...]:
    """How to answer, in one paragraph: `of` so many options, `first` of all questions, at that `stage` of a date."""
    found = [line("about-me")] if apart else []
    found += [stage] if stage else _how(step, of, today, first=first)
    bounds = span(step, today) if step.kind in {"number", "date"} else None
    found += [bounds] if bounds else []
    if step.optional and (first or KINDS[step.kind].free or step.sensitive):
        found.append(line("how-to-skip"))
    return (*found[:1], *(replace(hint, parting=SAME_LINE) for hint in found[1:]))


def _how(step: Step, of: int, today: dt.date, *, first: bool) -> list[Line]:
    match step.kind:
        case "text":
            return [line("before-text")]
        case "choices":
            _, most = how_many(step, of)
            return [line("how-to-tick", most=most) if most < of else line("how-to-tick-any")]
        case "rank":
            _, most = how_many(step, of)
            return [line("how-to-rank-some", most=most) if most < of else line("how-to-rank")]
        case "number":
            return [line("how-to-count-in", unit=step.unit) if step.unit else line("how-to-count")]
        case "date":
            return [line("how-to-date", example=example(step, today))]
        case "place":
            return [line("how-to-place")]
    return [line("how-to-answer")] if first else []
