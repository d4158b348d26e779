"""Groups side by side and two questions crossed: the pages of figures that are told of several groups at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from bot.web import results as views
from bot.web.console.results_scope import GROUPED, Scope, find
from bot.web.console.visits import Page, Visit
from conversations.text import FALLBACK, choose
from storage.figures import cells, comparing, small_numbers
from storage.figures.comparing import Comparison, Side

MOST_GROUPS = 12
"""Side by side; more than that nobody can read."""


@dataclass(frozen=True, slots=True)
class Field:
    """Something to choose above the figures."""

    name: str
    label: str
    options: Sequence[tuple[str, str]]
    value: str


@dataclass(frozen=True, slots=True)
class Column:
    """A group over its figures."""

    label: str
    answered: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class Row:
    """An option and how many of each group picked it."""

    label: str
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Shown:
    """One table, words throughout."""

    ask: str
    caption: str
    groups: Sequence[Column]
    rows: Sequence[Row]


async def compare(visit: Visit) -> Response:
    """Every question of the groups of one sort side by side."""
    return visit.page("result-groups.html", await visit.read(lambda db: _page(db, visit, "Compare groups", _compare)))


async def cross(visit: Visit) -> Response:
    """One question by the answers to another."""
    return visit.page("result-groups.html", await visit.read(lambda db: _page(db, visit, "Cross two questions", _cross)))


Part = Callable[[Visit, Comparison], dict[str, Any]]


def _page(db: Connection, visit: Visit, name: str, part: Part) -> dict[str, Any]:
    scope = find(db, visit, whole=True)
    page = _frame(scope, name) | {"counted": cells.is_whole(db, scope.engagement.id)}
    return page | (part(visit, comparing.compare(db, scope.engagement, scope.flow)) if page["counted"] else {})


def _frame(scope: Scope, name: str) -> dict[str, Any]:
    return {
        "slug": scope.engagement.slug,
        "title": choose(scope.flow.title, FALLBACK),
        "name": name,
        "note": small_numbers.NOTE,
        "fields": (),
        "sides": (),
        "refused": "",
    }


def _compare(visit: Visit, compared: Comparison) -> dict[str, Any]:
    kinds = [(by, name) for by, name in GROUPED.items() if len(compared.groups(by)) > 1]
    if not kinds:
        return {"refused": "There is only one group so far: everybody came the same way, in one language and one month."}
    asked = visit.asked("by")
    by = asked if asked in dict(kinds) else kinds[0][0]
    sides = [_shown(side, GROUPED[by]) for side in compared.sides(by)]
    return {"fields": [Field("by", "Compare by", kinds, by)], "sides": sides, "refused": "" if sides else NOTHING}


def _cross(visit: Visit, compared: Comparison) -> dict[str, Any]:
    options = [(step.id, choose(step.ask, FALLBACK)) for step in compared.steps.values()]
    if len(options) < 2:  # noqa: PLR2004 - it takes two
        return {"refused": NOTHING}
    one, other = visit.asked("one", options[0][0]), visit.asked("other", options[1][0])
    fields = [Field("one", "One question", options, one), Field("other", "Another question", options, other)]
    side = compared.cross(one, other)
    if side is None:
        return {"fields": fields, "refused": NOT_CROSSED}
    by = next(step for step in (one, other) if step != side.step)
    return {"fields": fields, "sides": [_shown(side, choose(compared.steps[by].ask, FALLBACK))]}


def _shown(side: Side, by: str) -> Shown:
    groups = side.groups[:MOST_GROUPS]
    columns = [
        Column(group.label, views.grouped(side.answered.get(group.id, "*")), side.cells.get(group.id) is None) for group in groups
    ]
    rows = [Row(option.label, [_cell(side, group.id, option.id) for group in groups]) for option in side.options]
    return Shown(side.ask, f"By: {by}", columns, rows)


def _cell(side: Side, group: str, option: str) -> str:
    shown = side.cells.get(group)
    if shown is None:
        return "–"
    cell = shown[option]
    return views.grouped(cell.shown) + (f" ({cell.percent}%)" if cell.percent is not None else "")


NOTHING = "No two questions here can be told by group yet: they need a few options to pick from, and enough answers."

NOT_CROSSED = "These two cannot be crossed. Choose two different questions, neither of which decides what the other offers."

ROUTES = (
    Page("GET", "/console/results/{slug}/compare", compare, "see-results"),
    Page("GET", "/console/results/{slug}/cross", cross, "see-results"),
)
