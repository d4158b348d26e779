"""The box of one step: its number and kind, its words, and what can be answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from conversations import plain_words
from conversations.drawing.page import LABEL, PLAIN, QUESTION, SMALL, Page, Style, wrap
from conversations.flow import Flow, Option, Step
from conversations.plain_words import Naming
from conversations.questions import KINDS, how_many
from conversations.text import choose

PART, CONDITION = Style(17, bold=True), Style(12.5)
PAD = 13
IN_A_ROW = {"yes-no", "agree", "scale", "consent"}
"""Kinds whose options stand in one line."""

MANY = 8
"""More options than this stand in two columns, when they are short."""


def draw(page: Page, flow: Flow, step: Step, x: float, width: float, numbers: Mapping[str, int]) -> None:
    """Draw a step at the page's height, and move below it."""
    top, left, inner = page.y, x + PAD, width - 2 * PAD
    page.y += PAD - 3
    flags = _flags(step, page.language)
    page.aside(flags, x + width - PAD)
    page.words(" ".join(filter(None, (_number(step, numbers), _kind(step)))), left, inner - 7 * len(flags), LABEL)
    for text, style in ((step.sensitive, SMALL), (step.says, PLAIN), (step.ask, QUESTION), (step.hint, SMALL)):
        if text:
            page.words(plain_words.plain(text, flow, page.language), left, inner, style if step.asks else PLAIN)
    if step.picture:
        page.words(f"Picture: {choose(step.picture.alt, page.language)}", left, inner, SMALL)
    if step.options:
        page.y += 4
        _options(page, flow, step, left, inner, numbers)
    page.y += PAD - 3
    page.box(x, top, width, page.y - top, radius=7 if step.asks else 16)


def naming(flow: Flow, language: str, numbers: Mapping[str, int]) -> Naming:
    """How conditions name a question here: by its number and words."""

    def named(step: Step) -> str:
        words = plain_words.name(step, flow, language)
        return f"question {numbers[step.id]} {words}" if step.id in numbers else words

    return named


def _number(step: Step, numbers: Mapping[str, int]) -> str:
    return f"{numbers[step.id]}." if step.id in numbers else ""


def _kind(step: Step) -> str:
    words = KIND_WORDS.get(step.kind, step.kind)
    if KINDS[step.kind].many and len(step.options):
        least, most = how_many(step, len(step.options))
        words += f": {least}" if least == most else f": {least} to {most}"
    bounds = {"from": step.at_least, "to": step.at_most} if step.kind in {"number", "date"} else {}
    return " ".join([words, *(f"{word} {_bound(bound)}" for word, bound in bounds.items() if bound is not None)])


def _bound(bound: object) -> str:
    return f"{bound.day} {bound:%B %Y}" if isinstance(bound, dt.date) else str(bound)


def _flags(step: Step, language: str) -> str:
    unit = choose(step.unit, language) if step.unit else ""
    about = "kept with their own record" if step.about == "me" else ""
    return " · ".join(filter(None, (unit, about, "can be skipped" if step.optional else "")))


def _options(page: Page, flow: Flow, step: Step, left: float, width: float, numbers: Mapping[str, int]) -> None:
    labels = [_label(flow, step, option, page.language, numbers) for option in step.options]
    if step.kind in IN_A_ROW:
        page.words("   ·   ".join(labels), left, width)
        return
    half = (width - 20) / 2
    columns = 2 if len(labels) > MANY and all(len(wrap(label, half - 20)) == 1 for label in labels) else 1
    down = -(-len(labels) // columns)
    top, bottom = page.y, page.y
    for column in range(columns):
        page.y, x = top, left + column * (half + 20)
        for label in labels[column * down : (column + 1) * down]:
            page.mark(x + 6, square=KINDS[step.kind].many)
            page.words(label, x + 20, (width if columns == 1 else half) - 20)
        bottom = max(bottom, page.y)
    page.y = bottom


def _label(flow: Flow, step: Step, option: Option, language: str, numbers: Mapping[str, int]) -> str:
    told = [choose(option.label, language)]
    asked = next((each for each in flow.steps if each.other_of == step.id), None) if option.other else None
    if asked:
        told.append(f"→ {plain_words.plain(asked.ask, flow, language)}")
    if option.alone:
        told.append("(only by itself)")
    if option.when:
        told.append(f"(only if {plain_words.tell(option.when, flow, language, naming(flow, language, numbers))})")
    return " ".join(told)


KIND_WORDS: dict[str, str] = {
    "say": "Said",
    "choice": "Pick one",
    "choices": "Pick some",
    "yes-no": "Yes or no",
    "agree": "Agree, disagree or pass",
    "consent": "Agree to these words",
    "text": "In their own words",
    "scale": "On a scale",
    "number": "A number",
    "date": "A day",
    "place": "The first part of a postcode",
    "rank": "Put in order",
}
