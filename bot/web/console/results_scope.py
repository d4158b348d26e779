"""Whose results somebody may see: a partner those of its own people, everybody else all."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select
from starlette.exceptions import HTTPException

from bot.web.console.visits import Visit
from conversations.flow import Flow
from storage import engagements
from storage.engagements import Engagement
from storage.schema import partners


@dataclass(frozen=True, slots=True)
class Scope:
    """An engagement with its present edition; `own` is the code of the partner who looks, None when it is no partner."""

    engagement: Engagement
    flow: Flow
    own: str | None

    def group(self, by: str, value: str) -> tuple[str, str]:
        """The group to show: what was asked for, or to a partner always its own people. Raises HTTPException."""
        if self.own is not None:
            return "partner", self.own
        if by and by not in GROUPED:
            raise HTTPException(404)
        return by, value


def find(db: Connection, visit: Visit, *, whole: bool = False) -> Scope:
    """The engagement of the address. Raises HTTPException: there is none, or a partner asks for the `whole`."""
    found = engagements.find(db, visit.organisation_id, visit.part("slug"))
    own = partner_code(db, visit)
    if found is None or found.state == engagements.DRAFT:
        raise HTTPException(404)
    if whole and own is not None:
        raise HTTPException(403)
    return Scope(found, engagements.read_editions(db, [found.edition_id])[found.edition_id], own)


def partner_code(db: Connection, visit: Visit) -> str | None:
    """The partner whose people whoever looks may see; empty when that partner is gone, None when they may see all."""
    if visit.who.role != "partner":
        return None
    theirs = (partners.c.id == visit.who.partner_id, partners.c.organisation_id == visit.organisation_id)
    return db.scalar(select(partners.c.code).where(*theirs)) or ""


GROUPED = {"language": "Language", "door": "How they answered", "partner": "Partner", "month": "Month", "edition": "Edition"}
"""Groups that a page can be narrowed to -> what they are called."""
