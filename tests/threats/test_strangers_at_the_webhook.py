"""Strangers at the webhook's address: they are turned away cheaply, and nobody else notices."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator

import pytest

from emulator.client import Someone
from tests.road.conftest import MakeHouse, Street
from tests.road.crowd import hear
from tests.road.house import PATIENCE, SECRET, House

HEADER = "X-Telegram-Bot-Api-Secret-Token"


@pytest.fixture
def hook(street: Street) -> House:
    return street.house("sqlite", "webhook")


def is_served(house: House) -> Someone:
    person = house.telegram.person()
    person.starts()
    hear(person, "how old are you")
    return person


@pytest.fixture
def line(hook: House) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("127.0.0.1", hook.port, timeout=PATIENCE)
    yield connection
    connection.close()


def test_a_thousand_junk_calls_keep_nobody_from_being_heard(hook: House, line: http.client.HTTPConnection) -> None:
    junk: tuple[tuple[bytes, dict[str, str]], ...] = (
        (b"{}", {}),
        (b"x" * 1000, {HEADER: "guess"}),
        (b"\xff\x00", {HEADER: ""}),
        (b"[" * 1000, {HEADER: SECRET[::-1]}),
    )
    for number in range(1000):
        body, headers = junk[number % len(junk)]
        line.request("POST", "/telegram", body, headers)
        answer = line.getresponse()
        assert answer.status == 403
        answer.read()
        if number % 250 == 0:
            is_served(hook)
    is_served(hook)


def test_whoever_has_no_secret_is_answered_before_the_body_is_heard(hook: House) -> None:
    with socket.create_connection(("127.0.0.1", hook.port), PATIENCE) as stranger:
        stranger.sendall(b"POST /telegram HTTP/1.1\r\nHost: a\r\nContent-Length: 10485760\r\n\r\n")
        said = b""
        while piece := stranger.recv(4096):
            said += piece
    assert b"403" in said.partition(b"\r\n")[0]
    assert b"connection: close" in said.lower()  # so that nothing more of it need be heard


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""])
def test_another_kind_of_content_is_read_as_the_update_it_is(hook: House, line: http.client.HTTPConnection, kind: str) -> None:
    person = hook.telegram.person()
    user = {"id": person.id, "is_bot": False, "first_name": "B"}
    message = {"message_id": 1, "date": 1, "chat": {"id": person.id, "type": "private"}, "from": user, "text": "/start"}
    body = json.dumps({"update_id": person.id, "message": message}).encode()
    line.request("POST", "/telegram", body, {HEADER: SECRET, "Content-Type": kind})
    assert line.getresponse().status == 200


def test_a_secret_given_twice_or_in_another_case_of_name_is_still_one_secret(hook: House) -> None:
    for lines, status in (
        (f"{HEADER.lower()}: {SECRET}", b"200"),
        (f"{HEADER}: {SECRET}\r\n{HEADER}: wrong", b"403"),
    ):
        with socket.create_connection(("127.0.0.1", hook.port), PATIENCE) as stranger:
            stranger.sendall(
                f"POST /telegram HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{lines}\r\nContent-Length: 2\r\n\r\n{{}}".encode()
            )
            assert status in stranger.makefile("rb").readline()


@pytest.mark.parametrize("path", ["/telegram/", "/TELEGRAM", "//telegram", "/telegram%00", "/telegram/../telegram", "/"])
def test_only_the_very_address_is_the_webhook(line: http.client.HTTPConnection, path: str) -> None:
    line.request("POST", path, b"{}", {HEADER: SECRET})
    assert line.getresponse().status in {400, 404, 405, 307}


def test_from_outside_there_is_nothing_to_see_but_the_webhook(make_plain_house: MakeHouse) -> None:
    house = make_plain_house("webhook", begin=False)
    house.settings.write_text(house.settings.read_text().replace("[web]\n", '[web]\npublic_url = "https://bot.example.org"\n'))
    house.start()
    for path in ("/", "/results", "/static/page.css", "/docs", "/openapi.json"):
        connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=PATIENCE)
        connection.request("GET", path, headers={"Host": "bot.example.org", "X-Forwarded-For": "203.0.113.9"})
        answer = connection.getresponse()
        assert answer.status == 404, path
        assert answer.getheader("Server") is None
        connection.close()
