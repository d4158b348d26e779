"""What a card and a place say of a date: the most wanted first, in few words, and nothing that may not hold."""

from __future__ import annotations

import datetime as dt
from importlib import resources
from zoneinfo import ZoneInfo

import pytest

from bot import speech
from conversations import flow
from conversations.effects import Facts, Say
from conversations.events import cards, lists, screens, ways
from conversations.events.views import Date, Event, Mine
from conversations.flow import Flow
from conversations.inputs import Attend
from conversations.records import MOST_COMPANIONS
from conversations.screens import unstopped

LONDON = ZoneInfo("Europe/London")
WORKSHOP, MEETING = "workshop-design-the-next-step", "reference-group-are-you-coming"


def shipped(name: str) -> Flow:
    """A template."""
    return flow.read(resources.files("conversations.library").joinpath(f"{name}.toml").read_text("utf-8"))


def test_a_question_that_asks_how_somebody_comes_is_asked_by_no_button_besides() -> None:
    now = dt.datetime(2027, 2, 1, tzinfo=LONDON)

    def ways_of(how: str, *, begin: bool) -> list[str]:
        mine = Mine("p", "confirmed", how=how)
        date = Date("d", now + dt.timedelta(days=30), 90, "the town hall", online=True, mine=mine)
        return [one.words["en"] for one in ways.of_change(Event(shipped(WORKSHOP), (date,), begin=begin), date, Facts(now))]

    assert "I’ll come online" not in ways_of("", begin=True)
    assert "I’ll come online" in ways_of("", begin=False)
    assert "I’ll come in the room" in ways_of("online", begin=True)


def test_a_card_says_when_how_long_and_where_first_and_never_takes_too_many_words() -> None:
    now = dt.datetime(2027, 2, 1, tzinfo=LONDON)
    for name in (WORKSHOP, MEETING):
        starts = [now + dt.timedelta(days=days, hours=10) for days in (30, 33)]
        dates = tuple(Date(f"d{one.day}", one, 90, "the town hall", online=True, left=12) for one in starts)
        lines, choices = cards.card(Event(shipped(name), dates), Facts(now))
        said = speech.speak(Say((*lines, *screens.listed(choices))), "en").text
        assert len(said.split()) <= cards.MOST_WORDS
        assert said.index("an hour and a half") < said.index("Where: the town hall") < said.index("Payment")
        assert said.endswith("3. More about this")


@pytest.mark.parametrize(
    "minutes, told",
    [(30, "half an hour"), (45, "45 minutes"), (60, "an hour"), (90, "an hour and a half"), (120, "2 hours"),
     (150, "2 and a half hours"), (135, "about 2 hours"), (1440, "24 hours")],
)  # fmt: skip
def test_a_length_is_told_as_people_say_it(minutes: int, told: str) -> None:
    assert speech.speak(Say((screens.lasts(minutes),)), "en").text == f"It lasts {told}."


@pytest.mark.parametrize("days, told", [(9, "a week and two days"), (4, "about two days"), (2, "short note"), (1, "")])
def test_only_what_there_is_time_for_is_said_to_come_before_a_date(days: int, told: str) -> None:
    now = dt.datetime(2027, 2, 1, 9, tzinfo=LONDON)
    date = Date("d", now + dt.timedelta(days=days), 60, "the town hall", mine=Mine("p", "confirmed"))
    said = speech.speak(Say(screens.taken(Event(shipped(WORKSHOP), (date,)), date, Facts(now))), "en").text
    assert said.startswith("You have a place: ")
    assert told in said
    assert ("emind" in said) == (days > 2)


def test_the_first_words_of_a_text_end_with_a_sentence() -> None:
    long = "Dr. Ali and St. Mary's team come, with about twelve of the people who were here before. Bring a friend."
    assert cards.brief({"en": long})["en"].endswith("here before.")
    assert cards.brief({"en": "No steps. A quiet room."})["en"] == "No steps. A quiet room."


@pytest.mark.parametrize("said", ["The team, with young people in it,", "The team, with young people in it."])
def test_who_decides_reads_well_whatever_it_ends_with(said: str) -> None:
    assert unstopped({"en": said})["en"] == "The team, with young people in it"


def test_as_many_can_come_along_by_a_button_as_by_an_answer() -> None:
    date = Date("d", dt.datetime(2027, 2, 9, 18, tzinfo=LONDON), 60)
    assert [one.brings for one in lists.companions(date)[1]][-1] == Attend("bring", "d", str(MOST_COMPANIONS))
