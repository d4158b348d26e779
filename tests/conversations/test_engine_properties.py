"""What holds for every flow and every way of answering it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from conversations import directory, engine, flow, questions
from conversations.effects import Complete, Facts, Person, Say
from conversations.flow import Flow
from conversations.inputs import Back, Done, Input, Open, Outcome, Skip, Tap, Words
from conversations.phrases import PHRASES
from conversations.questions import KINDS, how_many
from conversations.session import Session
from conversations.text import clean, units
from tests.conversations import talks
from tests.conversations.talks import NOW, Talk
from tests.conversations.written import ANYTHING, EVERYTHING, PLACES, always, flows

SOME = st.lists(ANYTHING, max_size=14)
OWN_WORDS = [dict(words) for words in (*PHRASES.values(), *(entry.says for entry in directory.ENTRIES))]


def walked(drawn: Flow, inputs: list[Input]) -> Talk:
    talk = Talk(drawn)
    for each in inputs:
        talk.do(each)
    return talk


@always
@given(flows(), st.lists(EVERYTHING, max_size=14), st.sampled_from([Person(), Person(age_band="18"), Person(turned_away=True)]))
def test_nothing_anyone_brings_makes_it_fail(drawn: Flow, inputs: list[Input], person: Person) -> None:
    talk = Talk(drawn, person, languages=("en", "cy"))
    for each in inputs:
        talk.do(each)
        if talk.session:
            engine.respond({drawn.edition: drawn}, talk.session, each, talk.facts)
        engine.respond({}, talk.session, each, talk.facts)


@always
@given(flows(), SOME)
def test_an_answer_stays_until_it_is_taken_back_changed_or_off_the_path(drawn: Flow, inputs: list[Input]) -> None:
    talk = Talk(drawn)
    for each in inputs:
        before, order = talk.answers, talk.path
        talk.do(each)
        lost = before.keys() - talk.answers.keys()
        changed = {step for step in before.keys() & talk.answers.keys() if before[step] != talk.answers[step]}
        new = talk.answers.keys() - before.keys()
        assert len(changed | new) <= 1
        last = [step for step in order if step in before][-1:]
        assert not lost or lost == set(last) or (changed and not lost & set(talk.path[:-1]))
        assert not (lost and new)


@always
@given(flows(), SOME)
def test_no_answer_lies_off_the_path(drawn: Flow, inputs: list[Input]) -> None:
    talk = walked(drawn, inputs)
    assert set(talk.answers) <= set(talk.path)
    for step in flow.path(drawn, talk.answers, talk.person.facts()):
        if step.id in talk.answers and step.options:
            offered = {option.id for option in flow.offered(step, talk.answers, talk.person.facts())}
            assert set(talk.answers[step.id].chosen) <= offered


@always
@given(flows(), SOME)
def test_every_flow_comes_to_an_end_from_wherever_someone_stands(drawn: Flow, inputs: list[Input]) -> None:
    talk = walked(drawn, inputs)
    for _ in drawn.steps:
        if talk.question:
            talk.answer()
    assert talk.question is None
    if talk.session and not talk.session.finished:
        talk.do(Open("drawn"))
    assert talk.session
    assert talk.session.finished


@always
@given(flows(), SOME)
def test_back_undoes_exactly_the_last_answer(drawn: Flow, inputs: list[Input]) -> None:
    talk = walked(drawn, inputs)
    if talk.question is None:
        return
    before, at = talk.answers, talk.here
    talk.answer()
    if talk.question is None:
        return
    talk.do(Back())
    assert talk.answers == before
    assert talk.here == at


@always
@given(flows(), SOME, PLACES, PLACES)
def test_a_tap_answers_its_own_question_and_never_another(drawn: Flow, inputs: list[Input], step: int, option: int) -> None:
    talk = walked(drawn, inputs)
    before, ticked = talk.answers, talk.session.ticked if talk.session else ()
    asked = talk.question.id if talk.question else None
    talk.do(Tap("code", step, option))
    own = drawn.steps[step].id if 0 <= step < len(drawn.steps) else None
    touched = {each for each, answer in talk.answers.items() if before.get(each) != answer}
    assert touched <= {own}
    if own != asked and asked in talk.path and asked == (talk.question.id if talk.question else None):
        assert talk.session
        assert set(talk.session.ticked) <= set(ticked)


@always
@given(flows(), SOME, st.data())
def test_a_tap_on_an_old_question_changes_that_question_only(drawn: Flow, inputs: list[Input], data: st.DataObject) -> None:
    talk = walked(drawn, inputs)
    old = [step for step in drawn.steps if step.id in talk.answers and KINDS[step.kind].picks]
    if not old or (talk.session and talk.session.finished):
        return
    step = data.draw(st.sampled_from(old))
    option = data.draw(st.sampled_from(flow.offered(step, talk.answers, talk.person.facts())))
    before = talk.answers
    talk.tap(option.id, step.id)
    assert all(talk.answers[each] == before[each] for each in talk.answers if each != step.id)
    if not KINDS[step.kind].many:
        assert talk.answers[step.id].chosen == (option.id,)
    kept = set(talk.path[:-1]) & before.keys()
    assert kept <= talk.answers.keys()


@always
@given(flows(), SOME, st.data())
def test_a_number_typed_its_words_typed_and_a_tap_are_the_same(drawn: Flow, inputs: list[Input], data: st.DataObject) -> None:
    talk = walked(drawn, inputs)
    if not talk.options or talk.person.asking:
        return
    place = data.draw(st.integers(0, len(talk.options) - 1))
    label = talk.options[place].label
    number, words, tapped, chosen = talk.copy(), talk.copy(), talk.copy(), talk.options[place].id
    many, asked = talk.question and KINDS[talk.question.kind].many, talk.here
    number.say(chosen if talk.question and talk.question.kind == "scale" else str(place + 1))
    words.say(label["en"])
    if many and tapped.session:
        tapped.session = replace(tapped.session, ticked=())
    tapped.tap(chosen)
    if many:
        tapped.do(Done("code", asked))
    assert number.answers == words.answers == tapped.answers
    if not many:
        assert number.answers[drawn.steps[asked].id].chosen == (chosen,)


@always
@given(flows(), SOME)
def test_several_choices_keep_to_their_bounds(drawn: Flow, inputs: list[Input]) -> None:
    talk = walked(drawn, inputs)
    for step in drawn.steps:
        answer = talk.answers.get(step.id)
        if not KINDS[step.kind].many or answer is None or answer.skipped:
            continue
        alone = {option.id for option in step.options if option.alone}
        least, most = how_many(step, len(step.options))
        assert len(answer.chosen) <= most
        assert len(answer.chosen) >= least or set(answer.chosen) <= alone
        assert len(answer.chosen) == 1 or not alone & set(answer.chosen)


@always
@given(flows(), SOME)
def test_only_optional_questions_can_be_skipped(drawn: Flow, inputs: list[Input]) -> None:
    talk = walked(drawn, [*inputs, Skip(), Skip(), Skip()])
    skipped = {step for step, answer in talk.answers.items() if answer.skipped}
    assert all(step.optional for step in drawn.steps if step.id in skipped)


@always
@given(flows(), SOME, SOME)
def test_a_finished_session_never_changes(drawn: Flow, inputs: list[Input], later: list[Input]) -> None:
    talk = walked(drawn, inputs)
    for _ in drawn.steps:
        if talk.question:
            talk.answer()
    if talk.session and not talk.session.finished:
        talk.do(Open("drawn"))
    done = talk.session
    for each in [*later, Outcome("keep", "closed"), Back(), Words("1")]:
        talk.do(each)
        assert talk.session == done


@always
@given(flows(), SOME)
def test_everything_said_is_in_all_languages_of_the_flow(drawn: Flow, inputs: list[Input]) -> None:
    talk = walked(drawn, [Open("drawn"), *inputs])
    for turn in talk.turns:
        for line in talks.lines(turn.effects):
            for text in talks.texts(line):
                alike = text.get("en", "").lstrip("-").isdigit()  # a number reads the same in all of them
                assert alike or dict(text) in OWN_WORDS or set(text) >= set(drawn.languages)


@always
@given(flows(), SOME)
def test_the_number_of_questions_ahead_only_shrinks(drawn: Flow, inputs: list[Input]) -> None:
    talk = walked(drawn, inputs)
    most: int | None = None
    sure = False
    for _ in drawn.steps:
        if talk.question is None:
            break
        number, of, certain = flow.progress(drawn, talk.question, talk.answers, talk.person.facts())
        before = {step.other_of or step.id for step in drawn.steps if step.id in talk.answers}
        assert number == len(before - {talk.question.other_of}) + 1
        assert number <= of
        assert most is None or of <= most
        assert not sure or (certain and of == most)
        most, sure = of, certain
        talk.answer()


@always
@given(flows(), SOME)
def test_every_message_is_short_enough_to_send(drawn: Flow, inputs: list[Input]) -> None:
    talk = walked(drawn, [Open("drawn"), *inputs])
    said = [effect for turn in talk.turns for effect in turn.effects if isinstance(effect, Say)]
    for say in said:
        assert sum(units(talks.spelt(line)) + 2 for line in say.lines) <= 4096


@always
@given(flows(), SOME)
def test_what_is_completed_is_what_was_answered(drawn: Flow, inputs: list[Input]) -> None:
    talk = walked(drawn, inputs)
    for turn in talk.turns:
        for effect in turn.effects:
            if isinstance(effect, Complete):
                assert turn.session
                assert effect.answers == turn.session.answers
                assert flow.present(drawn, effect.answers, talk.person.facts()) is None


@always
@given(flows(), st.text())
def test_words_are_kept_as_they_are_typed_or_told_why_not(drawn: Flow, words: str) -> None:
    facts, session = Facts(NOW, Person(age_band="18")), Session("code", drawn.edition)
    step = flow.present(drawn, {})
    read = KINDS[step.kind].read(step, flow.offered(step, {}), clean(words), NOW.date()) if step else None
    turn = engine.respond({drawn.edition: drawn}, session, Words(words), facts)
    assert turn.session
    if read is None or isinstance(read, questions.Misread):
        assert turn.session == session
    elif step:
        kept = turn.session.answers[step.id]
        assert (kept.chosen, kept.text) == (read.chosen, read.text)
