"""The one door of the console: who it is, whether they may, and whether a form is our own. Nothing else decides that."""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Awaitable, Callable, Iterable
from urllib.parse import quote, urlsplit

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.access import allows
from bot.config import is_loopback
from bot.web.console import cookies
from bot.web.console.visits import Console, Page, SignedOutError, Visit
from bot.web.rendering import HEADERS, POLICY
from storage.staffing import signins
from storage.staffing.staff import Staff

SIGN_IN, CONFIRM = "/console/sign-in", "/console/confirm"
FORM_LASTS = dt.timedelta(minutes=30)  # since the last code, for a form that wants a fresh one: its page wanted one too


def routes(console: Console, pages: Iterable[Page]) -> list[Route]:
    """The pages as Starlette serves them, each behind the gate."""
    return [Route(one.path, _guarded(console, one), methods=[one.method]) for one in pages]


def _guarded(console: Console, one: Page) -> Callable[[Request], Awaitable[Response]]:
    headers = _headers(console)

    async def guarded(request: Request) -> Response:
        visit = Visit(console, request, one.need, token=cookies.read(request, cookies.SIGNED_IN, secure=console.is_secure))
        try:
            response = await _answer(visit, one)
        except SignedOutError:
            response = _to_sign_in(request)
        finally:
            await request.close()  # and the files that came with a form
        response.headers.update(headers)
        return response

    return guarded


async def _answer(visit: Visit, one: Page) -> Response:
    """What the page answers, if it may. Raises HTTPException 403 and 429, SignedOutError."""
    if not visit.console.limits.allow("form" if one.method == "POST" else "look", visit.address):
        raise HTTPException(429)
    confirmed = await _meet(visit, one)
    if visit.staff is None and one.need != "anybody":
        return _to_sign_in(visit.request)
    if not allows(visit.staff.role if visit.staff else "", one.need):
        await _refuse(visit, one, "refuse-page")
    if one.method == "POST" and not (_is_ours(visit) and await _knows_secret(visit)):
        await _refuse(visit, one, "refuse-form")
    if one.fresh and not confirmed:
        return RedirectResponse(f"{CONFIRM}?next={quote(_asked_on(visit, one))}", 303)
    return await one.answer(visit)


async def _meet(visit: Visit, one: Page) -> bool:
    """Learn who is signed in, and note that they are still there; returns whether they showed a code a short while ago."""
    if not visit.token:
        return False
    within = FORM_LASTS if one.method == "POST" else signins.CONFIRMED_FOR
    here, token, now = visit.organisation_id, visit.token, visit.now

    def look(db: Connection) -> tuple[Staff | None, bool, bool]:
        found = signins.find(db, here, token, now)
        confirmed = found is not None and one.fresh and signins.is_confirmed(db, token, now, within)
        return found, confirmed, found is not None and signins.is_unseen(db, token, now)

    visit.staff, confirmed, unseen = await visit.read(look)
    if unseen:
        await visit.write(lambda db: signins.touch(db, token, now))
    return confirmed


async def _refuse(visit: Visit, one: Page, what: str) -> None:
    """Say no, and write it down; strangers can fill only so many lines a minute. Raises HTTPException 403."""
    who = visit.staff.code if visit.staff else "nobody"
    about = f"{one.method} {visit.request.url.path if visit.staff else one.path}"
    if visit.staff or visit.console.limits.allow("refusal", visit.address):
        visit.need = "signed-in"  # whoever may not see the page may have it noted
        await visit.write(lambda db: visit.note_of(db, who, what, about[:200]))
    raise HTTPException(403)


def _to_sign_in(request: Request) -> Response:
    """Where one signs in, and comes back to this page afterwards."""
    back = request.url.path if request.method == "GET" else ""
    return RedirectResponse(f"{SIGN_IN}?next={quote(back)}" if back else SIGN_IN, 303)


def _asked_on(visit: Visit, one: Page) -> str:
    """The page that somebody is on, who asked for something that wants a code."""
    return visit.request.url.path if one.method == "GET" else urlsplit(visit.request.headers.get("referer", "")).path


def _is_ours(visit: Visit) -> bool:
    """Whether the browser says that the form is of a page of ours; every browser of today says one or the other."""
    headers = visit.request.headers
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site != "same-origin":
        return False
    if origin is None:
        return site is not None
    public = urlsplit(visit.console.public_url)
    ours = {headers.get("host", ""), public.netloc} - {""}
    return urlsplit(origin).netloc in ours and (not visit.console.is_secure or origin.startswith("https://"))


async def _knows_secret(visit: Visit) -> bool:
    """Whether a form brings what only our own page can have told it; strangers have no secret yet."""
    if visit.staff is None:
        return True
    return hmac.compare_digest((await visit.form()).one("csrf").encode(), visit.csrf.encode())


def _headers(console: Console) -> dict[str, str]:
    """Nothing but our own is loaded, run or sent to; nobody's page shows ours, but for the demo's on this computer."""
    home = is_loopback(urlsplit(console.public_url or "//localhost").hostname or "")
    own = {"form-action": "'self'", "frame-src": "'self'"}  # the editor shows its phone in a frame
    policy = POLICY | own | ({} if home else {"frame-ancestors": "'self'"})
    told = {"Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items())}
    told["Referrer-Policy"] = "same-origin"  # with none at all, browsers hide where a form comes from
    return HEADERS | told | ({"Strict-Transport-Security": "max-age=31536000"} if console.is_secure else {})
