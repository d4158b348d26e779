"""What one person sees, question by question."""

from __future__ import annotations

import pytest

from conversations import engine, flow
from conversations.effects import Complete, Facts, Mark, Person, Remember, Say, Toast
from conversations.inputs import Back, Done, Leave, Open, Outcome, Refused, Silence, Skip, Tap, Words
from conversations.session import Answer, Session
from tests.conversations.talks import NOW, begin, buttons, english

PATHS = """
[[steps]]
id = "who"
kind = "choice"
ask.en = "Who are you?"
options = [
  { id = "have", label.en = "I have it" },
  { id = "care", label.en = "I care" },
  { id = "work", label.en = "I work" },
]

[[steps]]
id = "hello"
kind = "say"
ask.en = "Thank you. You said: {who}."

[[steps]]
id = "week"
kind = "choices"
ask.en = "What is hard?"
when = { who = ["have", "care"] }
at_most = 2
options = [
  { id = "pain", label.en = "Pain", when.who = "have" },
  { id = "work", label.en = "Work" },
  { id = "mood", label.en = "Mood" },
  { id = "none", label.en = "None of these", alone = true },
]

[[steps]]
id = "why"
kind = "text"
ask.en = "Why {week}?"
when = { week = { answered = true } }
optional = true

[[steps]]
id = "tell"
kind = "yes-no"
ask.en = "Shall we tell you?"
about = "me"

[[steps]]
id = "more"
kind = "text"
ask.en = "You wrote: {why}. More?"
optional = true
"""

CONTROLS = """
[[steps]]
id = "when"
kind = "choice"
ask.en = "When?"
options = [
  { id = "later", label.en = "Later" },
  { id = "pass", label.en = "Pass" },
  { id = "done", label.en = "Done" },
  { id = "stop", label.en = "Stop" },
  { id = "menu", label.en = "Menu" },
  { id = "back", label.en = "Go back" },
]

[[steps]]
id = "say"
kind = "text"
ask.en = "Anything?"

[[steps]]
id = "some"
kind = "choices"
ask.en = "Which?"
at_least = 2
options = [
  { id = "a", label.en = "Apples" },
  { id = "b", label.en = "Bread" },
  { id = "c", label.en = "Cheese" },
]
"""


def test_an_engagement_opens_with_why_it_is_asked_and_its_first_question() -> None:
    talk = begin(PATHS)
    said = english(talk.turns[0].effects)
    assert "A test" in said
    assert "can’t change: d" in said
    assert "Question 1 of up to 5" in said
    assert "1. I have it" in said


def test_earlier_answers_are_repeated_where_the_words_have_a_gap() -> None:
    talk = begin(PATHS)
    assert "You said: I have it." in english(talk.tap("have"))
    assert "Why Pain and Mood?" in english(talk.say("1 and 3"))
    talk.say("It hurts")
    assert "You wrote: It hurts. More?" in english(talk.say("yes"))


def test_a_skipped_answer_leaves_its_gap_empty() -> None:
    talk = begin(PATHS)
    for words in ("1", "2", "skip"):
        talk.say(words)
    assert "You wrote: . More?" in english(talk.say("no"))


def test_a_long_answer_is_repeated_in_part() -> None:
    talk = begin(PATHS)
    for words in ("1", "2", "x" * 4000):
        talk.say(words)
    assert talk.answers["why"].text == "x" * 4000
    assert "x" * 199 + "…. More?" in english(talk.say("no"))


def test_the_number_of_questions_shrinks_as_paths_close() -> None:
    talk = begin(PATHS)
    assert "Question 2 of 3" in english(talk.tap("work"))
    talk = begin(PATHS)
    assert "Question 2 of up to 5" in english(talk.tap("have"))
    assert "Question 3 of 5" in english(talk.say("1"))


def test_changing_an_earlier_answer_drops_only_what_no_longer_fits() -> None:
    talk = begin(PATHS)
    for words in ("1", "1", "It hurts", "yes"):
        talk.say(words)
    said = english(talk.tap("care", "who"))
    assert "Changed. You now say: I care" in said
    assert "What is hard?" in said
    assert talk.answers.keys() == {"who"}
    talk.say("work")
    talk.tap("have", "who")
    assert talk.answers.keys() == {"who", "week"}


def test_ticks_not_sent_yet_survive_a_change_of_an_earlier_answer() -> None:
    talk = begin(PATHS)
    talk.tap("have")
    talk.tap("pain")
    talk.tap("mood")
    talk.tap("care", "who")
    assert talk.session
    assert talk.session.ticked == ("mood",)
    assert "✓ 2. Mood" in english(talk.turns[-1].effects)


def test_the_same_answer_again_changes_nothing() -> None:
    talk = begin(PATHS)
    talk.tap("have")
    before = talk.session
    assert [type(effect) for effect in talk.tap("have", "who")] == [Toast]
    assert talk.session == before


def test_ticks_go_on_and_off_and_are_sent_with_done() -> None:
    talk = begin(PATHS)
    talk.tap("have")
    toast, mark = talk.tap("pain")
    assert english([toast]) == "Picked: Pain"
    assert isinstance(mark, Mark)
    assert "✓ 1. Pain" in english([mark])
    assert english(talk.tap("pain")[:1]) == "Taken off: Pain"
    talk.tap("work")
    talk.tap("mood")
    assert "up to 2" in english(talk.tap("pain"))
    talk.do(Done("code", talk.here))
    assert talk.answers["week"].chosen == ("work", "mood")


