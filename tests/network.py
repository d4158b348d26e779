"""Keeps the tests on this machine: every attempt to reach another one is stopped, and fails the test that made it."""

import ipaddress
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

LOCAL_NAMES = {"", "localhost", socket.gethostname()}
attempts: list[str] = []
"""What the running test has tried to reach; the guard empties it, so that an attempt the code swallowed is still seen."""


_opened: list[bool] = []


class Blocked(OSError):
    """A test tried to leave this machine."""


def guard() -> None:
    """Watch every socket of this process. It cannot be undone; a child process and uvloop's own sockets are not seen."""
    sys.addaudithook(_watch)


@contextmanager
def opened() -> Iterator[None]:
    """Let a test out for the length of a `with`: only a person who named a real bot wants that."""
    _opened.append(True)
    try:
        yield
    finally:
        _opened.pop()


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    position = WATCHED.get(event)
    if position is None or _opened:
        return
    address = arguments[position]
    host = address[0] if isinstance(address, tuple) else address if event == "socket.getaddrinfo" else ""
    if not _is_local(host):
        attempts.append(f"{event} {host!r}")
        raise Blocked(f"tests stay on this machine, and this one tried {event} {host!r}")


def _is_local(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode()
    if host is None or host in LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback or str(host) in {"0.0.0.0", "::"}  # noqa: S104  listening everywhere reaches nobody
    except ValueError:
        return False


# Which argument of the audit event holds the address.
WATCHED = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1, "socket.getaddrinfo": 0}
