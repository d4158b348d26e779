"""The register of one date: who has a place and who waits, by code, and one person's place with needs and money."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, select
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.web.console import dates
from bot.web.console import event_views as views
from bot.web.console.event_views import DATES, PLACES
from bot.web.console.visits import Page, Visit
from conversations.places import CONFIRMED, DECLINED, HOLDING, LAPSED, OFFERED, STATES, WAITING, WITHDRAWN
from storage import directory
from storage.events import claims, needs, occasions, place_rows, registers
from storage.events.claims import Claim, ClaimError
from storage.events.deeds import Deed
from storage.events.needs import Need
from storage.events.occasions import CANCELLED, PLANNED, Occasion
from storage.events.place_rows import Place
from storage.followups import planning
from storage.schema import people

GONE = (WITHDRAWN, DECLINED, LAPSED)
_POUNDS = re.compile(r"£?\s*(\d{1,6})(?:\.(\d{1,2}))?")


async def show(visit: Visit) -> Response:
    """The register; that it was read is noted."""
    return await _show(visit)


async def _show(visit: Visit, problems: Mapping[str, str] | None = None, person: str = "") -> Response:
    told = await visit.write(lambda db: _told(db, visit))
    told |= {"problems": problems or {}, "typed_person": person}
    return visit.page("events/date.html", told, 422 if problems else 200)


def _told(db: Connection, visit: Visit) -> dict[str, Any]:
    one, event, title, flow = dates.find(db, visit, visit.part("code"))
    visit.note(db, "read-register", one.code)
    found = place_rows.of_occasion(db, one.id)
    rows = entries(db, visit, one, found, dict(views.kinds(flow)))
    glance = views.glance(db, visit, [one])[one.id]
    shown = views.line(one, glance, title, event.kind, visit)

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
        "kinds": [("", "Not said"), *views.kinds(flow)] if views.kinds(flow) else [],
        "pairs": [("Places", shown["figures"]), *views.pairs(one, dict(views.kinds(flow)), visit)],
        "links": links(visit, one),
        "steps": list(_steps(one, found, visit)),
    }


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
    return [
        {
            "code": place.code,
            "person": codes[place.person_id],
            "person_id": place.person_id,
            "state": place.state,
            "about": _about(place, one, positions),
            "kind": kinds.get(place.kind, place.kind) or "–",
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
        done = _do(db, visit, deed)
        visit.note(db, "sign-up-person", f"{one.code} {person.code}: {done}")
        return done

    done = await visit.write(work)
    if not done:
        return await _show(visit, {"person": "Nobody here has this code. You find it under People."}, typed)
    return visit.go(f"{DATES}/{visit.part('code')}", RESULTS.get(done, NOT_DONE))


def _do(db: Connection, visit: Visit, deed: Deed) -> str:
    """Do it on the locked register; whoever it is about is told of a place staff gave or took. Returns the result."""
    register = registers.lock(db, [deed.occasion], [deed.person_id], visit.now)
    done = register.do(deed)
    register.write()
    if done.place and done.result in TOLD:
        date = register.dates[deed.occasion]
        planning.tell(db, "place", [deed.person_id], date.id, done.place.code, visit.now)
    return done.result


# --- One place


async def show_place(visit: Visit) -> Response:
    """What one person has of one date, with their needs and the money; that it was read is noted."""
    return await _show_place(visit, {})


async def _show_place(visit: Visit, problems: Mapping[str, str], **typed: str) -> Response:
    told = await visit.write(lambda db: _told_place(db, visit))
    told["claim"] |= {name: value for name, value in typed.items() if name in told["claim"]}
    return visit.page("events/place.html", told | {"problems": problems}, 422 if problems else 200)


def find(db: Connection, visit: Visit, code: str) -> tuple[Place, str]:
    """A place, and the code of its date. Raises HTTPException 404."""
    found = place_rows.find(db, visit.organisation_id, code)
    if found is None:
        raise HTTPException(404)
    return found, next(iter(occasions.find_all(db, [found.occasion_id]).values())).code


def _told_place(db: Connection, visit: Visit) -> dict[str, Any]:
    place, occasion = find(db, visit, visit.part("code"))
    one, _, title, flow = dates.find(db, visit, occasion)
    row = entries(db, visit, one, [place], dict(views.kinds(flow)))[0]
    visit.note(db, "read-place", f"{occasion} {row['person']}")
    id_ = place.id or 0
    words, tone = views.state_of(place.state)
    claim = claims.of(db, [id_]).get(id_)
    return {
        "one": {**row, "state": words, "tone": tone, "payment": views.PAYMENTS.get(place.payment, "")},
        "occasion": occasion,
        "title": title,
        "when": views.when(one),
        "needs": [_need(need, one, visit, db) for need in needs.of_places(db, visit.house.keys, [id_]).get(id_, ())],
        "pairs": [
            ("State", row["about"] if place.state not in {WAITING, OFFERED} else f"{words}: {row['about']}"),
            ("Kind", row["kind"]),
            ("Where", row["how"]),
            ("Companions", str(place.companions or "None")),
            ("Came", CAME_WORDS[place.came]),
        ],
        "claim": _claim(claim),
        "claims": [
            ("", "Choose what it is now"),
            *((state, claims.STATES[state]) for state in claims.MOVES[claim.state if claim else ""]),
        ],
        "moves": list(_moves(place, one, visit)),
    }


def _need(need: Need, one: Occasion, visit: Visit, db: Connection) -> dict[str, str]:
    words, tone = {"open": ("Not settled yet", "warn"), "met": ("Met", "good"), "not-met": ("Cannot be met", "quiet")}[need.state]
    notes = [] if need.still else ["They do not ask for it any more. What is booked stays booked: release it yourself."]
    if need.state == "open" and need.code in needs.LEAD:
        notes.append(views.book_by(need.code, one, visit, db))
    return {
        "code": need.code,
        "label": views.need_name(need.code),
        "words": need.words,
        "state_words": words,
        "tone": tone,
        "chosen": need.state,
        "why": need.why,
        "note": " ".join(notes),
    }


def _claim(claim: Claim | None) -> dict[str, str]:
    if claim is None:
        return {"state": "", "words": "None yet", "pounds": "", "why": ""}
    pounds = f"{claim.pence // 100}.{claim.pence % 100:02}" if claim.pence is not None else ""
    words = claims.STATES.get(claim.state, claim.state) + (f", £{pounds}" if pounds else "")
    return {"state": "", "words": words, "pounds": pounds, "why": claim.why}


def _moves(place: Place, one: Occasion, visit: Visit) -> list[dict[str, str]]:
    """What staff can do for somebody who asked."""
    if not one.stands or one.starts_at <= visit.now:
        return []
    if place.state in HOLDING or place.state == WAITING:
        note = "They told you they can’t come. The next in line is asked by itself."
        leaving = {"verb": "leave", "label": "Give their place back", "tone": "danger", "note": note}
        if place.state == WAITING:
            leaving |= {"label": "Take them off the list", "note": "They told you they do not wait any more."}
        taking = {"verb": "accept", "label": "Take the offer for them", "tone": "second", "note": "They told you they come."}
        return [*([taking] if place.state == OFFERED else []), leaving]
    return [{"verb": "join", "label": "Sign them up again", "tone": "second", "note": "They get a place, or wait for one."}]


async def move(visit: Visit) -> Response:
    """Take a place or give it back for somebody who asked."""
    verb = (await visit.form()).one("verb")

    def work(db: Connection) -> str:
        place, occasion = find(db, visit, visit.part("code"))
        if verb not in MOVES:
            raise HTTPException(400)
        done = _do(db, visit, Deed(place.person_id, occasion, verb))
        visit.note(db, f"{verb}-for-person", f"{occasion} {place.code}: {done}")
        return done

    return visit.go(f"{PLACES}/{visit.part('code')}", RESULTS.get(await visit.write(work), NOT_DONE))


async def meet(visit: Visit) -> Response:
    """Note whether a need is met, and why not; whoever it is about is told."""
    form = await visit.form()
    need = form.one("need")
    state, why = form.one(f"met-{need}"), form.one(f"why-{need}")[:300]

    def work(db: Connection) -> None:
        place, occasion = find(db, visit, visit.part("code"))
        if state not in needs.STATES:
            raise HTTPException(400)
        if not needs.mark(db, place.id or 0, need, state, why, visit.who.code, visit.now):
            raise HTTPException(404)
        visit.note(db, "settle-need", f"{occasion} {place.code}")
        if state != "open":
            date = occasions.find(db, visit.organisation_id, occasion)
            planning.tell(db, "need", [place.person_id], date.id if date else None, place.code, visit.now)

    try:
        await visit.write(work)
    except ValueError as error:
        return await _show_place(visit, {f"why-{need}": str(error)})
    return visit.go(f"{PLACES}/{visit.part('code')}", "Saved.")


async def claim(visit: Visit) -> Response:
    """Bring a claim on; whoever it is about is told."""
    form = await visit.form()
    state, told, why = form.one("claim"), form.one("pounds"), form.one("claim-why")
    typed = {"pounds": told, "why": why}
    if state not in claims.STATES:
        return await _show_place(visit, {"claim": "Choose what it is now."}, **typed)
    pence = read_pounds(told)
    if told and pence is None:
        return await _show_place(visit, {"pounds": "Write how much in pounds, like 25 or 12.50."}, **typed)

    def work(db: Connection) -> None:
        place, occasion = find(db, visit, visit.part("code"))
        claims.move(db, place.id or 0, state, visit.who.code, visit.now, pence, why)
        visit.note(db, "move-claim", f"{occasion} {place.code} {state}")
        date = occasions.find(db, visit.organisation_id, occasion)
        planning.tell(db, "claim", [place.person_id], date.id if date else None, place.code, visit.now, state)

    try:
        await visit.write(work)
    except ClaimError as error:
        field = "claim-why" if state == "refused" else "pounds" if state in {"approved", "paid"} else "claim"
        return await _show_place(visit, {field: str(error)}, **typed)
    return visit.go(f"{PLACES}/{visit.part('code')}", "Saved. They are told.")


def read_pounds(told: str) -> int | None:
    """Pence of "12.50"; nothing for what is no sum."""
    found = _POUNDS.fullmatch(told)
    return int(Decimal(f"{found[1]}.{found[2] or 0}") * 100) if found else None


CAME = {True: ("Came", "good"), False: ("Was not there", "quiet"), None: None}
CAME_WORDS = {True: "Yes", False: "No", None: "Not noted"}
MOVES = ("join", "accept", "leave")
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
    Page("GET", f"{PLACES}/{{code}}", show_place, "see-events"),
    Page("POST", f"{PLACES}/{{code}}/move", move, "edit-events"),
    Page("POST", f"{PLACES}/{{code}}/needs", meet, "edit-events"),
    Page("POST", f"{PLACES}/{{code}}/claim", claim, "edit-events"),
)
