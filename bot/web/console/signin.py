"""The way in and out."""

from __future__ import annotations

import re

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.access import Permission
from bot.web.console import browsers, cookies, proving
from bot.web.console.visits import Page, Visit
from storage import audit
from storage.staffing import second_factors, signins, staff
from storage.staffing.staff import Staff

START = "/console/"
MISMATCH = (
    "These three do not go together, or this account is locked. Look at each of them and try again. "
    "After 5 wrong tries you wait 12 minutes before each one more."
)
TOO_MANY = (
    "There were too many tries for this email address. Wait 12 minutes, then try again. "
    "If you signed in on another computer or phone before, you can sign in there now."
)
TOO_OFTEN = "There were too many tries from here. Wait a minute, then try again."


async def ask(visit: Visit) -> Response:
    """The page on which one signs in."""
    if visit.staff:
        return visit.go(inside(visit.asked("next")))
    return visit.page("sign-in.html", {"problems": {}, "email": "", "next": inside(visit.asked("next"))})


async def enter(visit: Visit) -> Response:
    """Sign in by address, password and code, all three at once: none of them can be tried alone."""
    form = await visit.form()
    email, after = form.one("email"), inside(form.one("next"))
    if not proving.may_guess(visit, email):
        return _again(visit, email, after, TOO_MANY, 429)
    one, kept = await visit.read(lambda db: _look_up(db, visit.organisation_id, email))
    right = await proving.match(visit, kept, form.raw("password"))
    fresh = await proving.strengthen(visit, kept, form.raw("password")) if right else ""
    token = await visit.write(lambda db: _enter(db, visit, one, form.one("code"), kept if right else "", fresh))
    if not token:
        return _again(visit, email, after, MISMATCH, 403)
    response = visit.go(after)
    cookies.give(response, cookies.SIGNED_IN, token, secure=visit.console.is_secure)
    proving.forgive(visit, email)
    browsers.remember(visit, email, response)
    return response


def _look_up(db: Connection, organisation_id: int, email: str) -> tuple[Staff | None, str]:
    one = staff.find_by_email(db, organisation_id, email[: staff.LONGEST_EMAIL])
    return one, staff.password_of(db, one.id) if one else ""


def _enter(db: Connection, visit: Visit, one: Staff | None, code: str, kept: str, fresh: str) -> str:
    """The secret of a new cookie; empty when this is not who it says. `kept` is the password that was right, if it was."""
    here, now = visit.organisation_id, visit.now
    if one is None:
        if visit.console.limits.allow("refusal", visit.address):
            audit.note(db, here, "nobody", "refuse-sign-in", "", now)
        return ""
    one = staff.hold(db, one.id)
    may = one.state == staff.ACTIVE and not one.is_locked(now)
    if may and kept and staff.password_of(db, one.id) == kept and second_factors.accept(db, visit.house.keys, one, code, now):
        staff.forgive(db, one.id)
        if fresh:
            staff.keep_password(db, one.id, fresh)
        audit.note(db, here, one.code, "sign-in", one.code, now)
        return signins.begin(db, one.id, now)
    audit.note(db, here, one.code, "refuse-sign-in", one.code, now)
    return ""


def _again(visit: Visit, email: str, after: str, words: str, status: int) -> Response:
    return visit.page("sign-in.html", {"problems": {"": words}, "email": email, "next": after}, status)


def inside(path: str) -> str:
    """Where to go after a form: a page of the console, and nothing that leads elsewhere."""
    return path if re.fullmatch(r"/console(?:/[\w.~%=&?-]+)*/?", path, re.ASCII) and ".." not in path else START


async def leave(visit: Visit) -> Response:
    """Sign out."""

    def work(db: Connection) -> None:
        signins.end(db, visit.token)
        visit.note(db, "sign-out", visit.who.code)

    await visit.write(work)
    response = visit.go("/console/sign-in", "You are signed out.")
    cookies.take_back(response, cookies.SIGNED_IN, secure=visit.console.is_secure)
    return response


async def begin(visit: Visit) -> Response:
    """From `/console/` to what they may see first."""
    for need, path in FIRST:
        if visit.may(need):
            return visit.go(path)
    raise HTTPException(403)


# --- What may do harm wants a code of the authenticator once more


async def doubt(visit: Visit) -> Response:
    """Ask for a code before something that could do harm."""
    return visit.page("confirm.html", {"problems": {}, "next": inside(visit.asked("next"))})


async def confirm(visit: Visit) -> Response:
    """Take the code, and go on to what was asked for."""
    form = await visit.form()
    after = inside(form.one("next"))
    if not proving.may_try(visit):
        return visit.page("confirm.html", {"problems": {"code": TOO_OFTEN}, "next": after}, 429)
    if await visit.write(lambda db: proving.prove(db, visit, form.one("code"))):
        return visit.go(after)
    words = "This code does not count, or there were too many tries. Take the next one that your app shows."
    return visit.page("confirm.html", {"problems": {"code": words}, "next": after}, 403)


FIRST: tuple[tuple[Permission, str], ...] = (("see-today", "/console/today"), ("see-results", "/console/results"))
"""What somebody sees first who may."""

ROUTES = (
    Page("GET", "/console/sign-in", ask, "anybody"),
    Page("POST", "/console/sign-in", enter, "anybody"),
    Page("POST", "/console/sign-out", leave, "signed-in"),
    Page("GET", "/console/confirm", doubt, "signed-in"),
    Page("POST", "/console/confirm", confirm, "signed-in"),
    Page("GET", "/console/", begin, "signed-in"),
)
