"""A crowd answers a bot over the network alone, and the history tells how the bot did."""

import asyncio
from typing import Any

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update

from emulator.client import Someone, Telegram
from emulator.crowd import answer
from emulator.verdict import judge

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
    verdict = await answer(telegram.url, "CODE", 12, 2, BANDS, 3, quiet=0.5)
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
