"""Whatever comes in by Telegram's road, the bot goes on, and everybody else is served."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterable
from typing import Any

import pytest

from emulator.client import Someone
from tests.promises import DATABASES
from tests.road.conftest import MakeHouse, Street
from tests.road.crowd import hear
from tests.road.house import PATIENCE, SECRET, House, until

CUT = 0
APOLOGY = "did not work on our side"


@pytest.fixture
def house(street: Street) -> House:
    """A house by polling that others use too."""
    return street.house("sqlite")


def greets(house: House) -> Someone:
    """Somebody new is served as if nothing had happened."""
    person = house.telegram.person()
    person.starts()
    hear(person, "how old are you")
    return person


def message(person: Someone, **more: Any) -> dict[str, Any]:
    user = {"id": person.id, "is_bot": False, "first_name": "B"}
    return {"message_id": 1, "date": 1, "chat": {"id": person.id, "type": "private"}, "from": user, **more}


@pytest.mark.parametrize("database", DATABASES)
def test_an_update_nobody_can_read_is_kept_and_apologised_for_and_holds_up_nobody(street: Street, database: str) -> None:
    house = street.house(database)
    before = len(house.failures())
    person = greets(house)
    house.telegram.raw({"message": message(person, text="Hello", **{"from": "nobody"})})
    greets(house)
    assert APOLOGY in person.hears(wait=PATIENCE).text
    (failure,) = house.failures()[before:]
    assert failure.where == "reading"
    assert json.loads(failure.update)["message"]["text"] == "Hello"
    assert "AttributeError" in failure.trace


UNKNOWN: tuple[dict[str, Any], ...] = (
    {"shiny_new_thing": {"id": 1}},
    {"poll_answer": {"poll_id": "1", "option_ids": [0]}},
    {"channel_post": {"message_id": 1, "chat": {"id": -100, "type": "channel"}, "text": "hi"}},
    {},
    {"message": None},
    {"message": []},
    {"message": {"chat": {"id": "12", "type": "private"}}},
    {"message": {"chat": {"id": 2**63, "type": "private"}, "text": "x"}},
    {"message": {"chat": {"id": 5, "type": "private"}, "text": 12}},
    {"callback_query": {"id": 5, "from": {"id": None}}},
    {"callback_query": {"id": "5", "from": {"id": 77}, "data": {"a": 1}}},
    {"my_chat_member": {"chat": {"id": 5, "type": "private"}}},
    {"edited_message": {}},
)


def test_updates_of_every_odd_shape_hold_up_nobody(house: House) -> None:
    for update in UNKNOWN:
        house.telegram.raw(update)
    greets(house)
    house.settle()


def test_updates_without_a_number_are_passed_over_without_haste(house: House) -> None:
    telegram = house.telegram
    at = telegram.state()["log"]
    for body in ("null", "[]", '"words"', "12"):
        telegram.raw(body)
    for number in ({}, {"update_id": "7"}, {"update_id": 1.5}):
        telegram.raw({**number, "message": {}}, keep=True)
    polls = telegram.await_log("call", after=at, count=3, wait=PATIENCE, method="getUpdates")
    assert polls[-1]["at"] - polls[0]["at"] > 0.4  # as they cannot be confirmed they come at once, again and again
    greets(house)
    house.settle()


def test_what_is_not_json_is_waited_out(make_plain_house: MakeHouse) -> None:
    house = make_plain_house()  # of its own: Telegram's clock is moved, and nobody else's
    telegram = house.telegram
    at = telegram.state()["log"]
    telegram.raw("this is not JSON")
    telegram.await_log("call", after=at, count=2, wait=PATIENCE, method="getUpdates")
    telegram.advance(86_401)
    greets(house)
    house.settle()


def test_a_huge_message_is_asked_for_again_in_fewer_words(house: House) -> None:
    engagement = house.open_copy("tests-five")
    person = house.telegram.person()
    for words in (f"/start {house.links[engagement]}", "18", "I work there"):
        person.says(words)
    hear(person, "not get wrong")
    house.telegram.raw({"message": message(person, text="x" * 100_000)})
    hear(person, "not get wrong")
    person.says("Short")
    hear(person, "You wrote: Short.")
    assert next(step["texts"] for step in house.results(engagement)["steps"] if step["id"] == "wrong") == ["Short"]
    house.close(engagement)


@pytest.mark.parametrize("kind", ["401", "404", "409", "429", "500", "502", "html", "cut-before", "cut-after"])
def test_the_bot_goes_on_polling_after_any_answer(house: House, kind: str) -> None:
    telegram = house.telegram
    at = telegram.state()["log"]
    telegram.faults([{"kind": kind, "method": "getUpdates", "count": 1}])
    greets(house)  # ends the poll that waits, so that the next one meets the fault
    greets(house)
    assert any(call.get("fault") == kind for call in telegram.log(at, "call", method="getUpdates"))


# --- By webhook


@pytest.fixture
def hook(street: Street) -> House:
    """A house by webhook that others use too."""
    return street.house("sqlite", "webhook")


def call(house: House, body: bytes | Iterable[bytes] = b"{}", verb: str = "POST", path: str = "/telegram", **headers: str) -> int:
    """The status of a request to the bot's own door; CUT when it was ended before all of it was sent."""
    named = {"X-Telegram-Bot-Api-Secret-Token": SECRET} | {name.replace("_", "-"): value for name, value in headers.items()}
    connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=PATIENCE)
    try:
        connection.request(verb, path, body, named, encode_chunked=not isinstance(body, bytes))
        return connection.getresponse().status
    except (BrokenPipeError, ConnectionResetError):
        return CUT
    finally:
        connection.close()


