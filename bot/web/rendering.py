"""How a page is made: a template, and headers that let a browser load and run nothing but our own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from storage.unopened import UNOPENED

HERE = Path(__file__).parent
STATIC = HERE / "static"

_templates = Environment(
    loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_templates.globals["unopened"] = UNOPENED


def page(template: str, told: Mapping[str, Any], status: int = 200) -> Response:
    """A page made of a template."""
    return HTMLResponse(render(template, told), status, HEADERS)


def render(template: str, told: Mapping[str, Any]) -> str:
    """A template, filled in; whatever stands in it is only words."""
    return _templates.get_template(template).render(told)


def attachment(content: bytes, name: str, kind: str) -> Response:
    """A file to keep, which no browser opens by itself."""
    return Response(content, media_type=kind, headers=HEADERS | {"Content-Disposition": f'attachment; filename="{name}"'})


class Files(StaticFiles):
    """Pictures, scripts and styles, with the headers of a page; a browser asks each time whether they changed."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Raises HTTPException when there is no such file."""
        response = await super().get_response(path, scope)
        response.headers.update(HEADERS | {"Cache-Control": "no-cache"})
        return response


POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "script-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'self' http://127.0.0.1:* http://localhost:*",  # the demo shows these pages beside its phone
}

HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in POLICY.items()),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
