"""The pages, served on this machine from a fresh database."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from bot.web import pages
from storage.database import open_database
from tests.storage.world import World


async def fail(_request: object) -> None:
    raise RuntimeError("as it sometimes happens")


def application(world: World, trouble: str = "") -> Starlette:
    routes = pages.routes(world.engine, world.organisation_id, lambda: trouble)
    return Starlette(routes=[*routes, Route("/failing", fail)], exception_handlers=pages.ERRORS)  # type: ignore[arg-type]


def ask(world: World, path: str, *, method: str = "GET", sender: str = "127.0.0.1", **headers: str) -> httpx.Response:
    """What the pages answer; `headers` are named with underscores."""

    async def whole() -> httpx.Response:
        road = httpx.ASGITransport(application(world), raise_app_exceptions=False, client=(sender, 4000))
        async with httpx.AsyncClient(transport=road, base_url="http://127.0.0.1:8080") as client:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return await client.request(method, path, headers=named)

    return world.runner.run(whole())


@contextmanager
def serve(url: str, organisation_id: int) -> Iterator[str]:
    """Serve the pages of a database from a thread of their own; yields their address."""
    ready, stop = threading.Event(), threading.Event()
    port = 0

    async def run() -> None:
        nonlocal port
        engine = await open_database(url)
        routes = pages.routes(engine, organisation_id, str)
        app = Starlette(routes=routes, exception_handlers=pages.ERRORS)  # type: ignore[arg-type]
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", lifespan="off", ws="none"))
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        task = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        ready.set()
        await asyncio.to_thread(stop.wait)
        server.should_exit = True
        await task
        await engine.dispose()

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    try:
        assert ready.wait(20)
        yield f"http://127.0.0.1:{port}"
    finally:
        stop.set()
        thread.join(20)
