"""What our local Telegram says is the Bot API as two libraries know it; every lie below is caught by the same watch.

The rule itself stands in tests/conftest.py: it holds for every test in which an emulator runs.
"""

import json
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import aiogram
import pytest
import telegram as ptb
from aiogram.methods import SendMessage
from aiogram.types import BotCommand, InlineKeyboardButton

from emulator import entities, keyboards, messages
from emulator.client import Telegram
from emulator.methods import LISTED, METHODS, Method
from emulator.server import running
from emulator.witness import Called
from emulator.world import Person, World
from tests.contract import oracle, watch
from tests.contract.sizes import Size, sizes

Patch = pytest.MonkeyPatch


def test_the_two_pinned_libraries_speak_the_same_bot_api() -> None:
    assert ptb.__bot_api_version__ == aiogram.__api_version__ == "10.0"


@pytest.mark.promise("P25")
@pytest.mark.parametrize("method", LISTED, ids=lambda method: method.name)
def test_a_method_has_the_name_and_the_parameters_of_the_bot_api(method: Method) -> None:
    known = oracle.METHODS[method.name.lower()]
    assert method.name == known.__api_method__
    assert method.parameters == set(known.model_fields)


@pytest.mark.promise("P25")
def test_all_that_is_said_and_done_in_a_chat_is_the_bot_api() -> None:
    with running() as telegram:
        converse(telegram)
        seen = {what.method if isinstance(what, Called) else what.kind for what in watch.seen}
    assert seen >= {"sendMessage", "getUpdates", "answerCallbackQuery", "message", "callback_query", "my_chat_member"}
    assert watch.judged() == []


def converse(telegram: Telegram) -> None:
    """A person starts, is asked, taps, is answered, changes what they wrote, and blocks the bot."""
    aisha = telegram.person("Aisha")
    aisha.starts()
    buttons = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y" * 60}]]}
    telegram.bot("sendMessage", chat_id=aisha.id, text="<b>Coming?</b>", parse_mode="HTML", reply_markup=buttons)
    query = aisha.taps("Yes")
    telegram.bot("answerCallbackQuery", callback_query_id=query, text="Thank you")
    aisha.edits(aisha.says("Two of us"), "Three of us")
    aisha.blocks()
    telegram.bot("sendMessage", chat_id=aisha.id, text="Are you there?")
    telegram.bot("getUpdates")


def _lie_dates_in_milliseconds(patch: Patch) -> None:
    patch.setattr(World, "today", lambda world: int(world.clock.now() * 1000))


def _lie_true_for_what_nobody_knows(patch: Patch) -> None:
    patch.setitem(METHODS, "sendlove", Method("sendLove", lambda _world, _given: True, frozenset()))


def _lie_nothing_is_too_long(patch: Patch) -> None:
    patch.setattr(messages, "read_text", lambda given: entities.read_text(given, limit=10_000))


def _lie_buttons_may_carry_anything(patch: Patch) -> None:
    patch.setattr(keyboards, "MOST_DATA", 1000)


def _lie_people(**changes: object) -> Callable[[Patch], None]:
    """Have people described with these fields; one that is None by name `left_out` goes."""
    told = Person.user

    def lie(patch: Patch) -> None:
        def user(person: Person) -> dict[str, Any]:
            shown = {**told(person), **changes}
            shown.pop(str(shown.pop("left_out", "")), None)
            return shown

        patch.setattr(Person, "user", user)

    return lie


LIES: dict[str, tuple[Callable[[Patch], None], str]] = {
    "dates in milliseconds": (_lie_dates_in_milliseconds, "is no time in seconds"),
    "true for a method that nobody knows": (_lie_true_for_what_nobody_knows, "there is no such method"),
    "texts of any length": (_lie_nothing_is_too_long, "5000 characters, where 1-4096 may stand"),
    "buttons that carry anything": (_lie_buttons_may_carry_anything, "65 bytes, where 1-64 may stand"),
    "a field that is none": (_lie_people(age=44), "from.age: there is no such field"),
    "a name of the library's, not Telegram's": (_lie_people(from_user=1), "from.from_user: there is no such field"),
    "a field left out": (_lie_people(left_out="is_bot"), "is_bot: Field required"),
    "null for nothing": (_lie_people(last_name=None), "null, where Telegram leaves the field out"),
    "a number as text": (_lie_people(id="44"), "from.id: '44' where 44 is meant"),
    "a truth as text": (_lie_people(is_premium="true"), "from.is_premium: 'true' where True is meant"),
}


