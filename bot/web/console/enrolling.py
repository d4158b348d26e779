"""How somebody comes in by a one-time link: a password, an authenticator, and the recovery codes to keep."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

import orjson
import segno
from markupsafe import Markup
from starlette.responses import Response

from bot.web.console import cookies, proving
from bot.web.console.signin import TOO_OFTEN
from bot.web.console.visits import Page, Visit
from storage.staffing import enrolments, passwords, second_factors, signins
from storage.staffing.enrolments import Choice
from storage.staffing.staff import Staff, StaffError
from storage.unopened import UnopenedError

_WHERE = "enrolments.choice"


@dataclass(frozen=True, slots=True)
class Begun:
    """What somebody chose so far. The page carries it, sealed, from the first form to the second."""

    password: str  # as it is kept
    secret: str

    def seal(self, visit: Visit, token: str) -> str:
        data = orjson.dumps([self.password, self.secret])
        return base64.urlsafe_b64encode(visit.house.keys.seal(_WHERE, token, data)).decode()


def _open(visit: Visit, token: str, carried: str) -> Begun | None:
    try:
        return Begun(*orjson.loads(visit.house.keys.open(_WHERE, token, base64.urlsafe_b64decode(carried.encode()))))
    except (binascii.Error, ValueError, IndexError, UnopenedError):
        return None


async def welcome(visit: Visit) -> Response:
    """Ask for a password."""
    one = await _whose(visit)
    return _ask_password(visit, one) if one else _over(visit)


async def choose(visit: Visit) -> Response:
    """Take the password, and show what the authenticator is to read."""
    one = await _whose(visit)
    if one is None:
        return _over(visit)
    form = await visit.form()
    password = form.raw("password")
    fault = passwords.find_fault(password, known(visit, one))
    if fault:
        return _ask_password(visit, one, {"password": fault})
    if password != form.raw("again"):
        return _ask_password(visit, one, {"again": "This is not the same as above. Type both again."})
    if not proving.may_try(visit):
        return _ask_password(visit, one, {"password": TOO_OFTEN}, 429)
    return _ask_code(visit, one, Begun(await proving.keep(visit, password), second_factors.make_secret()))


async def finish(visit: Visit) -> Response:
    """Take the first code; whoever brings it is in, and sees the recovery codes once."""
    one, form, token = await _whose(visit), await visit.form(), visit.part("token")
    if one is None:
        return _over(visit)
    begun = _open(visit, token, form.one("begun"))
    if begun is None:
        return _ask_password(visit, one, {"": "Something was lost on the way. Please choose your password again."})
    if not proving.may_try(visit):
        return _ask_code(visit, one, begun, {"code": TOO_OFTEN}, 429)
    step = second_factors.find_step(begun.secret, form.one("code"), visit.now)
    if step is None:
        words = "This code does not fit. Type the 6 digits your app shows now. If it goes on, check the clock of your phone."
        return _ask_code(visit, one, begun, {"code": words})
    keys, here, choice = visit.house.keys, visit.organisation_id, Choice(begun.password, begun.secret, step)
    try:
        codes, cookie = await visit.write(
            lambda db: (
                enrolments.finish(db, keys, here, token, choice, visit.now),
                signins.begin(db, one.id, visit.now),
            )
        )
    except StaffError:
        return _over(visit)
    response = visit.page("recovery-codes.html", {"codes": codes, "fresh": True})
    cookies.give(response, cookies.SIGNED_IN, cookie, secure=visit.console.is_secure)
    return response


async def _whose(visit: Visit) -> Staff | None:
    return await visit.read(lambda db: enrolments.find(db, visit.organisation_id, visit.part("token"), visit.now))


def known(visit: Visit, one: Staff) -> tuple[str, ...]:
    """What others know of somebody, and so does not belong into a password."""
    return one.name, one.email, visit.house.organisation


def _ask_password(visit: Visit, one: Staff, problems: dict[str, str] | None = None, status: int = 0) -> Response:
    told = {"problems": problems or {}, "one": one, "path": visit.request.url.path.removesuffix("/code")}
    return visit.page("enrol.html", told, status or (422 if problems else 200))


def _ask_code(visit: Visit, one: Staff, begun: Begun, problems: dict[str, str] | None = None, status: int = 0) -> Response:
    token = visit.part("token")
    told = {
        "problems": problems or {},
        "path": f"/console/enrol/{token}/code",
        "begun": begun.seal(visit, token),
        "secret": " ".join(begun.secret[at : at + 4] for at in range(0, len(begun.secret), 4)),
        "picture": draw(second_factors.address(begun.secret, one.email, visit.house.organisation)),
    }
    return visit.page("authenticator.html", told, status or (422 if problems else 200))


def _over(visit: Visit) -> Response:
    return visit.page("link-over.html", {}, 410)


def draw(words: str) -> Markup:
    """A QR code as part of a page."""
    made = segno.make(words, error="m", micro=False)
    return Markup(made.svg_inline(scale=4, border=4, dark="#000", light="#fff", omitsize=True))  # noqa: S704 - made of squares


ROUTES = (
    Page("GET", "/console/enrol/{token}", welcome, "anybody"),
    Page("POST", "/console/enrol/{token}", choose, "anybody"),
    Page("POST", "/console/enrol/{token}/code", finish, "anybody"),
)
