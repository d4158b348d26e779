"""Results to keep: sheets, a data package, a page to print, and a picture to send. That they were taken is noted."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot import packages
from bot.editing import aside
from bot.web import drawing, summaries
from bot.web import results as views
from bot.web.console.results_scope import Scope, find
from bot.web.console.results_voices import voices
from bot.web.console.visits import Page, Visit
from bot.web.rendering import HEADERS, attachment
from conversations.text import FALLBACK, choose
from storage.figures import comparing, results

Told = dict[str, Any]


async def keep(visit: Visit) -> Response:
    """The figures as a file."""
    form = visit.request.url.path.rpartition(".")[2]

    def look(db: Connection) -> tuple[Scope, Told, list[Any]]:
        scope, told = _read(db, visit)
        return scope, told, comparing.everything(db, scope.engagement, scope.flow) if form in BY_GROUP else []

    async with visit.console.making:
        scope, told, sides = await visit.read(look)
        made = await aside(packages.FILES[form], told, sides, scope.flow, visit.now)
    await _note(visit, "export-results", f"{scope.engagement.slug}.{form}")
    return attachment(made, f"results-{scope.engagement.slug}.{form}", SHEETS[form])


async def _note(visit: Visit, what: str, about: str) -> None:
    """Write down what is about to be handed over: when it is made, for nobody's answer can be written meanwhile."""
    await visit.write(lambda db: visit.note(db, what, about))


async def report(visit: Visit) -> Response:
    """A page to print, or to save as PDF."""

    def look(db: Connection) -> tuple[Scope, Told, Told]:
        scope, told = _read(db, visit)
        return scope, told, voices(db, visit.house.keys, scope)

    scope, told, said = await visit.read(look)
    page, charter = views.view(scope.engagement, scope.flow, told), scope.flow.charter
    words = {name: choose(getattr(charter, name), FALLBACK) for name in ("settles", "decided_by", "can_change", "cannot_change")}
    await _note(visit, "print-results", scope.engagement.slug)
    return visit.page("report.html", page | said | {"charter": words, "feedback_by": charter.feedback_by, "now": visit.now})


async def show_picture(visit: Visit) -> Response:
    """A picture for everyone who answered: its words can be changed before it is taken."""
    scope, told = await visit.read(lambda db: _read(db, visit))
    lines, step = _lines(visit, told), _chosen(visit, told)
    picture = summaries.draw(choose(scope.flow.title, FALLBACK), lines, step)
    query = urlencode([("line", line) for line in lines] + [("step", step["id"] if step else "")])
    return visit.page(
        "picture.html",
        {
            "slug": scope.engagement.slug,
            "title": choose(scope.flow.title, FALLBACK),
            "lines": [*lines, *[""] * (summaries.MOST - len(lines))],
            "longest": summaries.LONGEST,
            "steps": [("", "No chart"), *((one["id"], one["ask"]) for one in told["steps"] if _can_draw(one))],
            "step": step["id"] if step else "",
            "says": picture.says,
            "svg": drawing.to_svg(picture, "summary") if told["release"] else "",
            "query": query,
        },
    )


async def keep_picture(visit: Visit) -> Response:
    """The picture itself."""
    scope, told = await visit.read(lambda db: _read(db, visit))
    if not told["release"]:
        raise HTTPException(404)
    picture = summaries.draw(choose(scope.flow.title, FALLBACK), _lines(visit, told), _chosen(visit, told))
    async with visit.console.making:
        made = await aside(drawing.to_png, picture)
    await _note(visit, "export-results", f"{scope.engagement.slug}.png")
    return Response(made, media_type="image/png", headers=HEADERS | _named(f"{scope.engagement.slug}.png"))


def _named(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def _read(db: Connection, visit: Visit) -> tuple[Scope, Told]:
    scope = find(db, visit, whole=True)
    return scope, results.released(db, scope.engagement, scope.flow)


def _lines(visit: Visit, told: Told) -> list[str]:
    """What is to stand in the picture: as it was asked for, or what most people said."""
    asked = visit.request.query_params.getlist("line")
    return [line.strip()[: summaries.LONGEST] for line in asked[: summaries.MOST] if line.strip()] or summaries.suggest(told)


def _chosen(visit: Visit, told: Told) -> Told | None:
    drawable = {step["id"]: step for step in told["steps"] if _can_draw(step)}
    if "step" not in visit.request.query_params:
        return next(iter(drawable.values()), None)
    return drawable.get(visit.asked("step"))


def _can_draw(step: Told) -> bool:
    return any(str(option["count"]).isdecimal() for option in step["options"])


BY_GROUP = ("xlsx", "zip")
"""Files that hold figures of groups as well."""

SHEETS = views.SHEETS | {"json": "application/json", "zip": "application/zip"}

ROUTES = (
    Page("GET", "/console/results/{slug}.csv", keep, "export-results"),
    Page("GET", "/console/results/{slug}.xlsx", keep, "export-results"),
    Page("GET", "/console/results/{slug}.json", keep, "export-results"),
    Page("GET", "/console/results/{slug}.zip", keep, "export-results"),
    Page("GET", "/console/results/{slug}/report", report, "export-results"),
    Page("GET", "/console/results/{slug}/picture", show_picture, "export-results"),
    Page("GET", "/console/results/{slug}/picture.png", keep_picture, "export-results"),
)
