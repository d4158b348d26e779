"""Every page of the console, gathered from the files that answer them, and the menu."""

from __future__ import annotations

from starlette.routing import Route

from bot.web.console import (
    account,
    attendance,
    audit,
    board,
    broadcasts,
    calling_off,
    composing,
    dates,
    doors,
    editions,
    editor,
    engagements,
    enrolling,
    event_files,
    events,
    gate,
    groups,
    inbox,
    letters,
    making,
    meetings,
    minutes,
    opening,
    papers,
    people,
    places,
    points,
    preview,
    publishing,
    quoting,
    registers,
    replies,
    results,
    results_files,
    results_groups,
    results_heard,
    seats,
    segments,
    self_assessment,
    settings,
    sheets,
    signin,
    staff,
    subscriptions,
    today,
)
from bot.web.console.visits import Console, Page

PAGES: tuple[Page, ...] = (
    *signin.ROUTES,
    *enrolling.ROUTES,
    *account.ROUTES,
    *audit.ROUTES,
    *making.ROUTES,  # before the next: no engagement is called +new
    *engagements.ROUTES,
    *publishing.ROUTES,
    *opening.ROUTES,
    *editor.ROUTES,
    *preview.ROUTES,
    *editions.ROUTES,
    *sheets.ROUTES,
    *event_files.ROUTES,  # before the next: a name that ends with .csv
    *self_assessment.ROUTES,
    *dates.ROUTES,
    *calling_off.ROUTES,
    *attendance.ROUTES,
    *registers.ROUTES,
    *replies.ROUTES,
    *places.ROUTES,
    *events.ROUTES,
    *inbox.ROUTES,
    *people.ROUTES,
    *quoting.ROUTES,
    *results_files.ROUTES,
    *results.ROUTES,
    *results_groups.ROUTES,
    *results_heard.ROUTES,
    *groups.ROUTES,
    *seats.ROUTES,
    *subscriptions.ROUTES,
    *meetings.ROUTES,
    *papers.ROUTES,
    *minutes.ROUTES,
    *points.ROUTES,
    *board.ROUTES,
    *doors.ROUTES,
    *segments.ROUTES,
    *settings.ROUTES,
    *staff.ROUTES,
    *today.ROUTES,
    *letters.ROUTES,
    *composing.ROUTES,  # before the next: "new" is no code
    *broadcasts.ROUTES,
)
"""All of them, in the order in which an address is looked for."""


def routes(console: Console) -> list[Route]:
    """The console of one organisation."""
    return gate.routes(console, PAGES)
