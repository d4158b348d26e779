"""A question as a person sees it: its words, its options and how to answer, and the buttons under it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from conversations import faces, stages
from conversations.effects import Button, Rows, Say
from conversations.faces import AT_ONCE, Face, Numbered, line
from conversations.flow import SECTION, Flow, Option, Step
from conversations.inputs import Ask, Skip, Tap
from conversations.phrases import PHRASES
from conversations.questions import KINDS
from conversations.session import Answer, Session
from conversations.standing import Stand
from conversations.text import NEXT_LINE, Field, Line, Text, gaps, shorten

LONGEST_REPEAT = 200
"""UTF-16 units of someone's own words that are repeated to them; more would crowd out the question."""

PAGE = 8
"""How many options a page has, when there are more than AT_ONCE."""

A_ROW = 6
"""Values of a scale that stand side by side."""

BANNERS = (PHRASES["banner-most"], PHRASES["banner"])
"""What stands over a question, by whether it is certain how many there are."""


def tell(stand: Stand, step: Step) -> Say:
    """Something said between questions; a section says its title first."""
    title = (Line(step.title, bold=True),) if step.kind == SECTION and step.title else ()
    return Say((*title, Line(step.ask, repeated(stand.flow, step.ask, stand.session))))


def ask(stand: Stand, step: Step, before: tuple[Line, ...] = ()) -> Say:
    """The present question: banner, words, options, how to answer; its buttons repeat number and words."""
    flow, place = stand.flow, stand.walk.place
    face = flow.faces[place]
    number, of, certain = flow.course.progress(stand.walk, stand.person)
    banner = Line(BANNERS[certain], {"number": number, "of": of, "identity": face.identity})
    words = face.words or Line(step.ask, repeated(flow, step.ask, stand.session), bold=True, parting=NEXT_LINE)
    picks, body = _drawn(stand, step, place, face)
    return Say((*before, banner, words, *body), _rows(stand.session, step, place, face, picks))


def buttons(stand: Stand, step: Step) -> Rows:
    """Those under a question, present or earlier: its options, then Done, Back and Skip as they apply."""
    place = stand.flow.positions[step.id]
    face = stand.flow.faces[place]
    picks, _ = _drawn(stand, step, place, face)
    return _rows(stand.session, step, place, face, picks)


def _drawn(stand: Stand, step: Step, place: int, face: Face) -> tuple[Rows, tuple[Line, ...]]:
    """What can be tapped for an answer, and what stands between the words of the question and the buttons."""
    session, first, apart = stand.session, not stand.session.answers, faces.is_apart(step, stand.flow.identity)
    if face.plain and not stand.near:
        return _picks(session, step, place, face, face.options), face.body[first]
    if step.kind == "date":
        stage = stages.stage(step, place, session, stand.today)
        hints = faces.hints(step, 0, first=first, apart=apart, stage=stage.line, today=stand.today)
        return stage.rows, (*face.beside, *hints)
    options = _offered(stand, step)
    shown = _shown(stand, options)
    lines, picks = faces.listed(step, shown), _picks(session, step, place, face, shown)
    if len(options) > AT_ONCE and not stand.near:
        picks += tuple(stages.turns(session, place, PAGE, len(options)))
    if shown and len(shown) < len(options) and not stand.near:
        lines.append(line("page-of-options", first=shown[0][0], last=shown[-1][0], of=len(options)))
    return picks, (*face.beside, *lines, *faces.hints(step, len(options), first=first, apart=apart))


def _offered(stand: Stand, step: Step) -> Numbered:
    """The options that are met, whichever page they are on."""
    positions = {option.id: position for position, option in enumerate(step.options)}
    return [(number, positions[option.id], option) for number, option in enumerate(stand.options(step), 1)]


def _shown(stand: Stand, options: Numbered) -> Numbered:
    """Those of the options that stand on the page someone is at, or that what they typed could mean."""
    if stand.near:
        return [one for one in options if one[2].id in stand.near]
    at = stand.session.at
    return options if len(options) <= AT_ONCE else options[at * PAGE : (at + 1) * PAGE]


def _picks(session: Session, step: Step, place: int, face: Face, shown: Numbered) -> Rows:
    """The options that can be tapped, one a row; values of a scale, side by side."""
    given, code = session.answers.get(step.id), session.code
    picked = given.chosen if given else session.ticked
    labels: Sequence[tuple[int, Line]] = face.labels
    if picked or shown is not face.options:
        labels = [
            face.labels[position]
            if number == position + 1 and option.id not in picked
            else (position, faces.label(step, option, number, picked))
            for number, position, option in shown
        ]
    found = [(Button(label, Tap(code, place, position)),) for position, label in labels]
    if step.kind != "scale":
        return tuple(found)
    return tuple(tuple(button for (button,) in found[first : first + A_ROW]) for first in range(0, len(found), A_ROW))


def _rows(session: Session, step: Step, place: int, face: Face, picks: Rows) -> Rows:
    """What can be tapped for an answer, then Back, Skip and Done as they apply; help beside every place to write."""
    rows, code = [*picks], session.code
    if step.optional and step.sensitive:  # as easy to find as any answer
        rows.append((Button(line("skip-this"), Skip(code, place)),))
    controls = face.controls[not session.answers]
    if controls:
        rows.append(tuple([Button(label, brings(code, place)) for label, brings in controls]))
    if KINDS[step.kind].free:
        rows.append(_HELP)
    return tuple(rows)


_HELP = (Button(line("get-help"), Ask("help")),)


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
