"""The one place that speaks HTTP with the Bot API: over aiohttp, answers read as plain dictionaries.

What can happen to a call is a value, `Reply`, or one of two errors that say whether it may have had an effect. The same
connections serve python-telegram-bot's `Bot` for everything that is not hot.
"""

from __future__ import annotations

import asyncio
import mimetypes
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import aiohttp
import orjson
from telegram import Bot
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bot.telegram.reader import loads

CONNECTIONS = 250  # calls in flight at once: with 40 ms to Telegram, room for some 6,000 a second
TIMEOUT = 35.0  # seconds for any call but a long poll
CONNECT_TIMEOUT = 10.0
FETCHING = 5.0  # seconds for a small file that somebody sent
HEAR_EVERY = 10.0  # seconds between two looks at the clock of the other side

Body = bytes | aiohttp.Payload
"""What is posted: JSON, or a form with a file in it."""


class NotSentError(Exception):
    """The call never reached Telegram: safe to repeat."""


class UnknownOutcomeError(Exception):
    """The call may or may not have had its effect: the answer did not come, or made no sense."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What Telegram answered; `code` is 200 when it did as asked."""

    code: int
    result: Any = None
    description: str = ""
    retry_after: float = 0

    @property
    def ok(self) -> bool:
        """Whether it did as asked."""
        return self.code == 200  # noqa: PLR2004 - HTTP's OK


DONE = Reply(200)
CERTIFICATE = "its certificate is not accepted; is this computer's clock right?"
CERTIFICATES = {  # by OpenSSL's X509_V_ERR_… numbers
    9: "its certificate is not valid yet; is this computer's clock behind?",
    10: "its certificate has expired; if others can reach it, this computer's clock is ahead",
    62: "its certificate is for another name; check telegram.api_url",
    64: "its certificate is for another address; check telegram.api_url",
}
_WELL = b'{"ok":true'


