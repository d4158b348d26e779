"""What others tell: the running bot itself, Telegram, and the public address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import aiohttp

from bot.clock import Clock
from bot.config import TELEGRAM, Config, is_loopback
from bot.doctor.findings import Finding, find
from bot.telegram.wire import NotSentError, UnknownOutcomeError, Wire

PATIENCE = 10.0  # seconds
MANY = 100  # updates at Telegram; fewer may just be on their way
A_DAY = dt.timedelta(days=1)
LOOK = "Do as it says, and look at the other lines here and at its log."
_OF_CERTIFICATES = ("ssl", "certificate", "tls")


async def examine(config: Config, clock: Clock, *, runs: bool) -> list[Finding]:
    """What is found; `runs` is whether the bot seems to run here."""
    found = [*find("api url", config.telegram.api_url == TELEGRAM or config.telegram.is_local, url=config.telegram.api_url)]
    found += await _of_bot(config) if runs else []
    found += await _of_telegram(config, clock)
    behind = config.web.public_url or (config.telegram.receive == "webhook" and config.telegram.webhook_url)
    if behind and not config.telegram.is_local:
        found += find("listens", is_loopback(config.web.host), listen=config.web.listen)
    return found + (await _of_public(config) if runs and config.web.public_url else [])


async def answers(config: Config) -> bool:
    """Whether a bot says at its own address that it is alive."""
    said = await _get(f"{_address(config)}/healthz")
    return isinstance(said, dict) and said.get("status") == "alive"


def _address(config: Config) -> str:
    host = "127.0.0.1" if config.web.host in {"0.0.0.0", "::", ""} else config.web.listen.rpartition(":")[0]  # noqa: S104
    return f"http://{host}:{config.web.port}"


async def _of_bot(config: Config) -> list[Finding]:
    """What the running bot says of itself, where it can be asked."""
    said = await _get(f"{_address(config)}/readyz")
    if not isinstance(said, dict):
        return []
    problems = [one for one in said.get("problems", []) if isinstance(one, dict)]
    if not problems:
        return find("bot says", well=said.get("status") == "ready", what=said.get("status"), do="Look at its log.")
    return [finding for one in problems for finding in find("bot says", well=False, what=one.get("what"), do=_do(one))]


def _do(problem: dict[str, Any]) -> str:
    """What to do about something the bot says; it may only say to ask the doctor, who would be going round in circles."""
    do = str(problem.get("do") or "")
    return LOOK if "doctor" in do else do


async def _get(url: str) -> Any:
    """What is found at an address, as JSON; words when it is something else."""
    limit = aiohttp.ClientTimeout(total=PATIENCE)
    try:
        async with aiohttp.ClientSession(timeout=limit) as session, session.get(url) as answer:
            return await answer.json(content_type="application/json")
    except aiohttp.ClientConnectorCertificateError:
        return "its certificate is not valid"
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        return f"it does not answer as the bot does ({type(error).__name__})"


async def _of_public(config: Config) -> list[Finding]:
    said = await _get(f"{config.web.public_url.rstrip('/')}/healthz")
    well = isinstance(said, dict) and said.get("status") == "alive"
    why = said if isinstance(said, str) else "another program answers there"
    return find("public", well, url=config.web.public_url, why=why, listen=config.web.listen)


async def _of_telegram(config: Config, clock: Clock) -> list[Finding]:
    place = (config.telegram.api_url, config.telegram.token.get_secret_value())
    async with Wire(*place, hear=clock.hear) as lines:
        try:
            me = await lines.call("getMe", patience=PATIENCE)
            hook = await lines.call("getWebhookInfo", patience=PATIENCE)
        except (NotSentError, UnknownOutcomeError) as error:
            return find("silent", well=False, why=error)
    if not me.ok:
        return find("token", well=False)
    found = [*find("token", well=True, name=me.result.get("username", "")), *find("clock", not clock.doubt, why=clock.doubt)]
    return [*found, *_of_webhook(config, hook.result if hook.ok and isinstance(hook.result, dict) else {}, clock.now())]


def _of_webhook(config: Config, known: dict[str, Any], now: dt.datetime) -> Iterator[Finding]:
    telegram, url = config.telegram, str(known.get("url", ""))
    waiting = int(known.get("pending_update_count") or 0)
    yield from find("pending", waiting < MANY, n=waiting)
    if telegram.receive == "polling":
        yield from find("webhook left", not url, url=url)
        return
    yield from find("no webhook", url)
    yield from find("other webhook", url in {"", telegram.webhook_url}, url=url)
    failed = dt.datetime.fromtimestamp(int(known.get("last_error_date") or 0), dt.UTC)
    if now - failed > A_DAY or (not waiting and now - failed > _A_WHILE):
        return
    why = str(known.get("last_error_message", ""))[:200]
    name = "certificate" if any(word in why.lower() for word in _OF_CERTIFICATES) else "delivery"
    at = f"{failed:%-d %B at %H:%M} (UTC)"
    yield from find(name, well=False, url=telegram.webhook_url, why=why, at=at, listen=config.web.listen)


_A_WHILE = dt.timedelta(minutes=10)  # an error that old, with nothing waiting, is over
