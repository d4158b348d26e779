"""What pretend people do about a message, and what counts as a reply to them."""

import random
from collections import Counter
from typing import Any

from bot.demo.crowd import Manner, Member, Say, Tap, decide
from bot.demo.outage import Outage, unheard

MANNER = Manner("code", "18 or over", "Thank you.", ("Some words",))
TAP = {"seq": 5, "what": "tap", "chat": 7, "query_id": "q"}


def message(*labels: str) -> dict[str, Any]:
    return {"message_id": 1, "buttons": [[{"label": label, "data": "x"}] for label in labels]}


def member(seed: int = 0) -> Member:
    return Member(random.Random(seed), 40)


def call(seq: int, chat: int | None = None, **parameters: str) -> dict[str, Any]:
    return {"seq": seq, "what": "call", "applied": True, "chat": chat, "parameters": parameters}


def test_everybody_says_the_age_of_their_crowd() -> None:
    ages = message("1. Under 13", "3. 16 or 17", "4. 18 or over")
    assert {decide(member(seed), ages, MANNER) for seed in range(50)} == {Tap("4. 18 or over")}


def test_people_tick_one_or_two_and_then_say_so() -> None:
    ticks: Counter[int] = Counter()
    for seed in range(50):
        one = member(seed)
        acts = [decide(one, message("1. This", "2. That", "3. More", "Skip", "Done"), MANNER) for _ in range(3)]
        ticks[acts.index(Tap("Done"))] += 1
    assert set(ticks) == {1, 2}


def test_most_people_tap_and_some_type_the_number() -> None:
    acts = [decide(member(seed), message("1. This", "2. That", "Skip"), MANNER) for seed in range(200)]
    typed = {act for act in acts if isinstance(act, Say)}
    assert typed == {Say("1"), Say("2")}
    assert {act for act in acts if isinstance(act, Tap)} == {Tap("1. This"), Tap("2. That")}
    assert sum(isinstance(act, Say) for act in acts) < 50


def test_where_words_are_asked_for_people_write_or_pass() -> None:
    acts = {decide(member(seed), message("Skip", "Get help now"), MANNER) for seed in range(50)}
    assert acts == {Tap("Skip"), Say("Some words")}


def test_nobody_goes_back_twice() -> None:
    one = member()
    acts = [decide(one, message("1. This", "Back"), MANNER) for _ in range(300)]
    assert acts.count(Tap("Back")) == 1


def test_an_act_is_heard_when_its_chat_is_written_to_later_or_its_tap_is_answered() -> None:
    assert unheard([TAP], [call(4, 7), call(6, 8)]) == [TAP]
    assert unheard([TAP], [call(6, 7)]) == []
    assert unheard([TAP], [call(6, callback_query_id="q")]) == []
    assert unheard([TAP], [{**call(6, 7), "applied": False}]) == [TAP]


def test_a_power_cut_is_told_as_it_was() -> None:
    assert "is off" in str(Outage())
    assert str(Outage(2.14, 0, 0)) == (
        "The bot was off for 2.1 seconds and is back. Nobody answered in that time, so nothing had to wait."
    )
    assert str(Outage(2.14, 1, 0)).endswith(" 1 tap or message was waiting; none was lost.")
    assert str(Outage(2.14, 17, 0)).endswith(" 17 taps and messages were waiting; none was lost.")
    assert str(Outage(2.14, 17, 2)).endswith(" 17 taps and messages were waiting; 2 got no reply.")
