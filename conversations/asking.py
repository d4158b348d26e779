"""A question as a person sees it: its words, its options and how to answer, and the buttons under it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from conversations import stages
from conversations.effects import Button, Rows, Say
from conversations.flow import SECTION, Flow, Option, Step, offered, progress
from conversations.inputs import Ask, Back, Done, Input, Skip, Tap
from conversations.phrases import PHRASES
from conversations.questions import KINDS, how_many
from conversations.session import Answer, Session
from conversations.text import NEXT_LINE, PARAGRAPH, SAME_LINE, Field, Line, Text, gaps, shorten

LONGEST_REPEAT = 200
"""UTF-16 units of someone's own words that are repeated to them; more would crowd out the question."""

AT_ONCE = 12
PAGE = 8
"""Up to AT_ONCE options are shown together; more come in pages of PAGE."""

A_ROW = 6
"""Values of a scale that stand side by side."""


def line(key: str, parting: str = PARAGRAPH, *, bold: bool = False, **fields: Field) -> Line:
    """Some of the bot's own words."""
    return Line(PHRASES[key], fields, bold, parting)


@dataclass(frozen=True, slots=True)
class Screen:
    """What a question is shown with: the flow, where they stand, what `when` may ask of the person, and the day it is.

    `near` holds the ids of the few options that what was typed could mean; empty when all are shown.
    """

    flow: Flow
    session: Session
    person: Mapping[str, str]
    today: dt.date
    near: tuple[str, ...] = ()


def tell(screen: Screen, step: Step) -> Say:
    """Something said between questions; a section says its title first."""
    title = (Line(step.title, bold=True),) if step.kind == SECTION and step.title else ()
    return Say((*title, Line(step.ask, repeated(screen.flow, step.ask, screen.session))))


def ask(screen: Screen, step: Step, before: tuple[Line, ...] = ()) -> Say:
    """A question: banner, words, options, how to answer; its buttons repeat number and words."""
    flow, session = screen.flow, screen.session
    number, of, certain = progress(flow, step, session.answers, screen.person)
    banner = line("banner" if certain else "banner-most", number=number, of=of, identity=PHRASES[_identity(flow, step)])
    words = Line(step.ask, repeated(flow, step.ask, session), bold=True, parting=NEXT_LINE)
    options = _numbered(screen, step)
    lines = [*before, banner, words, *_beside(step), *_listed(screen, step, options), *_hints(screen, step, len(options))]
    return Say(tuple(lines), buttons(screen, step))


def _identity(flow: Flow, step: Step) -> str:
    return "own-record" if step.about == "me" else flow.identity


def _beside(step: Step) -> list[Line]:
    """What belongs to the words of a question: what is agreed to, and a hint."""
    says = [line("consent-says", says=step.says)] if step.says else []
    return [*says, *([Line(step.hint, parting=NEXT_LINE)] if step.hint else [])]


Numbered = list[tuple[int, int, Option]]
"""Options offered: the number shown, the position in the edition, the option."""


def _numbered(screen: Screen, step: Step) -> Numbered:
    if not step.options:
        return []
    found = offered(step, screen.session.answers, screen.person)
    if len(found) == len(step.options):
        return [(place + 1, place, option) for place, option in enumerate(found)]
    positions = {option.id: place for place, option in enumerate(step.options)}
    return [(number, positions[option.id], option) for number, option in enumerate(found, 1)]


def _shown(screen: Screen, options: Numbered) -> Numbered:
    """Those of the options that stand on the page someone is at, or that what they typed could mean."""
    if screen.near:
        return [one for one in options if one[2].id in screen.near]
    at = screen.session.at
    return options if len(options) <= AT_ONCE else options[at * PAGE : (at + 1) * PAGE]


def _listed(screen: Screen, step: Step, options: Numbered) -> list[Line]:
    """The options in words."""
    if step.kind == "scale":
        ends = (options[0], options[-1]) if step.low or step.high else ()
        return [Line(option.label, parting=NEXT_LINE) for _, _, option in ends]
    shown = _shown(screen, options)
    lines = [line("option-line", NEXT_LINE, number=number, label=option.label) for number, _, option in shown]
    if shown and len(shown) < len(options) and not screen.near:
        lines.append(line("page-of-options", first=shown[0][0], last=shown[-1][0], of=len(options)))
    return lines


