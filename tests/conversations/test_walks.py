"""Every way through a flow, measured and covered without walking each."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations import flow, states, walks
from conversations.effects import Person
from conversations.flow import Flow, Step, offered
from conversations.inputs import Open, Skip
from conversations.questions import KINDS, weigh
from conversations.session import Answer
from conversations.walks import Measure, Route
from tests.conversations import large
from tests.conversations.examples import PATHS
from tests.conversations.talks import HEAD, NOW, Talk
from tests.conversations.written import always, flows

SAYINGS = [
    "-3",
    "0",
    "1",
    "2",
    "5.5",
    "18",
    "65",
    "99",
    "1000000",
    "2 Jan 2027",
    "25 Dec 2026",
    "31 Dec 2026",
    "1 May 2030",
    "ME14",
]
"""What may be typed; something fits every kind."""

FULL = flow.read(large.source())


def read(steps: str) -> Flow:
    return flow.read(HEAD + steps)


def walk(drawn: Flow, route: Route) -> Talk:
    """A talk in which somebody gives the answers of a route, as they can be typed."""
    person = Person(age_band=route.person.get("age_band", "18"), language=route.person.get("language", "en"))
    talk = Talk(drawn, person, languages=drawn.languages)
    talk.do(Open(drawn.id))
    for step, answer in route.answers.items():
        assert talk.question
        assert talk.question.id == step
        if answer.skipped:
            talk.do(Skip())
        else:
            talk.say(typed(talk, answer))
    return talk


def typed(talk: Talk, answer: Answer) -> str:
    assert talk.question
    if not KINDS[talk.question.kind].picks or talk.question.kind == "scale":
        return answer.text or answer.chosen[0]
    ids = [option.id for option in talk.options]
    return ", ".join(str(ids.index(chosen) + 1) for chosen in answer.chosen)


@st.composite
def walked(draw: st.DrawFn, drawn: Flow) -> tuple[list[Step], dict[str, Answer], int]:
    """Somebody's own way through a flow: the steps, their answers, and how many taps those took."""
    answers: dict[str, Answer] = {}
    person, taps = {"age_band": "18", "language": "en"}, 0
    while step := flow.present(drawn, answers, person):
        ids = [option.id for option in offered(step, answers, person)]
        if step.optional and draw(st.booleans()):
            answers[step.id] = Answer(skipped=True)
        elif KINDS[step.kind].many:
            some = draw(st.lists(st.sampled_from(ids), min_size=1, unique=True))
            weighed = weigh(step, offered(step, answers, person), tuple(sorted(some, key=ids.index)))
            if not isinstance(weighed, Answer):
                continue
            answers[step.id], taps = weighed, taps + len(weighed.chosen)
        elif ids:
            answers[step.id] = Answer(chosen=(draw(st.sampled_from(ids)),))
        else:
            read = [KINDS[step.kind].read(step, [], words, NOW.date()) for words in SAYINGS]
            answers[step.id] = draw(st.sampled_from([one for one in read if isinstance(one, Answer)]))
        taps += 1
    return flow.path(drawn, answers, person), answers, taps


@always
@given(flows())
def test_every_route_is_one_that_people_can_walk(drawn: Flow) -> None:
    for route in walks.routes(drawn, today=NOW.date()):
        talk = walk(drawn, route)
        assert tuple(talk.path) == route.steps
        assert talk.session
        assert talk.session.finished


@always
@given(flows())
def test_answering_another_way_of_the_same_route_leads_along_the_same_steps(drawn: Flow) -> None:
    for route in walks.routes(drawn, today=NOW.date()):
        for step, options in route.ways.items():
            if not KINDS[drawn.steps[drawn.positions[step]].kind].many:
                for option in options:
                    changed = {**route.answers, step: Answer(chosen=(option,))}
                    assert tuple(each.id for each in flow.path(drawn, changed, route.person)) == route.steps


@always
@given(st.data(), flows())
def test_whatever_anyone_meets_or_picks_is_on_a_route(data: st.DataObject, drawn: Flow) -> None:
    routes = walks.routes(drawn, today=NOW.date())
    met, answers, _ = data.draw(walked(drawn))
    assert {step.id for step in met} <= {step for route in routes for step in route.steps}
    unmet = {step.id for step in drawn.steps} - {step.id for step in met}
    assert all(any(step not in route.steps for route in routes) for step in unmet)
    ways = {(step, option) for route in routes for step, options in route.ways.items() for option in options}
    picked = {step.id: answers[step.id].chosen for step in met if step.id in answers and step.options}
    assert {(step, option) for step, chosen in picked.items() for option in chosen} <= ways


@always
@given(st.data(), flows(), st.sampled_from([walks.MOST_STATES, 2, 1]))
def test_nobody_finds_it_shorter_or_longer_than_it_was_measured(data: st.DataObject, drawn: Flow, most_states: int) -> None:
    measured = walks.measure(drawn, most_states=most_states)
    met, answers, taps = data.draw(walked(drawn))
    questions = len([step for step in met if step.asks and not step.other_of])
    assert measured.questions_least <= questions <= measured.questions_most
    assert measured.taps_least <= taps <= measured.taps_most
    assert measured.seconds_least <= measured.seconds_most
    assert len([step for step in met if step.asks]) == len(answers)


def test_shortest_and_longest_way_are_those_of_the_conditions() -> None:
    measured = walks.measure(read(PATHS))
    assert (measured.questions_least, measured.questions_most) == (3, 5)
    assert (measured.taps_least, measured.taps_most) == (3, 1 + 3 + 1 + 1 + 1)
    assert measured.exact


