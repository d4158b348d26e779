"""HTTP/1.1 as one bot speaks it to one server: kept-alive connections, one request at a time on each."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

HEAD_END = b"\r\n\r\n"
REASONS = {
    200: b"OK",
    400: b"Bad Request",
    403: b"Forbidden",
    404: b"Not Found",
    409: b"Conflict",
    429: b"Too Many Requests",
    502: b"Bad Gateway",
}


@dataclass(frozen=True, slots=True)
class Request:
    """A whole request; `head` is the request line and the headers, as they came."""

    target: str
    head: bytes
    body: bytes


class Wire(asyncio.Protocol):
    """One connection from the bot. `serve` is handed each request and answers it through `answer`, now or later."""

    def __init__(self, serve: Callable[["Wire", Request], None]) -> None:
        self.open = True
        self._serve = serve
        self._waiting = b""
        self._busy = False
        self._transport: asyncio.WriteTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's are, without saying so

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - either way it is gone
        self.open = False

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        self._take()

    def answer(self, body: bytes, status: int = 200) -> None:
        """Answer the request in hand with a JSON body, and take the next one if it is already here."""
        self._busy = False
        if self.open:
            head = b"HTTP/1.1 %d %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            self._transport.write(head % (status, REASONS[status], len(body)) + body)
            self._take()

    def cut(self) -> None:
        """Break the connection off."""
        self._transport.abort()

    def _take(self) -> None:
        if self._busy or (end := self._waiting.find(HEAD_END)) < 0:
            return
        head, start = self._waiting[:end], end + len(HEAD_END)
        stop = start + body_length(head)
        if len(self._waiting) >= stop:
            body, self._waiting, self._busy = self._waiting[start:stop], self._waiting[stop:], True
            self._serve(self, Request(head.split(b" ", 2)[1].decode(), head, body))


def header(head: bytes, name: bytes) -> bytes | None:
    """Find a header by its lower-case name."""
    start = head.lower().find(b"\r\n%b:" % name)
    if start < 0:
        return None
    start += len(name) + 3
    end = head.find(b"\r\n", start)
    return head[start : end if end >= 0 else len(head)].strip()


def body_length(head: bytes) -> int:
    """Read how many bytes follow the head; ValueError for a body in chunks, whose length is not told."""
    if header(head, b"transfer-encoding"):
        raise ValueError("a chunked HTTP body: this side reads only bodies with a Content-Length")
    return int(header(head, b"content-length") or 0)
