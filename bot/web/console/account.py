"""A colleague's own account: password, recovery codes, where they are signed in, and their own chat."""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.responses import Response

from bot.access import ROLE_NAMES
from bot.web.console import proving
from bot.web.console.enrolling import known
from bot.web.console.signin import TOO_OFTEN
from bot.web.console.visits import Page, Visit
from storage import organisations
from storage.staffing import passwords, second_factors, signins, staff, staff_chats

HERE = "/console/me"


async def show(visit: Visit) -> Response:
    """What there is to know, and to change."""

    def look(db: Connection) -> dict[str, int]:
        one = visit.who.id
        return {
            "codes": second_factors.count_recovery_codes(db, one),
            "places": signins.count(db, one, visit.now),
            "chats": staff_chats.count(db, one),
        }

    return visit.page("me.html", {"role": ROLE_NAMES[visit.who.role], **await visit.read(look)})


async def ask_password(visit: Visit) -> Response:
    """The form for another password."""
    return _ask(visit, {})


async def change_password(visit: Visit) -> Response:
    """Take another password; everywhere else they are signed out."""
    form = await visit.form()
    if not proving.may_try(visit):
        return _ask(visit, {"present": TOO_OFTEN})
    kept = await visit.read(lambda db: staff.password_of(db, visit.who.id))
    if not await proving.match(visit, kept, form.raw("present")):
        await visit.write(lambda db: proving.refuse(db, visit, visit.who, "refuse-password"))
        return _ask(visit, {"present": "This is not your present password."})
    fault = passwords.find_fault(form.raw("password"), known(visit, visit.who))
    if fault:
        return _ask(visit, {"password": fault})
    if form.raw("password") != form.raw("again"):
        return _ask(visit, {"again": "This is not the same as above. Type both again."})
    fresh = await proving.keep(visit, form.raw("password"))

    def change(db: Connection) -> None:
        staff.keep_password(db, visit.who.id, fresh)
        signins.end_all(db, visit.who.id, but=visit.token)
        visit.note(db, "change-password", visit.who.code)

    await visit.write(change)
    return visit.go(HERE, "Your password is changed. Everywhere else you are signed out.")


def _ask(visit: Visit, problems: dict[str, str]) -> Response:
    return visit.page("password.html", {"problems": problems}, 422 if problems else 200)


async def ask_codes(visit: Visit) -> Response:
    """Say what new recovery codes mean."""
    return visit.page("renew-codes.html", {})


async def renew_codes(visit: Visit) -> Response:
    """New recovery codes, shown once."""

    def renew(db: Connection) -> list[str]:
        visit.note(db, "renew-recovery-codes", visit.who.code)
        return second_factors.renew_recovery_codes(db, visit.who.id)

    return visit.page("recovery-codes.html", {"codes": await visit.write(renew), "fresh": False})


async def leave_everywhere(visit: Visit) -> Response:
    """Sign out everywhere but here."""

    def leave(db: Connection) -> int:
        visit.note(db, "sign-out-everywhere", visit.who.code)
        return signins.end_all(db, visit.who.id, but=visit.token)

    left = await visit.write(leave)
    return visit.go(HERE, f"You are signed out in {left} other place{'' if left == 1 else 's'}.")


async def make_chat_code(visit: Visit) -> Response:
    """A code by which a chat becomes theirs, shown once."""

    def make(db: Connection) -> tuple[str, str]:
        visit.note(db, "make-chat-code", visit.who.code)
        return staff_chats.make_code(db, visit.who.id, visit.now), organisations.username(db, visit.house.bot_id)

    code, bot = await visit.write(make)
    return visit.page("chat-code.html", {"code": code, "bot": bot})


async def unlink_chats(visit: Visit) -> Response:
    """Untie every chat of theirs."""

    def unlink(db: Connection) -> None:
        staff_chats.unlink(db, visit.who.id)
        visit.note(db, "unlink-chats", visit.who.code)

    await visit.write(unlink)
    return visit.go(HERE, "Your chats are untied. They get no more figures, and can pause nothing.")


ROUTES = (
    Page("GET", HERE, show, "signed-in"),
    Page("GET", f"{HERE}/password", ask_password, "signed-in", fresh=True),
    Page("POST", f"{HERE}/password", change_password, "signed-in", fresh=True),
    Page("GET", f"{HERE}/codes", ask_codes, "signed-in", fresh=True),
    Page("POST", f"{HERE}/codes", renew_codes, "signed-in", fresh=True),
    Page("POST", f"{HERE}/sign-out", leave_everywhere, "signed-in"),
    Page("POST", f"{HERE}/chat-code", make_chat_code, "signed-in"),
    Page("POST", f"{HERE}/unlink", unlink_chats, "signed-in"),
)
