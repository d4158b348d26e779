"""A flow as a diagram a committee can read: its steps down the page, and lines that go past those not met."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from conversations import plain_words
from conversations.conditions import All, Condition
from conversations.drawing import boxes
from conversations.drawing.page import LABEL, PLAIN, SMALL, TITLE, WIDTH, Page
from conversations.flow import SECTION, Flow, Step
from conversations.text import choose
from conversations.walks import Measure, measure

LANE, SPINE, BRANCH = 26, 80, 152
"""Where lines run down the page: past a section, through every step that all meet, through those some meet."""

EDGE, RIGHT = 52, WIDTH - 28
GAP = 22
"""Between one box and the next."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A section and its steps, or steps before the first section."""

    section: Step | None
    steps: Sequence[Step]


def draw(flow: Flow, language: str = "en") -> str:
    """The SVG of a flow, on A4 sheets, its own words in `language`. The same flow gives the same text."""
    page = Page(language, y=28)
    numbers = number(flow)
    page.words(choose(flow.title, language), EDGE, RIGHT - EDGE, TITLE)
    page.y += 8
    for label, words in _charter(flow, language):
        _row(page, label, words)
    page.y += GAP
    _terminal(page, f"Begins: {plain_words.plain(flow.welcome, flow, language)}" if flow.welcome else "Begins")
    for part in _parts(flow):
        _draw_part(page, flow, part, numbers)
    page.line((SPINE, page.y), (SPINE, page.y + GAP), arrow=True)
    page.y += GAP
    _terminal(page, f"Ends: {plain_words.plain(flow.thanks, flow, language)}" if flow.thanks else "Ends")
    page.y += 20
    return page.finish(choose(flow.title, language), _summary(flow, numbers, language))


def number(flow: Flow) -> dict[str, int]:
    """Question id -> its number in the diagram; putting an option into words is part of its question."""
    asking = (step.id for step in flow.steps if step.asks and not step.other_of)
    return {step: place for place, step in enumerate(asking, 1)}


def how_long(measured: Measure) -> str:
    """A measure in words: "4 to 5 questions, 4 to 7 taps, 1 to 2 minutes"."""
    figures = (
        ("question", measured.questions_least, measured.questions_most),
        ("tap or typed answer", measured.taps_least, measured.taps_most),
        ("minute", measured.minutes_least, measured.minutes_most),
    )
    told = ", ".join(_ranged(*figure) for figure in figures)
    return told if measured.exact else f"{told} (at the outside: too much hangs together to be exact)"


def _ranged(name: str, least: int, most: int) -> str:
    many = name.replace("tap or", "taps or").replace("answer", "answers") if " " in name else f"{name}s"
    return f"{least} {name if least == 1 else many}" if least == most else f"{least} to {most} {many}"


def _charter(flow: Flow, language: str) -> list[tuple[str, str]]:
    charter = flow.charter
    day = f"{charter.feedback_by.day} {charter.feedback_by:%B %Y}"
    return [
        ("What it settles", choose(charter.settles, language)),
        ("Who decides", choose(charter.decided_by, language)),
        ("What can change", choose(charter.can_change, language)),
        ("What cannot change", choose(charter.cannot_change, language)),
        ("People hear back by", day),
        ("For whom", flow.audience.replace("-", " ")),
        ("How answers are kept", IDENTITIES.get(flow.identity, flow.identity)),
        ("How long it takes", how_long(measure(flow, language))),
    ]


IDENTITIES = {
    "anonymous": "anonymous: mixed, so that nobody can tell whose they are",
    "confidential": "confidential: under a code instead of a name",
    "named": "named: with the person’s own record",
}


def _row(page: Page, label: str, words: str) -> None:
    at = page.y
    page.words(label, EDGE, 150, SMALL)
    page.y = at
    page.words(words, EDGE + 156, RIGHT - EDGE - 156, PLAIN)
    page.y += 3


def _terminal(page: Page, words: str) -> None:
    """The beginning or an end: a box with round ends."""
    top = page.y
    page.y += 9
    page.words(words, EDGE + 24, RIGHT - EDGE - 48, PLAIN)
    page.y += 9
    page.box(EDGE, top, RIGHT - EDGE, page.y - top, radius=18)


def _parts(flow: Flow) -> Iterator[_Part]:
    steps = [step for step in flow.steps if not step.other_of]
    for section, some in itertools.groupby(steps, lambda step: step.id if step.kind == SECTION else step.section):
        yield _Part(flow.find(section), [step for step in some if step.kind != SECTION])


