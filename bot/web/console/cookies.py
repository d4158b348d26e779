"""The cookies of the console: the one that signs somebody in, and the few words shown once after a form."""

from __future__ import annotations

from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import Response

SIGNED_IN, SAID = "withus", "said"
_LONGEST = 500  # letters shown once


def read(request: Request, name: str, *, secure: bool) -> str:
    """What the browser brought; empty when there is none."""
    return unquote(request.cookies.get(_full(name, secure=secure), ""))[:_LONGEST]


def give(response: Response, name: str, value: str, *, secure: bool, seconds: int | None = None) -> None:
    """Have the browser keep something for as long as it is open, or for some seconds."""
    response.set_cookie(
        _full(name, secure=secure), quote(value[:_LONGEST]), seconds, path="/", secure=secure, httponly=True, samesite="lax"
    )


def take_back(response: Response, name: str, *, secure: bool) -> None:
    """Have the browser forget it."""
    response.delete_cookie(_full(name, secure=secure), "/", secure=secure, httponly=True, samesite="lax")


def _full(name: str, *, secure: bool) -> str:
    """Over https a name that no neighbour of this address can set."""
    return f"__Host-{name}" if secure else name
