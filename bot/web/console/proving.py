"""Proving who one is: passwords and codes, each try counted, and none faster than it should be."""

from __future__ import annotations

import asyncio

from sqlalchemy import Connection

from bot.web.console.visits import Visit
from storage import second_factors, signins, staff
from storage.staff import Staff


def may_try(visit: Visit) -> bool:
    """Whether another try may be made from this address, and at all."""
    return visit.console.limits.allow("enter", visit.address)


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
    """Count a wrong try; the one that is too many locks the account.

    Where somebody who is in tried, it signs them out everywhere. A stranger who tries from outside must not be able to.
    """
    visit.note_of(db, one.code, what, one.code)
    if not one.is_locked(visit.now) and staff.miss(db, one.id, visit.now):
        if visit.staff is not None and visit.staff.id == one.id:
            signins.end_all(db, one.id)
        visit.note_of(db, one.code, "lock", one.code)
