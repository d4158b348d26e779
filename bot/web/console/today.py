"""Today: what needs whoever looks, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from starlette.responses import Response

from bot import tongues
from bot.web.console import broadcast_views as views
from bot.web.console import events
from bot.web.console import group_scope as scope
from bot.web.console.visits import Page, Visit
from conversations import quorum
from conversations.text import FALLBACK, choose
from storage.groups import waiting
from storage.groups.waiting import Waiting
from storage.staffing import staff, today
from storage.staffing.today import Today


async def show(visit: Visit) -> Response:
    """Everything that waits, as far as whoever looks can do something about it."""
    house = visit.house
    day = visit.now.astimezone(house.zone).date()
    found, names, meeting, gathering = await visit.read(
        lambda db: (
            today.find(db, visit.organisation_id, house.bot_id, visit.now, day),
            staff.names(db, visit.organisation_id),
            waiting.find(db, visit.organisation_id, visit.now, day) if visit.may("see-groups") else None,
            events.waiting(db, visit) if visit.may("see-events") else [],
        )
    )
    quiet = found.is_quiet and not (meeting or gathering)
    told = {"day": tongues.day(day, FALLBACK), "quiet": quiet, **_told(visit, found, names)}
    told |= {"gathering": gathering, "groups": list(_groups(visit, meeting)) if meeting else []}
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


def _groups(visit: Visit, found: Waiting) -> Iterator[tuple[str, str, str]]:
    """What of the groups waits: where to look, what of, and what it is."""
    for meeting, forecast in found.shaky:
        code, name = found.groups[meeting.group_id]
        words = " ".join(map(quorum.tell_missing, forecast.missing))
        doubt = "" if forecast.is_enough else f"The meeting on {scope.when(visit, meeting)} may not be quorate. "
        yield f"{scope.HERE}/{code}/meetings/{meeting.code}", name, f"{doubt}{words}"
    for group, number in found.points.items():
        code, name = found.groups[group]
        words = "1 point is past its day." if number == 1 else f"{number} points are past their day."
        yield f"{scope.HERE}/{code}/points", name, words
    for meeting, due in found.minutes:
        code, name = found.groups[meeting.group_id]
        words = f"Minutes were due on {tongues.day(due, FALLBACK)}."
        yield f"{scope.HERE}/{code}/meetings/{meeting.code}/minutes", name, words


ROUTES = (Page("GET", "/console/today", show, "see-today"),)
