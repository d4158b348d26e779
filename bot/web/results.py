"""What a page of results shows: words throughout, with a chart and a table of each question."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.web import charts, drawing
from bot.web.rendering import HEADERS
from conversations.flow import Flow
from conversations.questions import KINDS
from conversations.text import FALLBACK, choose
from storage import engagements
from storage.engagements import Engagement
from storage.figures import small_numbers


def routes() -> list[Route]:
    """Where results were before there was a console."""
    return [Route("/results", _go_on), Route("/results/{rest}", _go_on)]


async def _go_on(request: Request) -> Response:
    rest = request.path_params.get("rest")
    path = f"/console/results/{quote(rest)}" if rest else "/console/results"
    return RedirectResponse(f"{path}?{request.url.query}" if request.url.query else path, 308, HEADERS)


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
