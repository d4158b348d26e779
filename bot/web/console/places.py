"""One person's place at a date: what helps them and whether it is met, the money, and what staff do for them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.web.console import dates
from bot.web.console import event_views as views
from bot.web.console.event_views import PLACES
from bot.web.console.registers import CAME_WORDS, NOT_DONE, RESULTS, act, entries
from bot.web.console.visits import Page, Visit
from conversations.places import HOLDING, OFFERED, WAITING
from storage.events import claims, needs, occasions, place_rows
from storage.events.claims import Claim, ClaimError
from storage.events.deeds import Deed
from storage.events.needs import Need
from storage.events.occasions import Occasion
from storage.events.place_rows import Place
from storage.followups import planning

_POUNDS = re.compile(r"£?\s*(\d{1,6})(?:\.(\d{1,2}))?")


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
        done = act(db, visit, Deed(place.person_id, occasion, verb))
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


MOVES = ("join", "accept", "leave")

ROUTES = (
    Page("GET", f"{PLACES}/{{code}}", show_place, "see-events"),
    Page("POST", f"{PLACES}/{{code}}/move", move, "edit-events"),
    Page("POST", f"{PLACES}/{{code}}/needs", meet, "edit-events"),
    Page("POST", f"{PLACES}/{{code}}/claim", claim, "edit-events"),
)
