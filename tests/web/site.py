"""The pages, served on this machine from a fresh database."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from bot.vitals import Vitals
from bot.web import pages
from storage.database import open_database
from tests.storage.world import World


async def fail(_request: object) -> None:
    raise RuntimeError("as it sometimes happens")


def application(world: World, vitals: Vitals | None = None) -> Starlette:
    routes = pages.routes(world.engine, world.organisation_id, vitals)
    return Starlette(routes=[*routes, Route("/failing", fail)], exception_handlers=pages.ERRORS)


def ask(
    world: World, path: str, *, method: str = "GET", sender: str = "127.0.0.1", vitals: Vitals | None = None, **headers: Any
) -> httpx.Response:
    """What the pages answer; `headers` are named with underscores."""

    async def whole() -> httpx.Response:
        road = httpx.ASGITransport(application(world, vitals), raise_app_exceptions=False, client=(sender, 4000))
        async with httpx.AsyncClient(transport=road, base_url="http://127.0.0.1:8080") as client:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return await client.request(method, path, headers=named)

    return world.run(whole)


@contextmanager
def serve(url: str, organisation_id: int) -> Iterator[str]:
    """Serve the pages of a database from a thread of their own; yields their address."""
    door = socket.create_server(("127.0.0.1", 0))  # whoever comes before the server is up waits here
    stop = threading.Event()

    async def run() -> None:
        engine = await open_database(url)
        app = Starlette(routes=pages.routes(engine, organisation_id), exception_handlers=pages.ERRORS)
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", ws="none"))
        serving = asyncio.create_task(server.serve(sockets=[door]))
        await asyncio.to_thread(stop.wait)
        server.should_exit = True
        await serving
        await engine.dispose()

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    try:
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
    finally:
        stop.set()
        thread.join(20)