def _hints(screen: Screen, step: Step, of: int) -> list[Line]:
    """How to answer, in one paragraph."""
    first = not screen.session.answers
    hints = [line("about-me")] if step.about == "me" else []
    hints += _how(screen, step, of, first=first)
    if step.optional and (first or KINDS[step.kind].free or step.sensitive):
        hints.append(line("how-to-skip"))
    return hints[:1] + [replace(hint, parting=SAME_LINE) for hint in hints[1:]]


def _how(screen: Screen, step: Step, of: int, *, first: bool) -> list[Line]:
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
            return [stages.stage(step, 0, screen.session, screen.today).line or line("how-to-date")]
        case "place":
            return [line("how-to-place")]
    return [line("how-to-answer")] if first else []


def buttons(screen: Screen, step: Step) -> Rows:
    """The options, then Done, Back and Skip as they apply; help beside every place to write."""
    session, place = screen.session, screen.flow.positions[step.id]
    rows = _picks(screen, step, place)
    controls: list[tuple[str, Input]] = []
    if session.answers:
        controls.append(("back", Back(session.code, place)))
    if step.optional and step.sensitive:  # as easy to find as any answer
        rows.append((Button(line("skip-this"), Skip(session.code, place)),))
    elif step.optional:
        controls.append(("skip", Skip(session.code, place)))
    if KINDS[step.kind].many:
        controls.append(("done", Done(session.code, place)))
    if controls:
        rows.append(tuple(Button(line(key), brings) for key, brings in controls))
    if KINDS[step.kind].free:
        rows.append((Button(line("get-help"), Ask("help")),))
    return tuple(rows)


def _picks(screen: Screen, step: Step, place: int) -> list[tuple[Button, ...]]:
    """What can be tapped for an answer: options, one a row; values of a scale, side by side; the stages of a date."""
    session = screen.session
    if step.kind == "date":
        return list(stages.stage(step, place, session, screen.today).rows)
    options = _numbered(screen, step)
    picked = session.answers[step.id].chosen if step.id in session.answers else session.ticked
    if step.kind == "scale":
        values = [Button(_value(option, picked), Tap(session.code, place, position)) for _, position, option in options]
        return [tuple(values[first : first + A_ROW]) for first in range(0, len(values), A_ROW)]
    rows: list[tuple[Button, ...]] = [
        (Button(_label(step, option, number, picked), Tap(session.code, place, position)),)
        for number, position, option in _shown(screen, options)
    ]
    paged = len(options) > AT_ONCE and not screen.near
    return [*rows, *stages.turns(session, place, PAGE, len(options))] if paged else rows


def _value(option: Option, picked: Sequence[str]) -> Line:
    return line("ticked-value", number=option.id) if option.id in picked else Line({"en": option.id})


def _label(step: Step, option: Option, number: int, picked: Sequence[str]) -> Line:
    if option.id not in picked:
        return line("button", number=number, label=option.label)
    if KINDS[step.kind].ordered:
        return line("button-placed", place=picked.index(option.id) + 1, number=number, label=option.label)
    return line("button-ticked", number=number, label=option.label)


def pages(of: int) -> int:
    """How many pages so many options take."""
    return 1 if of <= AT_ONCE else -(-of // PAGE)


def has_more(step: Step, options: Sequence[Option]) -> bool:
    """Whether there is anything to look further into: pages of options, or years."""
    return step.kind == "date" or pages(len(options)) > 1


def repeated(flow: Flow, text: Text, session: Session) -> dict[str, Field]:
    """What earlier answers put into the gaps of `text`."""
    found: dict[str, Field] = {}
    for name in gaps(text):
        step, answer = flow.find(name), session.answers.get(name)
        found[name] = spoken(step, answer) if step and answer else ""
    return found


def spoken(step: Step, answer: Answer) -> Field:
    """An answer as it is repeated to its giver: labels in all languages, a day, or their own words."""
    if not answer.chosen:
        return shorten(answer.text, LONGEST_REPEAT)
    if step.kind == "date":
        return dt.date.fromisoformat(answer.chosen[0])
    labels = {option.id: option.label for option in step.options}
    return tuple(labels.get(one) or {"en": one} for one in answer.chosen)
