"""The ways in to an engagement: its links, and sheets with their codes to print."""

from __future__ import annotations

from typing import Any

import segno
from sqlalchemy import Connection, select
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.web.console import works
from bot.web.console.visits import Page, Visit
from bot.web.console.works import LIST
from conversations.text import choose
from storage import engagements, organisations
from storage.engagements import Engagement, Link
from storage.schema import partners

LONGEST_LABEL = 80  # letters
MOST_LINKS = 200
LAYOUTS = {"1": "One to a page", "4": "Four to a page", "8": "Eight to a page"}


async def show(visit: Visit) -> Response:
    """The links, each with what it is for, and a form for one more."""
    return await _show(visit)


async def _show(visit: Visit, problems: dict[str, str] | None = None, label: str = "") -> Response:
    work = await works.fetch(visit)

    def look(db: Connection) -> dict[str, Any]:
        known = _partners(db, visit.organisation_id)
        links = engagements.links_of(db, work.engagement.id) if work.engagement else []
        name = organisations.username(db, visit.house.bot_id)
        rows = [(link, address(name, link), known.get(link.partner_id or 0, ("", ""))[1]) for link in links]
        return {"links": rows, "partners": list(known.values()), "named": bool(name)}

    found = await visit.read(look)
    told = {**found, "layouts": list(LAYOUTS.items()), "problems": problems or {}, "label": label}
    return visit.page("engagements/links.html", {**works.told(work, (), "/links", visit), **told}, 422 if problems else 200)


def _partners(db: Connection, organisation_id: int) -> dict[int, tuple[str, str]]:
    """Partner id -> code and name."""
    wanted = select(partners.c.id, partners.c.code, partners.c.name).where(partners.c.organisation_id == organisation_id)
    return {row.id: (row.code, row.name) for row in db.execute(wanted.order_by(partners.c.name))}


def address(username: str, link: Link) -> str:
    """Where a link leads."""
    return f"https://t.me/{username or UNKNOWN}?start={link.code}"


UNKNOWN = "YOUR_BOT"


async def add(visit: Visit) -> Response:
    """One more link."""
    form, work = await visit.form(), await works.fetch(visit)
    one, label = work.engagement, form.one("label")
    if one is None:
        return visit.go(f"{LIST}/{work.slug}", "Publish it first. Then it can have links.")
    if len(label) > LONGEST_LABEL:
        return await _show(visit, {"label": f"Use at most {LONGEST_LABEL} letters."}, label)

    def make(db: Connection) -> bool:
        known = {code: number for number, (code, _) in _partners(db, visit.organisation_id).items()}
        if form.one("partner") and form.one("partner") not in known:
            raise HTTPException(404)
        if len(engagements.links_of(db, one.id)) >= MOST_LINKS:
            return False
        link = engagements.make_link(db, one, label, visit.now, known.get(form.one("partner")))
        visit.note(db, "make-link", f"{one.slug} {link.code}")
        return True

    if not await visit.write(make):
        return await _show(visit, {"label": f"There are {MOST_LINKS} links already. Use one of them."}, label)
    return visit.go(f"{LIST}/{work.slug}/links", "The link is made.")


async def sheet(visit: Visit) -> Response:
    """A page to print: the code of a link, once or several times."""
    work = await works.fetch(visit)
    one = work.engagement
    link = await visit.read(lambda db: _link(db, one, visit.asked("link"))) if one else None
    if one is None or link is None:
        raise HTTPException(404)
    name = await visit.read(lambda db: organisations.username(db, visit.house.bot_id))
    flow = (await visit.read(lambda db: engagements.read_editions(db, [one.edition_id])))[one.edition_id]
    language = visit.asked("language") if visit.asked("language") in flow.languages else flow.languages[0]
    layout = visit.asked("layout") if visit.asked("layout") in LAYOUTS else "1"
    told = {
        **works.told(work, (), "/links", visit),
        "layout": layout,
        "layouts": list(LAYOUTS.items()),
        "copies": range(int(layout)),
        "code": draw(address(name, link)),
        "link": link,
        "address": address(name, link).removeprefix("https://"),
        "title": choose(flow.title, language),
        "settles": choose(flow.charter.settles, language),
        "language": language,
        "languages": flow.languages,
        "named": bool(name),
        "back": f"{LIST}/{work.slug}/links",
        "here": f"{LIST}/{work.slug}/sheet",
    }
    return visit.page("engagements/sheet.html", told)


def _link(db: Connection, one: Engagement | None, code: str) -> Link | None:
    links = engagements.links_of(db, one.id) if one else []
    return next((link for link in links if not code or link.code == code), None)


def draw(address: str) -> str:
    """The code as SVG; a camera reads it with a quarter of it soiled."""
    made = segno.make(address, error="q", micro=False)
    return str(made.svg_inline(border=2, omitsize=True, dark="#000", light="#fff", title="", desc=None))


ROUTES = (
    Page("GET", f"{LIST}/{{slug}}/links", show, "see-engagements"),
    Page("POST", f"{LIST}/{{slug}}/links", add, "open-engagements"),
    Page("GET", f"{LIST}/{{slug}}/sheet", sheet, "see-engagements"),
)
