"""Opening an engagement to people, and closing it for good."""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.responses import Response

from bot import launch, upkeep
from bot.editing import aside
from bot.web.console import fields, works
from bot.web.console.visits import Page, Visit
from bot.web.console.works import LIST
from conversations import flow
from storage import engagements, history
from storage.engagements import CLOSED, OPEN, Engagement
from storage.figures import small_numbers


async def obstacles(visit: Visit, one: Engagement, present: flow.Flow) -> list[str]:
    """Why the present edition cannot be opened; a file or the library may have brought what is only refused here."""
    source = await visit.read(lambda db: history.source_of(db, one))
    found = works.errors(await aside(works.review, works.tidy(source), one.slug, visit.now.date()))
    why = launch.obstacle(present, local=visit.house.local)
    return [*([why] if why else []), *map(fields.words_of, found)]


async def open_it(visit: Visit) -> Response:
    """Let people answer, with a link to it."""
    work = await works.fetch(visit)
    one, back = work.engagement, f"{LIST}/{work.slug}"
    if one is None:
        return visit.go(back, "Publish it first. Then it can be opened.")
    present = await visit.read(lambda db: visit.house.know(db, {one.edition_id})[one.edition_id])
    why = await obstacles(visit, one, present)
    if why:
        return visit.go(back, f"It was not opened. {why[0]}")
    done = await visit.write(lambda db: _open(db, visit, one))
    return visit.go(f"{back}/links", "It is open. People get in by the links below.") if done else visit.go(back, NOT_OPENED)


def _open(db: Connection, visit: Visit, seen: Engagement) -> bool:
    """Open it, unless it is closed or says something else than what was looked over."""
    engagements.lock(db, seen.id)
    one = engagements.find(db, visit.organisation_id, seen.slug)
    if one is None or one.state == CLOSED or one.edition != seen.edition:
        return False
    if one.state != OPEN:
        engagements.set_state(db, one.id, OPEN, visit.now)
        visit.note(db, "open", one.slug)
    if not engagements.links_of(db, one.id):
        engagements.make_link(db, one, "", visit.now)
    return True


NOT_OPENED = "It was not opened. What is closed stays closed: make a copy, and open that."


async def ask_close(visit: Visit) -> Response:
    """Say what closing does, and how many are in the middle."""
    work = await works.fetch(visit)
    one = work.engagement
    if one is None or one.state != OPEN:
        return visit.go(f"{LIST}/{work.slug}", "It is not open, so there is nothing to close.")
    middle = await visit.read(lambda db: history.in_the_middle(db, one))
    told = {"middle": middle, "anonymous": one.identity == "anonymous", "fewest": small_numbers.FEWEST}
    return visit.page("engagements/close.html", {**works.told(work, (), None, visit), **told})


async def close(visit: Visit) -> Response:
    """Nobody can answer it any more."""
    work = await works.fetch(visit)

    def act(db: Connection) -> str:
        one = engagements.find(db, visit.organisation_id, work.slug)
        if one is None or one.state != OPEN:
            return "It was closed already, or never open. Nothing was changed."
        engagements.set_state(db, one.id, CLOSED, visit.now)
        upkeep.release(db, visit.house, one, visit.now, closing=True)
        visit.note(db, "close", one.slug)
        after = engagements.find(db, visit.organisation_id, work.slug)
        return CLOSED_TOO_FEW if after and after.too_few else "It is closed."

    return visit.go(f"{LIST}/{work.slug}", await visit.write(act))


CLOSED_TOO_FEW = "It is closed. Fewer than 10 people finished, so to keep them anonymous their answers were destroyed."


ROUTES = (
    Page("POST", f"{LIST}/{{slug}}/open", open_it, "open-engagements"),
    Page("GET", f"{LIST}/{{slug}}/close", ask_close, "open-engagements"),
    Page("POST", f"{LIST}/{{slug}}/close", close, "open-engagements"),
)
