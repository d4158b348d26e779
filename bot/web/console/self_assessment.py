"""What helps people and whether it was met, as a table for the yearly self-assessment (AC-08). Small numbers are hidden."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from sqlalchemy import Connection
from starlette.responses import Response

from bot import exports
from bot.web import results
from bot.web.console import event_views as views
from bot.web.console.event_views import EVENTS
from bot.web.console.inbox import today
from bot.web.console.visits import Page, Visit
from bot.web.rendering import attachment
from storage.events import needs
from storage.figures import small_numbers

COLUMNS = {"asked": "asked", "met": "met", "not-met": "not met", "open": "not settled"}
"""What is counted -> how its column is called."""


async def keep(visit: Visit) -> Response:
    """The last twelve whole months: it changes once a month, so that two files next to each other tell of nobody."""
    until = today(visit).replace(day=1)
    since = until.replace(year=until.year - 1)

    def look(db: Connection) -> list[tuple[exports.Cell, ...]]:
        visit.note(db, "export-needs", f"{since} {until}")
        begin, end = (dt.datetime.combine(day, dt.time(), visit.house.zone) for day in (since, until))
        return list(rows(*needs.counts(db, visit.organisation_id, begin, end)))

    told = await visit.write(look)
    head = [f"need, {since} to before {until}", *COLUMNS.values()]
    made = exports.write_csv(head, [*told, (small_numbers.NOTE,)])
    return attachment(made, "needs.csv", results.SHEETS["csv"])


def rows(people: int, counts: Mapping[str, Mapping[str, int]]) -> Iterator[tuple[exports.Cell, ...]]:
    """A row for each need: how many people asked for it, and for how many it was met, was not, or is not settled."""
    columns = [
        small_numbers.row({code: states[state] for code, states in counts.items()}, people, exclusive=False) for state in COLUMNS
    ]
    yield ("people with a need", small_numbers.total(people), *[""] * (len(COLUMNS) - 1))
    for code in counts:
        yield (views.need_name(code), *(column[code].shown if column else small_numbers.STAR for column in columns))


ROUTES = (Page("GET", f"{EVENTS}/needs.csv", keep, "see-events"),)
