"""Whether the program is well, for whatever watches over it."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


def route(trouble: Callable[[], str]) -> Route:
    """`/healthz`: 200 when `trouble` says nothing, 503 with its words when it does."""

    async def tell(_request: Request) -> Response:
        words = trouble()
        return JSONResponse({"status": words or "ok"}, 503 if words else 200, {"Cache-Control": "no-store"})

    return Route("/healthz", tell)
