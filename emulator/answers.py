"""JSON in and out at the `/sim/` door, and the reason when something cannot be done."""

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from aiohttp import web

from emulator.refusals import ActRefusedError, Refusal

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def guard(handler: Handler) -> Handler:
    """Answer 400 with the reason when an act is not possible."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except (ActRefusedError, Refusal) as refusal:
            return as_json({"error": str(refusal)}, 400)
        except (KeyError, ValueError, TypeError) as problem:
            return as_json({"error": f"cannot read the request: {problem!r}"}, 400)

    return guarded


async def read_json(request: web.Request) -> dict[str, Any]:
    body = await request.read()
    given = orjson.loads(body) if body else {}
    if not isinstance(given, dict):
        raise ActRefusedError("a JSON object is expected")
    return given


def as_json(value: object, status: int = 200) -> web.Response:
    return web.Response(status=status, body=orjson.dumps(value, default=str), content_type="application/json")


LONGEST_WAIT = 50.0
