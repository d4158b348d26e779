"""The Bot API servers that the contract is held against: ours, and the real one when a person names a bot and a chat."""

import http.client
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from emulator.server import running
from emulator.witness import Called
from tests import network
from tests.contract import oracle

TOKEN, CHAT, ADDRESS = "WITHUS_REAL_TOKEN", "WITHUS_REAL_CHAT", "WITHUS_REAL_URL"
"""A real bot's token, the id of a private chat in which somebody has pressed Start, and an address if not Telegram's own."""


@dataclass(frozen=True)
class Server:
    """One bot on one server, and a chat it may write to."""

    url: str
    token: str
    chat: int

    def call(self, method: str, /, **given: object) -> tuple[int, Any]:
        """The status and the result, or the description of the refusal; what libraries find wrong with it fails the test."""
        status, body = self._post(f"/bot{self.token}/{method}", json.dumps(given).encode())
        assert list(oracle.judge_call(Called(method, given, status, body))) == []
        answer = json.loads(body)
        return status, answer["result"] if status == oracle.DONE else answer["description"]

    def say(self, text: str, **more: object) -> Any:
        """Send a text that must be accepted."""
        status, message = self.call("sendMessage", chat_id=self.chat, text=text, **more)
        assert status == oracle.DONE, message
        return message

    def _post(self, path: str, body: bytes) -> tuple[int, bytes]:
        address = urlsplit(self.url)
        kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
        connection = kind(address.netloc, timeout=30)
        try:
            connection.request("POST", path, body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()


@contextmanager
def _local() -> Iterator[Server]:
    with running() as telegram:
        person = telegram.person("Aisha")
        person.starts()
        yield Server(telegram.url, telegram.token, person.id)


@contextmanager
def real() -> Iterator[Server]:
    with network.opened():
        yield Server(os.environ.get(ADDRESS, "https://api.telegram.org"), os.environ[TOKEN], int(os.environ[CHAT]))


SERVERS = {"ours": _local, **({"the real one": real} if {TOKEN, CHAT} <= os.environ.keys() else {})}
