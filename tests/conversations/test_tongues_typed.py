"""Welsh and Urdu as people type them: controls, ages, numbers, days and lists of answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest

from conversations import phrases, reading, stages
from conversations.flow import Option
from conversations.inputs import Ask, Back, Done, Input, Leave, Skip
from conversations.reading import amounts, days
from tests.road import tongues

TODAY = dt.date(2027, 1, 15)


@pytest.fixture(autouse=True)
def _everything_approved() -> Iterator[None]:
    phrases.take({tag: tongues.approved(tag) for tag in tongues.LANGUAGES})
    yield
    phrases.take({})


@pytest.mark.parametrize(
    "typed,meant",
    [
        ("Cymorth", Ask("help")),
        ("yn ôl", Back()),
        ("nôl", Back()),
        ("wedi gorffen", Done()),
        ("neidio", Skip()),
        ("wedyn", Leave()),
        ("dewislen", Ask("menu")),
        ("مدد", Ask("help")),
        ("مدد چاہیے!", Ask("help")),
        ("واپس", Back()),
        ("چھوڑ دیں", Skip()),
        ("مکمل۔", Done()),
        ("بعد میں", Leave()),
        ("فہرست", Ask("menu")),
        ("madad", Ask("help")),
    ],
)
def test_controls_are_understood(typed: str, meant: Input) -> None:
    assert reading.interpret(typed) == meant


@pytest.mark.parametrize("key", ["back", "skip", "done", "more", "get-help"])
@pytest.mark.parametrize("language", tongues.LANGUAGES)
def test_what_a_button_says_can_be_typed(key: str, language: str) -> None:
    typed = "help" if key == "get-help" else key
    assert reading.interpret(phrases.PHRASES[key][language]) == reading.CONTROLS[typed]


@pytest.mark.parametrize(
    "typed,day",
    [
        ("26 Chwefror 2027", (2027, 2, 26)),
        ("26 o Chwefror 2027", (2027, 2, 26)),
        ("1 o Fawrth 2027", (2027, 3, 1)),
        ("dydd Gwener 26 Chwefror 2027", (2027, 2, 26)),
        ("heddiw", (2027, 1, 15)),
        ("yfory", (2027, 1, 16)),
        ("26 فروری 2027", (2027, 2, 26)),
        ("۲۶ فروری ۲۰۲۷", (2027, 2, 26)),
        ("جمعہ، ۲۶ فروری ۲۰۲۷", (2027, 2, 26)),
        ("۲۶/۲/۲۰۲۷", (2027, 2, 26)),
        ("آج", (2027, 1, 15)),
    ],
)
def test_days_are_understood(typed: str, day: tuple[int, int, int]) -> None:
    assert days.read(typed, TODAY) == dt.date(*day)


@pytest.mark.parametrize("typed", ["26 Chwefror 2027", "26 o Chwef 2027", "26 فروری 2027", "۲۶ فروری ۲۰۲۷"])
def test_months_are_understood_and_not_shown_before_anybody_has_approved_their_names(typed: str) -> None:
    phrases.take({})
    assert days.read(typed, TODAY) == dt.date(2027, 2, 26)
    assert stages.month(2) == {"en": "February"}


@pytest.mark.parametrize("language", tongues.LANGUAGES)
def test_the_name_of_every_month_that_is_shown_can_be_typed(language: str) -> None:
    names = [stages.month(number)[language] for number in range(1, 13)]
    assert [days.read(f"26 {name} 2027", TODAY) for name in names] == [dt.date(2027, number, 26) for number in range(1, 13)]


def test_a_word_for_both_yesterday_and_tomorrow_is_asked_again() -> None:
    assert days.read("کل", TODAY) is None


@pytest.mark.parametrize(
    "typed,number",
    [
        ("deuddeg", 12),
        ("cant", 100),
        ("dim", 0),
        ("۱۲", 12),
        ("١٢", 12),
        ("بارہ", 12),
        ("ایک سو پانچ", 105),
        ("۱۲٫۵", Decimal("12.5")),
    ],
)
def test_numbers_are_understood(typed: str, number: Decimal | int) -> None:
    assert amounts.read(typed) == number


@pytest.mark.parametrize(
    "typed", ["1 a 3", "1 ac 3", "۱ اور ۳", "۱، ۳", "1, 3", "روٹی اور سیب", "روٹی، سیب", "bara ac afal", "1 and 3"]
)
def test_several_answers_are_understood(typed: str) -> None:
    labels = [("روٹی", "Bara"), ("چاول", "Reis"), ("سیب", "Afal")]
    options = [Option(str(place), {"ur": urdu, "cy": welsh}) for place, (urdu, welsh) in enumerate(labels, 1)]
    assert [option.id for option in reading.find_options(options, typed) or ()] == ["1", "3"]
