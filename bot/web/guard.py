"""Whether a request came from outside."""

from __future__ import annotations

from starlette.requests import Request

PROXIED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


def is_passed_on(request: Request) -> bool:
    """Whether this came through a proxy that says so."""
    return any(header in request.headers for header in PROXIED)
