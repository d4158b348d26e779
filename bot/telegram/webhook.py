"""The webhook door: one small route that answers 200 only when the update is committed."""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.buttons import Sign
from bot.telegram.reader import LARGEST, loads, read
from bot.waiting import NotKeptError, Waiting

log = structlog.get_logger()

HEADER = "x-telegram-bot-api-secret-token"
CONNECTIONS = 100


def route(url: str, secret: str, waiting: Waiting, sign: Sign) -> Route:
    """The route Telegram calls: the path of the configured webhook address."""

    async def hear(request: Request) -> Response:
        given = request.headers.get(HEADER, "")
        if not hmac.compare_digest(given.encode("latin-1", "replace"), secret.encode()):
            return PlainTextResponse("This address is for Telegram only.", 403)
        body = await _body(request)
        if body is None:
            return PlainTextResponse("That is larger than any update.", 413)
        try:
            arrival = read(loads(body), sign)
        except (ValueError, RecursionError):
            arrival = None
        if arrival is None:  # it would come again for ever, in front of the person's next message
            log.error("an update that is not one", size=len(body))
            return PlainTextResponse("ok")
        try:
            await waiting.take([arrival])
        except NotKeptError:
            return PlainTextResponse("It could not be kept. Please send it again.", 503)
        return PlainTextResponse("ok")

    return Route(path(url), hear, methods=["POST"])


def path(url: str) -> str:
    """The path of a webhook address."""
    return urlsplit(url).path or "/"


async def _body(request: Request) -> bytes | None:
    """The body of a request, or None when it is too large to be an update."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > LARGEST:
        return None
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            return None
    return bytes(body)
