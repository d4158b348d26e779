"""What somebody types again because no answer came answers no question that they have not seen yet."""

from __future__ import annotations

from bot.arrivals import Arrival
from bot.telegram.polling import without_repeats
from conversations.inputs import Input, Words
from tests.road.conftest import MakeHouse
from tests.road.crowd import hear


def test_an_answer_sent_three_times_while_the_bot_was_away_is_one_answer(make_house: MakeHouse) -> None:
    house = make_house()
    person = house.telegram.person()
    person.starts(house.open("tests-five"))
    hear(person, "how old")
    person.says("18")
    hear(person, "Question 1")
    house.stop()
    for _ in range(3):
        person.says("1")
        house.telegram.advance(5)
    house.start()
    hear(person, "Question 2")
    person.hears_nothing()
    house.settle()


def given(*said: tuple[int, str, int]) -> list[Input | None]:
    """What is left of words (chat, text, second) that came together."""
    arrivals = [Arrival(number, chat, {}, Words(text), said_at=at) for number, (chat, text, at) in enumerate(said)]
    return [one.given for one in without_repeats(arrivals)]


def test_words_sent_twice_within_a_moment_are_two_answers() -> None:
    assert given((7, "1", 100), (7, "1", 102)) == [Words("1"), Words("1")]


def test_the_same_words_of_somebody_else_are_an_answer_too() -> None:
    assert given((7, "1", 100), (8, "1", 110)) == [Words("1"), Words("1")]


def test_other_words_are_another_answer() -> None:
    assert given((7, "1", 100), (7, "2", 110), (7, "1", 120)) == [Words("1"), Words("2"), Words("1")]


def test_without_a_time_everything_is_an_answer() -> None:
    assert given((7, "1", 0), (7, "1", 0)) == [Words("1"), Words("1")]
