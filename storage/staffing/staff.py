"""Staff: who they are, how they are taken in, and how they go. Who did it is noted in the same transaction."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, case, delete, func, insert, or_, select, update

from storage import audit, codes, upserts
from storage.schema import chat_codes, enrolments, partners, recovery_codes, signins, staff, staff_chats

INVITED, ACTIVE, REMOVED = "invited", "active", "removed"
ADMIN, PARTNER = "admin", "partner"
TRIES = 5
LOCKED_FOR = dt.timedelta(minutes=15)
FOR_GOOD = dt.timedelta(days=36_500)
REVIEW_AFTER = dt.timedelta(days=90)
LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
LONGEST_NAME, LONGEST_EMAIL = 80, 254
_EMAIL = re.compile(r"[^@\s<>\"',;:\\()\[\]]{1,64}@[^@\s<>\"',;:\\()\[\]]+\.[^@\s<>\"',;:\\()\[\]]+")


class StaffError(Exception):
    """It cannot be done to this member of staff; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Staff:
    """One member of staff; `partner_id` is whose people a partner sees."""

    id: int
    code: str
    name: str
    email: str
    role: str
    partner_id: int | None = None
    state: str = ACTIVE
    locked_until: dt.datetime | None = None
    reviewed_at: dt.datetime | None = None

    def is_locked(self, now: dt.datetime) -> bool:
        """Whether nobody can sign in by this name just now."""
        return self.locked_until is not None and self.locked_until > now

    def wants_review(self, now: dt.datetime) -> bool:
        """Whether somebody has to say again that they still belong here."""
        return self.state != REMOVED and self.reviewed_at is not None and now - self.reviewed_at >= REVIEW_AFTER


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who is to be taken in."""

    name: str
    email: str
    role: str
    partner_id: int | None = None


def clean_email(typed: str) -> str:
    """An address as it is kept. Raises StaffError when it is none."""
    email = typed.strip().lower()
    if len(email) > LONGEST_EMAIL or not email.isprintable() or not _EMAIL.fullmatch(email):
        msg = "Write an email address, like sam@example.org."
        raise StaffError(msg)
    return email


def clean_name(typed: str) -> str:
    """A name as it is kept. Raises StaffError for none, a long one, and one of several lines."""
    name = " ".join(typed.split(" ")).strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        msg = f"Write a name of at most {LONGEST_NAME} letters."
        raise StaffError(msg)
    return name


# --- Finding


def load(db: Connection, organisation_id: int) -> list[Staff]:
    """Everybody, those who have gone last."""
    order = (case((staff.c.state == REMOVED, 1), else_=0), func.lower(staff.c.name), staff.c.id)
    return [take(row) for row in db.execute(select(staff).where(staff.c.organisation_id == organisation_id).order_by(*order))]


def find(db: Connection, organisation_id: int, code: str) -> Staff | None:
    """The one with this code."""
    row = db.execute(_those(organisation_id).where(staff.c.code == code)).first()
    return take(row) if row else None


def find_by_email(db: Connection, organisation_id: int, email: str) -> Staff | None:
    """The one who signs in by this address."""
    row = db.execute(_those(organisation_id).where(staff.c.email == email.strip().lower())).first()
    return take(row) if row else None


def hold(db: Connection, staff_id: int) -> Staff:
    """The one with this id, as they are now and stay until this transaction ends."""
    return take(db.execute(select(staff).where(staff.c.id == staff_id).with_for_update()).one())


def names(db: Connection, organisation_id: int) -> dict[str, str]:
    """Code -> name of everybody who was ever here, for the audit."""
    return {row.code: row.name for row in db.execute(_those(organisation_id))}


def partners_of(db: Connection, organisation_id: int) -> dict[str, tuple[int, str]]:
    """Code -> id and name of the organisation's partners, by name."""
    wanted = select(partners).where(partners.c.organisation_id == organisation_id).order_by(func.lower(partners.c.name))
    return {row.code: (row.id, row.name) for row in db.execute(wanted)}


