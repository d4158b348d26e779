"""The pages, served on this machine from a fresh database."""

from __future__ import annotations

import itertools
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from bot.vitals import Vitals
from bot.web import pages
from tests.console.office import Office
from tests.storage.world import World


async def fail(_request: object) -> None:
    raise RuntimeError("as it sometimes happens")


def application(office: Office, vitals: Vitals | None = None) -> Starlette:
    routes = pages.routes(vitals, console=office.console)
    return Starlette(routes=[*routes, Route("/failing", fail)], exception_handlers=pages.ERRORS)


def ask(
    world: World, path: str, *, method: str = "GET", sender: str = "127.0.0.1", vitals: Vitals | None = None, **headers: Any
) -> httpx.Response:
    """What the pages answer, those of the console to an officer; `headers` are named with underscores."""
    office = Office(world, numbers=itertools.count(secrets.randbelow(10**9)))  # somebody new each time
    cookies = office.staff("officer").cookies if path.startswith("/console") else {}

    async def whole() -> httpx.Response:
        road = httpx.ASGITransport(application(office, vitals), raise_app_exceptions=False, client=(sender, 4000))
        async with httpx.AsyncClient(transport=road, base_url="http://127.0.0.1:8080", cookies=cookies) as client:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return await client.request(method, path, headers=named)

    return world.run(whole)


@contextmanager
def serve(world: World) -> Iterator[tuple[str, list[Any]]]:
    """Serve the pages from this process; yields their address, and the cookies of an officer for a browser."""
    office = Office(world)
    door = socket.create_server(("127.0.0.1", 0))  # whoever comes before the server is up waits here
    address = f"http://127.0.0.1:{door.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(application(office), log_level="critical", lifespan="off", ws="none"))
    serving = world.portal.start_task_soon(lambda: server.serve(sockets=[door]))
    try:
        yield address, [{"name": name, "value": value, "url": address} for name, value in office.staff("officer").cookies.items()]
    finally:
        server.should_exit = True
        serving.result(20)