def update_for(person: Someone, words: str) -> bytes:
    return json.dumps({"update_id": person.id, "message": message(person, text=words)}).encode()


@pytest.mark.promise("P19")
@pytest.mark.parametrize("secret", ["", "wrong", SECRET[:-1], SECRET + "x", "ö"])
def test_a_webhook_call_with_another_secret_is_refused(hook: House, secret: str) -> None:
    person = hook.telegram.person()
    assert call(hook, update_for(person, "/start"), X_Telegram_Bot_Api_Secret_Token=secret) == 403
    greets(hook)
    assert len(person.chat()["messages"]) == 0


@pytest.mark.parametrize(
    "verb, path, status",
    [("GET", "/telegram", 405), ("PUT", "/telegram", 405), ("DELETE", "/telegram", 405), ("POST", "/elsewhere", 404)],
)
def test_another_way_to_the_webhook_is_refused(hook: House, verb: str, path: str, status: int) -> None:
    assert call(hook, verb=verb, path=path) == status


def test_a_body_larger_than_any_update_is_refused(hook: House) -> None:
    large = b" " * (1 << 20) + b"{}"
    in_parts = (large[at : at + 65_536] for at in range(0, len(large), 65_536))
    assert call(hook, large) in {413, CUT}
    assert call(hook, in_parts, Transfer_Encoding="chunked") in {413, CUT}
    greets(hook)


@pytest.mark.parametrize("body", [b"", b"\x00", b"nonsense", b"[]", b"{}", b"null", b'{"update_id": true}', b"[" * 100_000])
def test_garbage_is_taken_off_telegrams_hands(hook: House, body: bytes) -> None:
    assert call(hook, body) == 200  # or it would come again for ever, in front of the next message
    greets(hook)


def test_a_call_that_ends_in_the_middle_harms_nobody(hook: House) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", hook.port, timeout=PATIENCE)
    connection.putrequest("POST", "/telegram")
    connection.putheader("X-Telegram-Bot-Api-Secret-Token", SECRET)
    connection.putheader("Content-Length", "1000")
    connection.endheaders(b'{"update_id": 1')
    connection.close()
    greets(hook)
    until(lambda: "error" not in hook.said().rpartition("\n")[2], hook.said)