class Wire:
    """Connections to one Bot API server. `base` is its address with the token; it is never logged.

    `hear` is told, every now and then, what an answer says of the time.
    """

    def __init__(
        self, api_url: str, token: str, connections: int = CONNECTIONS, hear: Callable[[str | None], None] | None = None
    ) -> None:
        self.base = f"{api_url}/bot{token}/"
        self._files = f"{api_url}/file/bot{token}/"
        self._connections = connections
        self._hear = hear
        self._next_hearing = 0.0
        self.outcomes: Counter[tuple[str, str]] = Counter()  # (method, what became of it): an HTTP status, not sent, unknown
        self.well_at = 0.0  # by time.monotonic: when a call was last answered well
        self._session: aiohttp.ClientSession | None = None
        self._timeouts: dict[float, aiohttp.ClientTimeout] = {}
        self._urls: dict[str, URL] = {}

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(limit=self._connections, ttl_dns_cache=300, keepalive_timeout=60)
        self._session = aiohttp.ClientSession(
            connector=connector,
            headers={"Content-Type": "application/json"},
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding"),  # each costs time and tells nothing
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._session:
            await self._session.close()

    async def call(self, method: str, body: bytes = b"{}", patience: float = TIMEOUT) -> Reply:
        """Call `method` with a JSON body; wait `patience` seconds. Raises NotSentError or UnknownOutcomeError."""
        return _read(*await self._call(method, body, patience))

    async def tell(self, method: str, body: bytes, patience: float = TIMEOUT) -> Reply:
        """As `call`, for calls whose result nobody reads: an answer that says it is well is not parsed."""
        status, payload = await self._call(method, body, patience)
        return DONE if payload.startswith(_WELL) else _read(status, payload)

    async def upload(self, method: str, fields: Mapping[str, Any], name: str, file: str, content: bytes) -> Reply:
        """As `call`, with `content` in field `name`, as a file called `file`."""
        form = aiohttp.FormData({each: str(value) for each, value in fields.items()})
        kind = mimetypes.guess_type(file)[0] if name == "document" else None
        form.add_field(name, content, filename=file, content_type=kind or "application/octet-stream")
        return _read(*await self.post(self._url(method), form(), TIMEOUT))

    async def fetch(self, path: str, largest: int) -> bytes | None:
        """A file of at most `largest` bytes, by the path that getFile told; None when it cannot be had."""
        if self._session is None:
            return None
        url = URL(f"{self._files}{quote(path, safe='/')}", encoded=True)
        limits = aiohttp.ClientTimeout(total=FETCHING, sock_connect=FETCHING)
        try:
            async with self._session.get(url, timeout=limits, allow_redirects=False) as answer:
                if answer.status != 200:  # noqa: PLR2004 - HTTP's OK
                    return None
                content = bytearray()
                async for part in answer.content.iter_any():
                    content += part
                    if len(content) > largest:
                        return None
                return bytes(content)
        except (aiohttp.ClientError, TimeoutError, OSError):
            return None

    async def _call(self, method: str, body: bytes, patience: float) -> tuple[int, bytes]:
        return await self.post(self._url(method), body, patience)

    def _url(self, method: str) -> URL:
        return self._urls.get(method) or self._urls.setdefault(method, URL(self.base + method, encoded=True))

    async def post(self, url: URL, body: Body, patience: float) -> tuple[int, bytes]:
        """The status and body of one POST, of JSON or of a form."""
        if self._session is None:
            msg = "the wire is not open"
            raise NotSentError(msg)
        limits = self._timeouts.get(patience) or self._timeouts.setdefault(
            patience, aiohttp.ClientTimeout(total=patience, sock_connect=CONNECT_TIMEOUT)
        )
        headers = None if isinstance(body, bytes) else {"Content-Type": body.headers["Content-Type"]}
        try:
            async with self._session.post(
                url, data=body, timeout=limits, headers=headers, allow_redirects=False
            ) as answer:  # a redirect would take the token, or what people said, to somebody else
                if self._hear and (now := time.monotonic()) > self._next_hearing:
                    self._next_hearing = now + HEAR_EVERY
                    self._hear(answer.headers.get("Date"))
                payload = await answer.read()
        except aiohttp.ClientConnectorCertificateError as error:
            self.outcomes[url.name, "not sent"] += 1
            code = getattr(error.certificate_error, "verify_code", 0)
            raise NotSentError(CERTIFICATES.get(code, CERTIFICATE)) from None
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            self.outcomes[url.name, "not sent"] += 1
            raise NotSentError(type(error).__name__) from None
        except (aiohttp.ClientError, TimeoutError, asyncio.IncompleteReadError, OSError) as error:
            self.outcomes[url.name, "unknown"] += 1
            raise UnknownOutcomeError(type(error).__name__) from None
        self.outcomes[url.name, str(answer.status)] += 1
        if answer.status == 200:  # noqa: PLR2004 - HTTP's OK
            self.well_at = time.monotonic()
        return answer.status, payload


def _read(status: int, payload: bytes) -> Reply:
    """Only what anyone reads of an answer. Anything that is not the Bot API's own JSON leaves the outcome unknown."""
    try:
        answer = loads(payload)
        if answer["ok"] is True:
            return Reply(200, answer.get("result"))
        more = answer.get("parameters") or {}
        code = int(answer.get("error_code", status))
        reply = Reply(code, None, str(answer.get("description", "")), float(more.get("retry_after", 0)))
    except (ValueError, KeyError, TypeError, AttributeError):
        msg = f"HTTP {status} without the Bot API's JSON"
        raise UnknownOutcomeError(msg) from None
    if reply.code >= 500:  # noqa: PLR2004 - it failed on Telegram's side, before or after doing as asked
        raise UnknownOutcomeError(f"{reply.code}")
    return reply


class _Request(BaseRequest):
    """python-telegram-bot's way out, over the same connections."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    @property
    def read_timeout(self) -> float:
        return TIMEOUT

    async def initialize(self) -> None:
        """The wire is opened by its owner."""

    async def shutdown(self) -> None:
        """And closed by it."""

    async def do_request(
        self,
        url: str,
        method: str,  # noqa: ARG002 - the Bot API takes POST for everything
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
        write_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
    ) -> tuple[int, bytes]:
        """One call, in the errors the library knows."""
        body = orjson.dumps(request_data.parameters if request_data else {})
        try:
            return await self._wire.post(URL(url, encoded=True), body, TIMEOUT)
        except NotSentError as error:
            raise NetworkError(str(error)) from error
        except UnknownOutcomeError as error:
            raise TimedOut(str(error)) from error


def bot(wire: Wire, api_url: str, token: str) -> Bot:
    """python-telegram-bot's `Bot` over this wire, for calls that are made now and then."""
    return Bot(
        token,
        base_url=f"{api_url}/bot",
        base_file_url=f"{api_url}/file/bot",
        request=_Request(wire),
        get_updates_request=_Request(wire),
    )
