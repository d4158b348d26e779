"""The pages of results: every engagement, and the release of one as charts and tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot import exports
from bot.web import charts, drawing
from bot.web.guard import is_staff
from bot.web.rendering import attachment, figures, page
from conversations.flow import Flow
from conversations.questions import KINDS
from conversations.text import FALLBACK, choose
from storage import engagements, releases, results, small_numbers
from storage.database import READING
from storage.engagements import Engagement
from storage.releases import Release

Read = Callable[[Connection], Any]


def routes(engine: AsyncEngine, organisation_id: int) -> list[Route]:
    """The pages of one organisation's results, for staff only: to anyone else they are not there."""
    reading = engine.execution_options(**READING)

    async def read(work: Read) -> Any:
        async with reading.connect() as connection:
            return await connection.run_sync(work)

    async def list_all(_request: Request) -> Response:
        return page("results.html", {"engagements": await read(lambda db: _list(db, organisation_id))})

    async def show(request: Request) -> Response:
        found = await read(lambda db: _find(db, organisation_id, request.path_params["slug"]))
        return page("engagement.html", {**view(*found), "live": "live" in request.query_params})

    async def tell(request: Request) -> Response:
        _, _, told = await read(lambda db: _find(db, organisation_id, request.path_params["slug"]))
        return figures(told)

    async def keep(request: Request) -> Response:
        found, _, told = await read(lambda db: _find(db, organisation_id, request.path_params["slug"]))
        form = request.url.path.rpartition(".")[2]
        return attachment(exports.FORMATS[form](told), f"results-{found.slug}.{form}", SHEETS[form])

    paths = {
        "/results": list_all,
        "/results/{slug}.json": tell,
        "/results/{slug}.csv": keep,
        "/results/{slug}.xlsx": keep,
        "/results/{slug}": show,
    }
    return [Route(path, _for_staff(answer)) for path, answer in paths.items()]


def _for_staff(answer: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    async def guarded(request: Request) -> Response:
        if not is_staff(request):
            raise HTTPException(404)
        return await answer(request)

    return guarded


def _list(db: Connection, organisation_id: int) -> list[dict[str, str]]:
    shelf = list(engagements.load(db, organisation_id).values())
    flows = engagements.read_editions(db, {one.edition_id for one in shelf})
    return [
        {
            "slug": one.slug,
            "title": choose(flows[one.edition_id].title, FALLBACK),
            "identity": IDENTITIES[one.identity],
            "state": STATES[one.state],
            "people": _people(releases.latest(db, one.id)),
        }
        for one in shelf
    ]


def _people(release: Release | None) -> str:
    return grouped(small_numbers.total(release.respondents if release else 0))


def _find(db: Connection, organisation_id: int, slug: str) -> tuple[Engagement, Flow, dict[str, Any]]:
    """An engagement, its present edition, and what of it may be seen. Raises HTTPException when there is none."""
    found = engagements.find(db, organisation_id, slug)
    if found is None:
        raise HTTPException(404)
    flow = engagements.read_editions(db, [found.edition_id])[found.edition_id]
    return found, flow, results.released(db, found, flow)


# --- What a page shows


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: words throughout."""

    label: str
    figure: str
    percent: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question with its figures; no rows when there is nothing to show, or when people wrote."""

    number: int
    words: str
    answered: str
    written: bool
    how: str
    note: str
    rows: tuple[Row, ...]
    chart: str | None

    @property
    def has_percent(self) -> bool:
        """Whether a column of shares is worth its place."""
        return any(row.percent for row in self.rows)


def view(engagement: Engagement, flow: Flow, told: Mapping[str, Any]) -> dict[str, Any]:
    """What a page of one engagement shows."""
    day = dt.date.fromisoformat(told["day"]) if told["day"] else None
    return {
        "slug": engagement.slug,
        "title": choose(flow.title, FALLBACK),
        "identity": IDENTITIES[engagement.identity],
        "state": STATES[engagement.state],
        "closed": engagement.state == engagements.CLOSED,
        "people": grouped(told["people"]["finished"]),
        "day": f"{day:%A} {day.day} {day:%B %Y}" if day else "",
        "release": told["release"],
        "questions": [question(number, step) for number, step in enumerate(told["steps"], 1)],
        "fewest": small_numbers.FEWEST,
        "note": small_numbers.NOTE,
    }


def question(number: int, told: Mapping[str, Any]) -> Question:
    """One step of a release, or of one group, as it is shown."""
    rows = tuple(
        Row(one["label"], grouped(one["count"]), "" if one["percent"] is None else f"{one['percent']}%")
        for one in told["options"]
    )
    chart = charts.draw(told, titled=False)
    return Question(
        number=number,
        words=told["ask"],
        answered=grouped(told["answered"]),
        written=KINDS[told["kind"]].free,
        how=HOW.get(told["kind"], ""),
        note=_note(told),
        rows=rows,
        chart=drawing.to_svg(chart, f"chart-{number}") if chart else None,
    )


def _note(told: Mapping[str, Any]) -> str:
    """What else is told under the figures."""
    if told.get("in_order") and told["options"]:
        return "The one liked best stands first, and so on down."
    unit = f" {told['unit']}" if "unit" in told else ""
    return f"The middle answer, when all stand in order, is in this group: {told['median']}{unit}." if "median" in told else ""


def grouped(figure: str) -> str:
    """A figure as it is read: 12,345."""
    return f"{int(figure):,}" if figure.isdecimal() else figure


IDENTITIES = {"anonymous": "Anonymous", "confidential": "Confidential", "named": "With names"}
STATES = {engagements.DRAFT: "Not open yet", engagements.OPEN: "Open", engagements.CLOSED: "Closed"}
HOW = {
    "choices": "People could pick more than one",
    "rank": "People put these in order. Figures say how many put each one first",
    "number": "Figures that are too small are counted together with those beside them",
    "date": "Figures that are too small are counted together with those beside them",
    "place": "Places with fewer than 8 people are counted together",
}
"""Kind of question -> what to know of its figures."""

SHEETS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Files of a release -> what a browser is told they are."""
