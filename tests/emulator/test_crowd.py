"""A crowd answers a bot over the network alone, and the history tells how the bot did."""

import asyncio
from typing import Any

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update

from emulator.client import Someone, Telegram
from emulator.crowd import answer
from emulator.verdict import judge
from tests.emulator.door import Door

BANDS = ("18 to 24", "25 to 64")
QUESTIONS = {"age": ("Under 13", *BANDS), "help": ("Travel", "Care", "Money"), "end": ()}


def markup(step: str) -> InlineKeyboardMarkup | None:
    buttons = [[InlineKeyboardButton(label, callback_data=f"{step}:{number}")] for number, label in enumerate(QUESTIONS[step])]
    return InlineKeyboardMarkup(buttons) if buttons else None


async def serve(bot: Bot, chosen: list[str]) -> None:
    """A small bot: two questions, then thanks. Typed words are passed over."""
    offset = 0
    while True:
        for update in await bot.get_updates(offset, timeout=10):
            offset = update.update_id + 1
            await respond(bot, update, chosen)


async def respond(bot: Bot, update: Update, chosen: list[str]) -> None:
    query = update.callback_query
    if query is not None and query.data:
        await query.answer()
        step, _, number = query.data.partition(":")
        chosen.append(QUESTIONS[step][int(number)])
        following = "help" if step == "age" else "end"
        await bot.send_message(query.from_user.id, f"{following}: {len(chosen)}", reply_markup=markup(following))
    elif update.message is not None and update.message.text == "/start CODE":
        await bot.send_message(update.message.chat.id, "age", reply_markup=markup("age"))


async def test_a_crowd_answers_and_goes(bot: Bot, telegram: Telegram) -> None:
    chosen: list[str] = []
    serving = asyncio.create_task(serve(bot, chosen))
    verdict = await answer(telegram.url, "CODE", 12, 4, BANDS, 3, quiet=2)
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    assert verdict.good
    assert (verdict.people, verdict.unanswered, verdict.twice) == (12, (), ())
    assert sum(label in BANDS for label in chosen) == 12
    assert "Under 13" not in chosen
    assert any(label in QUESTIONS["help"] for label in chosen)
    assert verdict.sent == 12 + len(chosen)


def test_the_same_message_twice_is_noticed(telegram: Telegram, aisha: Someone) -> None:
    for _ in range(2):
        telegram.bot("sendMessage", chat_id=aisha.id, text="Hello")
    assert judge(telegram.log()).twice == (telegram.calls("sendMessage")[1]["seq"],)


def test_the_same_words_after_another_act_are_no_repetition(telegram: Telegram, aisha: Someone) -> None:
    for _ in range(2):
        telegram.bot("sendMessage", chat_id=aisha.id, text="Hello")
        aisha.says("hello")
    assert judge(telegram.log()).good


def test_a_tap_nobody_answered_is_noticed(telegram: Telegram, aisha: Someone) -> None:
    query = aisha.taps_data("x", message_id=1, force=True)
    assert len(judge(telegram.log()).unanswered) == 1
    telegram.bot("answerCallbackQuery", callback_query_id=query)
    assert judge(telegram.log()).good


@pytest.mark.parametrize("applied", [True, False])
def test_only_what_took_effect_counts_as_sent(applied: bool) -> None:  # noqa: FBT001
    call: dict[str, Any] = {
        "seq": 1,
        "at": 1.0,
        "what": "call",
        "method": "sendMessage",
        "chat": 1,
        "parameters": {},
        "applied": applied,
    }
    verdict = judge([call, {**call, "seq": 2}])
    assert (verdict.sent, verdict.twice) == ((2, (2,)) if applied else (0, ()))


def test_an_invitation_twice_is_noticed_even_long_after(telegram: Telegram, aisha: Someone) -> None:
    aisha.says("stop")
    telegram.advance(3600)
    for _ in range(2):
        telegram.bot("sendMessage", chat_id=aisha.id, text="Come to our meeting")
        aisha.says("no, thank you")
        telegram.advance(3600)
    second = telegram.calls("sendMessage")[1]["seq"]
    verdict = judge(telegram.log())
    assert (verdict.twice, verdict.invited_twice, verdict.good) == ((), (second,), False)


