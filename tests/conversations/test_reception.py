"""Help first, then age, then everything else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations import inputs, screens
from conversations.effects import Effect, Erase, Facts, Offer, Person, Say, Switch, Toast, Turn
from conversations.reception import receive
from conversations.records import PURPOSES
from tests.conversations.examples import CONTROLS, PATHS
from tests.conversations.talks import ADULT, NOW, begin, buttons, english
from tests.conversations.written import EVERYTHING, always

OFFERS = (Offer("one", "e1", {"en": "First thing"}), Offer("two", "e2", {"en": "Second thing", "cy": "Ail beth"}, "begun"))
STRANGER = Person()
TURNED_AWAY = Person(turned_away=True)


def meet(given: inputs.Input, person: Person = STRANGER, minimum_age: int = 16, languages: tuple[str, ...] = ("en",)) -> Turn:
    facts = Facts(NOW, person, OFFERS, languages, minimum_age, organisation="A Trust", receipt="R-12")
    return receive({}, None, given, facts)


def says(turn: Turn) -> str:
    return english(turn.effects)


@pytest.mark.parametrize("person", [STRANGER, TURNED_AWAY, ADULT, Person(age_band="unsaid", asking="delete", stopped=True)])
@pytest.mark.parametrize("words", ["/help", "help", "HELP!", "Get help now"])
def test_help_answers_before_everything_else(person: Person, words: str) -> None:
    turn = meet(inputs.Words(words), person)
    assert "call 999" in says(turn)
    assert turn.person is None
    assert meet(inputs.Ask("help"), person) == turn


def test_help_in_a_text_question_is_never_kept_as_an_answer() -> None:
    talk = begin(CONTROLS)
    talk.say("1")
    before = talk.session
    assert "call 999" in english(talk.say("Help"))
    assert talk.session == before
    talk.say("words")
    assert talk.answers["say"].text == "words"


def test_the_first_line_of_help_is_safe_on_a_lock_screen() -> None:
    first = screens.helping("en").lines[0].text["en"]
    assert not set(first.casefold().split()) & {"suicide", "hurt", "danger", "999"}


@pytest.mark.parametrize(
    "given",
    [
        inputs.Words("hello"),
        inputs.Ask("menu"),
        inputs.Refused("photo"),
        inputs.Open("one"),
        inputs.Tap("x", 0, 0),
        inputs.Ask("language"),
    ],
)
def test_a_stranger_is_asked_their_age_first(given: inputs.Input) -> None:
    turn = meet(given)
    assert "how old are you" in says(turn)
    assert turn.person
    assert turn.person.age_band == ""
    assert len(buttons(turn.effects)) == len(screens.AGE_BANDS)


def test_the_link_that_led_here_waits_for_the_age() -> None:
    turn = meet(inputs.Link("abc"))
    assert {button.brings for button in buttons(turn.effects)} == {inputs.Age(band, "abc") for band in screens.AGE_BANDS}
    assert turn.person == Person(opening="abc", asking="age")
    answered = meet(inputs.Words("4"), turn.person)
    assert answered.person == Person(age_band="18", opening="abc", asking="menu")
    assert meet(inputs.Age("18", "xyz")).person == Person(age_band="18", opening="xyz", asking="menu")


@pytest.mark.parametrize(
    "words,band",
    [
        ("1", "under-13"),
        ("2", "13-15"),
        ("4", "18"),
        ("(5)", "unsaid"),
        ("Under 13", "under-13"),
        ("13 to 15", "13-15"),
        ("16 or 17", "16-17"),
        ("18 or over.", "18"),
        ("I’d rather not say", "unsaid"),
        ("9", "under-13"),
        ("15", "13-15"),
        ("I'm 17", "16-17"),
        ("I am 18 years old", "18"),
        ("47", "18"),
        ("٤٧", "18"),
    ],
)
def test_an_age_can_be_typed_as_a_number_of_the_list_its_words_or_years(words: str, band: str) -> None:
    turn = meet(inputs.Words(words), minimum_age=0)
    assert turn.person
    assert turn.person.age_band == band


@pytest.mark.parametrize("words", ["hello", "under 18", "over 16", "18 soon", "17 or 18", "130", "0", "2010", "", "9" * 5000])
def test_words_that_are_no_plain_age_let_nobody_in(words: str) -> None:
    turn = meet(inputs.Words(words), Person(asking="age"))
    assert "pick one of these" in says(turn)
    assert turn.person == Person(asking="age")


@pytest.mark.parametrize("words", ["1", "2", "under 13", "15", "i'm 12"])
def test_someone_too_young_is_turned_away_kindly_with_help(words: str) -> None:
    turn = meet(inputs.Words(words), Person(opening="abc"))
    assert "Your voice still counts" in says(turn)
    assert "call 999" in says(turn)
    assert turn.person == TURNED_AWAY


@pytest.mark.parametrize(
    "given",
    [
        inputs.Words("18"),
        inputs.Age("18"),
        inputs.Ask("menu"),
        inputs.Link("abc"),
        inputs.Open("one"),
        inputs.Language("en"),
        inputs.Refused("voice"),
    ],
)
def test_someone_turned_away_is_not_asked_again(given: inputs.Input) -> None:
    turn = meet(given, TURNED_AWAY)
    assert "only for people aged 16 or over" in says(turn)
    assert turn.person is None
    assert buttons(turn.effects) == []


@always
@given(st.lists(EVERYTHING, max_size=8))
def test_nothing_lets_in_someone_turned_away_but_deleting_everything(inputs: list[inputs.Input]) -> None:
    person = TURNED_AWAY
    for each in inputs:
        turn = meet(each, person)
        if any(isinstance(effect, Erase) for effect in turn.effects):
            return
        person = turn.person or person
        assert person.age_band == ""
        assert person.turned_away


def test_the_minimum_age_is_the_one_that_is_set() -> None:
    for band, least, admitted in (("13-15", 13, True), ("13-15", 16, False), ("16-17", 18, False), ("unsaid", 18, True)):
        person = meet(inputs.Age(band), minimum_age=least).person
        assert person
        assert (person.age_band == band) is admitted


def test_a_forged_age_is_asked_again() -> None:
    assert "how old are you" in says(meet(inputs.Age("99")))


def test_an_age_given_twice_is_left_as_it_is_and_people_see_where_they_stand() -> None:
    turn = meet(inputs.Age("18"), ADULT)
    assert [type(effect) for effect in turn.effects] == [Toast, Say]
    assert "First thing" in says(turn)
    assert turn.person
    assert turn.person.age_band == ADULT.age_band


def test_another_age_than_the_one_kept_is_told_how_to_put_it_right() -> None:
    turn = meet(inputs.Age("16-17"), ADULT)
    assert "kept already" in says(turn)
    assert turn.person
    assert turn.person.age_band == ADULT.age_band


def test_the_menu_offers_what_is_open_by_number_or_title() -> None:
    turn = meet(inputs.Age("18"))
    assert "1. First thing" in says(turn)
    assert "2. Second thing (carry on)" in says(turn)
    assert turn.person == Person(age_band="18", asking="menu")
    for words, opened in (("1", "first"), ("second THING", "second"), ("Ail beth", "second"), ("3", None), ("something", None)):
        # Without a session to open, an Open can only say so; words that open nothing say something else.
        expected = "another age group" if opened else "did not follow that"
        assert expected in says(meet(inputs.Words(words), turn.person))


def test_an_empty_menu_says_that_nothing_is_open() -> None:
    assert "Nothing is open" in english(receive({}, None, inputs.Ask("menu"), Facts(NOW, ADULT)).effects)


@pytest.mark.parametrize(
    "given,words",
    [
        (inputs.Link("gone"), "does not lead anywhere"),
        (inputs.Open("one"), "another age group"),
        (inputs.Words("hm"), "did not follow"),
        (inputs.Words("/hm"), "don’t know that command"),
        (inputs.Refused("forged"), "does not work here"),
        (inputs.Refused("voice"), "can’t take pictures"),
        (inputs.Tap("x", 0, 0), "Pick one"),
        (inputs.Ask("privacy"), "run by A Trust"),
        (inputs.Ask("language"), "Only English"),
    ],
)
def test_outside_any_engagement_everything_has_an_answer(given: inputs.Input, words: str) -> None:
    assert words in says(meet(given, ADULT))


def test_stop_is_obeyed_at_once_and_only_picking_something_takes_it_back() -> None:
    turn = meet(inputs.Words("stop"), ADULT)
    assert Switch(dict.fromkeys(PURPOSES, False)) in turn.effects
    stopped = turn.person
    assert stopped
    assert stopped.stopped
    assert meet(inputs.Silence("x"), stopped).effects == ()
    for told in (
        inputs.Words("/start"),
        inputs.Words("/choices"),
        inputs.Hear("news", wanted=False),
        inputs.Pause(),
        inputs.Quieter(""),
    ):
        later = meet(told, stopped)
        assert later.person
        assert later.person.stopped
    again = meet(inputs.Hear("results", wanted=True), stopped)
    assert again.person
    assert not again.person.stopped
    assert [effect for effect in again.effects if isinstance(effect, Switch)] == [Switch({"results": True})]


def test_nothing_is_kept_of_somebody_who_stops_before_their_age_is_known() -> None:
    assert not [effect for effect in meet(inputs.Words("/stop"), Person()).effects if isinstance(effect, Switch)]


def test_deleting_takes_two_steps_and_gives_a_receipt() -> None:
    asked = meet(inputs.Words("/delete"), ADULT)
    assert "can’t be undone" in says(asked)
    assert asked.person
    gone = meet(inputs.Words("yes"), asked.person)
    assert isinstance(gone.effects[0], Erase)
    assert "R-12" in says(gone)
    assert meet(inputs.Delete(sure=True), ADULT) == gone
    for words in ("2", "no", "No, keep it"):
        kept = meet(inputs.Words(words), asked.person)
        assert "Nothing was deleted" in says(kept)
        assert kept.person == Person(age_band="18", asking="menu")
    assert not _erases(meet(inputs.Words("maybe"), asked.person).effects)
    assert not _erases(meet(inputs.Words("yes"), ADULT).effects)


def _erases(effects: tuple[Effect, ...]) -> bool:
    return any(isinstance(effect, Erase) for effect in effects)


def test_a_language_is_picked_by_number_or_name_and_the_question_is_asked_again() -> None:
    talk = begin(PATHS)
    talk.languages = ("en", "cy", "xx")
    assert "2. Cymraeg" in english(talk.say("/language"))
    said = english(talk.say("cymraeg"))
    assert talk.person.language == "cy"
    assert "Who are you?" in said
    assert "pictures" not in said
    talk.say("1")
    assert talk.answers["who"].chosen == ("have",)
    talk.say("/language")
    talk.say("1")
    assert talk.person.language == "en"


def test_a_language_without_an_engagement_leads_to_the_menu() -> None:
    asked = meet(inputs.Words("/language"), ADULT, languages=("en", "cy")).person
    assert asked
    turn = meet(inputs.Words("2"), asked, languages=("en", "cy"))
    assert "First thing" in says(turn)
    assert turn.person == Person(age_band="18", language="cy", asking="menu")
    assert "Which language" in says(meet(inputs.Language("zz"), ADULT, languages=("en", "cy")))
    assert says(meet(inputs.Words("Klingon"), asked, languages=("en", "cy"))).startswith("We did not follow")


def test_the_menu_can_be_asked_for_in_the_middle_and_the_question_answered_later() -> None:
    talk = begin(PATHS)
    talk.say("/menu")
    assert talk.person.asking == "menu"
    talk.tap("have")
    assert talk.person.asking == ""
    assert talk.answers["who"].chosen == ("have",)
    assert "A test" in english(talk.do(inputs.Link("gone")))
    assert "Nothing was deleted" in english(talk.do(inputs.Delete(sure=False)))
    assert talk.person.asking == ""


def test_an_outcome_for_nobody_is_harmless() -> None:
    assert meet(inputs.Outcome("keep", "kept"), ADULT).session is None
