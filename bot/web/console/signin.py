"""The way in and out."""

from __future__ import annotations

from starlette.responses import Response

from bot.web.console.visits import Page, Visit


async def ask(visit: Visit) -> Response:
    """The page on which one signs in."""
    return visit.page("sign-in.html", {"problems": {}, "email": "", "next": visit.asked("next")})


async def begin(visit: Visit) -> Response:
    """From `/console/` to what they may see first."""
    return visit.go("/console/today" if visit.may("see-today") else "/console/results")


ROUTES = (
    Page("GET", "/console/sign-in", ask, "anybody"),
    Page("GET", "/console/", begin, "signed-in"),
)
