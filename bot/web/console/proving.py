"""Proving who one is: passwords and codes, each try counted, and none faster than it should be."""

from __future__ import annotations

import asyncio
import hashlib

from sqlalchemy import Connection

from bot.web.console import browsers
from bot.web.console.visits import Visit
from storage.staffing import second_factors, signins, staff
from storage.staffing.staff import Staff


def may_try(visit: Visit) -> bool:
    """Whether another try may be made from this address, and at all; what strangers try does not count for who is in."""
    return visit.console.limits.allow("enter", visit.address, visit.staff.code if visit.staff else "")


def may_guess(visit: Visit, email: str) -> bool:
    """Whether this account may be tried once more from here; a browser that is known again counts apart from strangers."""
    limits = visit.console.limits
    may_enter = bool(browsers.recognise(visit, email)) or limits.allow("enter", visit.address)
    return may_enter and limits.allow("guess", visit.address, _account(visit, email))


def forgive(visit: Visit, email: str) -> None:
    """Forget what was tried from here: they are in."""
    visit.console.limits.forgive("guess", visit.address, _account(visit, email))


def _account(visit: Visit, email: str) -> str:
    """Also where nobody has this address: what is answered must not tell."""
    known = f"{browsers.recognise(visit, email)}|{email.lower()}"
    return hashlib.sha256(known.encode()).hexdigest()


async def match(visit: Visit, kept: str, password: str) -> bool:
    """Whether this is the password. It takes a while on purpose, off the loop, one at a time."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(visit.console.trying, visit.console.passwords.match, kept, password)


async def keep(visit: Visit, password: str) -> str:
    """What may be kept of a new password."""
    return await asyncio.get_running_loop().run_in_executor(visit.console.trying, visit.console.passwords.keep, password)


async def strengthen(visit: Visit, kept: str, password: str) -> str:
    """The same password kept as we keep them now; empty when it is already."""
    return await keep(visit, password) if visit.console.passwords.is_weak(kept) else ""


def prove(db: Connection, visit: Visit, code: str) -> bool:
    """Whether this is a code of whoever is signed in; then their sign-in counts as confirmed."""
    one = staff.hold(db, visit.who.id)
    if not one.is_locked(visit.now) and second_factors.accept(db, visit.house.keys, one, code, visit.now):
        staff.forgive(db, one.id)
        signins.confirm(db, visit.token, visit.now)
        visit.note(db, "confirm", one.code)
        return True
    refuse(db, visit, one, "refuse-code")
    return False


def refuse(db: Connection, visit: Visit, one: Staff, what: str) -> None:
    """Count a wrong try by whoever is in; the one that is too many signs them out everywhere, and locks the account a while.

    A stranger who tries from outside is only slowed down: otherwise they could keep a colleague from working.
    """
    visit.note_of(db, one.code, what, one.code)
    if not one.is_locked(visit.now) and staff.miss(db, one.id, visit.now):
        signins.end_all(db, one.id)
        visit.note_of(db, one.code, "lock", one.code)
