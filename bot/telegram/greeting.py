"""Telling Telegram about the bot when it starts: its name is learnt, the door chosen, the commands listed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from telegram import Bot, BotCommand
from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.config import Telegram
from bot.telegram import webhook
from bot.telegram.reader import ALLOWED
from bot.telegram.wire import Wire
from bot.telegram.wire import bot as make_bot

log = structlog.get_logger()

COMMANDS = {
    "start": "See what you can take part in",
    "help": "Get help now",
    "privacy": "Your privacy",
    "language": "Choose a language",
    "events": "What you have coming up",
    "points": "What became of points you raised",
    "choices": "Choose what we may write to you about",
    "pause": "Take a break from messages",
    "quiet": "Choose when we may write",
    "stop": "Stop messages",
    "delete": "Delete what is held about you",
}

Result = TypeVar("Result")

DESCRIPTION = (
    "We ask short questions, so that people can help decide how things are done. You choose what to answer.\n\n"
    "In danger right now, or badly hurt: call 999. Urgent help with how you feel, any age: call 111 and choose 2. "
    "This chat is not for emergencies: a person does not see it straight away."
)
"""What Telegram shows before the first message. Help stands in it because it is there even when we are not (SA-01)."""

SHORT_DESCRIPTION = "Short questions, your choice. In danger: call 999. Urgent help with how you feel: 111, choose 2."

_SLOWEST = 30.0  # seconds between tries


async def greet(wire: Wire, settings: Telegram, named: Callable[[str], Awaitable[None]]) -> None:
    """Say all there is to say, however long Telegram takes to answer; `named` is told the bot's username."""
    bot = make_bot(wire, settings.api_url, settings.token.get_secret_value())
    me = await _insist(bot.get_me, while_unknown=True)
    if me is not None:
        await named(me.username or "")
    await _insist(lambda: _choose_door(bot, settings))
    await _insist(lambda: bot.set_my_commands([BotCommand(name, says) for name, says in COMMANDS.items()]))
    await _insist(lambda: bot.set_my_description(DESCRIPTION))
    await _insist(lambda: bot.set_my_short_description(SHORT_DESCRIPTION))


async def _choose_door(bot: Bot, settings: Telegram) -> bool:
    """Waiting updates are never dropped: they hold what people said while we were away."""
    if settings.receive == "polling":
        return await bot.delete_webhook()
    return await bot.set_webhook(
        settings.webhook_url,
        secret_token=settings.webhook_secret.get_secret_value(),
        allowed_updates=list(ALLOWED),
        max_connections=webhook.CONNECTIONS,
    )


async def _insist(call: Callable[[], Awaitable[Result]], *, while_unknown: bool = False) -> Result | None:
    """What a call returned, tried until Telegram can be reached; None when Telegram heard and refused.

    Telegram says 401 or 404 when it does not know the token, or the method. `while_unknown` goes on asking then: a wrong
    token may be mended while we wait. Once the bot is known, it is the method that is not.
    """
    wait = 0.5
    while True:
        try:
            return await call()
        except (BadRequest, InvalidToken) as error:
            log.error("Telegram refused", says=error.message[:80])  # noqa: TRY400 - a refusal, not a fault of ours
            if isinstance(error, BadRequest) or not while_unknown:
                return None
        except (NetworkError, RetryAfter) as error:
            log.warning("Telegram does not answer yet", why=type(error).__name__)
        except (TelegramError, TypeError, ValueError, KeyError) as error:
            log.exception("Telegram's answer makes no sense", why=type(error).__name__)
            return None
        await asyncio.sleep(wait)
        wait = min(wait * 2, _SLOWEST)
