"""What Telegram refuses is refused here, in the same words."""

from typing import Any

import pytest
from telegram import Bot
from telegram.error import BadRequest, Forbidden

from emulator.client import Someone, Telegram
from emulator.refusals import NOT_MODIFIED, QUERY_TOO_OLD


def keyboard(*buttons: Any) -> dict[str, Any]:
    return {"inline_keyboard": [list(buttons)]}


def mark(kind: str, offset: int, length: int, **more: object) -> list[dict[str, Any]]:
    return [{"type": kind, "offset": offset, "length": length, **more}]


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no text": ({}, "message text is empty"),
    "blank text": ({"text": " \n\t "}, "message text is empty"),
    "text that is empty once parsed": ({"text": "<b></b>", "parse_mode": "HTML"}, "message text is empty"),
    "a text of 4097 letters": ({"text": "x" * 4097}, "message is too long"),
    "a text of 2049 letters of two units each": ({"text": "😀" * 2049}, "message is too long"),
    "an unknown parse mode": ({"text": "x", "parse_mode": "BBCode"}, "unsupported parse_mode"),
    "an unclosed tag": (
        {"text": "<b>x", "parse_mode": "html"},
        "can't parse entities: Can't find end tag corresponding to start tag \"b\"",
    ),
    "data of 65 bytes": (
        {"text": "x", "reply_markup": keyboard({"text": "a", "callback_data": "x" * 65})},
        "BUTTON_DATA_INVALID",
    ),
    "data of 33 letters of two bytes each": (
        {"text": "x", "reply_markup": keyboard({"text": "a", "callback_data": "é" * 33})},
        "BUTTON_DATA_INVALID",
    ),
    "a button that does nothing": (
        {"text": "x", "reply_markup": keyboard({"text": "a", "callback_data": ""})},
        "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    ),
    "a button without a label": (
        {"text": "x", "reply_markup": keyboard({"callback_data": "a"})},
        "can't parse inline keyboard button: Can't find field \"text\"",
    ),
    "a button with an empty label": (
        {"text": "x", "reply_markup": keyboard({"text": "", "callback_data": "a"})},
        "inline keyboard button text must be non-empty",
    ),
    "a button to an address without a dot": (
        {"text": "x", "reply_markup": keyboard({"text": "a", "url": "http://localhost:8080/"})},
        "inline keyboard button URL 'http://localhost:8080/' is invalid: Wrong HTTP URL",
    ),
    "a button to a strange protocol": (
        {"text": "x", "reply_markup": keyboard({"text": "a", "url": "ftp://example.com"})},
        "inline keyboard button URL 'ftp://example.com' is invalid: Unsupported URL protocol",
    ),
    "101 buttons": (
        {"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": str(n)}] for n in range(101)]}},
        "reply markup is too long",
    ),
    "markup that is no object": ({"text": "x", "reply_markup": [1]}, "object expected as reply markup"),
    "an unknown kind of mark": (
        {"text": "hello", "entities": mark("sparkle", 0, 2)},
        "can't parse MessageEntity: Unsupported type specified",
    ),
    "a mark that begins after the end": (
        {"text": "hello", "entities": mark("bold", 100, 1)},
        "entity begins after the end of the text at UTF-16 offset 100",
    ),
    "a mark that ends after the end": (
        {"text": "hello", "entities": mark("bold", 0, 100)},
        "entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 100",
    ),
    "a mark that begins inside a letter": (
        {"text": "😀😀", "entities": mark("bold", 1, 1)},
        "entity begins in a middle of a UTF-16 symbol at byte offset 0",
    ),
    "a mark that ends inside a letter": (
        {"text": "😀😀", "entities": mark("bold", 0, 3)},
        "entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol at byte offset 4",
    ),
    "a link without an address": (
        {"text": "hello", "entities": mark("text_link", 0, 2)},
        "can't parse MessageEntity: Can't find field \"url\"",
    ),
    "a reply to nothing": ({"text": "x", "reply_parameters": {"message_id": 999_999}}, "message to be replied not found"),
}


@pytest.mark.parametrize("mistake", REFUSED)
def test_a_message_is_refused_for(mistake: str, telegram: Telegram, aisha: Someone) -> None:
    parameters, words = REFUSED[mistake]
    answer = telegram.bot("sendMessage", chat_id=aisha.id, **parameters)
    assert answer == {"ok": False, "error_code": 400, "description": f"Bad Request: {words}"}
    assert aisha.sees() == []