def test_the_same_answer_to_the_same_question_is_no_invitation(telegram: Telegram, aisha: Someone) -> None:
    for _ in range(2):
        aisha.says("help")
        telegram.bot("sendMessage", chat_id=aisha.id, text="Write to us.")
    assert judge(telegram.log()).good


def test_an_invitation_sent_but_never_confirmed_counts(telegram: Telegram, aisha: Someone) -> None:
    aisha.says("stop")
    telegram.advance(3600)
    telegram.faults([{"kind": "cut-after", "method": "sendMessage", "count": 1}])
    with pytest.raises(OSError, match="reset"):
        telegram.bot("sendMessage", chat_id=aisha.id, text="Come to our meeting")
    telegram.bot("sendMessage", chat_id=aisha.id, text="Come to our meeting")
    assert len(judge(telegram.log()).invited_twice) == 1


@pytest.mark.parametrize("careless", [True, False])
def test_an_answer_the_bot_threw_away_is_lost(careless: bool, telegram: Telegram, aisha: Someone) -> None:  # noqa: FBT001
    sent = telegram.log(what="send")[0]["seq"]
    newest = telegram.bot("getUpdates")["result"][-1]["update_id"]
    telegram.bot("getUpdates", offset=newest + 1)
    aisha.says("my answer")
    if careless:
        telegram.bot("deleteWebhook", drop_pending_updates=True)
    verdict = judge(telegram.log())
    assert (len(verdict.lost), verdict.pending) == ((1, 0) if careless else (0, 1))
    assert sent not in verdict.lost
    assert verdict.good is not careless


def test_what_a_webhook_took_or_the_clock_let_go_is_not_lost(telegram: Telegram, aisha: Someone, door: Door) -> None:
    telegram.bot("setWebhook", url=door.url)
    door.next().answer()
    telegram.await_state(pending=0)
    assert judge(telegram.log()).pending == 0
    telegram.bot("deleteWebhook")
    aisha.taps_data("x", message_id=1, force=True)
    telegram.advance(151)
    telegram.state()
    verdict = judge(telegram.log())
    assert (verdict.lost, verdict.expired, verdict.unanswered, verdict.good) == ((), 1, (), True)


def test_broken_flood_rules_are_in_the_verdict(telegram: Telegram, aisha: Someone) -> None:
    telegram.limits(per_second=1, talk_for=-1)
    for number in range(3):
        telegram.bot("sendMessage", chat_id=aisha.id, text=str(number))
    told = telegram.get("/sim/verdict")
    assert (told["violations"], told["good"], told["sent"]) == ({"bulk": 2}, True, 3)


async def test_a_crowd_can_be_put_before_any_bot(bot: Bot, telegram: Telegram) -> None:
    serving = asyncio.create_task(serve_polls(bot))
    telegram.post("/sim/crowd", {"people": 8, "seconds": 4, "code": "CODE", "quiet": 2, "most_steps": 5})
    with pytest.raises(AssertionError, match="still going"):
        telegram.post("/sim/crowd", {})
    while (seen := await asyncio.to_thread(telegram.get, "/sim/crowd", wait=5))["going"]:
        pass
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    assert seen["verdict"]["good"], seen
    assert (seen["verdict"]["people"], len(telegram.log(what="vote"))) == (8, 8)


@pytest.mark.parametrize("given", [{"peple": 3}, {"people": "many"}])
def test_a_crowd_nobody_understands_is_refused(given: dict[str, object], telegram: Telegram) -> None:
    with pytest.raises(AssertionError, match=r"of a crowd|cannot read the request"):
        telegram.post("/sim/crowd", given)
    assert telegram.get("/sim/crowd") == {"going": False, "verdict": None}


async def serve_polls(bot: Bot) -> None:
    """A bot that answers everything said with a poll."""
    offset = 0
    while True:
        for update in await bot.get_updates(offset, timeout=10):
            offset = update.update_id + 1
            if update.message is not None:
                await bot.send_poll(update.message.chat.id, "Which day?", ["Monday", "Friday"], is_anonymous=False)
