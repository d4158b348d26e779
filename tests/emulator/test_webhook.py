"""Webhook deliveries, through a real socket: order, retries, secrets, expiry."""

import itertools

import pytest

from emulator.client import Someone, Telegram
from tests.emulator.conftest import SECRET
from tests.emulator.door import Door


def test_a_delivery_carries_the_update_and_the_secret(hooked: Telegram, door: Door) -> None:
    person = hooked.person("Aisha")
    person.says("hello")
    delivery = door.next()
    assert delivery.update["message"]["text"] == "hello"
    assert delivery.headers["X-Telegram-Bot-Api-Secret-Token"] == SECRET
    assert delivery.headers["Content-Type"] == "application/json"
    delivery.answer()
    hooked.await_state(pending=0)


def test_what_waited_is_delivered_when_a_webhook_is_set(telegram: Telegram, aisha: Someone, door: Door) -> None:
    telegram.bot("setWebhook", url=door.url)
    assert door.next().update["message"]["text"] == "/start"
    assert aisha.sees() == []


def test_one_chat_gets_its_next_delivery_only_after_the_last_is_accepted(trusted: Telegram, door: Door) -> None:
    person = trusted.person()
    person.says("one")
    person.says("two")
    first = door.next()
    other = trusted.person()
    other.says("somebody else")
    assert door.next().update["message"]["text"] == "somebody else"
    assert door.empty()
    first.answer()
    assert door.next().update["message"]["text"] == "two"


def test_a_tap_does_not_wait_for_the_same_persons_message(trusted: Telegram, door: Door) -> None:
    person = trusted.person()
    person.taps_data("x", message_id=person.says("one"), force=True)
    kinds = {list(door.next().update)[1], list(door.next().update)[1]}
    assert kinds == {"message", "callback_query"}


def test_no_more_deliveries_run_at_once_than_allowed(telegram: Telegram, door: Door) -> None:
    telegram.bot("setWebhook", url=door.url, max_connections=2)
    telegram.person().says("does it work?")
    door.next().answer()
    for _ in range(12):
        telegram.person().says("hello")
    held = [door.next(), door.next()]
    for _ in range(10):
        held.pop(0).answer()
        held.append(door.next())
    for delivery in held:
        delivery.answer()
    telegram.await_state(pending=0)
    assert door.most_at_once == 2


@pytest.mark.parametrize("status", [0, 307, 400, 404, 500, 503])
def test_a_delivery_that_fails_is_made_again_at_once(status: int, hooked: Telegram, door: Door) -> None:
    hooked.person().says("hello")
    first = door.next()
    first.answer(status, Location=door.url)
    hooked.await_log("delivery", status=status)
    hooked.advance(2)  # a connection that was lost is opened anew after two seconds
    again = door.next()
    assert again.update == first.update
    again.answer(204)
    hooked.await_state(pending=0)
    assert [entry["status"] for entry in hooked.log(what="delivery")] == [status, 204]


def test_later_retries_come_after_2_4_and_8_seconds(hooked: Telegram, door: Door) -> None:
    hooked.person().says("hello")
    door.next().answer(500)
    for failures, pause in enumerate((2, 4, 8), start=2):
        door.next().answer(500)
        hooked.await_log("delivery", accepted=False, count=failures)
        hooked.advance(pause)
    door.next().answer()
    hooked.await_state(pending=0)
    assert pauses(hooked) == [0, 2, 4, 8]


def test_retry_after_is_obeyed(hooked: Telegram, door: Door) -> None:
    hooked.person().says("hello")
    door.next().answer(503, Retry_After="30")
    hooked.await_log("delivery", status=503)
    hooked.advance(29)
    hooked.advance(1)
    door.next().answer()
    hooked.await_state(pending=0)
    assert pauses(hooked) == [30]


def pauses(telegram: Telegram) -> list[int]:
    """The whole seconds of the emulator's clock between one delivery and the next."""
    times = [entry["at"] for entry in telegram.log(what="delivery")]
    return [int(after - before) for before, after in itertools.pairwise(times)]


def test_a_tap_is_given_up_after_150_seconds(hooked: Telegram, door: Door) -> None:
    person = hooked.person()
    person.taps_data("x", message_id=1, force=True)
    door.next().answer(500)
    again = door.next()
    hooked.advance(151)
    again.answer(500)
    hooked.await_log("expired", kind="callback_query")
    hooked.await_state(pending=0)
    assert door.empty()


def test_the_trouble_is_told_in_the_webhook_info(hooked: Telegram, door: Door) -> None:
    hooked.person().says("hello")
    door.next().answer(500)
    door.next()
    info = hooked.bot("getWebhookInfo")["result"]
    assert (info["url"], info["pending_update_count"]) == (door.url, 1)
    assert info["last_error_message"] == "Wrong response from the webhook: 500 Internal Server Error"


def test_a_method_in_the_answer_is_run(hooked: Telegram, door: Door) -> None:
    person = hooked.person()
    person.says("hello")
    door.next().answer(body={"method": "sendMessage", "chat_id": person.id, "text": "Hello to you"})
    assert person.hears().text == "Hello to you"
    assert hooked.calls("sendMessage")[0]["via"] == "webhook reply"


def test_methods_that_may_not_be_in_the_answer_are_not_run(hooked: Telegram, door: Door) -> None:
    person = hooked.person()
    for number, method in enumerate(("deleteWebhook", "getMe", "logOut"), start=1):
        person.says("hello")
        door.next().answer(body={"method": method})
        hooked.await_log("delivery", accepted=True, count=number)
    person.says("still there?")
    assert door.next().update["message"]["text"] == "still there?"
    assert hooked.calls("deleteWebhook") == hooked.calls("logOut") == []


def test_deliveries_end_when_the_webhook_is_deleted(hooked: Telegram, door: Door) -> None:
    assert hooked.bot("deleteWebhook")["ok"]
    hooked.person().says("hello")
    assert hooked.bot("getUpdates")["result"][0]["message"]["text"] == "hello"
    assert door.empty()


def test_pending_updates_are_dropped_only_when_asked(telegram: Telegram, aisha: Someone) -> None:
    telegram.bot("deleteWebhook")
    assert telegram.state()["pending"] == 1
    telegram.bot("deleteWebhook", drop_pending_updates=True)
    assert telegram.state()["pending"] == 0
    assert "/start" in aisha.transcript()


def test_a_delivery_can_be_doubled(hooked: Telegram, door: Door) -> None:
    hooked.faults([{"kind": "duplicate", "count": 1}])
    person = hooked.person()
    person.says("hello")
    first = door.next()
    first.answer()
    second = door.next()
    assert second.update == first.update
    second.answer()
    person.says("once")
    assert door.next().update["message"]["text"] == "once"


@pytest.mark.parametrize(
    "settings, words",
    [
        ({"url": "http://example.org/hook"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        ({"url": "not an address"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        ({"url": "https://example.org/hook", "secret_token": "with spaces"}, "secret token contains unallowed characters"),
    ],
)
def test_a_bad_webhook_is_refused(settings: dict[str, str], words: str, telegram: Telegram) -> None:
    assert telegram.bot("setWebhook", **settings)["description"] == f"Bad Request: {words}"
    assert telegram.state()["webhook"] == ""
