"""The flood rules: what nobody asked for is held to a pace, talk hardly; counted always, refused when asked to."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from emulator.client import Someone, Telegram
from emulator.clock import Clock
from emulator.history import History
from emulator.limits import Flood
from emulator.refusals import ActRefusedError

Send = Callable[..., dict[str, Any]]


class Still(Clock):
    """A clock that moves only when it is told to."""

    def now(self) -> float:
        return 1_000_000.0 + self.ahead


@pytest.fixture
def clock() -> Clock:
    return Still()


@pytest.fixture
def flood(clock: Clock) -> Flood:
    return Flood(clock, History(clock))


def send(flood: Flood, chats: range | list[int], sizes: tuple[int, ...] = ()) -> int:
    """Send one message to each chat; return how many were let through."""
    return sum(flood.judge(chat, sizes) is None for chat in chats)


def test_nothing_is_refused_unless_it_is_asked_for_but_all_is_counted(flood: Flood) -> None:
    assert send(flood, range(1, 51)) == 50
    assert flood.counts == {"bulk": 20}
    flood.set({"enforce": True})
    assert flood.describe()["enforce"] is True
    assert flood.refused == 0


def test_thirty_a_second_nobody_asked_for_may_go_out(flood: Flood, clock: Clock) -> None:
    flood.set({"enforce": True})
    assert send(flood, range(1, 31)) == 30
    clock.advance(1)
    assert send(flood, range(101, 131)) == 30
    assert flood.counts == {}


def test_one_more_is_refused_and_so_is_whoever_goes_on(flood: Flood, clock: Clock) -> None:
    flood.set({"enforce": True})
    assert send(flood, range(1, 33)) == 30
    assert flood.counts == {"bulk": 1, "held": 1}
    clock.advance(1)
    assert send(flood, range(33, 35)) == 2


def test_answers_are_not_held_to_the_pace_of_what_nobody_asked_for(flood: Flood) -> None:
    flood.set({"enforce": True})
    for chat in range(1, 201):
        flood.hear(chat)
    assert send(flood, range(1, 201)) == 200
    assert send(flood, range(301, 331)) == 30
    assert flood.counts == {}


def test_who_spoke_long_ago_is_not_being_answered(flood: Flood, clock: Clock) -> None:
    flood.hear(1)
    assert flood.is_talk(1)
    clock.advance(61)
    assert not flood.is_talk(1)


def test_an_answer_of_many_messages_is_no_talk_any_more(flood: Flood) -> None:
    flood.hear(1)
    send(flood, [1] * 10)
    assert not flood.is_talk(1)


def test_one_chat_takes_a_burst_and_then_one_a_second(flood: Flood, clock: Clock) -> None:
    flood.set({"enforce": True})
    assert send(flood, [1] * 8) == 5
    assert flood.counts == {"chat": 3}
    clock.advance(2)
    assert send(flood, [1] * 3) == 2


def test_in_talk_the_burst_is_larger(flood: Flood) -> None:
    flood.set({"enforce": True, "talk_most": 100})
    flood.hear(1)
    assert send(flood, [1] * 30) == 20


def test_a_group_takes_twenty_a_minute_even_in_talk(flood: Flood, clock: Clock) -> None:
    flood.set({"enforce": True})
    flood.hear(-5)
    assert send(flood, [-5] * 25) == 20
    clock.advance(30)
    violation = flood.judge(-5, ())
    assert violation is not None
    assert violation.wait == 30
    clock.advance(30)
    assert send(flood, [-5]) == 1


def test_the_same_size_of_file_again_and_again_is_refused_for_a_minute(flood: Flood, clock: Clock) -> None:
    flood.set({"enforce": True, "burst": 1000, "per_second": 1000})
    assert send(flood, [1] * 50, (100_000,)) == 50
    let_through = send(flood, [1] * 50, (2_000_000,))
    assert let_through == 12
    violation = flood.judge(1, (2_000_000,))
    assert violation is not None
    assert (violation.rule, violation.wait, violation.pause) == ("same size", 60, 3)
    clock.advance(0.3)
    assert send(flood, [1], (2_000_000,)) == 1


def test_the_pace_can_change_as_a_script_says(flood: Flood, clock: Clock) -> None:
    flood.set({"enforce": True, "script": [[10, 5], [20, 50]]})
    passed = []
    for _ in range(3):
        passed.append(send(flood, range(1, 61)))
        clock.advance(10)
    assert passed == [30, 5, 50]


@pytest.mark.parametrize("changes", [{"speed": 3}, {"enforced": True}])
def test_a_limit_nobody_knows_is_refused(changes: dict[str, int], flood: Flood) -> None:
    with pytest.raises(ActRefusedError):
        flood.set(changes)


def test_a_bot_is_told_how_long_to_wait(telegram: Telegram, aisha: Someone) -> None:
    telegram.limits(enforce=True, per_second=1, talk_for=-1)
    assert telegram.bot("sendMessage", chat_id=aisha.id, text="one")["ok"]
    refused = telegram.bot("sendMessage", chat_id=aisha.id, text="two")
    assert refused == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 1",
        "parameters": {"retry_after": 1},
    }
    assert aisha.sees() == ["one"]
    told = telegram.limits()
    assert (told["violations"], told["refused"], telegram.state()["violations"]) == ({"bulk": 1}, 1, {"bulk": 1})
    assert telegram.log(what="flood")[0]["rule"] == "bulk"
    assert [(one["rule"], one["chat"], one["refused"]) for one in told["latest"]] == [("bulk", aisha.id, True)]


def test_a_tap_and_a_vote_ask_for_an_answer_too(telegram: Telegram, aisha: Someone) -> None:
    telegram.limits(talk_most=1)
    poll = telegram.bot("sendPoll", chat_id=aisha.id, question="?", options=[{"text": "a"}])["result"]
    acts: list[Callable[[], object]] = [
        lambda: aisha.taps_data("x", message_id=poll["message_id"], force=True),
        lambda: aisha.votes(0, message_id=poll["message_id"]),
        lambda: aisha.says("hello"),
    ]
    for act in acts:
        act()
        telegram.bot("sendMessage", chat_id=aisha.id, text="thanks")
        telegram.bot("sendMessage", chat_id=aisha.id, text="and another thing")
    assert [call["asked"] for call in telegram.calls("sendMessage")] == [True, False] * 3


def test_too_many_on_their_way_to_one_chat_are_refused_after_a_pause(telegram: Telegram, aisha: Someone) -> None:
    telegram.limits(enforce=True, unsent=2)
    telegram.faults([{"kind": "delay", "method": "sendMessage", "seconds": 100}])
    with ThreadPoolExecutor(3) as threads:
        sent = [threads.submit(telegram.bot, "sendMessage", chat_id=aisha.id, text=str(number)) for number in range(3)]
        telegram.await_log("flood", rule="unsent")
        telegram.await_state(unsent=3)
        telegram.advance(100)
        answers = [answer.result(5) for answer in sent]
    assert sorted(answer["ok"] for answer in answers) == [False, True, True]
    assert next(answer for answer in answers if not answer["ok"])["parameters"] == {"retry_after": 60}
