"""What ships is without problems, plain to read, and can be walked to every end by tapping and by typing."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import pytest

from conversations import checking, flow
from conversations.effects import Complete, Person
from conversations.flow import Flow, offered
from conversations.inputs import Done, Open, Skip
from conversations.library import SHIPPED
from conversations.phrases import PHRASES
from conversations.questions import KINDS, Misread, weigh
from conversations.session import Answer
from conversations.text import Text
from tests.conversations.talks import Talk

FLOWS = [flow.read(source) for source in SHIPPED.values()]
AGES = {"adults": "18", "under-18s": "16-17", "everyone": "18"}


def test_the_two_engagements_that_ship_have_no_problems() -> None:
    assert [str(problem) for problem in checking.check_all(SHIPPED)] == []
    assert [each.id for each in FLOWS] == ["long-covid-tell-us-once", "what-should-we-fix-first"]
    assert {f"{each.id}.toml" for each in FLOWS} == set(SHIPPED)


def test_the_one_for_young_people_takes_three_taps_and_asks_for_no_words() -> None:
    young = FLOWS[1]
    assert (young.audience, young.identity) == ("under-18s", "anonymous")
    assert [KINDS[step.kind].picks and not KINDS[step.kind].many for step in young.steps] == [True] * 3
    assert not young.has_free_text


def test_whether_to_be_told_is_never_kept_with_the_answers() -> None:
    for each in FLOWS:
        assert each.steps[-1].about == "me"


def test_everything_can_be_skipped() -> None:
    assert all(step.optional for each in FLOWS for step in each.steps if step.asks)


def ways(shipped: Flow, place: int, answers: dict[str, Answer]) -> Iterator[dict[str, Answer]]:
    """Every way through, with one or two options for each question of several."""
    met = [step for step in flow.path(shipped, answers) if step.id not in answers and step.asks]
    if not met:
        yield answers
        return
    step = met[0]
    options = offered(step, answers)
    sizes = (1, 2) if KINDS[step.kind].many else (1,) if KINDS[step.kind].picks else ()
    picks = [tuple(o.id for o in some) for size in sizes for some in itertools.combinations(options, size)]
    some = [a for a in (weigh(step, options, chosen) for chosen in picks) if not isinstance(a, Misread)]
    words = [] if KINDS[step.kind].picks else [Answer(text="Listen to us.")]
    for answer in [*some, *words, Answer(skipped=True)]:
        yield from ways(shipped, place + 1, {**answers, step.id: answer})


def start(shipped: Flow) -> Talk:
    talk = Talk(shipped, Person(age_band=AGES[shipped.audience]))
    talk.do(Open(shipped.id))
    return talk


def tap(talk: Talk, answer: Answer) -> None:
    assert talk.question
    many, here = KINDS[talk.question.kind].many, talk.here
    for option in answer.chosen:
        talk.tap(option)
    if answer.text:
        talk.say(answer.text)
    if answer.skipped:
        talk.do(Skip("code", here))
    elif many:
        talk.do(Done("code", here))


def type_numbers(talk: Talk, answer: Answer) -> None:
    numbers = [str(place) for place, option in enumerate(talk.options, 1) if option.id in answer.chosen]
    talk.say("skip" if answer.skipped else answer.text or " and ".join(numbers))


def type_words(talk: Talk, answer: Answer) -> None:
    words = [option.label["en"] for option in talk.options if option.id in answer.chosen]
    talk.say("skip" if answer.skipped else answer.text or ", ".join(words))


@pytest.mark.parametrize("how", [tap, type_numbers, type_words])
@pytest.mark.parametrize("shipped", FLOWS, ids=lambda shipped: str(shipped.id))
def test_every_way_through_comes_to_its_end(shipped: Flow, how: object) -> None:
    everyone = list(ways(shipped, 0, {}))
    for answers in everyone[:: max(1, len(everyone) // 250)]:
        talk = start(shipped)
        for step, answer in answers.items():
            assert talk.question
            assert talk.question.id == step
            how(talk, answer)  # type: ignore[operator]
        assert talk.session
        assert talk.session.finished
        assert {step: (said.chosen, said.text) for step, said in talk.answers.items()} == {
            step: (said.chosen, said.text) for step, said in answers.items()
        }
        assert any(isinstance(effect, Complete) for turn in talk.turns for effect in turn.effects)


def words_of(shipped: Flow) -> Iterator[str]:
    charter = shipped.charter
    texts: list[Text] = [shipped.title, shipped.welcome, shipped.thanks]
    texts += [charter.settles, charter.decided_by, charter.can_change, charter.cannot_change]
    for step in shipped.steps:
        texts += [step.ask, *(option.label for option in step.options)]
    yield from (text["en"] for text in texts if text)


def reading_age(words: str) -> float:
    """The age that can read it, by the Flesch-Kincaid grade; syllables are counted by their vowels."""
    sentences = max(1, len(re.findall(r"[.!?:](?:\s|$)", words)))
    split = re.findall(r"[a-z’']+", words.lower())
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"(?<=[^l])e$", "", word)))) for word in split)
    return 0.39 * len(split) / sentences + 11.8 * syllables / len(split) - 15.59 + 5


@pytest.mark.parametrize("shipped", FLOWS, ids=lambda shipped: str(shipped.id))
def test_what_ships_can_be_read_at_eleven(shipped: Flow) -> None:
    assert reading_age(" ".join(words.rstrip(".?") + "." for words in words_of(shipped))) <= 11


def test_the_bot_s_own_words_can_be_read_at_eleven() -> None:
    said = [words["en"] for key, words in PHRASES.items() if not key.startswith("typed-")]
    assert reading_age(" ".join(words.rstrip(".?") + "." for words in said)) <= 11


@pytest.mark.parametrize("shipped", FLOWS, ids=lambda shipped: str(shipped.id))
def test_what_ships_is_neither_pushing_nor_loud(shipped: Flow) -> None:
    said = " ".join(words_of(shipped)).casefold()
    for wrong in ("you must", "last chance", "don’t let", "hurry", "24/7", "service user", "!", "suicide", "weight"):
        assert wrong not in said


def test_a_question_opens_with_nothing_sensitive() -> None:
    for each in FLOWS:
        for step in each.steps:
            assert not re.search("covid|ward|mental|illness|pain", step.ask["en"][:60].casefold())
