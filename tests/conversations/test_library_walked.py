"""What ships is walked to every end in every voice it has: tapped, typed by number, and typed in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pytest

from conversations import flow, walks
from conversations.effects import Complete, Person
from conversations.flow import Flow
from conversations.inputs import Done, Open, Skip
from conversations.library import SHIPPED
from conversations.questions import KINDS
from conversations.session import Answer
from conversations.text import choose
from conversations.walks import Route
from tests.conversations.talks import NOW, Talk

FLOWS = {each.id: each for each in map(flow.read, SHIPPED.values())}
VOICES = [(name, language) for name, shipped in FLOWS.items() for language in shipped.languages]
AGES = {"adults": "18", "under-18s": "16-17", "everyone": "18"}


def ways(shipped: Flow) -> Iterator[tuple[Route, Mapping[str, Answer]]]:
    """Every route, once for each option that can be picked on it, so that each is tapped and typed somewhere."""
    for route in walks.routes(shipped, today=NOW.date()):
        yield route, route.answers
        for turn in range(max(map(len, route.ways.values()), default=0)):
            picked = {step: _picking(shipped, route, step, some[turn % len(some)]) for step, some in route.ways.items()}
            yield route, {**route.answers, **picked}


def _picking(shipped: Flow, route: Route, name: str, option: str) -> Answer:
    """The answer of a route with that option in it; of several ticks those stay on which the route depends."""
    step = shipped.steps[shipped.positions[name]]
    alone = any(each.alone for each in step.options if each.id == option)
    kept = set(route.answers[name].chosen) if KINDS[step.kind].many and not alone else set()
    return Answer(chosen=tuple(each.id for each in step.options if each.id in {option, *kept}))


def _typed(talk: Talk, answer: Answer) -> str:
    """What can only be typed: words, and numbers."""
    return answer.text or ("" if talk.options else "".join(answer.chosen))


def tap(talk: Talk, answer: Answer, _: str) -> None:
    assert talk.question
    many, here, typed = KINDS[talk.question.kind].many, talk.here, _typed(talk, answer)
    for option in () if typed else answer.chosen:
        talk.tap(option)
    if typed:
        talk.say(typed)
    if answer.skipped:
        talk.do(Skip("code", here))
    elif many:
        talk.do(Done("code", here))


def type_numbers(talk: Talk, answer: Answer, _: str) -> None:
    numbers = [str(place) for place, option in enumerate(talk.options, 1) if option.id in answer.chosen]
    talk.say("skip" if answer.skipped else _typed(talk, answer) or " and ".join(numbers))


def type_words(talk: Talk, answer: Answer, language: str) -> None:
    words = [choose(option.label, language) for option in talk.options if option.id in answer.chosen]
    talk.say("skip" if answer.skipped else _typed(talk, answer) or "; ".join(words))


@pytest.mark.parametrize("how", [tap, type_numbers, type_words])
@pytest.mark.parametrize("name, language", VOICES)
def test_every_way_through_comes_to_its_end(name: str, language: str, how: Callable[[Talk, Answer, str], None]) -> None:
    shipped = FLOWS[name]
    for route, answers in ways(shipped):
        band = route.person.get("age_band") or AGES[shipped.audience]
        talk = Talk(shipped, Person(age_band=band, language=language), languages=shipped.languages)
        talk.do(Open(shipped.id))
        for step in (step for step in route.steps if step in answers):
            assert talk.question
            assert talk.question.id == step
            how(talk, answers[step], language)
        assert talk.session
        assert talk.session.finished
        assert {step: (said.chosen, said.text) for step, said in talk.answers.items()} == {
            step: (said.chosen, said.text) for step, said in answers.items() if step in route.steps
        }
        assert any(isinstance(effect, Complete) for turn in talk.turns for effect in turn.effects)


@pytest.mark.parametrize("name", FLOWS)
def test_the_ways_walked_meet_every_question_and_pick_every_option(name: str) -> None:
    shipped, met = FLOWS[name], set()
    for route, answers in ways(shipped):
        met |= {(step, option) for step in route.steps if step in answers for option in answers[step].chosen or ("",)}
    assert {step for step, _ in met} == {step.id for step in shipped.steps if step.asks}
    assert met >= {(step.id, option.id) for step in shipped.steps for option in step.options}
