"""The door of the demo's page: on this computer only, and its controls answer to its own page only."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Mapping

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Door:
    """Lets a browser on this computer in, and gives every answer its headers.

    Another page in that browser may not come in by a name of its own that points here, nor press a control from afar.
    """

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self._app = app
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may come in, and answer the rest with 403."""

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        app = self._app if _may_come_in(scope) else PlainTextResponse("This page is for the browser on this computer.", 403)
        await app(scope, receive, dressed)


def _may_come_in(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    host = headers.get("host", "")
    port = scope["server"][1]
    if host not in {f"127.0.0.1:{port}", f"localhost:{port}"}:
        return False
    return scope["method"] in {"GET", "HEAD"} or headers.get("origin") == f"http://{host}"


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the demo."""
        yield


async def serve(app: Starlette, tasks: asyncio.TaskGroup, *, frames: str) -> str:
    """Serve `app`, which may show the pages of `frames` inside its own, as one of `tasks`; returns its address."""
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    policy = {**POLICY, "frame-src": frames}
    headers = {**HEADERS, "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items())}
    config = uvicorn.Config(Door(app, headers), log_config=None, access_log=False, lifespan="off", ws="none", server_header=False)
    bound.listen()  # from here on nobody is turned away
    tasks.create_task(_Server(config).serve([bound]))
    return f"http://127.0.0.1:{bound.getsockname()[1]}/"


POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "script-src": "'self'",
    "connect-src": "'self'",
    "img-src": "data:",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