@pytest.mark.promise("P25", control=True)
@pytest.mark.parametrize("lie", LIES)
def test_a_telegram_that_lies_is_caught(lie: str, monkeypatch: Patch) -> None:
    tell, caught = LIES[lie]
    tell(monkeypatch)
    with running() as telegram:
        aisha = telegram.person("Aisha")
        aisha.starts()
        telegram.bot("sendLove", chat_id=aisha.id)
        telegram.bot("sendMessage", chat_id=aisha.id, text="x" * 5000)
        buttons = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y" * 65}]]}
        telegram.bot("sendMessage", chat_id=aisha.id, text="Coming?", reply_markup=buttons)
    assert caught in "\n".join(watch.judged())


@pytest.mark.promise("P25", control=True)
def test_a_test_in_which_telegram_lies_fails_unless_it_says_that_it_means_to(monkeypatch: Patch) -> None:
    _lie_dates_in_milliseconds(monkeypatch)
    for excused in (False, True):
        with running() as telegram:
            telegram.person("Aisha").starts()
        with nullcontext() if excused else pytest.raises(AssertionError, match="is no time in seconds"):
            watch.check(excused=excused)


MISTAKES: dict[str, dict[str, Any]] = {
    "a parameter that is none": {"colour": "red"},
    "a null": {"reply_markup": None},
    "a button that is none": {"reply_markup": {"inline_keyboard": [[{"text": "Yes", "callbackData": "y"}]]}},
    "rows that are no rows": {"reply_markup": {"inline_keyboard": [{"text": "Yes", "callback_data": "y"}]}},
    "a number as text inside": {"reply_parameters": {"message_id": "4"}},
    "text that is no text": {"text": 5},
}


@pytest.mark.promise("P25", control=True)
@pytest.mark.parametrize("mistake", MISTAKES)
@pytest.mark.parametrize("write", [lambda value: value, json.dumps], ids=["JSON", "a form"])
def test_a_request_that_is_not_the_bot_api_is_caught(mistake: str, write: Callable[[Any], Any]) -> None:
    sent = {"chat_id": 4, "text": "Coming?", **MISTAKES[mistake]}
    sent |= {name: write(sent[name]) for name in sent.keys() & {"reply_markup", "reply_parameters"}}
    assert list(oracle.judge_call(Called("sendMessage", sent, 200, TRUE))) != []


@pytest.mark.promise("P25", control=True)
@pytest.mark.parametrize(
    "body",
    [
        b'{"ok":false,"error_code":400,"description":"Bad Request"}',
        b'{"ok":false,"error_code":403}',
        b'{"ok":true,"result":true}',
        b'{"ok":false,"error_code":403,"description":"Forbidden","parameters":{"retry_after":"soon"}}',
    ],
)
def test_a_refusal_that_is_none_of_telegrams_is_caught(body: bytes) -> None:
    assert list(oracle.judge_call(Called("sendMessage", {}, 403, body))) != []


@pytest.mark.promise("P25", control=True)
def test_what_python_telegram_bot_does_not_know_is_caught_however_deep_it_lies() -> None:
    message = ptb.Message.de_json({"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private", "mood": "good"}}, None)
    assert list(oracle.left_over(message)) == ["mood"]


def test_sizes_are_read_from_the_descriptions_of_others() -> None:
    assert sizes(SendMessage) == {"text": Size(1, 4096, "characters", parsed=True)}
    assert sizes(InlineKeyboardButton) == {"callback_data": Size(1, 64, "bytes", parsed=False)}
    assert sizes(BotCommand)["description"] == Size(1, 256, "characters", parsed=False)


@pytest.mark.parametrize("text, fault", [("😀" * 2048, ""), ("😀" * 2048 + "x", "4097 characters"), ("", "0 characters")])
def test_a_text_is_measured_as_telegram_measures(text: str, fault: str) -> None:
    assert sizes(SendMessage)["text"].fault(text).partition(",")[0] == fault


TRUE = b'{"ok":true,"result":{"message_id":1,"date":1,"chat":{"id":4,"type":"private","first_name":"Jo"},"text":"Coming?"}}'
