"""The influence log of a group: what was raised, who does it by when, and what whoever raised it was told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot import tongues
from bot.web.console import group_scope as scope
from bot.web.console.group_scope import HERE
from bot.web.console.inbox import today
from bot.web.console.visits import Page, Visit
from conversations.text import FALLBACK
from storage.broadcasting.groups import Group
from storage.groups import points, quorum
from storage.groups.points import Point
from storage.groups.rules import ClashError, RefusedError
from storage.staffing import staff

Told = dict[str, Any]

TONES = {"raised": "warn", "agenda": "quiet", "doing": "quiet", "done": "good", "not-done": "bad"}


async def show_all(visit: Visit) -> Response:
    """All of them, what is open first."""
    return await _show_all(visit)


async def _show_all(visit: Visit, problems: Mapping[str, str] | None = None, typed: str = "") -> Response:
    def look(db: Connection) -> Told:
        group = scope.find(db, visit)
        visit.note(db, "read-points", group.code)
        found = points.load(db, visit.house.keys, group.id)
        rows = [_row(one, visit) for one in found]
        return {
            "group": group,
            "open": [one for one in rows if not one["over"]],
            "closed": [one for one in rows if one["over"]],
        }

    told = await visit.write(look)
    return visit.page("groups/points.html", told | {"problems": problems or {}, "typed": typed}, 422 if problems else 200)


def _row(one: Point, visit: Visit) -> Told:
    return {
        "code": one.code,
        "words": one.words,
        "state": points.STATES[one.state],
        "tone": TONES[one.state],
        "owner": one.owner,
        "due": tongues.day(one.due_on, FALLBACK) if one.due_on else "",
        "overdue": one.is_overdue(today(visit)),
        "outcome": one.outcome,
        "over": one.state in points.OVER,
        "member": one.person_id is not None,
    }


async def add(visit: Visit) -> Response:
    """Note something the group agreed to do."""
    words = (await visit.form()).one("point")

    def work(db: Connection, group: Group) -> str:
        points.add(db, visit.house.keys, group.id, words, visit.now)
        return "It is noted. Now say who does it, and by when."

    try:
        said = await scope.change(visit, "note-point", work)
    except RefusedError as error:
        return await _show_all(visit, {error.field: str(error)}, words)
    return visit.go(f"{HERE}/{visit.part('code')}/points", said)


# --- One of them


async def show(visit: Visit) -> Response:
    """One point, with all that became of it."""
    return await _show(visit)


async def _show(
    visit: Visit, problems: Mapping[str, str] | None = None, typed: Mapping[str, str] | None = None, *, clash: bool = False
) -> Response:
    def look(db: Connection) -> Told:
        group = scope.find(db, visit)
        point = _find(db, visit, group)
        visit.note(db, "read-point", point.code)
        names = staff.names(db, visit.organisation_id)
        meetings = quorum.coming(db, [group.id], visit.now, 12)
        return {
            "group": group,
            "point": _row(point, visit),
            "stands": {"state": point.state, "owner": point.owner, "due_on": str(point.due_on or ""), "meeting": point.meeting},
            "version": str(point.version),
            "meetings": [("", "No meeting"), *((one.code, scope.when(visit, one)) for one in meetings if one.state == "planned")],
            "steps": [
                (
                    points.STATES[one.state],
                    TONES[one.state],
                    one.words,
                    names.get(one.by, ""),
                    tongues.day(one.at.date(), FALLBACK),
                )
                for one in points.steps(db, [point])[point.code]
            ],
        }

    told = await visit.write(look)
    words = (typed or {}).get("words", "")
    told |= {"typed": {"words": "", **told["stands"], **(typed or {})}, "problems": problems or {}, "clash": clash}
    told |= {"states": list(points.STATES.items()), "advice": scope.advice(words)}
    return visit.page("groups/point.html", told, 422 if problems else 200)


def _find(db: Connection, visit: Visit, group: Group) -> Point:
    point = points.find(db, visit.house.keys, group.id, visit.part("point"))
    if point is None:
        raise HTTPException(404)
    return point


async def change(visit: Visit) -> Response:
    """Move it on; with `do` = look, only say how the words read."""
    typed = (await visit.form()).words()
    if typed.get("do") == "look":
        return await _show(visit, typed=typed)

    def work(db: Connection, group: Group) -> str:
        point = _find(db, visit, group)
        meeting = quorum.find(db, visit.organisation_id, typed.get("meeting", ""))
        mine = meeting.id if meeting and meeting.group_id == group.id else None
        told = points.change(db, point, typed, mine, visit.who.code, visit.now)
        return "It is changed, and whoever raised it is told." if told else "It is changed. Nobody is told: the group raised it."

    try:
        said = await scope.change(visit, "change-point", work)
    except ClashError as error:
        return await _show(visit, {"": str(error)}, typed, clash=True)
    except RefusedError as error:
        return await _show(visit, {error.field: str(error)}, typed)
    return visit.go(f"{HERE}/{visit.part('code')}/points/{visit.part('point')}", said)


_POINTS = f"{HERE}/{{code}}/points"

ROUTES = (
    Page("GET", _POINTS, show_all, "see-groups"),
    Page("POST", _POINTS, add, "edit-groups"),
    Page("GET", f"{_POINTS}/{{point}}", show, "see-groups"),
    Page("POST", f"{_POINTS}/{{point}}", change, "edit-groups"),
)
