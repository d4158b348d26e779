"""The inbox: what people wrote in their own words, to be read in time, and what it is about.

Whoever opens a page of it has read all that stands there, so the audit has a row for each page opened, not for each line.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.web.console.visits import Form, Page, Visit
from conversations import charter
from conversations.flow import Flow
from conversations.questions import KINDS
from conversations.text import FALLBACK, choose
from storage import engagements
from storage.engagements import Engagement
from storage.reading import quotes, readings, themes
from storage.reading.readings import Leaf, Said
from storage.reading.themes import ThemeError
from storage.staffing import preferences

HERE = "/console/inbox"
_TEXTS = 200  # on one page, about


def find(db: Connection, visit: Visit, slug: str) -> tuple[Engagement, Flow]:
    """An engagement of this organisation and its present edition. Raises HTTPException 404."""
    found = engagements.find(db, visit.organisation_id, slug)
    if found is None:
        raise HTTPException(404)
    return found, engagements.read_editions(db, [found.edition_id])[found.edition_id]


def today(visit: Visit) -> dt.date:
    """The day it is here."""
    return visit.now.astimezone(visit.house.zone).date()


def spell(day: dt.date) -> str:
    """A day as it is read: Monday 1 February."""
    return f"{day:%A} {day.day} {day:%B}"


async def list_all(visit: Visit) -> Response:
    """Every engagement in which people write, by when its words are to be read."""

    def look(db: Connection) -> tuple[list[readings.Pile], dict[int, int]]:
        return readings.piles(db, visit.organisation_id, today(visit)), quotes.waiting(db, visit.organisation_id)

    piles, waiting = await visit.read(look)
    rows = [
        {
            "slug": pile.engagement.slug,
            "title": choose(pile.title, FALLBACK),
            "by": pile.by,
            "unread": pile.unread,
            "overdue": pile.overdue,
            "due": spell(pile.due) if pile.due else "",
            "quotes": waiting.get(pile.engagement.id, 0),
        }
        for pile in piles
    ]
    return visit.page("inbox/list.html", {"piles": rows})


# --- One engagement


async def show(visit: Visit) -> Response:
    """What people wrote in one engagement: what nobody has read, oldest first, or what somebody has."""
    return await _show(visit, {})


async def _show(visit: Visit, problems: Mapping[str, str]) -> Response:
    sort, theme, after = visit.asked("show"), visit.asked("theme"), visit.asked("after")
    been_read = sort == "read"

    def look(db: Connection) -> tuple[Engagement, Flow, Leaf, dict[str, object]]:
        found, flow = find(db, visit, visit.part("slug"))
        limit = _people(flow)
        if been_read:
            leaf = readings.been_read(db, visit.house.keys, found, theme, after, limit)
        else:
            leaf = readings.to_read(db, visit.house.keys, found, after, limit)
        return found, flow, leaf, _beside(db, visit, found, flow, leaf.said)

    found, flow, leaf, beside = await visit.read(look)
    if leaf.said:  # noted before anybody sees a word, and apart: opening so many keeps no writer waiting
        await visit.write(lambda db: visit.note(db, "read-texts", f"{found.slug}: {len(leaf.said)}"))
    asked = {"show": sort, "theme": theme} if been_read else {}
    told = {
        "slug": found.slug,
        "title": choose(flow.title, FALLBACK),
        "by": flow.reading.by,
        "been_read": been_read,
        "theme": theme,
        "after": after,
        "shown": " ".join(one.handle for one in leaf.said),
        "later": f"?{urlencode({**asked, 'after': leaf.next})}" if leaf.next else "",
        "problems": problems,
        **beside,
    }
    return visit.page("inbox/texts.html", told, 422 if problems else 200)


def _people(flow: Flow) -> int:
    """Whose words stand on one page: fewer where each may write much."""
    texts = sum(KINDS[step.kind].free for step in flow.steps)
    return max(1, min(readings.AT_ONCE, _TEXTS // max(texts, 1)))


def _beside(db: Connection, visit: Visit, found: Engagement, flow: Flow, said: Sequence[Said]) -> dict[str, object]:
    """The texts by question, and the themes there are."""
    settled = preferences.read(db, visit.organisation_id)
    within, rest = flow.reading.within_days or settled.reading_days, readings.rests(settled.nation)
    names = themes.names(db, found.id)
    free = quotes.permitted(db, found.id, {one.place[0] for one in said}) if visit.may("quote") else set()
    flows = engagements.read_editions(db, {one.edition_id for one in said}) if said else {}
    groups: dict[str, list[dict[str, object]]] = {}
    for one in said:
        step = flow.find(one.place[1]) or flows[one.edition_id].find(one.place[1])
        due = charter.due(one.day, within, rest)
        row = {
            "handle": one.handle,
            "words": one.words,
            "language": one.language if one.language not in {"und", FALLBACK} else "",
            "day": spell(one.day),
            "due": spell(due),
            "late": not one.read and due < today(visit),
            "themes": sorted(names[code] for code in one.themes if code in names),
            "quote": STATES.get(one.quote, ""),
            "may_quote": one.place[0] in free,
        }
        groups.setdefault(choose(step.ask, FALLBACK) if step else one.place[1], []).append(row)
    return {"groups": list(groups.items()), "themes": names, "within": within}


STATES = {
    quotes.ASKED: "Waits for a second reader",
    quotes.APPROVED: "May be quoted",
    quotes.REFUSED: "Not to be quoted",
}

# --- What is done with it


async def sort(visit: Visit) -> Response:
    """Mark as read, or put on or take off a theme: one text, those ticked, or all on the page."""
    form = await visit.form()
    chosen = [form.one("one")] if form.one("one") else form.one("shown").split() if form.one("do") == "all" else form.all("text")

    def work(db: Connection) -> str:
        found, _ = find(db, visit, visit.part("slug"))
        places = readings.take(visit.house.keys, found, chosen)
        if not places:
            raise ThemeError("Choose at least one text first.")
        do = form.one("do")
        if do in {"theme-on", "theme-off"} and not form.one("one"):
            return _theme(db, visit, found, form, places)
        read = readings.mark(db, found, places, visit.who.code, visit.now)
        visit.note(db, "mark-read", f"{found.slug}: {len(read)}")
        return f"{len(read)} marked as read."

    try:
        said = await visit.write(work)
    except ThemeError as error:
        return await _show(visit, {"texts": str(error)})
    asked = {name: form.one(name) for name in ("show", "theme-shown", "after") if form.one(name)}
    query = urlencode({name.removesuffix("-shown"): value for name, value in asked.items()})
    return visit.go(f"{HERE}/{visit.part('slug')}{'?' if query else ''}{query}#texts", said)


def _theme(db: Connection, visit: Visit, found: Engagement, form: Form, places: Sequence[tuple[bytes, str]]) -> str:
    """Put a theme on texts or take it off. Raises ThemeError."""
    code, on = form.one("theme"), form.one("do") == "theme-on"
    if not code:
        raise ThemeError("Choose a theme first. You can add one under Themes.")
    reader = (visit.who.code, visit.now)
    number = themes.put_on(db, found, code, places, *reader) if on else themes.take_off(db, found, code, places)
    visit.note(db, "put-theme-on" if on else "take-theme-off", f"{found.slug} {code}: {number}")
    return f"The theme is {'on' if on else 'off'} {number} of them."


# --- Themes


async def list_themes(visit: Visit) -> Response:
    """The themes of an engagement."""
    return await _list_themes(visit, {})


async def _list_themes(visit: Visit, problems: Mapping[str, str]) -> Response:
    def look(db: Connection) -> tuple[Engagement, Flow, list[themes.Theme]]:
        found, flow = find(db, visit, visit.part("slug"))
        return found, flow, themes.of(db, found.id)

    found, flow, known = await visit.read(look)
    told = {"slug": found.slug, "title": choose(flow.title, FALLBACK), "themes": known, "problems": problems}
    return visit.page("inbox/themes.html", told, 422 if problems else 200)


async def change_themes(visit: Visit) -> Response:
    """Add a theme, call it something else, put it into another, or take it away."""
    form = await visit.form()
    do, code, name = form.one("do"), form.one("code"), form.one("name")

    def work(db: Connection) -> str:
        found, _ = find(db, visit, visit.part("slug"))
        made, said = code, ""
        match do:
            case "add":
                made, said = themes.add(db, found.id, name), "The theme is added."
            case "rename":
                themes.rename(db, found.id, code, name)
                said = "The theme has its new name."
            case "merge":
                themes.merge(db, found.id, code, form.one("into"))
                said = "The two are one theme now."
            case "remove":
                themes.remove(db, found.id, code)
                said = "The theme is gone. The texts are all still there."
            case _:
                raise HTTPException(400)
        visit.note(db, f"{do}-theme", f"{found.slug} {made}")
        return said

    try:
        said = await visit.write(work)
    except ThemeError as error:
        return await _list_themes(visit, {"name" if do == "add" else f"{do}-{code}": str(error)})
    return visit.go(f"{HERE}/{visit.part('slug')}/themes", said)


ROUTES = (
    Page("GET", HERE, list_all, "read-inbox"),
    Page("GET", f"{HERE}/{{slug}}", show, "read-inbox"),
    Page("POST", f"{HERE}/{{slug}}", sort, "read-inbox"),
    Page("GET", f"{HERE}/{{slug}}/themes", list_themes, "read-inbox"),
    Page("POST", f"{HERE}/{{slug}}/themes", change_themes, "read-inbox"),
)
