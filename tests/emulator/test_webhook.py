"""Webhook deliveries, through a real socket: order, retries, secrets, expiry."""

import contextlib
import datetime as dt
import http.client
import itertools
import json
from collections import deque
from urllib.parse import urlsplit

import pytest
import trustme

from emulator.client import Someone, Telegram
from emulator.clock import Clock
from emulator.connections import Connections
from emulator.courier import PATIENCE, Answer, Courier, Settings
from emulator.history import History
from emulator.updates import UpdateQueue
from emulator.webhook import Lane, Webhook
from tests.emulator.door import Door

SECRET = "only-telegram-knows"


@pytest.fixture
def hooked(telegram: Telegram, door: Door) -> Telegram:
    """An emulator that delivers to the door."""
    assert telegram.bot("setWebhook", url=door.url, secret_token=SECRET)["ok"]
    return telegram


@pytest.fixture
def trusted(hooked: Telegram, door: Door) -> Telegram:
    """An emulator whose deliveries work, so that it may make several at once."""
    hooked.person().says("does it work?")
    door.next().answer()
    hooked.await_state(pending=0)
    return hooked


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


def test_pauses_grow_to_between_one_and_two_minutes() -> None:
    clock = Clock()
    history = History(clock)
    webhook, lane = Webhook(UpdateQueue(clock, history), clock, history), Lane(deque())
    seen = []
    for _ in range(40):
        seen.append(webhook.choose_pause(lane, Answer(500)))
        lane.failures += 1
    assert seen[:7] == [0, 2, 4, 8, 16, 32, 64]
    assert all(60 <= pause <= 120 for pause in seen[6:])
    assert len(set(seen[7:])) > 10
    assert webhook.choose_pause(lane, Answer(503, retry_after=9999)) == 3600


def test_after_trouble_one_connection_tries_alone(trusted: Telegram, door: Door) -> None:
    for _ in range(3):
        trusted.person().says("hello")
    held = [door.next() for _ in range(3)]
    for delivery in held:
        delivery.answer(0)
    trusted.await_log("delivery", status=0, count=3)
    trusted.advance(11)
    probe = door.next()
    assert door.empty()
    probe.answer()
    for _ in range(2):
        door.next().answer()
    trusted.await_state(pending=0)


def test_new_connections_are_opened_ten_in_half_a_second() -> None:
    connections = Connections(40)
    assert connections.take(100.0) == 0
    assert connections.take(100.0) > 2
    connections.worked(100.0)
    assert sum(connections.take(100.0) == 0 for _ in range(40)) == 9
    assert 0 < connections.take(100.0) <= 0.5
    assert sum(connections.take(100.6) == 0 for _ in range(40)) == 10


def test_a_lost_connection_is_probed_every_two_seconds() -> None:
    connections = Connections(40)
    assert connections.take(100.0) == 0
    connections.give_back(lost=True)
    assert connections.take(100.5) == pytest.approx(1.5)
    assert connections.take(102.0) == 0


def test_an_address_that_is_gone_for_23_hours_is_given_up(hooked: Telegram, door: Door) -> None:
    person = hooked.person()
    person.says("hello")
    door.next().answer(410)
    door.next().answer(410)
    hooked.await_log("delivery", status=410, count=2)
    hooked.advance(23 * 3600 - 100)
    door.next().answer(410)
    hooked.await_log("delivery", status=410, count=3)
    assert hooked.state()["webhook"] == door.url
    hooked.advance(300)
    door.next().answer(410)
    hooked.await_state(webhook="")
    assert hooked.state()["pending"] == 1


def test_a_webhook_can_be_set_once_a_second(telegram: Telegram, door: Door) -> None:
    assert telegram.bot("setWebhook", url=door.url)["description"] == "Webhook was set"
    refused = telegram.bot("setWebhook", url=door.url)
    assert (refused["error_code"], refused["parameters"]) == (429, {"retry_after": 1})
    telegram.advance(1)
    assert telegram.bot("setWebhook", url=door.url)["description"] == "Webhook is already set"
    assert telegram.bot("deleteWebhook")["description"] == "Webhook was deleted"
    assert telegram.bot("deleteWebhook")["description"] == "Webhook is already deleted"


