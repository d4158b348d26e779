"""Leaving, coming back, being reminded, and the end."""

from __future__ import annotations

from conversations import engine
from conversations.effects import Complete, Effect, Facts, Person, Remember, Say
from conversations.inputs import Back, Done, Leave, Open, Outcome, Refused, Silence, Skip, Tap, Words
from conversations.session import Answer, Session
from tests.conversations.examples import PATHS
from tests.conversations.talks import NOW, begin, english


def test_leaving_keeps_what_was_said_and_coming_back_goes_on() -> None:
    talk = begin(PATHS)
    talk.tap("have")
    assert "That is fine" in english(talk.do(Leave("code")))
    again = english(talk.do(Open("a-test")))
    assert "Welcome back" in again
    assert "What is hard?" in again


def test_what_is_typed_after_leaving_is_no_answer() -> None:
    talk = begin(PATHS)
    talk.do(Leave("code"))
    assert "did not follow" in english(talk.say("I have it"))
    assert talk.answers == {}


def test_a_picture_is_declined_and_the_question_stays() -> None:
    talk = begin(PATHS)
    said = english(talk.do(Refused("photo")))
    assert "can’t take pictures" in said
    assert "Who are you?" in said
    assert "does not work here" in english(talk.do(Refused("forged")))


def test_a_reminder_asks_its_own_question_again_or_nothing() -> None:
    talk = begin(PATHS)
    assert "Who are you?" in english(talk.do(Silence("who")))
    assert talk.do(Silence("week")) == []
    talk.person = Person(age_band="18", stopped=True)
    assert talk.do(Silence("who")) == []


def finish() -> tuple[list[Effect], Session]:
    talk = begin(PATHS)
    for words in ("work", "yes"):
        talk.say(words)
    effects = list(talk.say("skip"))
    assert talk.session
    return effects, talk.session


def test_an_answer_about_me_goes_to_my_record_and_not_to_the_answers() -> None:
    effects, session = finish()
    [complete] = [effect for effect in effects if isinstance(effect, Complete)]
    assert complete.answers.keys() == {"who", "more"}
    assert [effect for effect in effects if isinstance(effect, Remember)] == [Remember("tell", Answer(chosen=("yes",)))]
    assert session.finished


def test_the_end_says_thanks_and_when_people_hear_back() -> None:
    effects, _ = finish()
    [thanks] = [effect for effect in effects if isinstance(effect, Say)]
    assert "Thank you" in english([thanks])
    assert "2027-02-26" in english([thanks])


def test_a_finished_or_closed_session_says_so_once_asked_and_is_silent_to_reminders() -> None:
    _, session = finish()
    drawn = begin(PATHS).flow
    facts = Facts(NOW, Person(age_band="18"))
    for over, words in ((session, "already finished"), (Session("code", drawn.edition, closed=True), "has closed")):
        for given in (Words("1"), Tap("code", 0, 0), Back()):
            turn = engine.respond({drawn.edition: drawn}, over, given, facts)
            assert words in english(turn.effects)
            assert turn.session == over
        assert engine.respond({drawn.edition: drawn}, over, Outcome("keep", "closed"), facts).session == over
        assert engine.respond({drawn.edition: drawn}, over, Silence("who"), facts).effects == ()


def test_an_edition_that_was_withdrawn_is_closed() -> None:
    session = Session("code", "gone")
    assert "has closed" in english(engine.respond({}, session, Words("1"), Facts(NOW)).effects)
    assert engine.respond({}, session, Silence("who"), Facts(NOW)).effects == ()


def test_an_engagement_closed_just_before_the_end_keeps_nothing() -> None:
    drawn = begin(PATHS).flow
    turn = engine.respond({drawn.edition: drawn}, Session("code", drawn.edition), Outcome("keep", "closed"), Facts(NOW))
    assert turn.session
    assert turn.session.closed
    assert "has closed" in english(turn.effects)


def test_someone_with_every_answer_given_is_finished_by_whatever_they_do_next() -> None:
    drawn = begin(PATHS).flow
    answers = {"who": Answer(chosen=("work",)), "tell": Answer(chosen=("no",)), "more": Answer(skipped=True)}
    for given in (Words("hello"), Skip(), Done(), Refused("photo")):
        turn = engine.respond({drawn.edition: drawn}, Session("code", drawn.edition, answers), given, Facts(NOW))
        assert [type(effect) for effect in turn.effects] == [Complete]
