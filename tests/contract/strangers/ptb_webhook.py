"""The echo bot of python-telegram-bot, called by webhook; its own server needs tornado, so it stands behind Starlette."""

import asyncio
import os

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Update

from tests.contract.strangers.ptb_handlers import add_handlers, application


async def main() -> None:
    app = application().updater(None).build()
    add_handlers(app)
    port = int(os.environ["BOT_PORT"])

    async def hear(request: Request) -> Response:
        await app.update_queue.put(Update.de_json(await request.json(), app.bot))
        return Response()

    site = Starlette(routes=[Route("/telegram", hear, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(site, port=port, log_level="warning"))
    async with app:
        await app.bot.set_webhook(f"http://127.0.0.1:{port}/telegram", allowed_updates=Update.ALL_TYPES)
        await app.start()
        await server.serve()
        await app.stop()


if __name__ == "__main__":
    asyncio.run(main())
