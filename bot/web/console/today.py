"""Today: what needs whoever looks, and nothing else."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from bot import tongues
from bot.web.console import broadcast_views as views
from bot.web.console.visits import Page, Visit
from conversations.text import FALLBACK, choose
from storage.staffing import staff, today
from storage.staffing.today import Today


async def show(visit: Visit) -> Response:
    """Everything that waits, as far as whoever looks can do something about it."""
    house = visit.house
    day = visit.now.astimezone(house.zone).date()
    found, names = await visit.read(
        lambda db: (
            today.find(db, visit.organisation_id, house.bot_id, visit.now, day),
            staff.names(db, visit.organisation_id),
        )
    )
    told = {"day": tongues.day(day, FALLBACK), "quiet": found.is_quiet, **_told(visit, found, names)}
    return visit.page("today.html", told)


def _told(visit: Visit, found: Today, names: dict[str, str]) -> dict[str, Any]:
    mine = [views.line(one) | {"why": one.why} for one in found.returned if one.written_by == visit.who.code]
    others = [views.line(one) for one in found.returned if one.written_by != visit.who.code]
    return {
        "waiting": [views.line(one) | {"by": names.get(one.written_by, "")} for one in found.waiting],
        "mine": mine,
        "others": others,
        "stuck": [views.line(one) | {"why": one.why} for one in found.stuck],
        "moving": [views.line(one) for one in found.moving],
        "feedback": [(one.slug, choose(one.title, FALLBACK), tongues.day(one.by, FALLBACK)) for one in found.feedback],
        "unread": found.unread,
        "late": found.late,
        "quotes": found.quotes,
        "unknown": found.unknown,
        "reviews": found.reviews if visit.may("manage-staff") else 0,
    }


ROUTES = (Page("GET", "/console/today", show, "see-today"),)
