"""A reference group: its next meetings and what they promise, its seats, its rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot import tongues
from bot.access import allows
from bot.web.console import group_scope as scope
from bot.web.console import subscriptions
from bot.web.console.group_scope import HERE
from bot.web.console.inbox import today
from bot.web.console.visits import Page, Visit
from conversations import quorum as arithmetic
from conversations.text import FALLBACK
from storage.broadcasting.groups import Group
from storage.groups import points, presence, quorum, rules, seats
from storage.groups.rules import ClashError, RefusedError, Rules
from storage.groups.seats import Seat
from storage.staffing import staff

Told = dict[str, Any]

PAST, COMING = 6, 6
TONES = {
    "nearly-certain": "good",
    "likely": "good",
    "open": "warn",
    "unlikely": "bad",
    "very-unlikely": "bad",
    "out-of-reach": "bad",
}
"""Outlook of a meeting -> how it is coloured."""


async def show(visit: Visit) -> Response:
    """One group."""
    return await _show(visit)


async def _show(visit: Visit, problems: Mapping[str, str] | None = None, typed: Mapping[str, str] | None = None) -> Response:
    told = await visit.read(lambda db: _look(db, visit))
    told |= {"problems": problems or {}, "typed": typed or {}, "kinds": KINDS}
    return visit.page("groups/show.html", told, 422 if problems else 200)


def _look(db: Connection, visit: Visit) -> Told:
    group, day = scope.find(db, visit), today(visit)
    coming, past = quorum.coming(db, [group.id], visit.now, COMING), quorum.past(db, [group.id], visit.now, PAST)
    told = quorum.forecasts(db, coming, visit.now)
    held, known = seats.load(db, [group.id]), rules.read(db, group.id)
    open_points = points.load(db, visit.house.keys, group.id, [state for state in points.STATES if state not in points.OVER])
    year = presence.measure(db, [group.id], day.replace(year=day.year - 1, day=min(day.day, 28)), day + rules.DAY, visit.now)
    return {
        "group": group,
        "rules": known,
        "few": seats.few(held) and not known.few_why,
        "seats": [_row(seat, visit) for seat in held],
        "coming": [
            {
                "code": one.code,
                "when": scope.when(visit, one),
                "state": one.state,
                "tone": TONES.get(told[one.id].outlook, "quiet"),
            }
            | {"told": arithmetic.tell(told[one.id]), "warns": told[one.id].warns}
            for one in coming
        ],
        "past": [
            {"code": one.code, "when": scope.when(visit, one), "quorate": one.quorate, "known": one.recorded_at} for one in past
        ],
        "open": len(open_points),
        "overdue": sum(one.is_overdue(day) for one in open_points),
        "presence": year.tell(),
        "feed": subscriptions.address(db, visit, group),
        "reachable": bool(visit.house.public_url),
    }


def _row(seat: Seat, visit: Visit) -> Told:
    """A seat as a page shows it."""
    return {
        "code": seat.code,
        "name": seat.name,
        "kind": arithmetic.name(seat.kind).capitalize(),
        "lived": seat.lived,
        "holder": seat.holder,
        "deputy": seat.deputy,
        "from": _day(seat.from_day),
        "until": _day(seat.until_day),
        "vacant": _day(seat.vacant_since),
        "support": seat.support,
        "ended": seat.ended,
        "over": seat.is_over(today(visit)),
    }


def _day(day: dt.date | None) -> str:
    return tongues.day(day, FALLBACK) if day else ""


async def make(visit: Visit) -> Response:
    """A new seat, empty."""
    typed = (await visit.form()).words()

    def work(db: Connection, group: Group) -> str:
        seats.make(db, group, typed, today(visit))
        return "The seat is there, and empty."

    try:
        said = await scope.change(visit, "make-seat", work)
    except RefusedError as error:
        return await _show(visit, {error.field: str(error)}, typed)
    return visit.go(_home(visit), said)


def _home(visit: Visit) -> str:
    return f"{HERE}/{visit.part('code')}/seats"


# --- One seat


async def show_seat(visit: Visit) -> Response:
    """Who sits there, their term and deputy, and what it is called."""
    return await _show_seat(visit)


async def _show_seat(visit: Visit, problems: Mapping[str, str] | None = None, typed: Mapping[str, str] | None = None) -> Response:
    def look(db: Connection) -> Told:
        group = scope.find(db, visit)
        seat = _find(db, visit, group)
        visit.note(db, "read-seat", seat.code)
        stands = {"kind": seat.kind, "name": seat.name, "support": seat.support, "lived": "yes" if seat.lived else ""}
        stands |= {"from_day": str(seat.from_day or today(visit)), "until_day": str(seat.until_day or "")}
        stands |= {"holder": seat.holder, "deputy": seat.deputy}
        return {"group": group, "seat": _row(seat, visit), "stands": stands}

    told = await visit.write(look)
    told |= {"problems": problems or {}, "typed": told["stands"] | dict(typed or {}), "kinds": KINDS}
    return visit.page("groups/seat.html", told, 422 if problems else 200)


def _find(db: Connection, visit: Visit, group: Group) -> Seat:
    seat = seats.find(db, group, visit.part("seat"))
    if seat is None:
        raise HTTPException(404)
    return seat


async def change_seat(visit: Visit) -> Response:
    """Do to a seat what the button says."""
    typed = (await visit.form()).words()
    act = visit.request.url.path.rpartition("/")[2]
    what, said = ACTS[act]

    def work(db: Connection, group: Group) -> str:
        seat = _find(db, visit, group)
        if act == "words":
            seats.change(db, seat, typed)
        elif act == "holder":
            seats.fill(db, group, seat, typed, today(visit))
        elif act == "vacate":
            seats.vacate(db, group, seat, today(visit), visit.now)
        elif act == "deputy":
            seats.deputise(db, group, seat, typed.get("deputy", ""), visit.now)
        else:
            seats.end(db, group, seat, today(visit), visit.now)
        return said

    try:
        said = await scope.change(visit, what, work)
    except RefusedError as error:
        return await _show_seat(visit, {error.field: str(error)}, typed)
    return visit.go(_home(visit) if act == "end" else f"{_home(visit)}/{visit.part('seat')}", said)


ACTS = {
    "words": ("change-seat", "The seat is changed."),
    "holder": ("fill-seat", "They sit here now."),
    "vacate": ("vacate-seat", "The seat is empty from today."),
    "deputy": ("name-deputy", "The deputy is changed."),
    "end": ("end-seat", "There is no such seat any more."),
}
"""What is done to a seat -> how it is noted, and what is said."""


# --- Rules


async def show_rules(visit: Visit) -> Response:
    """How the group works."""
    return await _show_rules(visit)


async def _show_rules(
    visit: Visit, problems: Mapping[str, str] | None = None, typed: Mapping[str, str] | None = None
) -> Response:
    def look(db: Connection) -> tuple[Group, Rules, dict[str, str]]:
        group = scope.find(db, visit)
        return group, rules.read(db, group.id), _secretaries(db, visit)

    group, known, secretaries = await visit.read(look)
    stands = {name: str(getattr(known, name)) for name in NUMBERS} | {"few_why": known.few_why, "secretary": known.secretary}
    stands |= {"key": "yes" if known.key else "", "version": str(known.version)}
    told = {"group": group, "stands": stands, "problems": problems or {}, "secretaries": [("", "Nobody"), *secretaries.items()]}
    shown = {**stands, **({"key": ""} | dict(typed) | {"version": stands["version"]} if typed else {})}
    return visit.page(
        "groups/rules.html", told | {"typed": shown, "clash": bool(problems and "" in problems)}, 422 if problems else 200
    )


def _secretaries(db: Connection, visit: Visit) -> dict[str, str]:
    """Colleagues who may look after a group: code -> name."""
    names = staff.load(db, visit.organisation_id)
    return {one.code: one.name for one in names if allows(one.role, "edit-groups") and one.state == staff.ACTIVE}


async def save_rules(visit: Visit) -> Response:
    """Keep them."""
    form = await visit.form()
    typed = form.words()

    def work(db: Connection, group: Group) -> str:
        rules.write(db, group, typed, _secretaries(db, visit), form.version())
        return "Saved."

    try:
        said = await scope.change(visit, "change-group-rules", work)
    except ClashError as error:
        return await _show_rules(visit, {"": str(error)}, typed)
    except RefusedError as error:
        return await _show_rules(visit, {error.field: str(error)}, typed)
    return visit.go(_home(visit), said)


NUMBERS = ("quorum", "quorum_lived", "papers_days", "minutes_days")
KINDS = [("", "Choose"), *((kind, words.capitalize()) for kind, words in arithmetic.KINDS.items())]

_SEAT = f"{HERE}/{{code}}/seats/{{seat}}"

ROUTES = (
    Page("GET", f"{HERE}/{{code}}/seats", show, "see-groups"),
    Page("POST", f"{HERE}/{{code}}/seats", make, "edit-groups"),
    Page("GET", f"{HERE}/{{code}}/rules", show_rules, "edit-groups"),
    Page("POST", f"{HERE}/{{code}}/rules", save_rules, "edit-groups"),
    Page("GET", _SEAT, show_seat, "see-groups"),
    *(Page("POST", f"{_SEAT}/{act}", change_seat, "edit-groups") for act in ACTS),
)
