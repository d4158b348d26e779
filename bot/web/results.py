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

from bot.web.charts import Chart, draw
from bot.web.guard import is_staff
from bot.web.rendering import figures, page
from conversations import questions
from conversations.flow import Flow, Step
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
        return page("engagement.html", {**_view(*found), "live": "live" in request.query_params})

    async def tell(request: Request) -> Response:
        _, _, told = await read(lambda db: _find(db, organisation_id, request.path_params["slug"]))
        return figures(told)

    paths = {"/results": list_all, "/results/{slug}.json": tell, "/results/{slug}": show}
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
    return _grouped(small_numbers.total(release.respondents if release else 0))


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
    many: bool
    rows: tuple[Row, ...]
    chart: Chart | None

    @property
    def has_percent(self) -> bool:
        """Whether a column of shares is worth its place."""
        return any(row.percent for row in self.rows)


def _view(engagement: Engagement, flow: Flow, told: Mapping[str, Any]) -> dict[str, Any]:
    day = dt.date.fromisoformat(told["day"]) if told["day"] else None
    return {
        "slug": engagement.slug,
        "title": choose(flow.title, FALLBACK),
        "identity": IDENTITIES[engagement.identity],
        "state": STATES[engagement.state],
        "closed": engagement.state == engagements.CLOSED,
        "people": _grouped(told["people"]["finished"]),
        "day": f"{day:%A} {day.day} {day:%B %Y}" if day else "",
        "release": told["release"],
        "questions": [_question(number, step, flow.find(step["id"])) for number, step in enumerate(told["steps"], 1)],
        "fewest": small_numbers.FEWEST,
        "note": small_numbers.NOTE,
    }


def _question(number: int, told: Mapping[str, Any], step: Step | None) -> Question:
    labels = {option.id: choose(option.label, FALLBACK) for option in step.options} if step else {}
    rows = tuple(
        Row(labels.get(one["id"], one["id"]), _grouped(one["count"]), "" if one["percent"] is None else f"{one['percent']}%")
        for one in told["options"]
    )
    bars = [(row.label, row.figure, _number(one["count"])) for row, one in zip(rows, told["options"], strict=True)]
    shown = any(figure is not None for _, _, figure in bars)
    return Question(
        number=number,
        words=choose(step.ask, FALLBACK) if step else told["id"],
        answered=_grouped(told["answered"]),
        written=KINDS[told["kind"]].free,
        many=questions.KINDS[told["kind"]].many,
        rows=rows,
        chart=draw(bars, _number(told["answered"]) or 0) if shown else None,
    )


def _number(figure: str) -> int | None:
    return int(figure) if figure.isdecimal() else None


def _grouped(figure: str) -> str:
    """A figure as it is read: 12,345."""
    return f"{int(figure):,}" if figure.isdecimal() else figure


IDENTITIES = {"anonymous": "Anonymous", "confidential": "Confidential", "named": "With names"}
STATES = {engagements.DRAFT: "Not open yet", engagements.OPEN: "Open", engagements.CLOSED: "Closed"}