def test_an_option_that_stands_alone_takes_the_others_off() -> None:
    talk = begin(PATHS)
    talk.tap("have")
    talk.tap("pain")
    talk.tap("none")
    assert talk.session
    assert talk.session.ticked == ("none",)
    talk.tap("mood")
    assert talk.session.ticked == ("mood",)
    assert "can only be picked by itself" in english(talk.say("1 and 4"))


def test_two_can_be_ticked_where_at_least_two_are_wanted() -> None:
    talk = begin(CONTROLS)
    talk.say("1")
    talk.say("words")
    talk.tap("a")
    assert "at least 2" in english(talk.do(Done()))
    assert "at least 2" in english(talk.say("bread"))
    talk.tap("c")
    talk.do(Done())
    assert talk.answers["some"].chosen == ("a", "c")


def test_ticks_under_an_old_question_change_that_answer_as_far_as_they_fit() -> None:
    talk = begin(PATHS)
    talk.tap("have")
    talk.say("1")
    talk.tap("mood", "week")
    assert talk.answers["week"].chosen == ("pain", "mood")
    talk.tap("pain", "week")
    assert talk.answers["week"].chosen == ("mood",)
    assert "at least 1" in english(talk.tap("mood", "week"))
    assert talk.answers["week"].chosen == ("mood",)


@pytest.mark.parametrize("label,option", [("Later", "later"), ("pass", "pass"), ("DONE", "done"), ("stop.", "stop"), ("menu", "menu")])
def test_the_whole_words_of_an_option_win_over_a_control(label: str, option: str) -> None:
    talk = begin(CONTROLS)
    talk.say(label)
    assert talk.answers["when"].chosen == (option,)
    assert not talk.person.stopped


def test_a_control_is_a_control_where_no_option_says_it() -> None:
    talk = begin(CONTROLS)
    talk.say("back")
    assert talk.answers == {}
    talk.say("1")
    talk.say("go back")
    assert talk.answers == {}
    talk.say("not now")
    assert "That is fine" in english(talk.turns[-1].effects)


def test_done_is_an_answer_where_there_is_nothing_to_tick() -> None:
    talk = begin(CONTROLS)
    talk.say("1")
    talk.say("Finished")
    assert talk.answers["say"].text == "Finished"


def test_the_command_done_is_never_an_answer() -> None:
    talk = begin(CONTROLS)
    talk.say("1")
    talk.say("/done")
    assert "say" not in talk.answers


def test_a_text_can_be_neither_empty_nor_longer_than_a_message() -> None:
    talk = begin(CONTROLS)
    talk.say("1")
    assert "write a few words" in english(talk.say(" \u200e "))
    assert "too long" in english(talk.say("x" * 4097))
    assert "say" not in talk.answers


def test_a_required_question_cannot_be_skipped() -> None:
    talk = begin(CONTROLS)
    assert "needs an answer" in english(talk.do(Skip("code", 0)))
    assert talk.answers == {}


def test_there_is_nothing_before_the_first_question() -> None:
    assert "first question" in english(begin(PATHS).say("back"))


@pytest.mark.parametrize("given", [Back("code", 0), Skip("code", 0), Done("code", 5), Tap("code", 99, 0), Tap("code", -1, 0), Tap("code", 2, 9)])
def test_an_old_or_made_up_button_says_so_and_changes_nothing(given: Back | Skip | Done | Tap) -> None:
    talk = begin(PATHS)
    talk.tap("have")
    before = talk.session
    assert english(talk.do(given)) == "That button belongs to an earlier question."
    assert talk.session == before


def test_an_option_that_is_not_offered_cannot_be_tapped() -> None:
    talk = begin(PATHS)
    talk.tap("care")
    assert "earlier question" in english(talk.tap("pain"))
    assert talk.session
    assert talk.session.ticked == ()


def test_leaving_keeps_what_was_said_and_coming_back_goes_on() -> None:
    talk = begin(PATHS)
    talk.tap("have")
    assert "That is fine" in english(talk.do(Leave("code")))
    again = english(talk.do(Open("a-test")))
    assert "Welcome back" in again
    assert "What is hard?" in again


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


def finish() -> tuple[list[object], Session]:
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


def test_an_answer_remembers_the_language_it_was_asked_in() -> None:
    both = PATHS.replace('ask.en = "Who are you?"', 'ask.en = "Who are you?"\nask.cy = "Pwy?"')
    for language, kept in (("cy", "cy"), ("ur", "en")):
        talk = begin(both, Person(age_band="18", language=language))
        talk.say("1")
        assert talk.answers["who"].language == kept
    welsh = begin(PATHS.replace('ask.en = "Who are you?"', 'ask.cy = "Pwy?"'))
    welsh.do(Tap("code", 0, 0))
    assert welsh.answers["who"].language == "cy"


def test_help_is_beside_every_place_to_write() -> None:
    talk = begin(CONTROLS)
    assert "Get help now" in [button.label.text["en"] for button in buttons(talk.say("1"))]


def test_an_edition_is_named_by_its_words_and_not_by_its_line_endings() -> None:
    assert flow.edition_of("a\nb") == flow.edition_of("\ufeffa\r\nb") != flow.edition_of("a\nc")


def test_a_flow_knows_whether_anyone_may_be_asked_to_write() -> None:
    assert begin(PATHS).flow.has_free_text
    assert not begin(CONTROLS.replace('"text"', '"yes-no"')).flow.has_free_text