def add_partner(db: Connection, organisation_id: int, name: str) -> str:
    """The code of a new partner. Raises StaffError for a name that is none, or there already."""
    name = clean_name(name)
    if any(name.casefold() == known.casefold() for _, known in partners_of(db, organisation_id).values()):
        msg = f"{name} is there already."
        raise StaffError(msg)
    code = codes.make()
    db.execute(insert(partners).values(code=code, organisation_id=organisation_id, name=name))
    return code


def password_of(db: Connection, staff_id: int) -> str:
    """What is kept of a password; empty when there is none."""
    return db.scalars(select(staff.c.password).where(staff.c.id == staff_id)).first() or ""


def keep_password(db: Connection, staff_id: int, kept: str) -> None:
    """Have somebody sign in by this password from now on."""
    db.execute(update(staff).where(staff.c.id == staff_id).values(password=kept))


def take(row: Row[Any]) -> Staff:
    """The member of staff in a row of the table."""
    return Staff(
        row.id, row.code, row.name, row.email, row.role, row.partner_id, row.state, row.locked_until, row.reviewed_at
    )  # fmt: skip


def _those(organisation_id: int) -> Any:
    return select(staff).where(staff.c.organisation_id == organisation_id)


# --- Coming and going


def invite(db: Connection, organisation_id: int, newcomer: Newcomer, by: str, now: dt.datetime) -> Staff:
    """Take somebody in, who still has to choose a password; whoever was removed may come back by the same address.

    Raises StaffError for an address that is used, and for a partner without an organisation of theirs.
    """
    email, name = clean_email(newcomer.email), clean_name(newcomer.name)
    _check_partner(db, organisation_id, newcomer.role, newcomer.partner_id)
    values = {"name": name, "role": newcomer.role, "partner_id": newcomer.partner_id, "state": INVITED, "reviewed_at": now}
    known = find_by_email(db, organisation_id, email)
    if known and known.state != REMOVED:
        msg = f"{email} is here already. Send them a new link if they cannot sign in."
        raise StaffError(msg)
    if known:
        db.execute(update(staff).where(staff.c.id == known.id).values(values | _EMPTY))
    else:
        fresh = {"code": codes.make(), "organisation_id": organisation_id, "email": email, "created_at": now, **_EMPTY}
        db.execute(upserts.insert(db, staff).values(values | fresh).on_conflict_do_nothing())
    found = find_by_email(db, organisation_id, email)
    assert found  # noqa: S101 - it was written a line above
    audit.note(db, organisation_id, by, "invite-staff", f"{found.code} {found.role}", now)
    return found


def remove(db: Connection, organisation_id: int, one: Staff, by: str, now: dt.datetime) -> None:
    """Let somebody go: when this is committed, nothing of theirs opens a door. Raises StaffError for the last administrator."""
    _keep_an_admin(db, organisation_id, one, now)
    db.execute(update(staff).where(staff.c.id == one.id).values(_EMPTY | {"state": REMOVED}))
    close_doors(db, one.id)
    audit.note(db, organisation_id, by, "remove-staff", one.code, now)


def reset(db: Connection, organisation_id: int, one: Staff, by: str, now: dt.datetime) -> None:
    """Have somebody choose password and authenticator anew. Raises StaffError for somebody who has gone."""
    if one.state == REMOVED:
        msg = f"{one.name} does not work here any more. Invite them again."
        raise StaffError(msg)
    db.execute(update(staff).where(staff.c.id == one.id).values(_EMPTY | {"state": INVITED}))
    close_doors(db, one.id)
    audit.note(db, organisation_id, by, "reset-staff", one.code, now)


def close_doors(db: Connection, staff_id: int) -> None:
    """End everything by which somebody comes in. What they are just writing is written first; nothing is that comes later.

    Take their row first: whoever is just signing in holds it, and would be in after this.
    """
    for table in (signins, enrolments, recovery_codes, chat_codes, staff_chats):
        db.execute(delete(table).where(table.c.staff_id == staff_id))


