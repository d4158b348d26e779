"""A reviewer's reading: every way through an engagement as a conversation, without running anything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from bot.talk.conversation import Conversation, Heard
from bot.talk.showing import answer_in_words
from conversations import drawing, plain_words
from conversations.conditions import comparisons
from conversations.effects import Person
from conversations.flow import Flow, Option, Step, offered, present
from conversations.inputs import Open, Skip, Words
from conversations.questions import KINDS
from conversations.reception import admits
from conversations.screens import AGE_BANDS, LANGUAGE_NAMES
from conversations.session import Answer
from conversations.text import choose
from conversations.walks import Route, measure, routes

_LATER = "    "  # before the bot's words: a block of its own in Markdown


def read_aloud(flow: Flow, language: str = "en") -> Iterator[str]:
    """The lines of the reading: what every path has in common, then each with the answers that lead there.

    The same flow gives the same lines, so two editions can be compared.
    """
    today = flow.charter.feedback_by
    found = routes(flow, today=today)
    yield f"# {choose(flow.title, language)}"
    yield ""
    yield f"{drawing.how_long(measure(flow, language))}."
    yield f"{_paths(len(found))} {_coverage(flow, found, language)}"
    for place, route in enumerate(found, 1):
        yield ""
        yield f"## Path {place} of {len(found)}"
        yield ""
        yield from _leading(flow, route, language)
        yield from _walk(flow, route, language, today)


def _paths(many: int) -> str:
    return "There is one path." if many == 1 else f"These are {many} paths."


def _coverage(flow: Flow, found: Sequence[Route], language: str) -> str:
    """What the paths meet together and, where too much hangs together to find a way to all of it, what they do not."""
    met = {step for route in found for step in route.steps}
    missed = [step for step in flow.steps if step.asks and step.id not in met]
    if missed:
        names = plain_words.listed([plain_words.name(step, flow, language) for step in missed], "and")
        return f"Too much hangs together to find a path to every question. None of them meets {names}."
    return "Together they meet every question, every option and every condition, met and not met."


def _leading(flow: Flow, route: Route, language: str) -> Iterator[str]:
    """The answers that lead along this path: those that some condition asks about."""
    steps = [step for step in flow.steps if not step.other_of]
    whens = [when for step in steps for when in (step.when, *(option.when for option in step.options)) if when]
    asked = {compare.subject for when in whens for compare in comparisons(when)}
    for fact, value in route.person.items():
        yield f"- {fact.replace('_', ' ')}: {LANGUAGE_NAMES.get(value, value) or 'anything else'}"
    for step_id, answer in route.answers.items():
        step = flow.find(step_id)
        if step and step_id in asked:
            yield f"- {plain_words.name(step, flow, language)}: {_ways(step, route, answer, language)}"


def _ways(step: Step, route: Route, answer: Answer, language: str) -> str:
    if answer.skipped or step.id not in route.ways:
        return answer_in_words(step, answer, language)
    labels = [plain_words.quoted(choose(option.label, language)) for option in step.options if option.id in route.ways[step.id]]
    return plain_words.listed(labels, "or")


def _walk(flow: Flow, route: Route, language: str, today: dt.date) -> Iterator[str]:
    """The conversation along one path."""
    band = next(band for band in reversed(AGE_BANDS[:-1]) if admits(flow.audience, band))
    person = Person(age_band=route.person.get("age_band") or band, language=route.person.get("language", language))
    talk = Conversation(flow, dt.datetime.combine(today, dt.time(12), dt.UTC), minimum_age=0, person=person)
    yield from _told(talk.do(Open(flow.id)))
    for step_id, answer in route.answers.items():
        step = flow.find(step_id)
        if step is None or present(flow, talk.answers(), person.facts()) != step:  # it hangs on a fact nobody has yet
            yield "\nThe rest of this path cannot be played here."
            return
        yield ""
        yield f"Person: {answer_in_words(step, answer, language)}"
        given = Skip() if answer.skipped else Words(typed(step, answer, offered(step, talk.answers(), person.facts())))
        yield from _told(talk.do(given))


def typed(step: Step, answer: Answer, options: Sequence[Option]) -> str:
    """An answer as it can be typed: its numbers in the list, or its words."""
    if not KINDS[step.kind].picks or step.kind == "scale":
        return answer.text or answer.chosen[0]
    ids = [option.id for option in options]
    return ", ".join(str(ids.index(chosen) + 1) for chosen in answer.chosen)


def _told(heard: list[Heard]) -> Iterator[str]:
    for one in heard:
        words = f"[Picture: {one.text}]" if one.kind == "picture" else one.text
        yield ""
        yield "Bot:"
        yield ""
        yield from (f"{_LATER}{line}".rstrip() for line in words.splitlines())
