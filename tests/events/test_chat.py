"""Events in a chat: what a tap does, what it cannot do, and what nobody is told who should not be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, event, select

from bot import buttons, speech, turns
from conversations.effects import Say
from conversations.events import answers
from conversations.faces import line
from conversations.inputs import Attend, Begin, Dates, Input
from conversations.phrases import PHRASES
from conversations.text import Line
from storage import codes, schema
from storage.events import events, occasions
from storage.events.occasions import Occasion, Plan
from tests.road.indoors import Indoors, Visitor, indoors

LONDON = ZoneInfo("Europe/London")
LONGEST: list[Input] = [
    Attend("decline", codes.make(), "x" * 16),
    Attend("take", codes.make(), "k" * 20),
    Dates("s" * 40),
    Begin("s" * 40),
]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Indoors]:
    with indoors(f"sqlite:///{tmp_path / 'withus.db'}", tmp_path) as made:
        yield made


def announce(house: Indoors, *capacities: int | None, **settled: Any) -> tuple[str, list[Occasion]]:
    """A workshop with a date for each capacity; the code of its link, and the dates."""
    engagement, link = house.open("tests-workshop")
    now = house.base.clock.now()

    def work(db: Connection) -> list[Occasion]:
        settled_now = events.settle(db, engagement, **settled)
        days = [(now + dt.timedelta(days=40 + number)).date() for number in range(len(capacities))]
        plans = [
            Plan(f"{day}T18:00", "Europe/London", 90, "the town hall", capacity=places)
            for day, places in zip(days, capacities, strict=True)
        ]
        return [occasions.make(db, house.base.house.keys, settled_now, plan, now) for plan in plans]

    return link, house.do(work)


def come(house: Indoors, link: str) -> Visitor:
    """Somebody of age who looks at the card."""
    person = house.person()
    house.take([person.types(f"/start {link}")])
    house.take([person.taps("18 or over")])
    return person


def states(house: Indoors, date: Occasion) -> list[str]:
    found = select(schema.places.c.state).where(schema.places.c.occasion_id == date.id).order_by(schema.places.c.id)
    kept: list[str] = house.do(lambda db: list(db.scalars(found)))
    return kept


def test_people_who_tap_in_one_batch_never_get_more_places_than_there_are(house: Indoors) -> None:
    link, [date] = announce(house, 2)
    people = [come(house, link) for _ in range(5)]
    house.take([person.taps("18:00") for person in people])
    assert sorted(states(house, date)) == ["confirmed"] * 2 + ["waiting"] * 3
    numbers = sorted(words for person in people for words in person.said if "You are number" in words)
    assert [f"number {number} on the waiting list" in words for number, words in zip((1, 2, 3), numbers, strict=True)] == [
        True
    ] * 3


def test_two_taps_at_once_change_nothing_twice(house: Indoors) -> None:
    link, [date] = announce(house, 1)
    person = come(house, link)
    tap = person.data("18:00")
    house.take([person.taps_data(tap), person.taps_data(tap)])
    assert states(house, date) == ["confirmed"]
    assert PHRASES["event-same"]["en"] in house.toasts
    assert "Which drink" in person.said[-1]  # no second card, whose numbers would be others
    house.take([person.types("1")])
    assert PHRASES["event-same"]["en"] not in "".join(person.said)
    assert "Thank you. That helps us to prepare." in person.said[-1]


def test_a_turn_that_fails_after_its_deed_takes_no_place_and_others_have_theirs(
    house: Indoors, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, [date] = announce(house, 2)
    people = [come(house, link) for _ in range(3)]
    unlucky = people[1]
    express = turns._express

    def break_for_one(desk: Any, known: Any, one: Any, taken: Any) -> Any:
        if one.chat_id == unlucky.chat_id:
            raise ZeroDivisionError
        return express(desk, known, one, taken)

    with monkeypatch.context() as broken:
        broken.setattr(turns, "_express", break_for_one)
        house.take([person.taps("18:00") for person in people])
    assert states(house, date) == ["confirmed", "confirmed"]  # the third has the place that the second did not get
    assert len(house.failures()) == 1
    assert PHRASES["lost"]["en"] in unlucky.said[-1]
    house.take([unlucky.taps("18:00")])
    assert states(house, date) == ["confirmed", "confirmed", "waiting"]


def test_a_date_of_nobody_is_gone_and_a_changed_button_is_refused(house: Indoors) -> None:
    link, [date] = announce(house, 1)
    person = come(house, link)
    sign = house.base.house.keys.sign
    house.take([person.taps_data(buttons.encode(Attend("take", codes.make()), person.chat_id, sign))])
    assert PHRASES["gone"]["en"] in person.said[-1]
    house.take([person.taps_data(buttons.encode(Attend("take", date.code), person.chat_id + 1, sign))])
    assert PHRASES["forged"]["en"] in person.said[-1]
    assert states(house, date) == []


def test_a_verb_nobody_knows_does_nothing(house: Indoors) -> None:
    link, [date] = announce(house, 1)
    person = come(house, link)
    house.take([person.taps_data(buttons.encode(Attend("steal", date.code), person.chat_id, house.base.house.keys.sign))])
    assert states(house, date) == []
    assert not house.failures()


def test_every_button_fits_and_comes_back_as_it_was() -> None:
    for brings in LONGEST:
        data = buttons.encode(brings, 1, lambda _chat, _data: "0" * 16)
        assert buttons.decode(data, 1, lambda _chat, _data: "0" * 16) == brings


def test_a_question_under_way_waits_while_somebody_looks_at_an_event(house: Indoors) -> None:
    _, questions = house.open("tests-five")
    link, _ = announce(house, 3)
    person = come(house, questions)
    house.take([person.types(f"/start {link}")])
    house.take([person.taps("I work there")])
    assert "Question 2" in person.said[-1]


def test_one_whom_the_card_is_shown_to_again_sees_what_they_have_and_not_the_questions(house: Indoors) -> None:
    link, _ = announce(house, 3)
    person = come(house, link)
    house.take([person.types("1")])
    assert "Which drink" in person.said[-1]
    house.take([person.types("/leave")])
    house.take([person.types("/events")])
    house.take([person.types("1")])
    assert "Answer the questions" in person.said[-1]
    house.take([person.types("answer the questions")])
    assert "Which drink" in person.said[-1]


def test_whoever_waits_is_asked_nothing_before_a_place_is_theirs(house: Indoors) -> None:
    link, [date] = announce(house, 1, answer_minutes=90)
    first, second = come(house, link), come(house, link)
    house.take([first.types("1"), second.types("1")])
    house.take([second.types("/events")])
    house.take([second.types("1")])
    assert "You then have 90 minutes to answer" in second.said[-1]
    assert "Which drink" not in "".join(second.said)
    house.take([first.types("/events")])
    house.take([first.types("1")])
    house.take([first.types("I can't come")])
    house.take([second.types("/events")])
    house.take([second.types("1")])
    house.take([second.types("yes, I'll take it")])
    assert states(house, date) == ["withdrawn", "confirmed"]
    assert "Which drink" in second.said[-1]


def test_the_day_staff_settled_is_the_only_one_by_which_people_hear(house: Indoors) -> None:
    link, _ = announce(house, 3, next_day=dt.date(2031, 5, 6))
    person = come(house, link)
    house.take([person.types("more about this")])
    house.take([person.types("the dates")])
    house.take([person.types("1")])
    house.take([person.types("tea")])
    said = "".join(person.said)
    assert said.count("6 May 2031") == 2
    assert "2036" not in said


def test_an_event_that_has_closed_still_takes_a_place_back(house: Indoors) -> None:
    link, [date] = announce(house, 3)
    person = come(house, link)
    house.take([person.types("1")])
    engagement = house.do(lambda db: db.execute(select(schema.engagements).where(schema.engagements.c.kind == "event")).one())
    house.close(engagement)
    house.take([person.types("/events")])
    house.take([person.types("1")])
    house.take([person.types("I can't come")])
    assert states(house, date) == ["withdrawn"]
    stranger = house.person()
    house.take([stranger.types(f"/start {link}")])
    house.take([stranger.taps("18 or over")])
    assert PHRASES["closed"]["en"] in stranger.said[-1]


def test_nothing_is_read_of_events_when_no_input_is_about_one(house: Indoors) -> None:
    announce(house, 3)
    _, questions = house.open("tests-five")
    person = come(house, questions)
    house.take([person.taps("I work there")])
    read = _statements(house, lambda: house.take([person.types("nothing at all")]))
    assert not [sql for sql in read if "occasions" in sql or "FROM events" in sql]


def _statements(house: Indoors, work: Any) -> list[str]:
    seen: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    engine = house.base.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    work()
    event.remove(engine, "before_cursor_execute", note)
    assert seen
    return seen


# --- Words


@pytest.mark.parametrize(
    "tag, told", [("en", "Tue 9 Feb 2027, 18:00"), ("cy", "Maw, 9 Chwef 2027, 18:00"), ("en-x-easy", "Tue 9 Feb 2027, 18:00")]
)
def test_a_moment_is_told_in_words_and_marked_for_the_readers_own_clock(tag: str, told: str) -> None:
    starts = dt.datetime(2027, 2, 9, 18, tzinfo=LONDON)
    when = Line({"en": "{starts}!", "cy": "{starts}!"}, {"starts": starts})
    spoken = speech.speak(Say((Line({"en": "Hé 😀"}, bold=True), when)), tag)
    [(at, length, unix)] = spoken.moments
    units = spoken.text.encode("utf-16-le")[2 * at : 2 * (at + length)].decode("utf-16-le")
    assert units == told
    assert unix == 1802196000


def test_whose_clock_it_is_stands_by_a_time_elsewhere() -> None:
    starts = dt.datetime(2027, 2, 9, 18, tzinfo=ZoneInfo("Europe/Madrid"))
    told = line("event-when-there", starts=starts, ends=dt.time(19), zone=ZoneInfo("Europe/Madrid"))
    assert speech.speak(Say((told,)), "en").text == "Tue 9 Feb 2027, 18:00 to 19:00, by the clock in Madrid."


def test_every_outcome_and_screen_has_its_words() -> None:
    assert set(answers.RESULTS.values()) <= PHRASES.keys()
    assert {verb for verb, _ in answers.RESULTS if verb} <= answers.VERBS
    assert all(len(name) <= 16 for name in answers.SCREENS)  # people.asking


def test_somebody_gets_an_address_for_their_calendar_by_chat_and_can_end_one_that_got_about(house: Indoors) -> None:
    link, _ = announce(house, 2)
    person = come(house, link)

    def ask(words: str) -> str:
        house.take([person.types(words)])
        return person.said[-1]

    assert PHRASES["feed-none"]["en"] in ask("/calendar")
    object.__setattr__(house.base.house, "public_url", "https://withus.example.org")
    first = ask("/calendar")
    assert "https://withus.example.org/feeds/" in first
    assert ask("/calendar") == first
    assert ask("/newcalendar") != first
    kept = house.do(lambda db: db.scalars(select(schema.feeds.c.code)).all())
    assert [code in first for code in kept] == [False]
