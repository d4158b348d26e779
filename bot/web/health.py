"""What watches over the program asks here: is it alive, is it ready, and what are its figures.

None of it is about a person. `/healthz` only says that the program answers: what is wrong with the disk or the network is
not mended by starting it again. `/readyz` says whether news is taken and kept.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.vitals import Trouble, Vitals
from bot.web.guard import is_passed_on

FRESH = {"Cache-Control": "no-store"}


def routes(vitals: Vitals | None = None) -> list[BaseRoute]:
    """`/healthz`, and for a running bot `/readyz` and `/metrics`."""

    async def live(request: Request) -> Response:
        return _tell(request, "alive", [])

    async def ready(request: Request) -> Response:
        troubles = vitals.troubles() if vitals else []
        return _tell(request, "not ready" if troubles else "ready", troubles)

    async def measure(request: Request) -> Response:
        if vitals is None or is_passed_on(request):
            raise HTTPException(404)
        from bot.web import metrics  # noqa: PLC0415 - what prints figures is loaded only where somebody collects them

        body, kind = metrics.expose(vitals, await vitals.figures(), request.headers.get("accept", ""))
        return Response(body, 200, FRESH, kind)

    return [Route("/healthz", live), *([Route("/readyz", ready), Route("/metrics", measure)] if vitals else [])]


def _tell(request: Request, status: str, troubles: Sequence[Trouble]) -> Response:
    """In JSON, or in plain words where those are asked for."""
    code = 503 if troubles else 200
    if request.headers.get("accept", "").startswith("text/plain"):
        lines = [status, *(f"{one.what}. {one.do}" for one in troubles)]
        return PlainTextResponse("\n".join(lines) + "\n", code, FRESH)
    problems = [{"what": one.what, "do": one.do} for one in troubles]
    return JSONResponse({"status": status, "problems": problems}, code, FRESH)
