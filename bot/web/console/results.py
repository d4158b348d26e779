"""The results pages: every engagement, the release of one as charts and tables, and one group of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.web import results as views
from bot.web.console.results_scope import GROUPED, Scope, find, partner_code
from bot.web.console.results_voices import NOTHING, voices
from bot.web.console.visits import Page, Visit
from conversations.text import FALLBACK, choose
from storage import engagements
from storage.figures import cells, comparing, releases, results, small_numbers, stops
from storage.figures.comparing import Comparison
from storage.schema import broadcasts


async def show_all(visit: Visit) -> Response:
    """Every engagement, with how many have finished."""
    return visit.page("results.html", {"engagements": await visit.read(lambda db: _list(db, visit))})


def _list(db: Connection, visit: Visit) -> list[dict[str, str]]:
    shelf = [one for one in engagements.load(db, visit.organisation_id).values() if one.state != engagements.DRAFT]
    flows = engagements.read_editions(db, {one.edition_id for one in shelf})
    own = partner_code(db, visit)
    return [
        {
            "slug": one.slug,
            "title": choose(flows[one.edition_id].title, FALLBACK),
            "identity": views.IDENTITIES[one.identity],
            "state": views.STATES[one.state],
            "people": views.grouped(_finished(db, one, own)),
        }
        for one in shelf
    ]


def _finished(db: Connection, one: engagements.Engagement, own: str | None) -> str:
    """How many have finished, as it may be said; to a partner how many of its own people."""
    if own is not None:
        return comparing.size(db, one, "partner", own)
    release = releases.latest(db, one.id)
    return small_numbers.total(release.respondents if release else 0)


async def show(visit: Visit) -> Response:
    """One engagement: everybody, or one group."""
    return visit.page("result.html", await visit.read(lambda db: _show(db, visit)))


def _show(db: Connection, visit: Visit) -> dict[str, Any]:
    scope = find(db, visit)
    told = results.released(db, scope.engagement, scope.flow)
    by, value = scope.group(visit.asked("by"), visit.asked("value"))
    page = views.view(scope.engagement, scope.flow, told) | {"scope": scope, "by": by, "value": value}
    page["live"] = "live" in visit.request.query_params
    page |= {"counted": cells.is_whole(db, scope.engagement.id)} | EMPTY
    if scope.own is not None:
        page |= {"questions": [], "people": ""}  # those of everybody are not for a partner
    if told["release"] is None or not page["counted"]:
        return page
    compared = comparing.compare(db, scope.engagement, scope.flow)
    if by:
        page |= _group(compared, by, value, own=scope.own is not None)
    if scope.own is None:
        page |= {"filters": _filters(compared), "crossable": list(compared.steps), "languages": _shares(compared)}
        page |= _course(db, scope, told["people"]["finished"])
    if visit.may("see-broadcasts"):
        page["messages"] = _messages(db, scope)
    if scope.own is None and not by:
        page |= voices(db, visit.house.keys, scope)
    return page


def _group(compared: Comparison, by: str, value: str, *, own: bool) -> dict[str, Any]:
    """The same page of one group. Raises HTTPException when there is no such group."""
    known = {group.id: (group.label, shown) for group, shown in compared.groups(by)}
    if value not in known and own:
        return {"hidden": True}
    if value not in known:
        raise HTTPException(404)
    label, shown = known[value]
    steps = [side.one(value) for side in compared.sides(by, value)]
    questions = [views.question(number, step) for number, step in enumerate(steps, 1)]
    return {"group": label, "people": views.grouped(shown), "hidden": shown == small_numbers.STAR, "questions": questions}


def _filters(compared: Comparison) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """What the page can be narrowed to: by, its name, and the groups there are."""
    found = []
    for by, name in GROUPED.items():
        groups = [(group.id, group.label) for group, shown in compared.groups(by) if shown != small_numbers.STAR]
        if len(groups) > 1:
            found.append((by, name, groups))
    return found


def _shares(compared: Comparison) -> list[tuple[str, list[tuple[str, str]]]]:
    """Who finished, by door and language."""
    shown = {name: compared.groups(by) for by, name in GROUPED.items() if by in {"door", "language"}}
    return [
        (name, [(group.label, views.grouped(size)) for group, size in groups])
        for name, groups in shown.items()
        if len(groups) > 1
    ]


def _messages(db: Connection, scope: Scope) -> list[tuple[str, str]]:
    """The newest messages that asked people to take part: what became of each stands on its own page."""
    about = select(broadcasts.c.code, broadcasts.c.title).where(broadcasts.c.engagement_id == scope.engagement.id)
    return [(row.code, row.title) for row in db.execute(about.order_by(broadcasts.c.id.desc()).limit(MOST_MESSAGES))]


def _course(db: Connection, scope: Scope, finished: str) -> dict[str, Any]:
    """How many started, and where those stopped who did not finish: from figures renewed a few at a time, never live."""
    stopped, at = stops.read(db, scope.engagement.id, small_numbers.threshold(scope.engagement.audience))
    started = sum(int(people) for people in (finished, stopped) if people.isdecimal())
    asks = {step.id: choose(step.ask, FALLBACK) for step in scope.flow.steps}
    rows = [(asks[step], views.grouped(at[step].shown)) for step in asks if step in at]
    return {"started": views.grouped(str(started)), "stopped": stopped, "stops": rows}


MOST_MESSAGES = 5

EMPTY: dict[str, Any] = {
    "group": "",
    "hidden": False,
    "filters": (),
    "crossable": (),
    "languages": (),
    "started": "",
    "stops": (),
    "messages": (),
    **NOTHING,
}
"""What a page says when there is nothing more to it."""

ROUTES = (
    Page("GET", "/console/results", show_all, "see-results"),
    Page("GET", "/console/results/{slug}", show, "see-results"),
)
