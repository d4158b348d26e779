"""Pages (being written)."""

from starlette.responses import JSONResponse
from starlette.routing import Route

ERRORS = {}


def routes(engine, organisation_id, trouble):
    return [Route("/healthz", lambda r: JSONResponse({"status": "ok"}))]
