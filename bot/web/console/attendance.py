"""At the door: ticking who came, with names only for whoever says why they need them, and people without a place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select
from starlette.responses import Response

from bot.web.console import dates
from bot.web.console import event_views as views
from bot.web.console.event_files import Asked, ask_names, keep_names
from bot.web.console.event_views import DATES
from bot.web.console.visits import Page, Visit
from conversations.places import CONFIRMED
from storage.events import attendance, occasion_rows, place_rows
from storage.events.occasions import Occasion
from storage.events.place_rows import Place
from storage.schema import people

EARLY = dt.timedelta(hours=3)
"""So long before its beginning a page to note who came is opened by mistake."""


async def show(visit: Visit) -> Response:
    """Everybody who is expected, to be ticked; that it was read is noted."""
    return await _show(visit)


async def _show(
    visit: Visit, names: Mapping[int, str] | None = None, problems: Mapping[str, str] | None = None, person: str = ""
) -> Response:
    told = await visit.write(lambda db: _told(db, visit, names or {}))
    told |= {"problems": problems or {}, "typed_person": person, "named": bool(names), "may_name": visit.may("reveal-names")}
    return visit.page("events/door.html", told, 422 if problems else 200)


def _told(db: Connection, visit: Visit, names: Mapping[int, str]) -> dict[str, Any]:
    one, _, title, _ = dates.find(db, visit, visit.part("code"))
    visit.note(db, "read-door-list", one.code)
    found = expected(db, one)
    codes = _codes(db, found)
    rows = [
        {
            "code": place.code,
            "person": codes[place.person_id],
            "name": names.get(place.person_id, ""),
            "about": _about(place),
            "came": place.came is True,
        }
        for place in found
    ]
    return {
        "code": one.code,
        "title": title,
        "when": views.when(one),
        "early": visit.now < one.starts_at - EARLY,
        "rows": sorted(rows, key=lambda row: (row["name"].casefold(), row["person"])),
        "came": sum(row["came"] for row in rows),
        "walk_ins": one.walk_ins,
        "recorded": one.recorded_at is not None,
    }


def expected(db: Connection, one: Occasion) -> list[Place]:
    """Who has a place, and who came without one."""
    return [place for place in place_rows.of_occasion(db, one.id) if place.state == CONFIRMED or place.came]


def _codes(db: Connection, found: list[Place]) -> dict[int, str]:
    wanted = select(people.c.id, people.c.code).where(people.c.id.in_([place.person_id for place in found]))
    return {row.id: row.code for row in db.execute(wanted)}


def _about(place: Place) -> str:
    """What whoever stands at the door needs; others may look over their shoulder."""
    bring = f"with {place.companions}" if place.companions else ""
    online = "online" if place.how == "online" else ""
    return ", ".join(filter(None, [online, bring]))


async def tick(visit: Visit) -> Response:
    """Note who came: those who are ticked, and take back those whose tick was taken off; nobody else's is touched."""
    form = await visit.form()
    came, had = set(form.all("came")), set(form.all("had"))

    def work(db: Connection) -> int:
        one = dates.find(db, visit, visit.part("code"))[0]
        found = {place.code: place.person_id for place in expected(db, one)}
        noted: dict[int, bool | None] = {found[code]: True for code in came - had if code in found}
        noted |= {found[code]: None for code in had - came if code in found}
        attendance.note(db, one, noted, visit.now)
        visit.note(db, "note-who-came", f"{one.code}: {len(noted)}")
        return len(noted)

    count = await visit.write(work)
    said = "Nothing was changed." if not count else "Saved."
    return visit.go(f"{DATES}/{visit.part('code')}/door", said)


async def walk_in(visit: Visit) -> Response:
    """Add somebody who came without a place: by their code, or only counted."""
    form = await visit.form()
    typed, less = form.one("person").lower(), form.one("less") == "yes"

    def work(db: Connection) -> str | None:
        one = dates.find(db, visit, visit.part("code"))[0]
        if typed and not less:
            wanted = select(people.c.id).where(people.c.organisation_id == visit.organisation_id, people.c.code == typed)
            person = db.scalar(wanted)
            if person is None:
                return None
            attendance.walk_in(db, one, person, visit.now)
            visit.note(db, "add-walk-in", f"{one.code} {typed}")
            return "They are noted as there."
        occasion_rows.hold(db, [one.event_id])  # two at two doors count two
        counted = dates.find(db, visit, one.code)[0].walk_ins
        attendance.count_walk_ins(db, one, counted + (-1 if less else 1))
        visit.note(db, "count-walk-in", one.code)
        return "Counted."

    said = await visit.write(work)
    if said is None:
        return await _show(visit, None, {"person": "Nobody here has this code. Leave it empty to count them only."}, typed)
    return visit.go(f"{DATES}/{visit.part('code')}/door", said)


async def finish(visit: Visit) -> Response:
    """All who came are noted."""

    def work(db: Connection) -> bool:
        one = dates.find(db, visit, visit.part("code"))[0]
        if visit.now < one.starts_at:
            return False
        attendance.record(db, one, visit.now)
        visit.note(db, "finish-attendance", one.code)
        return True

    done = await visit.write(work)
    said = "Thank you. All who came are noted." if done else "It has not begun yet. Say so when it is over."
    return visit.go(f"{DATES}/{visit.part('code')}" if done else f"{DATES}/{visit.part('code')}/door", said)


NAMES = Asked("Who came, with names", "door/names", "door")


async def ask_door_names(visit: Visit) -> Response:
    """The page on which somebody says why they need the names at the door."""
    return await ask_names(visit, NAMES)


async def show_door_names(visit: Visit) -> Response:
    """The list to be ticked, with names, once."""
    reason, problem, names = await keep_names(visit, NAMES)
    if problem:
        return await ask_names(visit, NAMES, reason, problem)
    return await _show(visit, names)


ROUTES = (
    Page("GET", f"{DATES}/{{code}}/door", show, "check-in"),
    Page("POST", f"{DATES}/{{code}}/door", tick, "check-in"),
    Page("POST", f"{DATES}/{{code}}/door/walk-in", walk_in, "check-in"),
    Page("POST", f"{DATES}/{{code}}/door/done", finish, "check-in"),
    Page("GET", f"{DATES}/{{code}}/door/names", ask_door_names, "reveal-names", fresh=True),
    Page("POST", f"{DATES}/{{code}}/door/names", show_door_names, "reveal-names", fresh=True),
)
