"""The register of one date: who has a place and who waits, by code, and signing up somebody who rang."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select
from starlette.responses import Response

from bot.web.console import dates
from bot.web.console import event_views as views
from bot.web.console.event_views import DATES
from bot.web.console.visits import Page, Visit
from conversations.places import CONFIRMED, DECLINED, LAPSED, OFFERED, STATES, WAITING, WITHDRAWN
from storage import directory
from storage.broadcasting import groups
from storage.events import claims, needs, occasions, place_rows, registers
from storage.events.claims import Claim
from storage.events.deeds import Deed
from storage.events.events import Event
from storage.events.occasions import CANCELLED, PLANNED, Occasion
from storage.events.place_rows import Place
from storage.followups import planning
from storage.schema import people, seats

GONE = (WITHDRAWN, DECLINED, LAPSED)


async def show(visit: Visit) -> Response:
    """The register; that it was read is noted."""
    return await show_with(visit)


async def show_with(visit: Visit, problems: Mapping[str, str] | None = None, person: str = "") -> Response:
    """The same, with what was wrong with a form on it."""
    told = await visit.write(lambda db: _told(db, visit))
    told |= {"problems": problems or {}, "typed_person": person}
    return visit.page("events/date.html", told, 422 if problems else 200)


def _told(db: Connection, visit: Visit) -> dict[str, Any]:
    one, event, title, flow = dates.find(db, visit, visit.part("code"))
    visit.note(db, "read-register", one.code)
    found = place_rows.of_occasion(db, one.id)
    kinds = views.kinds(flow)
    rows = entries(db, visit, one, found, dict(kinds))
    glance = views.glance(db, visit, [one])[one.id]
    shown = views.line(one, glance, title, event.kind, visit)
    if one.joins and one.stands and one.ends_at > visit.now and not occasions.joining(db, visit.house.keys, one):
        shown["needs"] = [SHUT, *shown["needs"]]

    def those(*states: str) -> list[views.Line]:
        return [row for row in rows if row["state"] in states]

    return {
        "code": one.code,
        "slug": event.slug,
        "title": title,
        "one": shown,
        "version": one.version,
        "coming": those(CONFIRMED),
        "offered": those(OFFERED),
        "line": those(WAITING),
        "unsure": those(*(STATES.keys() - {CONFIRMED, OFFERED, WAITING, *GONE})),
        "gone": those(*GONE),
        "untold": list(_untold(db, one)),
        "kinds": [("", "Not said"), *kinds] if kinds else [],
        "meets": event.kind == "meeting",
        "pairs": [("Places", shown["figures"]), *views.pairs(one, dict(kinds), visit)],
        "links": links(visit, one),
        "meeting": _meeting(db, visit, one, event),
        "steps": _steps(one, found, visit),
    }


def _meeting(db: Connection, visit: Visit, one: Occasion, event: Event) -> str:
    """Where the seats, the agenda and the minutes of a meeting of a group are; empty for any other date."""
    if event.group_id is None or not visit.may("see-groups"):
        return ""
    group = next((group for group in groups.load(db, visit.organisation_id) if group.id == event.group_id), None)
    return f"/console/groups/{group.code}/meetings/{one.code}" if group else ""


def _untold(db: Connection, one: Occasion) -> Iterator[tuple[str, list[str]]]:
    """Why people could not be told something of this date, and the codes of those."""
    found = planning.untold(db, one.id)
    wanted = {id_ for ids in found.values() for id_ in ids}
    codes = {row.id: row.code for row in db.execute(select(people.c.id, people.c.code).where(people.c.id.in_(wanted)))}
    for state, why in UNTOLD.items():
        if state in found:
            yield why, sorted(codes[id_] for id_ in found[state])


def links(visit: Visit, one: Occasion) -> list[tuple[str, str]]:
    """Pages about this date that others answer."""
    return [(f"{DATES}/{one.code}/screen", "A code for the door, to scan")] if visit.may("check-in") and one.stands else []


def entries(db: Connection, visit: Visit, one: Occasion, found: Sequence[Place], kinds: Mapping[str, str]) -> list[views.Line]:
    """A line for each place, by the code of whoever has it."""
    ids = [place.id for place in found if place.id is not None]
    known = select(people.c.id, people.c.code).where(people.c.id.in_([place.person_id for place in found]))
    codes = {row.id: row.code for row in db.execute(known)}
    needed, money = needs.of_places(db, visit.house.keys, ids), claims.of(db, ids)
    positions = place_rows.positions(db, found)
    taken = select(seats.c.id, seats.c.name).where(seats.c.id.in_([place.seat_id for place in found if place.seat_id]))
    held = {row.id: row.name for row in db.execute(taken)}
    return [
        {
            "code": place.code,
            "person": codes[place.person_id],
            "person_id": place.person_id,
            "state": place.state,
            "about": _about(place, one, positions),
            "kind": kinds.get(place.kind, place.kind) or "–",
            "seat": held.get(place.seat_id or 0, "–"),
            "how": views.HOWS.get(place.how, place.how),
            "companions": place.companions,
            "needs": views.need_tags(needed.get(place.id or 0, ())),
            "money": _money(place, money.get(place.id or 0)),
            "came": CAME.get(place.came),
        }
        for place in found
    ]


def _about(place: Place, one: Occasion, positions: Mapping[int, int]) -> str:
    if place.state == WAITING:
        return str(positions.get(place.id or 0, ""))
    if place.state == OFFERED and place.offered_until:
        return views.moment(place.offered_until, one.zone)
    return views.state_of(place.state)[0]


def _money(place: Place, claim: Claim | None) -> str:
    words = [views.PAYMENTS.get(place.payment, ""), claims.STATES.get(claim.state, claim.state).lower() if claim else ""]
    return ", ".join(filter(None, words)) or "–"


def _steps(one: Occasion, found: Sequence[Place], visit: Visit) -> list[dict[str, Any]]:
    """What can be done with this date now."""

    def step(path: str, label: str, note: str = "", tone: str = "second", *, page: bool = False) -> dict[str, Any]:
        return {"path": path, "label": label, "note": note, "tone": tone, "page": page}

    steps = []
    if one.state != CANCELLED and one.ends_at > visit.now:
        if one.state == PLANNED:
            steps.append(step("reopen", "Open sign-up again") if one.closed else step("close", "Close sign-up"))
            steps.append(step("postpone", "Put it off", "When you do not know the new day yet.", page=True))
        steps.append(step("cancel", "Cancel it", "You see what people are sent first.", "danger", page=True))
        if one.series_id is not None:
            note = "The rest of this row of dates."
            steps.append(step("cancel-later", "Cancel it and all later ones", note, "danger", page=True))
    if not found:
        steps.append(step("delete", "Delete it", "Nobody has ever signed up for it.", "danger"))
    return steps


# --- Somebody rang


async def give(visit: Visit) -> Response:
    """Sign somebody up for this date, by their code: a place, or the next number in line."""
    form = await visit.form()
    typed, kind = form.one("person").lower(), form.one("kind")

    def work(db: Connection) -> str:
        one, _, _, flow = dates.find(db, visit, visit.part("code"))
        person = directory.find(db, visit.organisation_id, typed) if typed else None
        if person is None:
            return ""
        id_ = db.scalars(
            select(people.c.id).where(people.c.organisation_id == visit.organisation_id, people.c.code == person.code)
        ).one()
        deed = Deed(id_, one.code, "join", kind=kind if kind in dict(views.kinds(flow)) else "")
        done = act(db, visit, deed)
        visit.note(db, "sign-up-person", f"{one.code} {person.code}: {done}")
        return done

    done = await visit.write(work)
    if not done:
        return await show_with(visit, {"person": "Nobody here has this code. You find it under People."}, typed)
    return visit.go(f"{DATES}/{visit.part('code')}", RESULTS.get(done, NOT_DONE))


def act(db: Connection, visit: Visit, deed: Deed) -> str:
    """Do it on the locked register; whoever it is about is told of a place staff gave or took. Returns the result."""
    register = registers.lock(db, [deed.occasion], [deed.person_id], visit.now)
    done = register.do(deed)
    register.write()
    if done.place and done.result in TOLD:
        date = register.dates[deed.occasion]
        planning.tell(db, "place", [deed.person_id], date.id, done.place.code, visit.now)
    return done.result


UNTOLD = {
    "unreachable": "They have no chat with the bot, or have blocked it.",
    "stopped": "They asked the bot to stop writing.",
    "paused": "They asked for quiet until later.",
    "missed": "It would have come too late.",
}
"""State of what they were to be told -> why they were not."""

SHUT = "The joining link could not be opened here. Whoever joins online is told that you will tell them how: change the date."

CAME = {True: ("Came", "good"), False: ("Was not there", "quiet"), None: None}
CAME_WORDS = {True: "Yes", False: "No", None: "Not noted"}
TOLD = {"placed", "swapped"}
"""Results of which whoever it is about hears: they did not tap it themselves."""

RESULTS = {
    "placed": "They have a place. They are told.",
    "kept": "They had a place already.",
    "swapped": "They have a place here, and the one at the other date is given back. They are told.",
    "waiting": "It is full: they are next in line now.",
    "swap-waiting": "It is full: they are in line here, and keep their place at the other date until one is free.",
    "offered": "They were offered a place.",
    "left": "Their place is given back. Whoever is first in line is asked.",
    "refused": "The offer goes to the next in line.",
    "declined": "They do not stand in any more.",
    "deputy-stays": "Their deputy comes, as before.",
    "member-comes": "Nothing was done: somebody else of the same seat comes.",
    "full": "It is full, and it begins too soon for a list. Find more room first: change its places.",
    "closed": "Sign-up is closed. Open it again first.",
    "cancelled": "This date is cancelled.",
    "postponed": "This date is put off. Give it a new day first.",
    "over": "It has begun, or is over. Add them under “Note who came”.",
    "lapsed": "The offer was over, and the place went to the next in line.",
}
NOT_DONE = "Nothing was done: they have nothing that this could change."

ROUTES = (
    Page("GET", f"{DATES}/{{code}}", show, "see-events"),
    Page("POST", f"{DATES}/{{code}}/give", give, "edit-events"),
)
