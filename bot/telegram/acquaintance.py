"""Asks Telegram, before anything runs, whose a token is and who else listens to that bot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson

from bot.telegram.wire import NotSentError, Reply, UnknownOutcomeError, Wire

PATIENCE = 10.0
LISTEN = 3  # seconds; another poller that was sent away comes back sooner


class UnknownTokenError(Exception):
    """Telegram does not know the token."""


class UnreachableError(Exception):
    """Telegram did not answer; the message says why, in a few words."""


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """A bot as Telegram knows it: the address its updates are sent to now, and whether another program polls for them."""

    username: str
    webhook: str = ""
    rival: bool = False

    @property
    def webhook_host(self) -> str:
        """Where its updates go, without a path that may be a secret."""
        return urlsplit(self.webhook).netloc


async def meet(api_url: str, token: str) -> Acquaintance:
    """What Telegram says of a bot. Nothing is changed and no update is confirmed.

    Raises UnknownTokenError or UnreachableError.
    """
    async with Wire(api_url, token) as wire:
        try:
            me = await wire.call("getMe", patience=PATIENCE)
            if me.code in {401, 404}:
                raise UnknownTokenError
            username = str(_result(me).get("username", ""))
            webhook = str(_result(await wire.call("getWebhookInfo", patience=PATIENCE)).get("url", ""))
            rival = not webhook and await _is_polled(wire)
        except (NotSentError, UnknownOutcomeError) as error:
            raise UnreachableError(str(error)) from None
    return Acquaintance(username, webhook, rival)


async def _is_polled(wire: Wire) -> bool:
    """Whether another program polls: our poll ends its, and when it comes back it ends ours."""
    asked = orjson.dumps({"limit": 1, "timeout": LISTEN})
    return (await wire.call("getUpdates", asked, LISTEN + PATIENCE)).code == 409  # noqa: PLR2004 - HTTP's Conflict


def _result(reply: Reply) -> dict[str, Any]:
    if not reply.ok or not isinstance(reply.result, dict):
        raise UnreachableError(reply.description or f"it answered {reply.code}")
    return reply.result
