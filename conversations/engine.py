"""The heart: `respond` takes what someone has said and what they do now, and says what follows. Pure and total.

There is no cursor. A session holds answers, and where someone stands follows from them: an answer is added,
changed or taken back, answers whose steps are no longer met fall away, and the first step without an answer is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from conversations import asking, screens, stages, standing
from conversations.effects import Complete, Effect, Facts, Mark, Remember, Say, Show, Toast, Turn
from conversations.flow import Flow, Option, Step
from conversations.inputs import Back, Done, Input, Leave, Look, Open, Outcome, Refused, Silence, Skip, Tap, Words
from conversations.phrases import PHRASES
from conversations.questions import KINDS, Misread, how_many, weigh
from conversations.reading import days, postcodes
from conversations.session import Answer, Session
from conversations.standing import Stand
from conversations.text import FALLBACK, Field, Line, choose, clean

KEEP = "keep"
"""The action of every flow that only asks: keep the answers."""


def respond(flows: Mapping[str, Flow], session: Session | None, given: Input, facts: Facts) -> Turn:
    """What follows from `given`: `flows` by edition; `session` the one it belongs to, made by the caller for an Open.

    Never raises on anything a person can send.
    """
    flow = flows.get(session.edition) if session else None
    over = session is None or flow is None or session.finished or session.closed
    if over and isinstance(given, Silence | Outcome):
        return Turn(session)  # too late to matter; nobody who said nothing is told that all is over
    if session is None or flow is None:
        return Turn(session, (Say((Line(PHRASES["closed"]),)),))
    stand = standing.stand(flow, session, facts)
    if isinstance(given, Outcome):
        return _conclude(stand, given)
    if session.finished or session.closed:
        line = Line(PHRASES["already-finished" if session.finished else "closed"])
        return stand.says(Toast(line), Say((line,))) if isinstance(given, Tap) else stand.says(Say((line,)))
    return _answer(stand, given)


def _answer(stand: Stand, given: Input) -> Turn:
    match given:
        case Tap(_, step, option):
            return _tap(stand, step, option)
        case Words(text):
            return _hear(stand, clean(text))
        case Open():
            return _open(stand)
        case Back(_, step) | Skip(_, step) | Done(_, step):
            return _elsewhere(stand, step) or CONTROLS[type(given)](stand)
        case Look(_, step, at):
            return _elsewhere(stand, step) or _look(stand, stand.session.at + 1 if step is None else at)
        case Leave():
            return stand.says(Say((Line(PHRASES["left"]),)))
        case Refused(kind):
            return _decline(stand, kind)
        case Silence(step):
            current = stand.question
            return _ask(stand) if current and current.id == step else stand.says()
        case _:
            return _ask(stand)


def _decline(stand: Stand, kind: str) -> Turn:
    """What cannot be taken: a button says so over the chat, anything else is answered and the question put again."""
    match kind:
        case "forged":
            return stand.says(Toast(Line(PHRASES["forged"])))
        case "gone":
            return stand.says(Toast(Line(PHRASES["gone"])), Say((Line(PHRASES["gone"]),)))
        case "nothing":
            return _ask(stand)
        case "calendar" | "calendar-old":
            return _ask(stand, lines=(Line(PHRASES[REPLIES[kind]]),))
        case _:
            return _ask(stand, lines=(Line(PHRASES["no-media"]),))


def _open(stand: Stand) -> Turn:
    if stand.session.answers:
        return _ask(stand, lines=(Line(PHRASES["welcome-back"]),))
    event = stand.facts.event
    until = event.next_day if event and event.flow.id == stand.flow.id else None
    return _onward(stand, Say(screens.intro(stand.flow, stand.facts.person.language, until)))


def _onward(stand: Stand, *before: Effect) -> Turn:
    """What is said between the last answer and the present question, with what comes before that one, then itself."""
    said = [effect for step in stand.steps(stand.walk.last + 1) for effect in _leading_to(stand, step)]
    return _ask(stand, *before, *said)


def _ask(stand: Stand, *before: Effect, lines: tuple[Line, ...] = ()) -> Turn:
    """The turn that puts the present question, after `before`; `lines` open its message."""
    step = stand.question
    return stand.says(*before, asking.ask(stand, step, lines) if step else _complete(stand))


def _leading_to(stand: Stand, step: Step) -> list[Effect]:
    """A step that asks nothing, in words; of a question what is said before it, and its picture."""
    note = [Say((Line(step.sensitive),))] if step.sensitive else []
    shown = [Show(step.picture, stand.flow.edition)] if step.picture else []
    return [*note, *shown, *([] if step.asks else [asking.tell(stand, step)])]


def _tap(stand: Stand, place: int, position: int) -> Turn:
    """A tapped option answers its own question, present or earlier, never another."""
    step = stand.flow.at(place)
    if step is None or not stand.meets(place):
        return stand.says(Toast(Line(PHRASES["earlier-question"])))
    if step.kind == "date":
        return _pick_day(stand, step, position)
    option = step.options[position] if 0 <= position < len(step.options) else None
    if option is None or (option.when and option not in stand.options(step)):
        return stand.says(Toast(Line(PHRASES["earlier-question"])))
    if KINDS[step.kind].many:
        return _tick(stand, step, option)
    return _take(stand, step, Answer(chosen=(option.id,)), tapped=option.label)


def _pick_day(stand: Stand, step: Step, option: int) -> Turn:
    day = stages.day(option)
    read = KINDS[step.kind].read(step, (), day.isoformat() if day else "", stand.today)
    if isinstance(read, Misread):
        return stand.says(Toast(read.why))
    return _take(stand, step, read, tapped=asking.spoken(step, read))


def _look(stand: Stand, at: int) -> Turn:
    """Another page of options, or stage of a date; where there is none, the first."""
    step = stand.question
    if step is None:
        return _ask(stand)
    pages = asking.pages(len(stand.options(step)))
    there = stages.fits(step, at, stand.today) if step.kind == "date" else 0 <= at < pages
    return _ask(stand.looking(stand.session.ticked, at if there else 0))


def _tick(stand: Stand, step: Step, option: Option) -> Turn:
    """Put a tick on or off; under a question already answered this changes the answer, if what is left still fits."""
    earlier = stand.session.answers.get(step.id)
    before = earlier.chosen if earlier else stand.session.ticked
    offers = stand.options(step)
    ticked = _toggled(step, before, option, offers)
    too_much = len(ticked) > how_many(step, len(offers))[1]  # too few is no fault before Done
    weighed = weigh(step, offers, ticked) if too_much or earlier else None
    if isinstance(weighed, Misread) and (too_much or not ticked):
        return stand.says(Toast(weighed.why))
    toast = Toast(_told(step, option, weighed.chosen if isinstance(weighed, Answer) else ticked))
    page = offers.index(option) // asking.PAGE if asking.pages(len(offers)) > 1 else 0
    if not isinstance(weighed, Answer):  # not answered yet, or no longer: it is the present question again
        ticking = (stand.without(step.id) if earlier else stand).looking(ticked, page)
        marked = ticking.says(toast, Mark(asking.buttons(ticking, step)))
        return replace(marked, effects=(*marked.effects, *_ask(ticking).effects)) if earlier else marked
    changed = _take(stand, step, weighed, tapped=None)
    after = standing.stand(stand.flow, changed.session or stand.session, stand.facts).looking((), page)
    return replace(changed, effects=(toast, Mark(asking.buttons(after, step)), *changed.effects))


def _told(step: Step, option: Option, ticked: tuple[str, ...]) -> Line:
    """What a tick did."""
    if option.id not in ticked:
        return Line(PHRASES["unticked"], {"option": option.label})
    if KINDS[step.kind].ordered:
        return Line(PHRASES["placed"], {"place": ticked.index(option.id) + 1, "option": option.label})
    return Line(PHRASES["ticked"], {"option": option.label})


def _toggled(step: Step, before: tuple[str, ...], option: Option, offers: Sequence[Option]) -> tuple[str, ...]:
    if option.id in before:
        return tuple(one for one in before if one != option.id)
    alone = {other.id for other in offers if other.alone}
    kept = () if option.alone else tuple(one for one in before if one not in alone)
    if KINDS[step.kind].ordered:
        return (*kept, option.id)
    return tuple(other.id for other in offers if other.id in (*kept, option.id))


def _hear(stand: Stand, words: str) -> Turn:
    step = stand.question
    if step is None:
        return _ask(stand)
    whole = stages.complete(stand.session.at, words) if step.kind == "date" else words
    read = KINDS[step.kind].read(step, stand.options(step), whole, stand.today)
    if isinstance(read, Misread) and whole != words:  # said whole all the same: "yesterday"
        read = KINDS[step.kind].read(step, stand.options(step), words, stand.today)
    if isinstance(read, Misread) and step.kind == "date" and _reaches(stand, step, days.read_part(words)):
        return _look(stand, days.read_part(words) or 0)
    if isinstance(read, Misread):
        return _ask(stand.looking(stand.session.ticked, stand.session.at, read.near), lines=(read.why,))
    taken = _take(stand, step, read, tapped=None)
    if step.kind == "place" and postcodes.is_whole(words):
        told = Say((Line(PHRASES["only-first-part"], {"place": read.chosen[0]}),))
        return replace(taken, effects=(told, *taken.effects))
    return taken


def _reaches(stand: Stand, step: Step, part: int | None) -> bool:
    """Whether a year, or a year and month, is a stage of this date."""
    return part is not None and stages.fits(step, part, stand.today)


def _take(stand: Stand, step: Step, answer: Answer, tapped: Field | None) -> Turn:
    """Keep `answer` under `step`, drop what no longer lies on the path, and go on."""
    language = _language(stand, step)
    spoken = answer if answer.language == language else replace(answer, language=language)
    earlier = stand.session.answers.get(step.id)
    if earlier and (earlier.chosen, earlier.text, earlier.skipped) == (spoken.chosen, spoken.text, spoken.skipped):
        return stand.says(Toast(Line(PHRASES["same-again"])))
    after = stand.answered(step, spoken)
    toast = (Toast(Line(PHRASES["chosen"], {"option": tapped})),) if tapped else ()
    if earlier is None:
        return _onward(after, *toast)
    changed = Line(PHRASES["changed"], {"option": asking.spoken(step, spoken)})
    if after.question is stand.question:
        return _ask(_with_ticks(after, stand.session.ticked), *toast, lines=(changed,))
    return _onward(after, *toast, Say((changed,)))


def _with_ticks(stand: Stand, ticked: tuple[str, ...]) -> Stand:
    """The same with `ticked` under the present question, less what is no longer offered there."""
    offers = {option.id for option in stand.options(stand.question)} if stand.question else set()
    return stand.looking(tuple(one for one in ticked if one in offers), stand.session.at)


def _language(stand: Stand, step: Step) -> str:
    """The language its words were shown in: with the edition it gives them exactly."""
    return choose(step.tags, stand.facts.person.language) or FALLBACK


def _elsewhere(stand: Stand, step: int | None) -> Turn | None:
    """The turn for a control button of another question than the present one."""
    present_step = stand.question
    if step is None or (present_step and stand.flow.positions[present_step.id] == step):
        return None
    return stand.says(Toast(Line(PHRASES["earlier-question"])))


def _back(stand: Stand) -> Turn:
    last = stand.flow.at(stand.walk.last)
    if last is None:
        return _ask(stand, lines=(Line(PHRASES["nothing-to-take-back"]),))
    return _ask(stand.without(last.id))


def _skip(stand: Stand) -> Turn:
    step = stand.question
    if step is None:
        return _ask(stand)
    if not step.optional:
        return _ask(stand, lines=(Line(PHRASES["needs-answer"]),))
    return _take(stand, step, Answer(skipped=True), tapped=None)


def _done(stand: Stand) -> Turn:
    step = stand.question
    if step is None or not KINDS[step.kind].many:
        return _ask(stand)
    read = weigh(step, stand.options(step), stand.session.ticked)
    if isinstance(read, Misread):
        return stand.says(Toast(read.why), Say((read.why,)))
    return _take(stand, step, read, tapped=None)


def _complete(stand: Stand) -> Complete:
    given = stand.walk.given
    return Complete(KEEP, {step.id: given[step.id] for step in stand.flow.steps if step.id in given and step.about != "me"})


def _conclude(stand: Stand, outcome: Outcome) -> Turn:
    """What came of the finished flow, said to the person; what is about them goes to their record."""
    if outcome.result != "kept":
        return Turn(replace(stand.session, closed=True), (Say((Line(PHRASES["closed"]),)),))
    about_me = tuple(
        Remember(step.id, stand.session.answers[step.id], step.record)
        for step in stand.flow.steps
        if step.about == "me" and step.id in stand.session.answers
    )
    hard = any(step.sensitive and step.asks for step in stand.steps())
    finished = replace(stand.session, finished=True)
    return Turn(
        finished, (*about_me, Say(screens.thank(stand.flow)), *([screens.helping(stand.facts.person.language)] if hard else []))
    )


CONTROLS: dict[type[Input], Callable[[Stand], Turn]] = {Back: _back, Skip: _skip, Done: _done}

REPLIES = {"calendar": "calendar-reply-unread", "calendar-old": "calendar-replied-old"}
"""Why a calendar's reply was not taken -> the phrase that says so."""
