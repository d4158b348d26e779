"""Who have we heard from? People who answered beside a population that staff upload."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot import totals
from bot.editing import aside
from bot.totals import UnreadableError
from bot.web import results as views
from bot.web.console.results_scope import Scope, find
from bot.web.console.visits import Form, Page, Visit
from conversations.text import FALLBACK, choose
from storage.figures import populations, results, small_numbers
from storage.figures.cells import is_closed
from storage.figures.populations import Population, Share, TotalsError

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Heard:
    """One uploaded list beside the figures."""

    population: Population
    ask: str
    answered: str
    shares: list[Share]


async def show(visit: Visit) -> Response:
    """Every comparison, and a form for another."""
    return visit.page("heard.html", await visit.read(lambda db: _page(db, visit)))


def _page(db: Connection, visit: Visit, form: Form | None = None, problems: dict[str, str] | None = None) -> dict[str, Any]:
    scope = find(db, visit, whole=True)
    told = {step["id"]: step for step in results.released(db, scope.engagement, scope.flow)["steps"]}
    kept = [one for one in populations.of(db, scope.engagement.id) if one.step in told]
    heard = [
        Heard(
            one, told[one.step]["ask"], views.grouped(told[one.step]["answered"]), populations.compare(told[one.step], one.totals)
        )
        for one in kept
    ]
    fields = {name: form.one(name) if form else "" for name in ("step", "name", "source")}
    return {
        "slug": scope.engagement.slug,
        "title": choose(scope.flow.title, FALLBACK),
        "heard": heard,
        "label": populations.LABEL,
        "note": small_numbers.NOTE,
        "steps": _steps(scope),
        "fields": fields,
        "problems": problems or {},
    }


def _steps(scope: Scope) -> list[tuple[str, str]]:
    return [(step.id, choose(step.ask, FALLBACK)) for step in scope.flow.steps if step.asks and is_closed(step)]


async def upload(visit: Visit) -> Response:
    """Keep a list, or say what is wrong with it."""
    form = await visit.form()
    problems = {name: words for name, words in REQUIRED.items() if not form.one(name)}
    file = form.file("totals")
    rows: list[tuple[str, int]] = []
    if file is None:
        problems["totals"] = "Choose a file with the totals."
    else:
        try:
            rows = await aside(totals.read, await file.read(totals.LARGEST + 1))
        except UnreadableError as error:
            problems["totals"] = str(error)

    def work(db: Connection) -> str:
        scope = find(db, visit, whole=True)
        step = scope.flow.find(form.one("step"))
        if step is None or not is_closed(step):
            problems["step"] = "Choose one of the questions."
        if problems or step is None:
            return ""
        options = {option.id: choose(option.label, FALLBACK) for option in step.options}
        try:
            found = populations.match(rows, options)
        except TotalsError as error:
            problems["totals"] = str(error)
            return ""
        one = populations.make(form.one("name")[:LONGEST_NAME], step.id, found, form.one("source")[:LONGEST_NAME], visit.now)
        populations.keep(db, scope.engagement, one, visit.who.code)
        visit.note(db, "upload-population", f"{scope.engagement.slug}.{step.id}")
        return scope.engagement.slug

    slug = await visit.write(work)
    if problems:
        return visit.page("heard.html", await visit.read(lambda db: _page(db, visit, form, problems)), 422)
    return visit.go(f"/console/results/{slug}/heard", "Saved. The comparison is below.")


async def remove(visit: Visit) -> Response:
    """Forget a list."""
    code = (await visit.form()).one("code")

    def work(db: Connection) -> str:
        scope = find(db, visit, whole=True)
        if not populations.remove(db, scope.engagement.id, code):
            raise HTTPException(404)
        visit.note(db, "remove-population", scope.engagement.slug)
        return scope.engagement.slug

    return visit.go(f"/console/results/{await visit.write(work)}/heard", "Removed.")


REQUIRED = {"name": "Say which population this is.", "source": "Say where the figures come from, and of which year they are."}
"""Fields that may not be empty -> what is said when they are."""

ROUTES = (
    Page("GET", "/console/results/{slug}/heard", show, "see-results"),
    Page("POST", "/console/results/{slug}/heard", upload, "export-results"),
    Page("POST", "/console/results/{slug}/heard/remove", remove, "export-results"),
)
