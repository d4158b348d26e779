"""A question as a person sees it: its words, its options and how to answer, and the buttons under it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from conversations import faces, stages
from conversations.effects import Button, Rows, Say
from conversations.faces import Face, Numbered, line
from conversations.flow import SECTION, Flow, Option, Step
from conversations.inputs import Ask, Back, Done, Input, Skip, Tap
from conversations.questions import KINDS
from conversations.session import Answer, Session
from conversations.stages import Stage
from conversations.standing import Stand
from conversations.text import NEXT_LINE, Field, Line, Text, gaps, shorten

LONGEST_REPEAT = 200
"""UTF-16 units of someone's own words that are repeated to them; more would crowd out the question."""

AT_ONCE = 12
PAGE = 8
"""Up to AT_ONCE options are shown together; more come in pages of PAGE."""

A_ROW = 6
"""Values of a scale that stand side by side."""


def tell(stand: Stand, step: Step) -> Say:
    """Something said between questions; a section says its title first."""
    title = (Line(step.title, bold=True),) if step.kind == SECTION and step.title else ()
    return Say((*title, Line(step.ask, repeated(stand.flow, step.ask, stand.session))))


def ask(stand: Stand, step: Step, before: tuple[Line, ...] = ()) -> Say:
    """The present question: banner, words, options, how to answer; its buttons repeat number and words."""
    flow, session = stand.flow, stand.session
    face = flow.faces[stand.walk.place]
    number, of, certain = flow.course.progress(stand.walk, stand.person)
    banner = line("banner" if certain else "banner-most", number=number, of=of, identity=face.identity)
    words = face.words or Line(step.ask, repeated(flow, step.ask, session), bold=True, parting=NEXT_LINE)
    options, stage = _options(stand, step, face), _stage(stand, step, stand.walk.place)
    lines = (
        *before,
        banner,
        words,
        *face.beside,
        *_listed(stand, step, face, options),
        *_hints(stand, step, face, options, stage),
    )
    return Say(lines, _rows(stand, step, stand.walk.place, options, stage))


def buttons(stand: Stand, step: Step) -> Rows:
    """Those under a question, present or earlier: its options, then Done, Back and Skip as they apply."""
    place = stand.flow.positions[step.id]
    return _rows(stand, step, place, _options(stand, step, stand.flow.faces[place]), _stage(stand, step, place))


def _options(stand: Stand, step: Step, face: Face) -> Numbered:
    """Those offered, whichever page they are on."""
    if not step.varies:
        return face.options
    positions = {option.id: position for position, option in enumerate(step.options)}
    return [(number, positions[option.id], option) for number, option in enumerate(stand.options(step), 1)]


def _stage(stand: Stand, step: Step, place: int) -> Stage | None:
    return stages.stage(step, place, stand.session, stand.today) if step.kind == "date" else None


def _shown(stand: Stand, options: Numbered) -> Numbered:
    """Those of the options that stand on the page someone is at, or that what they typed could mean."""
    if stand.near:
        return [one for one in options if one[2].id in stand.near]
    at = stand.session.at
    return options if len(options) <= AT_ONCE else options[at * PAGE : (at + 1) * PAGE]


def _listed(stand: Stand, step: Step, face: Face, options: Numbered) -> Sequence[Line]:
    """The options in words."""
    if step.kind == "scale":
        ends = (options[0], options[-1]) if step.low or step.high else ()
        return [Line(option.label, parting=NEXT_LINE) for _, _, option in ends]
    shown = _shown(stand, options)
    if shown is face.options:
        return face.listed
    lines = [faces.listed(number, option) for number, _, option in shown]
    if shown and len(shown) < len(options) and not stand.near:
        lines.append(line("page-of-options", first=shown[0][0], last=shown[-1][0], of=len(options)))
    return lines


def _hints(stand: Stand, step: Step, face: Face, options: Numbered, stage: Stage | None) -> tuple[Line, ...]:
    """How to answer, in one paragraph."""
    first = not stand.session.answers
    if options is face.options and not (stage and stage.line):
        return face.hints[first]
    return faces.hints(step, len(options), first=first, stage=stage.line if stage else None)


def _rows(stand: Stand, step: Step, place: int, options: Numbered, stage: Stage | None) -> Rows:
    """The options, then Done, Back and Skip as they apply; help beside every place to write."""
    session, kind = stand.session, KINDS[step.kind]
    rows = [*stage.rows] if stage else _picks(stand, step, place, options)
    controls: list[tuple[Line, Input]] = []
    if session.answers:
        controls.append((_BACK, Back(session.code, place)))
    if step.optional and step.sensitive:  # as easy to find as any answer
        rows.append((Button(line("skip-this"), Skip(session.code, place)),))
    elif step.optional:
        controls.append((_SKIP, Skip(session.code, place)))
    if kind.many:
        controls.append((_DONE, Done(session.code, place)))
    if controls:
        rows.append(tuple(Button(label, brings) for label, brings in controls))
    if kind.free:
        rows.append(_HELP)
    return tuple(rows)


_BACK, _SKIP, _DONE = line("back"), line("skip"), line("done")
_HELP = (Button(line("get-help"), Ask("help")),)


def _picks(stand: Stand, step: Step, place: int, options: Numbered) -> list[tuple[Button, ...]]:
    """The options that can be tapped, one a row; values of a scale, side by side."""
    session, labels = stand.session, stand.flow.faces[place].labels
    given = session.answers.get(step.id)
    picked = given.chosen if given else session.ticked
    shown = options if step.kind == "scale" else _shown(stand, options)
    found = [
        Button(
            labels[position] if number == position + 1 and option.id not in picked else faces.label(step, option, number, picked),
            Tap(session.code, place, position),
        )
        for number, position, option in shown
    ]
    if step.kind == "scale":
        return [tuple(found[first : first + A_ROW]) for first in range(0, len(found), A_ROW)]
    rows: list[tuple[Button, ...]] = [(button,) for button in found]
    paged = len(options) > AT_ONCE and not stand.near
    return [*rows, *stages.turns(session, place, PAGE, len(options))] if paged else rows


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
