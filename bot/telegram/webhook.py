"""The webhook door: one small route that answers 200 only when the update is committed."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from urllib.parse import urlsplit

import structlog
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bot.buttons import Sign
from bot.telegram.reader import LARGEST, loads, read
from bot.telegram.replies import Replies
from bot.waiting import NotKeptError, Waiting

log = structlog.get_logger()

HEADER = b"x-telegram-bot-api-secret-token"
CONNECTIONS = 100

OK = PlainTextResponse("ok")
CLOSE = {"Connection": "close"}  # whatever else the stranger was going to say
NOT_TELEGRAM = PlainTextResponse("This address is for Telegram only.", 403, CLOSE)
TOO_LARGE = PlainTextResponse("That is larger than any update.", 413, CLOSE)
NOT_KEPT = PlainTextResponse("It could not be kept. Please send it again.", 503)


class Hear:
    """The endpoint Telegram calls. An ASGI application, not a function: nothing is built that a tap does not need."""

    def __init__(self, secret: str, waiting: Waiting, sign: Sign, replies: Replies | None = None) -> None:
        self._secret = secret.encode()
        self._waiting = waiting
        self._sign = sign
        self._replies = replies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one update and answer."""
        answer = await self._hear(dict(scope["headers"]), receive)
        await answer(scope, receive, send)

    async def _hear(self, headers: Mapping[bytes, bytes], receive: Receive) -> PlainTextResponse:
        if not hmac.compare_digest(headers.get(HEADER, b""), self._secret):
            self._waiting.pulse.strangers["secret"] += 1
            return NOT_TELEGRAM
        body = await _body(headers, receive)
        if body is None:
            self._waiting.pulse.strangers["size"] += 1
            return TOO_LARGE
        try:
            arrival = read(loads(body), self._sign)
        except ValueError:
            arrival = None
        if arrival is None:  # it would come again for ever, in front of the person's next message
            log.error("an update that is not one", size=len(body))
            self._waiting.pulse.strangers["shape"] += 1
            return OK
        arrivals = await self._replies.open([arrival]) if self._replies else [arrival]
        try:
            await self._waiting.take(arrivals)
        except NotKeptError:
            return NOT_KEPT
        return OK


def route(url: str, secret: str, waiting: Waiting, sign: Sign, replies: Replies | None = None) -> Route:
    """The route Telegram calls: the path of the configured webhook address."""
    return Route(path(url), Hear(secret, waiting, sign, replies), methods=["POST"])


def path(url: str) -> str:
    """The path of a webhook address."""
    return urlsplit(url).path or "/"


async def _body(headers: Mapping[bytes, bytes], receive: Receive) -> bytes | None:
    """The body of a request, or None when it is too large to be an update."""
    length = headers.get(b"content-length", b"")
    if length.isdigit() and int(length) > LARGEST:
        return None
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > LARGEST:
            return None
        if not message.get("more_body"):
            return bytes(body)
