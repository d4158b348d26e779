"""Every page of the console, gathered from the files that answer them, and the menu."""

from __future__ import annotations

from starlette.routing import Route

from bot.web.console import account, audit, enrolling, gate, settings, signin, staff
from bot.web.console.visits import Console, Page

PAGES: tuple[Page, ...] = (
    *signin.ROUTES,
    *enrolling.ROUTES,
    *account.ROUTES,
    *audit.ROUTES,
    *settings.ROUTES,
    *staff.ROUTES,
)
"""All of them, in the order in which an address is looked for."""


def routes(console: Console) -> list[Route]:
    """The console of one organisation."""
    return gate.routes(console, PAGES)
