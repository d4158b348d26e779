"""The one door of the console: who it is, whether they may, and whether a form is our own. Nothing else decides that."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Iterable
from urllib.parse import quote, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.web.console.access import allows
from bot.web.console.visits import Console, Page, Visit
from bot.web.rendering import HEADERS
from storage import audit, signins

COOKIE = "withus"
SIGN_IN = "/console/sign-in"


def routes(console: Console, pages: Iterable[Page]) -> list[Route]:
    """The pages as Starlette serves them, each behind the gate."""
    return [Route(one.path, _guarded(console, one), methods=[one.method]) for one in pages]


def _guarded(console: Console, one: Page) -> Callable[[Request], Awaitable[Response]]:
    async def guarded(request: Request) -> Response:
        visit = await _meet(console, request)
        if visit.staff is None and one.need != "anybody":
            return _to_sign_in(request)
        if not allows(visit.staff.role if visit.staff else "", one.need):
            await visit.write(lambda db: audit.note(db, visit.organisation_id, visit.who.code, "refused", one.path, visit.now))
            raise HTTPException(403)
        if one.method != "GET":
            await _check(visit)
        return await one.answer(visit)

    return guarded


async def _meet(console: Console, request: Request) -> Visit:
    """The visit with whoever is signed in."""
    token = request.cookies.get(COOKIE, "")
    visit = Visit(console, request, None, token)
    if token:
        visit.staff = await visit.write(lambda db: signins.find(db, visit.organisation_id, token, visit.now))
    return visit


def _to_sign_in(request: Request) -> Response:
    """Where one signs in, and comes back to this page afterwards."""
    back = request.url.path if request.method == "GET" else ""
    return RedirectResponse(f"{SIGN_IN}?next={quote(back)}" if back else SIGN_IN, 303, HEADERS)


async def _check(visit: Visit) -> None:
    """Whether a form comes from a page of ours. Raises HTTPException 403."""
    origin = visit.request.headers.get("origin")
    if origin and origin != "null" and urlsplit(origin).netloc != visit.request.headers.get("host"):
        raise HTTPException(403)
    if visit.staff is not None and not hmac.compare_digest((await visit.form()).one("csrf"), visit.csrf):
        raise HTTPException(403)
