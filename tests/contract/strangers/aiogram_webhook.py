"""The echo bot of aiogram, called by webhook with a secret."""

import os

from aiogram import Bot
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

from tests.contract.strangers.aiogram_handlers import dispatcher, open_bot

PORT = int(os.environ.get("BOT_PORT", "0"))
SECRET = "only-telegram-knows"


async def begin(bot: Bot) -> None:
    await bot.set_webhook(
        f"http://127.0.0.1:{PORT}/telegram", secret_token=SECRET, allowed_updates=dispatcher.resolve_used_update_types()
    )


if __name__ == "__main__":
    dispatcher.startup.register(begin)
    site = web.Application()
    opened = open_bot()
    SimpleRequestHandler(dispatcher, opened, secret_token=SECRET).register(site, path="/telegram")
    setup_application(site, dispatcher, bot=opened)
    web.run_app(site, host="127.0.0.1", port=PORT, print=None)
