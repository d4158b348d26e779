"""The quick way to where someone stands comes to what the plain way does, for every flow and whatever was answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from conversations import flow
from conversations.conditions import met
from conversations.course import Walk
from conversations.flow import SECTION, Flow, Step
from conversations.inputs import Input, Tap, Words
from conversations.session import Answer, Session
from conversations.text import Line
from tests.conversations import large
from tests.conversations.talks import Talk, begin
from tests.conversations.written import ANYTHING, always, flows

LARGE = flow.read(large.source())
NOBODY: Mapping[str, str] = {}
PEOPLE = st.fixed_dictionaries({"age_band": st.sampled_from(["", "18"]), "language": st.sampled_from(["en", "cy"])})
CHOSEN = ("yes", "no", "o0", "o1", "some", "often", "cost", "female", "paid", "4", "40", "70")


@st.composite
def answered(draw: st.DrawFn) -> tuple[Flow, dict[str, Answer]]:
    """A flow, and answers as a talk leaves them or, so that some are off the path, with some gone or come from nowhere."""
    if draw(st.booleans()):
        talk = Talk(draw(flows()))
        for each in draw(st.lists(ANYTHING, max_size=14)):
            talk.do(each)
        drawn, answers = talk.flow, dict(talk.answers)
    else:
        chance = draw(st.randoms(use_true_random=False))
        drawn, answers = LARGE, _anyhow(chance)
    for gone in draw(st.lists(st.sampled_from(sorted(answers)), max_size=2)) if answers else ():
        answers.pop(gone, None)
    return drawn, answers


def _anyhow(chance: Random) -> dict[str, Answer]:
    """Answers to most of the steps up to somewhere, met or not."""
    end = chance.randrange(len(LARGE.steps))
    steps = [step for step in LARGE.steps[:end] if step.asks and chance.random() < 0.95]
    return {step.id: Answer((chance.choice([each.id for each in step.options] or CHOSEN),)) for step in steps}


def plain_path(drawn: Flow, answers: Mapping[str, Answer], person: Mapping[str, str]) -> list[Step]:
    found: list[Step] = []
    kept: dict[str, Answer] = {}
    opening: Step | None = None
    for step in drawn.steps:
        if step.kind == SECTION:
            opening = step
        elif met(step.when, kept, person):
            found += [opening, step] if opening and opening.id == step.section else [step]
            opening = None
            if step.asks and step.id not in answers:
                break
            kept |= {step.id: answers[step.id]} if step.asks else {}
    return found


def plain_progress(drawn: Flow, answers: Mapping[str, Answer], person: Mapping[str, str]) -> tuple[int, int, bool]:
    walked = plain_path(drawn, answers, person)
    known = [step.id for step in walked if step.asks and not step.other_of]
    kept = {step: answers[step] for step in known if step in answers}
    ahead, chances = set(known) - kept.keys(), list[bool | None]()
    for later in drawn.steps[drawn.positions[walked[-1].id] + 1 :] if walked else ():
        chance = met(later.when, kept, person, ahead) if later.asks and not later.other_of else False
        if chance is not False:
            ahead.add(later.id)
            chances.append(chance)
    return len(known), len(known) + len(chances), None not in chances


@always
@given(answered(), PEOPLE)
def test_the_way_is_the_one_found_step_by_step(some: tuple[Flow, dict[str, Answer]], person: dict[str, str]) -> None:
    drawn, answers = some
    assert flow.path(drawn, answers, person) == plain_path(drawn, answers, person)


@always
@given(answered(), PEOPLE)
def test_what_is_ahead_is_what_trying_every_step_says(some: tuple[Flow, dict[str, Answer]], person: dict[str, str]) -> None:
    drawn, answers = some
    step = flow.present(drawn, answers, person)
    assert step == next((each for each in plain_path(drawn, answers, person) if each.asks and each.id not in answers), None)
    if step:
        assert flow.progress(drawn, step, answers, person) == plain_progress(drawn, answers, person)


@always
@given(answered(), PEOPLE, st.randoms(use_true_random=False))
def test_going_on_from_where_one_stood_comes_to_the_same_place(
    some: tuple[Flow, dict[str, Answer]], person: dict[str, str], chance: Random
) -> None:
    drawn, answers = some
    course, walk = drawn.course, drawn.course.walk(drawn.course.kept(answers, person), person)
    step = drawn.at(walk.place)
    if step is None:
        return
    answer = Answer((chance.choice([each.id for each in step.options] or CHOSEN),))
    after = course.answer(walk, step, answer, person)
    assert after == course.walk(course.kept({**walk.given, step.id: answer}, person), person)


def asks(*steps: str) -> str:
    """Yes-no steps written as "id" or "id: when"."""
    parts = [step.partition(": ") for step in steps]
    return "".join(f'[[steps]]\nid = "{id_}"\nkind = "yes-no"\nask.en = "?"\nwhen = {{ {when} }}\n' for id_, _, when in parts)


def test_what_hangs_on_a_question_that_is_out_of_the_question_is_out_too() -> None:
    talk = begin(asks("a", "now", 'b: a = "yes"', 'c: b = "yes"', "last"))
    talk.tap("no")
    assert talk.question
    assert flow.progress(talk.flow, talk.question, talk.answers) == (2, 3, True)


def test_an_answer_given_before_a_question_came_up_falls_away_when_that_rules_it_out() -> None:
    talk = begin(asks("a", 'b: a = "yes"', 'c: not = { b = "yes" }', "last"))
    for option in ("no", "no"):
        talk.tap(option)
    talk.tap("yes", step="a")
    assert set(talk.answers) == {"a", "c"}
    talk.tap("yes", step="b")
    assert set(talk.answers) == {"a", "b"}


def test_an_answer_that_hung_on_the_language_falls_away_when_another_is_spoken() -> None:
    talk = begin(asks("a", 'b: person.language = "en"', "c", "last"))
    for option in ("no", "no"):
        talk.tap(option)
    talk.person = replace(talk.person, language="cy")
    assert talk.path == ["a", "c"]
    talk.tap("no")
    assert set(talk.answers) == {"a", "c"}


def test_an_option_that_is_no_longer_offered_falls_away_with_the_next_answer() -> None:
    options = '[{ id = "here", label.en = "Here", when = { person.language = "en" } }, { id = "there", label.en = "There" }]'
    talk = begin(f'[[steps]]\nid = "a"\nkind = "choice"\nask.en = "?"\noptions = {options}\n' + asks("b", "last"))
    talk.tap("here")
    talk.person = replace(talk.person, language="cy")
    talk.tap("no")
    assert set(talk.answers) == {"b"}


def test_a_value_made_swiftly_is_the_one_made_in_full() -> None:
    line = Line({"en": "Hello"})
    assert (line.fields, line.bold) == ({}, False)
    assert Line({"en": "Hello"}).fields is not line.fields
    assert replace(line, bold=True) == Line({"en": "Hello"}, bold=True) != line
    assert {Tap("a", 1, 2), Tap("a", 1, 2), Words("1")} == {Tap("a", 1, 2), Words("1")}
    assert repr(Tap("a", 1, option=2)) == "Tap(session='a', step=1, option=2)"
    given: Input = Tap("a", 1, 2)
    match given:
        case Tap(_, step, option):
            assert (step, option) == (1, 2)
    assert [each.name for each in fields(Session)][:2] == ["code", "edition"]
    assert not hasattr(Walk({}), "__dict__")
