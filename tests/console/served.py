"""The console of an office, served on this machine for a real browser."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from playwright.sync_api import BrowserContext

from tests.console.office import Browser, Office


@contextmanager
def serve(office: Office) -> Iterator[str]:
    """Serve the pages from the loop of the office's world; yields their address."""
    door = socket.create_server(("127.0.0.1", 0))  # whoever comes before the server is up waits here
    server = uvicorn.Server(uvicorn.Config(office.app, log_level="critical", lifespan="off", ws="none"))
    serving = office.world.portal.start_task_soon(server.serve, [door])
    try:
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
    finally:
        server.should_exit = True
        serving.result(20)


def sign_in(context: BrowserContext, address: str, colleague: Browser) -> None:
    """Let the browser be that of a colleague who has signed in."""
    context.add_cookies([{"name": name, "value": value, "url": address} for name, value in colleague.cookies.items()])
