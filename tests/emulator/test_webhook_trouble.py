"""When a webhook does not answer as it should: pauses, probing, certificates, and what Telegram says of it."""

import contextlib
import datetime as dt
import http.client
import json
from collections import deque
from urllib.parse import urlsplit

import pytest
import trustme

from emulator.client import Telegram
from emulator.clock import Clock
from emulator.connections import Connections
from emulator.courier import PATIENCE, Answer, Courier, Settings
from emulator.history import History
from emulator.updates import UpdateQueue
from emulator.webhook import Lane, Webhook
from tests.emulator.conftest import SECRET
from tests.emulator.door import Door


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
    trusted.advance(11)
    for delivery in held:
        delivery.answer(0)
    trusted.await_log("delivery", status=0, count=3)
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


def test_a_delivery_can_be_late(trusted: Telegram, door: Door) -> None:
    trusted.faults([{"kind": "late", "method": "webhook", "seconds": 30, "count": 1}])
    for words in ("held up", "straight through"):
        trusted.person().says(words)
    first = door.next()
    assert first.update["message"]["text"] == "straight through"
    first.answer()
    trusted.advance(31)
    second = door.next()
    assert second.update["message"]["text"] == "held up"
    second.answer()
