"""The door for bots: how calls are made, which exist, and what comes back."""

import http.client
import json
from typing import Any
from urllib.parse import urlencode, urlsplit

import aiogram.methods
import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Message, ReplyKeyboardMarkup, TelegramObject
from telegram.constants import ChatAction, ParseMode

from emulator.client import Someone, Telegram
from emulator.methods import METHODS, Method
from emulator.people import ATTACHMENTS
from tests.paint import png


def request(telegram: Telegram, verb: str, path: str, body: bytes | None = None, kind: str = "") -> tuple[int, Any]:
    parts = urlsplit(telegram.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    connection.request(verb, path, body, {"Content-Type": kind} if kind else {})
    response = connection.getresponse()
    answer = json.loads(response.read())
    connection.close()
    return response.status, answer


async def test_the_library_finds_a_bot_with_a_name(bot: Bot, telegram: Telegram) -> None:
    assert bot.username == telegram.username
    assert bot.id == int(telegram.token.split(":", maxsplit=1)[0])


async def test_a_message_arrives_with_its_buttons_and_bold_words(bot: Bot, aisha: Someone) -> None:
    buttons = InlineKeyboardMarkup(
        [[InlineKeyboardButton("Yes", callback_data="y")], [InlineKeyboardButton("No", callback_data="n")]]
    )
    sent = await bot.send_message(aisha.id, "<b>One</b> question", ParseMode.HTML, reply_markup=buttons)
    heard = aisha.hears()
    assert (heard.text, heard.buttons) == ("One question", (("Yes",), ("No",)))
    assert heard.entities == ({"type": "bold", "offset": 0, "length": 3},)
    assert sent.message_id == heard.message_id
    assert sent.reply_markup == buttons


async def test_what_comes_back_is_a_whole_message(bot: Bot, aisha: Someone) -> None:
    sent = await bot.send_message(aisha.id, "Hello")
    assert sent.from_user is not None
    assert (sent.from_user.is_bot, sent.from_user.username) == (True, bot.username)
    assert (sent.chat.id, sent.chat.type, sent.chat.first_name) == (aisha.id, "private", "Aisha")
    assert not sent.api_kwargs


async def test_an_edit_changes_the_words_and_takes_buttons_away_that_are_not_sent_again(bot: Bot, aisha: Someone) -> None:
    button = InlineKeyboardMarkup.from_button(InlineKeyboardButton("Yes", callback_data="y"))
    sent = await bot.send_message(aisha.id, "Coming?", reply_markup=button)
    edited = await sent.edit_text("Thank you")
    assert isinstance(edited, Message)
    assert edited.edit_date is not None
    assert (aisha.shows(sent.message_id).text, aisha.shows(sent.message_id).buttons) == ("Thank you", ())


async def test_buttons_can_be_changed_alone(bot: Bot, aisha: Someone) -> None:
    sent = await bot.send_message(aisha.id, "Coming?")
    await sent.edit_reply_markup(InlineKeyboardMarkup.from_button(InlineKeyboardButton("Yes", callback_data="y")))
    assert aisha.shows(sent.message_id).labels == ("Yes",)
    assert aisha.shows(sent.message_id).text == "Coming?"


async def test_a_deleted_message_is_gone_from_the_chat(bot: Bot, aisha: Someone) -> None:
    sent = await bot.send_message(aisha.id, "A mistake")
    assert await sent.delete()
    assert "A mistake" not in aisha.transcript()


async def test_an_answer_to_a_tap_is_shown_as_a_toast(bot: Bot, aisha: Someone) -> None:
    await bot.send_message(
        aisha.id, "Coming?", reply_markup=InlineKeyboardMarkup.from_button(InlineKeyboardButton("Yes", callback_data="y"))
    )
    query = aisha.taps("Yes")
    assert await bot.answer_callback_query(query, "Noted")
    assert aisha.toast() == "Noted"


async def test_files_are_sent_and_seen(bot: Bot, aisha: Someone) -> None:
    await bot.send_document(aisha.id, b"minutes", filename="minutes.pdf", caption="The minutes")
    await bot.send_photo(aisha.id, png(), caption="The room")
    assert [(view["attachment"], view["text"]) for view in aisha.chat()["messages"][-2:]] == [
        ("document", "The minutes"),
        ("photo", "The room"),
    ]


async def test_the_bot_can_say_who_it_is(bot: Bot, telegram: Telegram) -> None:
    assert await bot.set_my_name("With Us")
    assert await bot.set_my_description("We ask short questions.")
    assert await bot.set_my_short_description("Short questions")
    assert await bot.set_my_commands([("start", "Begin"), ("help", "Get help")])
    assert [command.command for command in await bot.get_my_commands()] == ["start", "help"]
    assert await bot.get_my_commands(language_code="cy") == ()
    assert await bot.delete_my_commands()
    assert await bot.get_my_commands() == ()
    assert (await bot.get_me()).first_name == "With Us"
    assert telegram.state()["description"] == "We ask short questions."


async def test_chats_and_members_can_be_looked_up(bot: Bot, aisha: Someone) -> None:
    chat = await bot.get_chat(aisha.id)
    member = await bot.get_chat_member(aisha.id, aisha.id)
    assert (chat.first_name, chat.type, member.status) == ("Aisha", "private", "member")
    assert await bot.send_chat_action(aisha.id, ChatAction.TYPING)


async def test_a_reply_keyboard_is_seen_until_it_is_removed(bot: Bot, aisha: Someone) -> None:
    await bot.send_message(aisha.id, "Choose", reply_markup=ReplyKeyboardMarkup([["Yes"], ["No"]]))
    assert [[key["label"] for key in row] for row in aisha.chat()["reply_keyboard"]] == [["Yes"], ["No"]]
    await bot.send_message(aisha.id, "Thanks", reply_markup=json.loads('{"remove_keyboard": true}'))
    assert aisha.chat()["reply_keyboard"] == []


@pytest.mark.parametrize("kind", ["text", *ATTACHMENTS])
async def test_the_library_reads_every_field_of_what_people_send(kind: str, bot: Bot, aisha: Someone) -> None:
    if kind == "text":
        aisha.says("See https://example.org and /help")
    else:
        aisha.sends(kind, "A caption" if kind in {"photo", "voice", "video", "document"} else "")
    update = (await bot.get_updates())[-1]
    assert update.message is not None
    assert getattr(update.message, kind)
    assert not unread(update)


def unread(told: TelegramObject) -> list[dict[str, Any]]:
    """Find what python-telegram-bot did not recognise, in what was told and in everything within it."""
    left: list[Any] = [told]
    found = []
    while left:
        thing = left.pop()
        if isinstance(thing, list | tuple):
            left.extend(thing)
        elif hasattr(thing, "api_kwargs"):
            if thing.api_kwargs:
                found.append(dict(thing.api_kwargs))
            left.extend(getattr(thing, name) for name in thing._get_attrs_names(include_private=False))
    return found


WAYS = {
    "a query string": ("GET", None, ""),
    "a form": ("POST", b"text=Hello", "application/x-www-form-urlencoded"),
    "JSON": ("POST", b'{"text": "Hello"}', "application/json"),
    "multipart": (
        "POST",
        b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nHello\r\n--x--\r\n',
        "multipart/form-data; boundary=x",
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_parameters_are_read_from(way: str, telegram: Telegram, aisha: Someone) -> None:
    verb, body, kind = WAYS[way]
    query = urlencode({"chat_id": aisha.id} | ({"text": "Hello"} if body is None else {}))
    status, answer = request(telegram, verb, f"/bot{telegram.token}/sendMessage?{query}", body, kind)
    assert (status, answer["result"]["text"]) == (200, "Hello")
    assert aisha.hears().text == "Hello"


@pytest.mark.parametrize("spelling", ["sendmessage", "SENDMESSAGE", "sendMessage"])
def test_a_methods_name_may_be_written_in_any_case(spelling: str, telegram: Telegram, aisha: Someone) -> None:
    assert telegram.bot(spelling, chat_id=aisha.id, text="Hello")["ok"]


@pytest.mark.parametrize("method", ["doAnything", "getUpdatess"])
def test_a_method_that_is_not_listed_is_not_found(method: str, telegram: Telegram) -> None:
    status, answer = request(telegram, "POST", f"/bot{telegram.token}/{method}")
    assert (status, answer) == (404, {"ok": False, "error_code": 404, "description": "Not Found"})


@pytest.mark.parametrize("method", sorted(METHODS))
def test_a_wrong_token_is_unauthorized_for(method: str, telegram: Telegram) -> None:
    status, answer = request(telegram, "POST", f"/bot1:wrong/{method}")
    assert (status, answer) == (401, {"ok": False, "error_code": 401, "description": "Unauthorized"})


@pytest.mark.nonsense
def test_an_unknown_parameter_is_ignored_but_written_down(telegram: Telegram, aisha: Someone) -> None:
    assert telegram.bot("sendMessage", chat_id=aisha.id, text="Hello", colour="red")["ok"]
    (call,) = telegram.calls("sendMessage")
    assert call["unknown_parameters"] == ["colour"]


def test_every_call_is_in_the_history_with_what_came_of_it(telegram: Telegram, aisha: Someone) -> None:
    telegram.bot("sendMessage", chat_id=aisha.id, text="Hello")
    telegram.bot("sendMessage", chat_id=aisha.id, text="")
    good, refused = telegram.calls("sendMessage", chat=aisha.id)
    assert (good["status"], good["applied"], good["message_id"]) == (200, True, aisha.hears().message_id)
    assert (refused["status"], refused["applied"]) == (400, False)
    assert refused["description"] == "Bad Request: message text is empty"


def test_message_numbers_grow_across_chats(telegram: Telegram, aisha: Someone) -> None:
    other = telegram.person()
    other.starts()
    numbers = [
        telegram.bot("sendMessage", chat_id=person.id, text="Hello")["result"]["message_id"] for person in (aisha, other, aisha)
    ]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("method", METHODS.values(), ids=lambda method: method.name)
def test_every_method_knows_just_the_parameters_of_its_bot_api(method: Method) -> None:
    name = method.name[0].upper() + method.name[1:]
    published = {field.alias or one for one, field in getattr(aiogram.methods, name).model_fields.items()}
    assert method.parameters - LEGACY <= published
    assert published - method.parameters <= LEGACY


LEGACY = frozenset({"allow_sending_without_reply", "reply_to_message_id", "disable_web_page_preview", "correct_option_id"})
