"""Claims: where the money for a place stands, in whole pence. What it is paid to is never kept here, nor can be typed here."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, select

from storage.schema import claims
from storage.upserts import insert

STATES = {
    "received": "Received",
    "approved": "Approved",
    "paid": "Paid",
    "refused": "Not paid",
}
"""Where a claim can stand -> how it is read."""

MOVES = {
    "": ("received", "refused"),
    "received": ("approved", "refused"),
    "approved": ("paid", "refused"),
    "refused": ("received",),
    "paid": (),
}
"""Where a claim stands -> where it can go from there; one that is paid stays so."""

MOST = 1_000_00
"""Pence of one claim: whoever needs more made a slip."""

LONGEST = 300

_DAY = re.compile(r"\b(?:\d{4}-\d\d-\d\d|\d{1,2}-\d{1,2}-\d{4})\b")
_ACCOUNT = re.compile(r"(?:\d[\s.\-]?){6,}|\b[A-Z]{2}\d{2}\s?[A-Z]{4}", re.IGNORECASE)
"""Six digits or more are a sort code, an account, a card, or a phone; the other is how an IBAN begins."""


class ClaimError(Exception):
    """What was asked for cannot be done with this claim; the message says why, in words for staff."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Where a claim stands; `pence` is None until a sum is named, `why` is as the person is told."""

    state: str
    pence: int | None
    currency: str
    why: str
    changed_by: str
    changed_at: dt.datetime


def of(db: Connection, place_ids: Collection[int]) -> dict[int, Claim]:
    """Place -> its claim, where there is one."""
    wanted = select(claims.c.place_id, *(claims.c[name] for name in Claim.__slots__)).where(claims.c.place_id.in_(place_ids))
    return {row.place_id: Claim(*row[1:]) for row in db.execute(wanted)}


def move(db: Connection, place_id: int, state: str, by: str, now: dt.datetime, pence: int | None = None, why: str = "") -> Claim:
    """Bring a claim on; the sum stays as it was where none is named. Raises ClaimError."""
    locked = select(*(claims.c[name] for name in Claim.__slots__)).where(claims.c.place_id == place_id).with_for_update()
    before = db.execute(locked).one_or_none()
    stands = before.state if before else ""
    if state not in MOVES[stands]:
        msg = (
            f"This claim is {STATES[stands].lower() if stands else 'not here yet'}. It can’t become {STATES[state].lower()} now."
        )
        raise ClaimError(msg)
    amount = pence if pence is not None else before.pence if before else None
    claim = Claim(state, amount, before.currency if before else "GBP", " ".join(why.split()), by, now)
    _check(claim)
    values = {name: getattr(claim, name) for name in Claim.__slots__}
    kept = insert(db, claims).values(place_id=place_id, **values)
    db.execute(kept.on_conflict_do_update(index_elements=["place_id"], set_=values))
    return claim


def _check(claim: Claim) -> None:
    if claim.pence is not None and not 0 < claim.pence <= MOST:
        msg = f"Write a sum from £0.01 to £{MOST // 100:,}."
        raise ClaimError(msg)
    if claim.state in {"approved", "paid"} and claim.pence is None:
        msg = "Write how much it is."
        raise ClaimError(msg)
    if claim.state == "refused" and not claim.why:
        msg = "Say why. The person is told these words."
        raise ClaimError(msg)
    if len(claim.why) > LONGEST:
        msg = f"Use at most {LONGEST} letters."
        raise ClaimError(msg)
    if holds_account(claim.why):
        msg = "This looks like an account or a card number. Bank details are not kept here: take it out."
        raise ClaimError(msg)


def holds_account(words: str) -> bool:
    """Whether words may hold the number of an account or a card."""
    return _ACCOUNT.search(_DAY.sub(" ", words)) is not None
