"""Choices about messages: what is typed for a break, and what is told of it."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations import reading, records
from conversations.choices import HOURS, LONGEST, receive, understand
from conversations.effects import Attention, Button, Facts, Mark, Person, Rest, Say, Switch, Turn
from conversations.hours import Quiet, ever_opens
from conversations.inputs import Ask, Hear, Input, Pause, Quieter, Words
from conversations.reading import breaks
from tests.conversations.talks import NOW, english
from tests.conversations.written import always

ADULT = Person("18")
PURPOSES = st.sampled_from(records.PURPOSES)


def meet(given: Input, today: dt.date | None = None, attention: Attention | None = None) -> Turn:
    turn = receive(None, given, Facts(NOW, ADULT, attention=attention or Attention(), today=today))
    assert turn
    return turn


@pytest.mark.parametrize(
    "typed,means",
    [
        ("1 month", Pause(1, "month")), ("a month", Pause(1, "month")), ("for a month", Pause(1, "month")),
        ("2 weeks", Pause(2, "week")), ("two weeks", Pause(2, "week")), ("2weeks", Pause(2, "week")),
        ("10 days", Pause(10, "day")), ("1 year", Pause(12, "month")), ("3 WEEKS.", Pause(3, "week")),
        ("off", Pause()), ("end", Pause()),
        ("", None), ("1", None), ("weeks", None), ("0 weeks", None), ("-2 weeks", None), ("1.5 weeks", None),
        ("99999999999 days", None), ("2 weeks or so", None), ("until Friday", None), ("two", None),
    ],
)  # fmt: skip
def test_a_break_is_read_as_people_type_it(typed: str, means: Pause | None) -> None:
    assert breaks.read(typed) == means
    assert reading.interpret(f"/pause {typed}") == (means or Ask("pause"))
    assert reading.interpret(f"pause {typed}".strip()) == (means or (None if typed else Ask("pause")))


@given(st.integers(1, 999), st.sampled_from(["day", "week", "month"]), st.sampled_from(["", "s"]), st.sampled_from([" ", "  "]))
def test_any_number_of_days_weeks_and_months_is_read(number: int, unit: str, end: str, gap: str) -> None:
    assert breaks.read(f"{number}{gap}{unit}{end}") == Pause(number, unit)


@always
@given(st.one_of(st.text(max_size=40), st.from_regex(re.compile(r"(for )?[0-9a-z]{1,9} ?(days?|weeks|months?|years?)"))))
def test_whatever_is_typed_for_a_break_ends_well(typed: str) -> None:
    read = breaks.read(typed)
    turn = meet(read or Ask("pause"))
    rest = [effect for effect in turn.effects if isinstance(effect, Rest)]
    assert english(turn.effects)
    for effect in rest:
        assert effect.until is None or NOW < effect.until <= NOW + LONGEST


@pytest.mark.parametrize(
    "today,given,until",
    [
        ("2027-01-31", Pause(1, "month"), "2027-02-28"), ("2028-01-31", Pause(1, "month"), "2028-02-29"),
        ("2027-11-15", Pause(3, "month"), "2028-02-15"), ("2027-12-31", Pause(1, "week"), "2028-01-07"),
        ("2027-03-01", Pause(12, "month"), "2028-03-01"),
    ],
)  # fmt: skip
def test_a_month_ends_on_the_same_day_or_the_last_there_is(today: str, given: Pause, until: str) -> None:
    day = dt.date.fromisoformat(today)
    [rest] = [effect for effect in meet(given, today=day).effects if isinstance(effect, Rest)]
    assert rest.until == NOW + (dt.date.fromisoformat(until) - day)


@pytest.mark.parametrize("given", [Pause(13, "month"), Pause(53, "week"), Pause(999, "month"), Pause(367, "day")])
def test_a_break_of_more_than_a_year_is_no_break(given: Pause) -> None:
    turn = meet(given)
    assert "up to one year" in english(turn.effects)
    assert not [effect for effect in turn.effects if isinstance(effect, Rest)]


@given(st.sets(PURPOSES), st.builds(Hear, PURPOSES, st.booleans(), st.booleans()))
def test_a_switch_says_where_it_stands_afterwards_however_it_stood(before: set[str], tapped: Hear) -> None:
    turn, purpose, wanted = meet(tapped, attention=Attention(frozenset(before))), tapped.purpose, tapped.wanted
    after = before | {purpose} if wanted else before - {purpose}
    assert [effect for effect in turn.effects if isinstance(effect, Switch)] == [Switch({purpose: wanted})]
    [shown] = [effect.rows for effect in turn.effects if isinstance(effect, Mark) or (isinstance(effect, Say) and effect.rows)]
    assert [_offers(button) for [button] in shown] == [(each, each not in after) for each in records.PURPOSES]


def _offers(button: Button) -> tuple[str, bool]:
    assert isinstance(button.brings, Hear)
    return button.brings.purpose, button.brings.wanted


@pytest.mark.parametrize(
    "asking,typed,means",
    [
        ("choices", "4", Hear("results", wanted=True, typed=True)), ("choices", "news", Hear("news", wanted=False, typed=True)),
        ("choices", "6", None), ("choices", "", None), ("pause", "2", Pause(2, "week")), ("pause", "2 months", Pause(2, "month")),
        ("pause", "5", None), ("quiet", "2", Quieter("12:00-00:00")), ("quiet", "only in the morning", Quieter("12:00-00:00")),
        ("quiet", "at noon", None),
    ],
)  # fmt: skip
def test_what_is_typed_under_a_screen_is_read_by_it(asking: str, typed: str, means: Input | None) -> None:
    assert understand(asking, typed, Attention(frozenset({"news"}))) == means


@pytest.mark.parametrize("asking", ["choices", "pause", "quiet"])
def test_what_is_not_on_the_list_brings_the_list_again(asking: str) -> None:
    turn = receive(None, Words("the other thing"), Facts(NOW, Person("18", asking=asking)))
    assert turn
    assert "Please pick one answer" in english(turn.effects)
    assert turn.person
    assert turn.person.asking == asking


@pytest.mark.parametrize("forged", [Hear("everything", wanted=True), Quieter("00:00-24:00"), Hear("", wanted=False)])
def test_what_is_on_no_list_settles_nothing(forged: Input) -> None:
    assert receive(None, forged, Facts(NOW, ADULT)) is None


@pytest.mark.parametrize("hours", HOURS)
def test_the_hours_that_are_offered_leave_some_beside_the_usual_ones(hours: str) -> None:
    assert ever_opens(Quiet(narrower=hours))
