"""How a bot says it wants to receive: getUpdates and the webhook methods."""

import re
from typing import Any
from urllib.parse import urlsplit

from emulator.courier import Settings
from emulator.parameters import Parameters
from emulator.refusals import POLL_ENDED_BY_WEBHOOK, WEBHOOK_ACTIVE, bad, too_many_requests
from emulator.remark import Remark
from emulator.updates import Waiting
from emulator.world import World


async def get_updates(world: World, given: Parameters) -> list[Waiting]:
    """Return the updates themselves; the caller writes their text as it stands."""
    if world.webhook.settings is not None:
        await world.poller.refuse(WEBHOOK_ACTIVE)
    _remember_allowed(world, given)
    limit = given.number("limit", MOST_UPDATES)
    limit = limit if 1 <= limit <= MOST_UPDATES else MOST_UPDATES
    timeout = min(max(given.number("timeout"), 0), LONGEST_POLL)
    return await world.poller.poll(given.number("offset"), limit, timeout)


def set_webhook(world: World, given: Parameters) -> Remark:
    url = given.text("url")
    if not url:
        return delete_webhook(world, given)
    now = world.clock.now()
    if now < world.next_webhook:
        raise too_many_requests(1)
    world.next_webhook = now + 1
    settings = _read_settings(given, url)
    _remember_allowed(world, given)
    if settings == world.webhook.settings and not given.flag("drop_pending_updates"):
        return Remark(result=True, description="Webhook is already set")
    _drop_if_asked(world, given)
    world.poller.end(POLL_ENDED_BY_WEBHOOK)
    world.webhook.set(settings)
    return Remark(result=True, description="Webhook was set")


def delete_webhook(world: World, given: Parameters) -> Remark:
    _drop_if_asked(world, given)
    if world.webhook.settings is None:
        return Remark(result=True, description="Webhook is already deleted")
    world.webhook.set(None)
    return Remark(result=True, description="Webhook was deleted")


def get_webhook_info(world: World, _given: Parameters) -> dict[str, Any]:
    settings = world.webhook.settings
    info: dict[str, Any] = {
        "url": settings.url if settings else "",
        "has_custom_certificate": bool(settings and settings.certificate),
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


def _read_settings(given: Parameters, url: str) -> Settings:
    _check_address(url)
    secret = given.text("secret_token")
    if len(secret) > LONGEST_SECRET:
        raise bad("secret token is too long")
    if not SECRET.fullmatch(secret):
        raise bad("secret token contains unallowed characters")
    connections = given.number("max_connections", USUAL_CONNECTIONS)
    certificate = given.files.get("certificate", b"").decode("ascii", "replace")
    return Settings(url, secret, min(max(connections, 1), MOST_CONNECTIONS), certificate)


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
