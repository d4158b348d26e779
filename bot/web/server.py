"""The web server of the house: uvicorn in the bot's own loop, on a socket opened beforehand."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp


class AddressError(Exception):
    """The address of the pages cannot be used; the message says what to do."""


class Server(uvicorn.Server):
    """uvicorn, with signals left to the house."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


def make(pages: ASGIApp) -> Server:
    """A server that tells nobody what it is, and logs nothing: addresses hold codes."""
    settings = uvicorn.Config(pages, log_config=None, access_log=False, lifespan="off", ws="none", server_header=False)
    return Server(settings)


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
