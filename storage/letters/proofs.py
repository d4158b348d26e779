"""Proof that a letter of a broadcast arrived: its button was tapped."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, case, select, update

from storage.letters.outbox import LEFT, PENDING, SENT, UNKNOWN
from storage.schema import broadcasts, outbox


class Invitation(NamedTuple):
    """What the button of a broadcast opens; nothing when it invites to nothing."""

    broadcast_id: int
    engagement_id: int | None


def follow(db: Connection, organisation_id: int, codes: Collection[str]) -> dict[str, Invitation]:
    """The invitations by these codes; a code of nobody's leads nowhere."""
    known = select(broadcasts.c.code, broadcasts.c.id, broadcasts.c.engagement_id)
    mine = (broadcasts.c.organisation_id == organisation_id, broadcasts.c.code.in_(codes))
    return {row.code: Invitation(row.id, row.engagement_id) for row in db.execute(known.where(*mine))}


def note(db: Connection, arrived: Sequence[tuple[int, int]]) -> None:
    """Mark the letters whose button was tapped: (broadcast id, person id).

    One that nobody could be sure of has been sent; and one that waits to go out again has no need to.
    """
    if arrived:
        rows = [{"broadcast": broadcast, "person": person} for broadcast, person in arrived]
        here = (outbox.c.broadcast_id == bindparam("broadcast"), outbox.c.person_id == bindparam("person"))
        unsure = outbox.c.state.in_((PENDING, UNKNOWN, LEFT))
        values: dict[str, Any] = {
            "tapped": True,
            "state": case((unsure, SENT), else_=outbox.c.state),
            "reason": case((unsure, ""), else_=outbox.c.reason),
            "sealed": case((unsure, None), else_=outbox.c.sealed),
        }
        db.execute(update(outbox).where(*here).values(values), rows)
