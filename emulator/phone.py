"""The phone page: chats as they look on a phone, with its own style and scripts and nothing from elsewhere."""

from pathlib import Path

from aiohttp import web


async def show_phone(_request: web.Request) -> web.Response:
    return _serve("phone.html")


async def serve_static(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    if name not in TYPES:
        raise web.HTTPNotFound
    return _serve(name)


def routes() -> list[web.RouteDef]:
    return [
        web.get("/", show_phone),
        web.get("/phone", show_phone),
        web.get("/static/{name}", serve_static),
    ]


def _serve(name: str) -> web.Response:
    body = (PAGES / name).read_bytes()
    return web.Response(body=body, content_type=TYPES[name], charset="utf-8", headers=HEADERS)


PAGES = Path(__file__).parent / "page"
SCRIPTS = ("tools.js", "message.js", "phone.js", "panel.js", "page.js")
TYPES = {"phone.html": "text/html", "phone.css": "text/css", **dict.fromkeys(SCRIPTS, "text/javascript")}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:;"
        " base-uri 'none'; form-action 'self';"
        " frame-ancestors http://127.0.0.1:* http://localhost:*"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
