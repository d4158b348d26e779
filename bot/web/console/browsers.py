"""Browsers that are known again: a cookie says that somebody of this address signed in here before.

It opens nothing. But whoever brings it is no stranger, and what strangers try does not count against them. The house's own
key makes it, so nobody can make one up.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from starlette.responses import Response

from bot.web.console import cookies
from bot.web.console.visits import Visit

KEPT_FOR = 180 * 86_400  # seconds
_NAME = 16  # hex digits


def recognise(visit: Visit, email: str) -> str:
    """The name of this browser, if somebody signed in here by this address before; empty for a stranger."""
    name, _, proof = cookies.read(visit.request, _cookie(email), secure=visit.console.is_secure).partition(".")
    known = len(name) == _NAME and hmac.compare_digest(proof.encode(), _prove(visit, email, name).encode())
    return name if known else ""


def remember(visit: Visit, email: str, response: Response) -> None:
    """Know this browser again by the address that somebody has just signed in by."""
    name = recognise(visit, email) or secrets.token_hex(_NAME // 2)
    value = f"{name}.{_prove(visit, email, name)}"
    cookies.give(response, _cookie(email), value, secure=visit.console.is_secure, seconds=KEPT_FOR)


def _prove(visit: Visit, email: str, name: str) -> str:
    return visit.house.keys.lookup(0, "browser", f"{name}|{email.lower()}").hex()


def _cookie(email: str) -> str:
    """One for each colleague who shares a computer; its name does not say who they are."""
    return f"known-{hashlib.sha256(email.lower().encode()).hexdigest()[:8]}"