def test_the_same_settings_again_disturb_no_delivery(hooked: Telegram, door: Door) -> None:
    hooked.person().says("hello")
    delivery = door.next()
    hooked.advance(1)
    assert hooked.bot("setWebhook", url=door.url, secret_token=SECRET)["ok"]
    delivery.answer()
    hooked.await_state(pending=0)
    assert door.empty()


@pytest.mark.parametrize("lapsed", [False, True])
def test_a_certificate_nobody_trusts_is_told_in_telegrams_words(lapsed: bool, telegram: Telegram) -> None:  # noqa: FBT001
    until = dt.datetime.now(dt.UTC) - dt.timedelta(days=1) if lapsed else None
    authority = trustme.CA()
    with Door(authority.issue_cert("127.0.0.1", not_after=until)) as door:
        certificate = authority.cert_pem.bytes() if lapsed else b""
        upload(telegram, door.url, certificate)
        telegram.person().says("hello")
        telegram.await_log("delivery", accepted=False)
        info = telegram.bot("getWebhookInfo")["result"]
        assert info["last_error_message"] == "SSL error {error:0A000086:SSL routines::certificate verify failed}"
        assert info["has_custom_certificate"] is lapsed
        assert info["last_error_date"] > 0


def test_a_certificate_of_ones_own_is_trusted_once_it_is_uploaded(telegram: Telegram) -> None:
    authority = trustme.CA()
    with Door(authority.issue_cert("127.0.0.1")) as door:
        upload(telegram, door.url, authority.cert_pem.bytes())
        telegram.person().says("hello")
        door.next().answer()
        telegram.await_state(pending=0)


def test_plain_http_where_tls_was_meant_is_told(telegram: Telegram, door: Door) -> None:
    telegram.bot("setWebhook", url=door.url.replace("http:", "https:"))
    telegram.person().says("hello")
    telegram.await_log("delivery", accepted=False)
    message = telegram.bot("getWebhookInfo")["result"]["last_error_message"]
    assert message in {"SSL error {error:0A00010B:SSL routines::wrong version number}", "Connection reset by peer"}


def upload(telegram: Telegram, url: str, certificate: bytes) -> None:
    """Set a webhook as a form, with a certificate of one's own if there is one."""
    part = '--x\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n'
    body = part.format("url", "").encode() + url.encode() + b"\r\n"
    if certificate:
        body += part.format("certificate", '; filename="own.pem"').encode() + certificate + b"\r\n"
    server = http.client.HTTPConnection("127.0.0.1", urlsplit(telegram.url).port, timeout=10)
    with contextlib.closing(server):
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        server.request("POST", f"/bot{telegram.token}/setWebhook", body + b"--x--\r\n", headers)
        assert json.load(server.getresponse())["ok"]


@pytest.mark.parametrize("port, words", [(9, "Connection refused")])
def test_an_address_where_nobody_answers_is_told(port: int, words: str, telegram: Telegram) -> None:
    telegram.bot("setWebhook", url=f"http://127.0.0.1:{port}/hook")
    telegram.person().says("hello")
    telegram.await_log("delivery", problem=words)


async def test_an_answer_is_waited_for_a_minute_and_no_longer(door: Door) -> None:
    assert PATIENCE == 60
    courier = Courier(0.05)
    assert await courier.carry(Settings(door.url, "", 1), b"{}") == Answer(0, "Read timeout expired", closed=True)
    await courier.close()
    door.next().answer()


def test_a_delivery_can_be_late(hooked: Telegram, door: Door) -> None:
    hooked.faults([{"kind": "late", "method": "webhook", "seconds": 30, "count": 1}])
    hooked.person().says("hello")
    hooked.await_state(pending=1)
    assert door.empty()
    hooked.advance(31)
    door.next().answer()
