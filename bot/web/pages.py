"""The pages: which there are, and what is said when there is none."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount

from bot.vitals import Vitals
from bot.web import calendar, health, joining, results
from bot.web.console import routes as console_pages
from bot.web.console.visits import Console
from bot.web.rendering import STATIC, Files, page


def routes(vitals: Vitals | None = None, *, public: bool = False, console: Console | None = None) -> list[BaseRoute]:
    """Every page of an organisation, what pages are dressed in, and health. Give Starlette ERRORS beside them.

    Where results were before there was a console nobody ever came from outside: it is not there when the address is `public`.
    """
    behind = [*console_pages.routes(console), *calendar.routes(console), *joining.routes(console)] if console else []
    before = [] if public else results.routes()
    return [*health.routes(vitals), *behind, *before, Mount("/static", Files(directory=STATIC))]


async def explain(_request: Request, error: Exception) -> Response:
    """A page that says what happened and what to do next."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    title, words = PROBLEMS.get(status, PROBLEMS[500] if status >= 500 else PROBLEMS[400])  # noqa: PLR2004 - HTTP's own
    return page("problem.html", {"title": title, "words": words}, status)


PROBLEMS = {
    400: ("That did not work", "The address or what was sent with it is not right. Check the address and try again."),
    403: ("You cannot do that here", "Your role does not include it, or the page was open for too long. Go back and try again."),
    404: ("There is no page here", "The address may be wrong, or the page may have gone. Check the address and try again."),
    405: ("That does not work here", "This page can be read, but nothing can be sent to it."),
    429: ("Too many at once", "So much came from your address that we stopped answering. Wait a minute, then try again."),
    500: ("Something went wrong", "It is our fault, not yours. Nothing was lost. Wait a minute, then load the page again."),
}

ERRORS: Mapping[int | type[Exception], Callable[[Request, Exception], Awaitable[Response]]] = {
    HTTPException: explain,
    Exception: explain,
}
"""What Starlette does when there is no page, or when one fails."""
