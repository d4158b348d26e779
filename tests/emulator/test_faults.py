"""What goes wrong on purpose goes wrong as it would at Telegram, and the history tells what took effect."""

from datetime import timedelta
from email.utils import parsedate_to_datetime

import httpx
import pytest
from telegram import Bot
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut

from emulator.client import Someone, Telegram
from emulator.server import running

FAILURES = {
    "429": (RetryAfter, False),
    "500": (NetworkError, False),
    "502": (NetworkError, False),
    "html": (TelegramError, True),
    "401": (InvalidToken, False),
    "404": (InvalidToken, False),
    "409": (Conflict, False),
    "cut-before": (NetworkError, False),
    "cut-after": (NetworkError, True),
    "outage": (NetworkError, False),
}


@pytest.mark.parametrize("kind", FAILURES)
async def test_a_call_can_fail_with(kind: str, bot: Bot, telegram: Telegram, aisha: Someone) -> None:
    error, applied = FAILURES[kind]
    telegram.faults([{"kind": kind, "method": "sendMessage", "count": 1}])
    with pytest.raises(error):
        await bot.send_message(aisha.id, "Hello")
    (call,) = telegram.calls("sendMessage")
    assert (call["fault"], call["applied"]) == (kind, applied)
    assert aisha.sees() == (["Hello"] if applied else [])
    await bot.send_message(aisha.id, "Afterwards")
    assert aisha.sees() == ["Afterwards"]


async def test_a_flood_says_how_long_to_wait(bot: Bot, telegram: Telegram, aisha: Someone) -> None:
    telegram.faults([{"kind": "429", "retry_after": 7, "count": 1}])
    with pytest.raises(RetryAfter) as flood:
        await bot.send_message(aisha.id, "Hello")
    assert flood.value.retry_after == timedelta(seconds=7)


@pytest.mark.parametrize("kind, applied", [("late", True), ("hang", False)])
async def test_an_answer_can_stay_away(kind: str, applied: bool, bot: Bot, telegram: Telegram, aisha: Someone) -> None:  # noqa: FBT001
    telegram.faults([{"kind": kind, "method": "sendMessage", "count": 1}])
    with pytest.raises(TimedOut):
        await bot.send_message(aisha.id, "Hello", read_timeout=0.1)
    assert aisha.sees() == (["Hello"] if applied else [])


async def test_a_delayed_call_takes_effect_when_the_clock_says_so(bot: Bot, telegram: Telegram, aisha: Someone) -> None:
    telegram.faults([{"kind": "delay", "method": "sendMessage", "seconds": 1000, "count": 1}])
    with pytest.raises(TimedOut):
        await bot.send_message(aisha.id, "Hello", read_timeout=0.1)
    assert aisha.sees() == []
    telegram.advance(1000)
    assert aisha.hears().text == "Hello"


async def test_a_fault_can_be_for_one_chat_only(bot: Bot, telegram: Telegram, aisha: Someone) -> None:
    other = telegram.person()
    other.starts()
    telegram.faults([{"kind": "500", "chat": other.id}])
    await bot.send_message(aisha.id, "Hello")
    with pytest.raises(NetworkError):
        await bot.send_message(other.id, "Hello")


async def test_a_fault_can_be_for_one_method_only(bot: Bot, telegram: Telegram) -> None:
    telegram.faults([{"kind": "404", "method": "getUpdates"}])
    assert (await bot.get_me()).is_bot
    with pytest.raises(InvalidToken):
        await bot.get_updates()


async def test_an_outage_ends_when_its_time_is_over(bot: Bot, telegram: Telegram) -> None:
    telegram.faults([{"kind": "outage", "seconds": 60}])
    with pytest.raises(NetworkError):
        await bot.get_me()
    telegram.advance(61)
    assert (await bot.get_me()).is_bot


async def test_an_empty_list_ends_all_faults(bot: Bot, telegram: Telegram) -> None:
    telegram.faults([{"kind": "500"}])
    telegram.faults([])
    assert (await bot.get_me()).is_bot


def test_chance_repeats_itself() -> None:
    seen = []
    for _ in range(2):
        with running(seed=5) as telegram:
            telegram.faults([{"kind": "429", "method": "getMe", "probability": 0.5}])
            seen.append([telegram.bot("getMe")["ok"] for _ in range(30)])
    assert seen[0] == seen[1]
    assert set(seen[0]) == {True, False}


@pytest.mark.parametrize(
    "rule", [{"kind": "gremlins"}, {"kind": "500", "colour": "red"}, {"kind": "500", "method": "webhook"}, {}]
)
def test_a_rule_nobody_understands_is_refused(rule: dict[str, str], telegram: Telegram) -> None:
    with pytest.raises(AssertionError, match="fault"):
        telegram.faults([rule])
    assert telegram.get("/sim/faults") == []


def test_a_plan_runs_by_the_clock_and_tells_what_it_did(telegram: Telegram) -> None:
    telegram.plan("a bad morning", [
        {"kind": "429", "method": "getMe", "at": 10, "for": 20},
        {"kind": "outage", "at": 60, "for": 30, "count": 1},
    ])  # fmt: skip
    answers = []
    for _ in range(4):
        answers.append(telegram.bot("getMe")["ok"])
        telegram.advance(9)
    assert answers == [True, True, False, False]
    telegram.advance(30)
    with pytest.raises(OSError, match="reset"):
        telegram.bot("getMe")
    assert telegram.bot("getMe")["ok"]
    assert telegram.get("/sim/faults") == []
    past = telegram.get("/sim/faults", past=1)
    assert [(rule["plan"], rule["kind"], rule["struck"]) for rule in past] == [
        ("a bad morning", "429", 2),
        ("a bad morning", "outage", 1),
    ]


def test_a_plan_that_is_still_to_come_is_listed(telegram: Telegram) -> None:
    telegram.plan("later", [{"kind": "500", "at": 100, "for": 10}])
    (rule,) = telegram.get("/sim/faults")
    assert rule["until"] - rule["since"] == 10
    assert (rule["plan"], rule["struck"]) == ("later", 0)


@pytest.mark.parametrize("by_time", [False, True])
def test_a_message_can_come_after_the_tap_that_followed_it(by_time: bool, telegram: Telegram, aisha: Someone) -> None:  # noqa: FBT001
    telegram.faults([{"kind": "disorder", "chat": aisha.id, "seconds": 30, "count": 1}])
    message_id = aisha.says("first")
    if by_time:
        telegram.advance(31)
        telegram.await_log("released")
    aisha.taps_data("then", message_id=message_id, force=True)
    telegram.advance(3)
    kinds = [list(update)[1] for update in telegram.bot("getUpdates")["result"]]
    assert kinds == (["message", "message", "callback_query"] if by_time else ["message", "callback_query", "message"])


def test_answers_tell_the_time_by_the_emulators_clock(telegram: Telegram) -> None:
    telegram.advance(86_400 * 365)
    address = f"{telegram.url}/bot{telegram.token}/getMe"
    for fault in (None, "502"):
        telegram.faults([] if fault is None else [{"kind": fault}])
        told = parsedate_to_datetime(httpx.get(address).headers["Date"]).timestamp()
        assert abs(told - telegram.get("/sim/clock")["now"]) < 5
