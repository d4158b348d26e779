"""How a bot says it wants to receive: getUpdates and the webhook methods."""

import re
from typing import Any
from urllib.parse import urlsplit

from emulator.parameters import Parameters
from emulator.refusals import POLL_ENDED_BY_WEBHOOK, WEBHOOK_ACTIVE, bad, conflict
from emulator.updates import Waiting
from emulator.webhook import Settings
from emulator.world import World


async def get_updates(world: World, given: Parameters) -> list[Waiting]:
    """Return the updates themselves; the caller writes their text as it stands."""
    if world.webhook.settings is not None:
        raise conflict(WEBHOOK_ACTIVE)
    _remember_allowed(world, given)
    limit = given.number("limit", MOST_UPDATES)
    limit = limit if 1 <= limit <= MOST_UPDATES else MOST_UPDATES
    timeout = min(max(given.number("timeout"), 0), LONGEST_POLL)
    return await world.poller.poll(given.number("offset"), limit, timeout)


def set_webhook(world: World, given: Parameters) -> bool:
    url = given.text("url")
    if not url:
        return delete_webhook(world, given)
    _check_address(url)
    secret = given.text("secret_token")
    if len(secret) > LONGEST_SECRET:
        raise bad("secret token is too long")
    if not SECRET.fullmatch(secret):
        raise bad("secret token contains unallowed characters")
    _remember_allowed(world, given)
    _drop_if_asked(world, given)
    connections = given.number("max_connections", USUAL_CONNECTIONS)
    world.poller.end(POLL_ENDED_BY_WEBHOOK)
    world.webhook.set(Settings(url, secret, min(max(connections, 1), MOST_CONNECTIONS)))
    return True


def delete_webhook(world: World, given: Parameters) -> bool:
    _drop_if_asked(world, given)
    world.webhook.set(None)
    return True


def get_webhook_info(world: World, _given: Parameters) -> dict[str, Any]:
    settings = world.webhook.settings
    info: dict[str, Any] = {
        "url": settings.url if settings else "",
        "has_custom_certificate": False,
        "pending_update_count": world.updates.purge(),
    }
    if settings:
        info["max_connections"] = settings.max_connections
        info["ip_address"] = "127.0.0.1"
    if world.webhook.last_error is not None:
        info["last_error_date"], info["last_error_message"] = world.webhook.last_error
    if world.updates.allowed is not None:
        info["allowed_updates"] = sorted(world.updates.allowed)
    return info


def _check_address(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return
    # A self-hosted Bot API server takes plain HTTP; here that is for this machine only.
    if parts.scheme != "http" or parts.hostname not in LOOPBACK:
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")


def _remember_allowed(world: World, given: Parameters) -> None:
    allowed = given.data("allowed_updates")
    if isinstance(allowed, list):
        world.updates.allowed = frozenset(map(str, allowed)) or None


def _drop_if_asked(world: World, given: Parameters) -> None:
    if given.flag("drop_pending_updates"):
        world.updates.clear()


MOST_UPDATES = 100
LONGEST_POLL = 50
LONGEST_SECRET = 256
SECRET = re.compile(r"[A-Za-z0-9_-]*")
USUAL_CONNECTIONS, MOST_CONNECTIONS = 40, 100
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
