"""The web server of the house: uvicorn in the bot's own loop, on a socket opened beforehand."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

CONNECTIONS = 512  # five times what Telegram opens at most, and half of the files a process may usually have open
LARGEST = 2 << 20  # bytes of a request, head and all: twice what the webhook takes
WHOLE_WITHIN = 20.0  # seconds from the first byte of a request, or of a connection, to its last
IDLE = 30  # seconds that a connection may wait for another request


class AddressError(Exception):
    """The address of the pages cannot be used; the message says what to do."""


class Server(uvicorn.Server):
    """uvicorn, with signals left to the house."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


class Protocol(HttpToolsProtocol):
    """uvicorn's HTTP, with bounds: it would wait for ever for the rest of a request, and hold any head however long.

    A webhook's address is open to everybody. Whoever is over a bound is cut off without an answer.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._heard = 0
        self._late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if len(self.connections) > CONNECTIONS:
            transport.abort()
        self._await_rest()

    def connection_lost(self, exc: Exception | None) -> None:
        self._be_patient()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._heard += len(data)
        if self._heard > LARGEST:
            self.transport.abort()
        else:
            super().data_received(data)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._heard = 0
        self._await_rest()

    def on_message_complete(self) -> None:
        self._be_patient()
        super().on_message_complete()

    def _await_rest(self) -> None:
        self._be_patient()
        self._late = self.loop.call_later(WHOLE_WITHIN, self.transport.abort)

    def _be_patient(self) -> None:
        if self._late:
            self._late.cancel()
            self._late = None


def make(pages: ASGIApp, proxies: str = "127.0.0.1") -> Server:
    """A server that tells nobody what it is, and logs nothing: addresses hold codes.

    Where a visitor comes from is what the `proxies` say, and nobody else: limits on guessing go by it.
    """
    return Server(
        uvicorn.Config(
            pages,
            http=Protocol,
            timeout_keep_alive=IDLE,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            forwarded_allow_ips=proxies,
        )
    )


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address. Raises AddressError when it cannot be had."""
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
    except OSError as error:
        made.close()
        msg = f"web.listen = {host}:{port} cannot be used ({error.strerror}). If another program is there, choose another port."
        raise AddressError(msg) from None
    return made
