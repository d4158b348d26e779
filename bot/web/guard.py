"""Who may see the pages of staff."""

from __future__ import annotations

import ipaddress

from starlette.requests import Request

LOOPBACK = {"localhost", "127.0.0.1", "[::1]"}
PROXIED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


def is_staff(request: Request) -> bool:
    """Whether this comes from the very computer the program runs on.

    Until staff can sign in, that is all there is to know them by. The sender's address alone would let in everyone
    behind a proxy on this computer, and any page in its browser that has made a name of its own point here; so the name
    asked for must be this computer's too, and nothing may have been passed on.
    """
    host = request.headers.get("host", "")
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    return name in LOOPBACK and _is_here(request) and not is_passed_on(request)


def is_passed_on(request: Request) -> bool:
    """Whether this came through a proxy that says so."""
    return any(header in request.headers for header in PROXIED)


def _is_here(request: Request) -> bool:
    if request.client is None:
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