TAKEN: dict[str, dict[str, Any]] = {
    "4096 letters": {"text": "x" * 4096},
    "2048 letters of two units each": {"text": "😀" * 2048},
    "4096 letters once parsed": {"text": f"<b>{'x' * 4096}</b>", "parse_mode": "HTML"},
    "data of 64 bytes": {"text": "x", "reply_markup": keyboard({"text": "a", "callback_data": "é" * 32})},
    "100 buttons": {"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "a"}]] * 100}},
    "a mark on a whole letter": {"text": "😀😀", "entities": mark("bold", 2, 2)},
    "a mark that only Telegram sets": {"text": "x", "entities": mark("url", 0, 1)},
    "a reply that may do without": {"text": "x", "reply_parameters": {"message_id": 9, "allow_sending_without_reply": True}},
}


@pytest.mark.parametrize("limit", TAKEN)
def test_a_message_is_taken_with(limit: str, telegram: Telegram, aisha: Someone) -> None:
    assert telegram.bot("sendMessage", chat_id=aisha.id, **TAKEN[limit])["ok"]


async def test_a_chat_nobody_has_is_not_found(bot: Bot) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(42, "Hello")


async def test_a_bot_cannot_write_first(bot: Bot, telegram: Telegram) -> None:
    stranger = telegram.person()
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await bot.send_message(stranger.id, "Hello")


async def test_a_bot_that_is_blocked_is_told_so(bot: Bot, aisha: Someone) -> None:
    aisha.blocks()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(aisha.id, "Hello")
    aisha.unblocks()
    await bot.send_message(aisha.id, "Hello again")
    assert aisha.hears().text == "Hello again"


async def test_a_deleted_account_cannot_be_written_to(bot: Bot, aisha: Someone) -> None:
    aisha.deletes_account()
    with pytest.raises(Forbidden, match="user is deactivated"):
        await bot.send_message(aisha.id, "Hello")


def test_an_edit_that_changes_nothing_is_refused(telegram: Telegram, aisha: Someone) -> None:
    given = {
        "chat_id": aisha.id,
        "text": "<b>Hi</b>",
        "parse_mode": "HTML",
        "reply_markup": keyboard({"text": "a", "callback_data": "a"}),
    }
    message_id = telegram.bot("sendMessage", **given)["result"]["message_id"]
    again = telegram.bot("editMessageText", message_id=message_id, **given)
    assert again["description"] == f"Bad Request: {NOT_MODIFIED}"
    assert telegram.bot("editMessageText", message_id=message_id, **{**given, "text": "Hi"})["ok"], "the bold is gone"


@pytest.mark.parametrize(
    "method, words",
    [
        ("editMessageText", "message to edit not found"),
        ("editMessageReplyMarkup", "message to edit not found"),
        ("deleteMessage", "message to delete not found"),
    ],
)
def test_what_is_not_there_can_be_neither_edited_nor_deleted(method: str, words: str, telegram: Telegram, aisha: Someone) -> None:
    answer = telegram.bot(method, chat_id=aisha.id, message_id=999_999, text="x")
    assert answer["description"] == f"Bad Request: {words}"


def test_a_bot_cannot_edit_a_persons_words(telegram: Telegram, aisha: Someone) -> None:
    answer = telegram.bot("editMessageText", chat_id=aisha.id, message_id=aisha.says("Mine"), text="Not mine")
    assert answer["description"] == "Bad Request: message can't be edited"


def test_an_old_message_can_no_longer_be_deleted(telegram: Telegram, aisha: Someone) -> None:
    message_id = telegram.bot("sendMessage", chat_id=aisha.id, text="Old")["result"]["message_id"]
    telegram.advance(48 * 3600 + 1)
    answer = telegram.bot("deleteMessage", chat_id=aisha.id, message_id=message_id)
    assert answer["description"] == "Bad Request: message can't be deleted for everyone"


def ask(telegram: Telegram, person: Someone) -> int:
    given = {"chat_id": person.id, "text": "Coming?", "reply_markup": keyboard({"text": "Yes", "callback_data": "y"})}
    return int(telegram.bot("sendMessage", **given)["result"]["message_id"])


def test_a_tap_can_be_answered_once(telegram: Telegram, aisha: Someone) -> None:
    ask(telegram, aisha)
    query = aisha.taps("Yes")
    assert telegram.bot("answerCallbackQuery", callback_query_id=query)["ok"]
    assert telegram.bot("answerCallbackQuery", callback_query_id=query)["description"] == f"Bad Request: {QUERY_TOO_OLD}"


def test_an_old_or_unknown_tap_cannot_be_answered(telegram: Telegram, aisha: Someone) -> None:
    ask(telegram, aisha)
    query = aisha.taps("Yes")
    telegram.advance(151)
    for query_id in (query, "1"):
        assert telegram.bot("answerCallbackQuery", callback_query_id=query_id)["description"] == f"Bad Request: {QUERY_TOO_OLD}"


def test_a_toast_of_more_than_200_letters_is_refused(telegram: Telegram, aisha: Someone) -> None:
    ask(telegram, aisha)
    query = aisha.taps("Yes")
    assert (
        telegram.bot("answerCallbackQuery", callback_query_id=query, text="x" * 201)["description"]
        == "Bad Request: MESSAGE_TOO_LONG"
    )
    assert telegram.bot("answerCallbackQuery", callback_query_id=query, text="x" * 200)["ok"]
