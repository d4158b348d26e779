"""What proves who signs in, beside the password: codes of an authenticator, and recovery codes for a lost phone."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re

import pyotp
from sqlalchemy import Connection, delete, func, insert, select, update

from storage import codes
from storage.keys import Keys
from storage.schema import recovery_codes, staff
from storage.staffing.staff import Staff
from storage.unopened import UnopenedError

RECOVERY_CODES = 10
WHERE = "staff.totp"
_DRIFT = (0, -1, 1)  # steps of 30 seconds by which a phone's clock may differ
_LONGEST = 64  # letters that anybody could type here


def make_secret() -> str:
    """A secret for an authenticator, in the letters that it reads."""
    return pyotp.random_base32()


def address(secret: str, email: str, organisation: str) -> str:
    """What an authenticator reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=f"With Us, {organisation}".replace(":", " "))


def find_step(secret: str, typed: str, now: dt.datetime) -> int | None:
    """The time step whose code this is, or None."""
    typed, steps = re.sub(r"\s", "", typed[:_LONGEST]), pyotp.TOTP(secret)
    present = steps.timecode(now)
    for drift in _DRIFT:
        if hmac.compare_digest(steps.generate_otp(present + drift).encode(), typed.encode()):
            return present + drift
    return None


def keep_secret(db: Connection, keys: Keys, one: Staff, secret: str, step: int) -> None:
    """Keep the secret of somebody's authenticator, whose code of `step` has just been shown."""
    sealed = keys.seal(WHERE, one.code, secret.encode())
    db.execute(update(staff).where(staff.c.id == one.id).values(totp=sealed, totp_step=step))


def accept(db: Connection, keys: Keys, one: Staff, typed: str, now: dt.datetime) -> bool:
    """Whether this is a code of theirs; it counts once."""
    return _accept_step(db, keys, one, typed, now) or _accept_recovery(db, one.id, typed)


def _accept_step(db: Connection, keys: Keys, one: Staff, typed: str, now: dt.datetime) -> bool:
    sealed = db.scalars(select(staff.c.totp).where(staff.c.id == one.id)).first()
    try:
        step = find_step(keys.open(WHERE, one.code, sealed).decode(), typed, now) if sealed else None
    except UnopenedError:
        return False
    if step is None:
        return False
    used = update(staff).where(staff.c.id == one.id, staff.c.totp_step < step).values(totp_step=step)
    return db.execute(used).rowcount == 1


def _accept_recovery(db: Connection, staff_id: int, typed: str) -> bool:
    mine = recovery_codes.c.staff_id == staff_id
    return db.execute(delete(recovery_codes).where(mine, recovery_codes.c.hash == hash_code(typed))).rowcount == 1


def renew_recovery_codes(db: Connection, staff_id: int) -> list[str]:
    """New recovery codes in place of all there were; they are not to be read again."""
    made = [codes.make() for _ in range(RECOVERY_CODES)]
    db.execute(delete(recovery_codes).where(recovery_codes.c.staff_id == staff_id))
    db.execute(insert(recovery_codes), [{"staff_id": staff_id, "hash": hash_code(one)} for one in made])
    return ["-".join(re.findall("....", one)) for one in made]


def count_recovery_codes(db: Connection, staff_id: int) -> int:
    """How many are left."""
    wanted = select(func.count()).select_from(recovery_codes).where(recovery_codes.c.staff_id == staff_id)
    return db.scalars(wanted).one()


def hash_code(typed: str) -> bytes:
    """What is kept of a code of 80 random bits, however it was typed."""
    return hashlib.sha256(re.sub(r"[^a-z2-7]", "", typed[:_LONGEST].lower()).encode()).digest()