def change_role(
    db: Connection, organisation_id: int, one: Staff, role: str, partner_id: int | None, by: str, now: dt.datetime
) -> None:
    """Give somebody another role, from their next page on. Raises StaffError for the last administrator, or a lone partner."""
    _check_partner(db, organisation_id, role, partner_id)
    if role != ADMIN:
        _keep_an_admin(db, organisation_id, one, now)
    db.execute(update(staff).where(staff.c.id == one.id).values(role=role, partner_id=partner_id))
    audit.note(db, organisation_id, by, "change-role", f"{one.code} {one.role} {role}", now)


def review(db: Connection, organisation_id: int, one: Staff, by: str, now: dt.datetime) -> None:
    """Say that somebody still belongs here."""
    db.execute(update(staff).where(staff.c.id == one.id).values(reviewed_at=now))
    audit.note(db, organisation_id, by, "review-staff", one.code, now)


def lock(db: Connection, organisation_id: int, one: Staff, by: str, now: dt.datetime) -> None:
    """Keep somebody out until a colleague lets them in again: they are signed out everywhere."""
    _keep_an_admin(db, organisation_id, one, now)
    db.execute(update(staff).where(staff.c.id == one.id).values(locked_until=now + FOR_GOOD))
    db.execute(delete(signins).where(signins.c.staff_id == one.id))
    audit.note(db, organisation_id, by, "lock-staff", one.code, now)


def unlock(db: Connection, organisation_id: int, one: Staff, by: str, now: dt.datetime) -> None:
    """Let somebody sign in again."""
    forgive(db, one.id)
    audit.note(db, organisation_id, by, "unlock-staff", one.code, now)


def is_free(now: dt.datetime) -> ColumnElement[bool]:
    """Whether no colleague has locked them out; wrong tries lock for a short while only, and end every sign-in themselves."""
    return or_(staff.c.locked_until.is_(None), staff.c.locked_until <= now + LOCKED_FOR)


def _check_partner(db: Connection, organisation_id: int, role: str, partner_id: int | None) -> None:
    mine = select(partners.c.id).where(partners.c.organisation_id == organisation_id, partners.c.id == partner_id)
    if (role == PARTNER) != (partner_id is not None) or (partner_id is not None and db.execute(mine).first() is None):
        msg = "Choose a partner organisation for somebody with the role of a partner, and for nobody else."
        raise StaffError(msg)


def _keep_an_admin(db: Connection, organisation_id: int, one: Staff, now: dt.datetime) -> None:
    admins = _those(organisation_id).where(staff.c.role == ADMIN, staff.c.state == ACTIVE, is_free(now)).order_by(staff.c.id)
    if [row.id for row in db.execute(admins.with_for_update())] == [one.id]:
        msg = f"{one.name} is the only administrator. Make somebody else one first."
        raise StaffError(msg)


def distrust(db: Connection) -> None:
    """After a restore nobody is signed in, no link counts, and everybody is due for review: some may have gone since."""
    for table in (signins, enrolments, chat_codes):
        db.execute(delete(table))
    db.execute(update(staff).values(reviewed_at=LONG_AGO))


# --- Wrong tries


def miss(db: Connection, staff_id: int, now: dt.datetime) -> bool:
    """Count a wrong try; True when it was one too many, and the account is locked."""
    full = staff.c.failed + 1 >= TRIES
    counted = update(staff).where(staff.c.id == staff_id, or_(staff.c.locked_until.is_(None), staff.c.locked_until <= now))
    values = {
        "failed": case((full, 0), else_=staff.c.failed + 1),
        "locked_until": case((full, now + LOCKED_FOR), else_=staff.c.locked_until),
    }
    locked = db.scalars(counted.values(values).returning(staff.c.locked_until)).first()
    return locked is not None and locked > now


def forgive(db: Connection, staff_id: int) -> None:
    """Forget wrong tries."""
    touched = and_(staff.c.id == staff_id, or_(staff.c.failed > 0, staff.c.locked_until.is_not(None)))
    db.execute(update(staff).where(touched).values(failed=0, locked_until=None))


_EMPTY: dict[str, Any] = {"password": "", "totp": None, "totp_step": 0, "failed": 0, "locked_until": None}
"""A member of staff who cannot sign in."""
