"""What one person sees, question by question."""

from __future__ import annotations

import pytest

from conversations import flow
from conversations.effects import Mark, Person, Toast
from conversations.inputs import Back, Done, Skip, Tap
from tests.conversations.examples import CONTROLS, PATHS
from tests.conversations.talks import Talk, begin, buttons, english


def ticked(talk: Talk) -> tuple[str, ...]:
    return talk.session.ticked if talk.session else ()


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
    assert "Done. Your answer to that earlier question is changed. It is now: I care" in said
    assert "What is hard?" in said
    assert talk.answers.keys() == {"who", "tell"}, "what comes after the new question, and still fits, stays"
    talk.say("work")
    talk.tap("have", "who")
    assert talk.answers.keys() == {"who", "week", "tell"}


def test_ticks_not_sent_yet_survive_a_change_of_an_earlier_answer() -> None:
    talk = begin(PATHS)
    talk.tap("have")
    talk.tap("pain")
    talk.tap("mood")
    talk.tap("care", "who")
    assert ticked(talk) == ("mood",)
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
    assert ticked(talk) == ("none",)
    talk.tap("mood")
    assert ticked(talk) == ("mood",)
    assert "can only be picked alone" in english(talk.say("1 and 4"))


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


def test_an_option_that_stands_alone_is_enough_where_two_are_wanted() -> None:
    talk = begin(CONTROLS.replace('"Cheese" }', '"None of these", alone = true }'))
    talk.say("1")
    talk.say("words")
    talk.say("none of these")
    assert talk.answers["some"].chosen == ("c",)


def test_back_takes_one_answer_back_at_a_time() -> None:
    talk = begin(PATHS)
    for words in ("1", "1", "It hurts", "back"):
        talk.say(words)
    assert [*talk.answers] == ["who", "week"]
    talk.do(Back("code", talk.here))
    assert [*talk.answers] == ["who"]


def test_ticks_under_an_old_question_change_that_answer_as_far_as_they_fit() -> None:
    talk = begin(PATHS)
    talk.tap("have")
    talk.say("1")
    talk.tap("mood", "week")
    assert [*talk.answers["week"].chosen] == ["pain", "mood"]
    talk.tap("pain", "week")
    assert [*talk.answers["week"].chosen] == ["mood"]
    assert "at least 1" in english(talk.tap("mood", "week"))
    assert [*talk.answers["week"].chosen] == ["mood"]


@pytest.mark.parametrize(
    "label,option", [("Later", "later"), ("pass", "pass"), ("DONE", "done"), ("stop.", "stop"), ("menu", "menu")]
)
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


def test_help_wins_even_over_an_option_that_says_help() -> None:
    talk = begin(CONTROLS.replace('"Menu"', '"Help"'))
    assert "call 999" in english(talk.say("help"))
    assert talk.answers == {}
    talk.say("5")
    assert talk.answers["when"].chosen == ("menu",)


def test_an_option_that_is_not_offered_leaves_its_words_to_the_controls() -> None:
    talk = begin(PATHS.replace('"Pain"', '"Go back"'))
    talk.tap("care")
    talk.say("go back")
    assert talk.answers == {}


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


@pytest.mark.parametrize(
    "given", [Back("code", 0), Skip("code", 0), Done("code", 5), Tap("code", 99, 0), Tap("code", -1, 0), Tap("code", 2, 9)]
)
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
    assert ticked(talk) == ()


def test_an_answer_remembers_the_language_it_was_asked_in() -> None:
    both = PATHS.replace('ask.en = "Who are you?"', 'ask.en = "Who are you?"\nask.cy = "Pwy?"')
    for language, kept in (("cy", "cy"), ("ur", "en")):
        talk = begin(both, Person(age_band="18", language=language))
        talk.say("1")
        assert talk.answers["who"].language == kept
    easy = begin(
        PATHS.replace('label.en = "', 'label.en-x-easy = "Easy", label.en = "', 1), Person(age_band="18", language="en-x-easy")
    )
    easy.say("1")
    assert easy.answers["who"].language == "en-x-easy"  # the label that was picked was the easy one


def test_help_is_beside_every_place_to_write() -> None:
    talk = begin(CONTROLS)
    assert "Get help now" in [button.label.text["en"] for button in buttons(talk.say("1"))]


def test_an_edition_is_named_by_its_words_and_not_by_its_line_endings() -> None:
    assert flow.edition_of("a\nb") == flow.edition_of("\ufeffa\r\nb") != flow.edition_of("a\nc")


def test_a_flow_knows_whether_anyone_may_be_asked_to_write() -> None:
    assert begin(PATHS).flow.has_free_text
    assert not begin(CONTROLS.replace('"text"', '"yes-no"')).flow.has_free_text