def test_what_excludes_each_other_is_never_counted_together() -> None:
    steps = '[[steps]]\nid = "a"\nkind = "yes-no"\nask.en = "A?"\n'
    for answer in ("yes", "no"):
        steps += f'[[steps]]\nid = "{answer}-more"\nkind = "yes-no"\nask.en = "More?"\nwhen = {{ a = "{answer}" }}\n'
    assert walks.measure(read(steps)) == Measure(2, 2, 2, 2, 4, 4, exact=True)


def test_easy_read_is_given_more_time_and_writing_longer_than_tapping() -> None:
    ask = " ".join(["word"] * 200)
    plain = f'[[steps]]\nid = "a"\nkind = "text"\noptional = true\nask = {{ en = "{ask}", en-x-easy = "{ask}" }}\n'
    measured, easy = walks.measure(read(plain)), walks.measure(read(plain), "en-x-easy")
    assert 60 <= measured.seconds_least == measured.seconds_most - 20
    assert easy.seconds_least >= 100


def test_when_too_much_hangs_together_the_bounds_are_wide_and_say_so() -> None:
    steps = "".join(f'[[steps]]\nid = "q{n}"\nkind = "yes-no"\nask.en = "Q?"\n' for n in range(20))
    for n in range(20):
        steps += f'[[steps]]\nid = "m{n}"\nkind = "yes-no"\nask.en = "M?"\nwhen = {{ q{n} = "yes" }}\n'
    measured = walks.measure(read(steps))
    assert (measured.questions_least, measured.questions_most, measured.exact) == (20, 40, False)


def tangled(many: int) -> str:
    """Steps that each hang on three others, so that states cannot be followed one by one."""
    some = ", ".join(f'{{ id = "{name}", label.en = "{name.upper()}" }}' for name in "abc")
    steps = ""
    for n in range(many):
        parts = f's{n - 1} = {{ includes = "a" }} }}, {{ s{n // 2} = {{ includes_all = ["b", "c"] }} }}'
        when = f'when = {{ any = [{{ {parts}, {{ not = {{ s{n // 3} = {{ includes = "c" }} }} }}] }}' if n else ""
        steps += f'[[steps]]\nid = "s{n}"\nkind = "choices"\nask.en = "Which?"\noptions = [{some}]\n{when}\n'
    return steps


def paired(many: int) -> str:
    """Yes-no questions, and as many behind them that each hang on two."""
    steps = "".join(f'[[steps]]\nid = "q{n}"\nkind = "yes-no"\nask.en = "Q?"\n' for n in range(many))
    for n in range(many):
        when = f'when = {{ q{n} = "yes", q{(n * 7 + 3) % many} = "no" }}'
        steps += f'[[steps]]\nid = "m{n}"\nkind = "yes-no"\nask.en = "M?"\n{when}\n'
    return steps


@pytest.mark.parametrize("steps", [tangled(500), paired(250)], ids=["tangled", "paired"])
def test_however_much_hangs_together_looking_stops_in_time_and_the_bounds_are_safe(steps: str) -> None:
    one = read(steps)
    web = states.Web(one, NOW.date())
    measured = walks.measure(one, web=web)
    assert web.work <= 1.5 * walks.MOST_MEASURED
    assert not measured.exact
    asked = [len(flow.path(one, route.answers, route.person)) for route in walks.routes(one, limit=2)]
    assert all(measured.questions_least <= many <= measured.questions_most for many in asked)


def test_a_condition_on_answers_given_long_before_is_met_and_not_met() -> None:
    found = walks.routes(read(paired(30)))
    on_some = {step for route in found for step in route.steps}
    assert len(on_some) == 60
    assert all(any(f"m{n}" not in route.steps for route in found) for n in range(30) if n != 15)


def test_minutes_are_told_as_begun_ones() -> None:
    times = [(0, 60), (61, 119), (60, 121)]
    told = [(each.minutes_least, each.minutes_most) for each in (Measure(1, 1, 1, 1, *some, exact=True) for some in times)]
    assert told == [(1, 1), (2, 2), (1, 3)]


def test_a_number_is_tried_on_both_sides_of_every_bound() -> None:
    steps = """
[[steps]]
id = "age"
kind = "number"
ask.en = "How old?"
at_least = 16
at_most = 120

[[steps]]
id = "work"
kind = "yes-no"
ask.en = "Do you work?"
when = { age = { at_least = 18, at_most = 64 } }
"""
    found = walks.routes(read(steps))
    assert {route.steps for route in found} == {("age", "work"), ("age",)}
    assert len(found) == 2


def test_a_long_survey_has_few_routes_and_each_leads_to_its_end() -> None:
    found = walks.routes(FULL, today=NOW.date())
    assert len(found) < 10
    for route in found:
        talk = walk(FULL, route)
        assert tuple(talk.path) == route.steps
    on_some = {step for route in found for step in route.steps}
    assert {step.id for step in FULL.steps} == on_some


def test_a_long_survey_is_measured_in_less_than_a_tenth_of_a_second() -> None:
    best = min(_timed(lambda: walks.measure(FULL)) for _ in range(3))
    assert best < 0.1


@pytest.mark.parametrize("questions, conditions", [(100, 30), (60, 20), (300, 100), (12, 0)])
def test_the_long_survey_has_as_many_questions_and_conditions_as_it_should(questions: int, conditions: int) -> None:
    steps = [step for step in flow.read(large.source(questions, conditions)).steps if not step.other_of]
    assert len([step for step in steps if step.asks]) == questions
    assert len([step for step in steps if step.when]) == conditions


def test_routes_come_in_the_same_order_each_time_and_no_more_than_asked_for() -> None:
    assert walks.routes(FULL) == walks.routes(FULL)
    assert walks.routes(FULL, limit=1) == walks.routes(FULL)[:1]


def _timed(work: object) -> float:
    assert callable(work)
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