def own_when(flow: Flow, step: Step) -> Condition | None:
    """What a step asks for beside its section."""
    section = flow.find(step.section) if step.section else None
    if section is None or section.when is None:
        return step.when
    if isinstance(step.when, All) and step.when.parts[0] == section.when and step.when != section.when:
        return step.when.parts[1]
    return None


def _draw_part(page: Page, flow: Flow, part: _Part, numbers: dict[str, int]) -> None:
    section = part.section
    page.cut()
    top = page.y + GAP / 2
    if section and section.when:
        page.line((SPINE, page.y), (SPINE, top + 15))
        page.y = top + 6
        page.aside("if not", SPINE - 10, LABEL)
        page.y = top
        _say_when(page, flow, section.when, SPINE, numbers)
    begin = page.y
    if section:
        page.y += GAP
        _head(page, flow, section)
    for when, steps in itertools.groupby(part.steps, lambda step: own_when(flow, step)):
        if when is None:
            for step in steps:
                _box(page, flow, step, SPINE, EDGE, numbers)
        else:
            _branch(page, flow, when, list(steps), numbers)
    if section:
        page.line((SPINE, page.y), (SPINE, page.y + GAP * 1.2))
        page.y += GAP * 0.6
        page.band(EDGE - 14, begin + GAP * 0.6, RIGHT - EDGE + 28, page.y - begin - GAP * 0.6)
        page.y += GAP * 0.6
    if section and section.when:
        page.line((SPINE, top), (LANE, top), (LANE, page.y), (SPINE - 1, page.y), arrow=True)


def _head(page: Page, flow: Flow, section: Step) -> None:
    """A section's name and its opening words, beside the line that runs on."""
    top = page.y
    if section.title:
        page.words(choose(section.title, page.language), SPINE + 18, RIGHT - SPINE - 36, boxes.PART)
    page.words(plain_words.plain(section.ask, flow, page.language), SPINE + 18, RIGHT - SPINE - 36, SMALL)
    page.line((SPINE, top - GAP), (SPINE, page.y))
    page.hold()


def _say_when(page: Page, flow: Flow, when: Condition, x: float, numbers: dict[str, int]) -> None:
    """The condition, written beside the line of those who meet it."""
    top = page.y
    page.y += 8
    naming = boxes.naming(flow, page.language, numbers)
    page.words(f"Only if {plain_words.tell(when, flow, page.language, naming)}", x + 14, RIGHT - x - 14, boxes.CONDITION)
    page.line((x, top + 14), (x, page.y))
    page.hold()


def _box(page: Page, flow: Flow, step: Step, line: float, left: float, numbers: dict[str, int]) -> None:
    page.cut()
    page.line((line, page.y), (line, page.y + GAP), arrow=True)
    page.y += GAP
    boxes.draw(page, flow, step, left, RIGHT - left, numbers)


def _branch(page: Page, flow: Flow, when: Condition, steps: Sequence[Step], numbers: dict[str, int]) -> None:
    """Steps that some meet, to the side; the line past them runs straight down."""
    page.cut()
    top = page.y + GAP * 0.8
    page.line((SPINE, page.y), (SPINE, top))
    page.y = top + 6
    page.aside("if not", SPINE - 7, LABEL)
    page.y = top
    _say_when(page, flow, when, BRANCH, numbers)
    for step in steps:
        _box(page, flow, step, BRANCH, BRANCH - SPINE + EDGE, numbers)
    page.line((SPINE, top), (BRANCH, top), (BRANCH, top + 15))
    bottom = page.y + GAP * 0.7
    page.line((BRANCH, page.y), (BRANCH, bottom), (SPINE + 1, bottom), arrow=True)
    page.line((SPINE, top), (SPINE, bottom))
    page.y = bottom


def _summary(flow: Flow, numbers: dict[str, int], language: str) -> str:
    """The diagram for who hears it: each question with its number and when it is asked."""
    told = []
    for step in flow.steps:
        if step.id in numbers:
            words = f"{numbers[step.id]}. {plain_words.plain(step.ask, flow, language)}"
            when = step.when and plain_words.tell(step.when, flow, language)
            told.append(f"{words} Only if {when}." if when else words)
    return f"A diagram of {len(numbers)} questions, in order. " + " ".join(told)
