"""Pages for people who are not staff: whoever has the signed address may look, and sees no name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot import calendars, speech, tickets, tongues
from bot.web.console.visits import Console
from bot.web.rendering import HEADERS, POLICY, page
from conversations.phrases import PHRASES
from conversations.text import Field, Line
from storage.database import READING
from storage.events.feeds import Entry

T = TypeVar("T")

SECRET = HEADERS | {
    "X-Robots-Tag": "noindex, nofollow",
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in (POLICY | {"form-action": "'self'"}).items()),
}
"""Headers of what only whoever has its address may see: kept nowhere, found by no search, told to nobody."""


@dataclass(frozen=True, slots=True)
class Guest:
    """What the pages of guests stand on."""

    console: Console

    @property
    def now(self) -> dt.datetime:
        """This instant."""
        return self.console.clock()

    def code(self, request: Request, purpose: str) -> str:
        """What a signed address opens. Raises HTTPException 404 for one that was not written here, 429 for too many."""
        if not self.console.limits.allow("look", request.client.host if request.client else ""):
            raise HTTPException(429)
        code = tickets.read(self.console.house.keys.sign, purpose, request.path_params["ticket"])
        if not code:
            raise HTTPException(404)
        return code

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Look something up."""
        async with self.console.engine.connect() as connection:
            await connection.execution_options(**READING)
            return await connection.run_sync(work)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Change something, all of it or nothing."""
        async with self.console.engine.begin() as connection:
            return await connection.run_sync(work)

    def page(self, template: str, more: Mapping[str, Any], status: int = 200) -> Response:
        """A page made of a template."""
        response = page(f"guests/{template}", more, status)
        response.headers.update(SECRET)
        return response


def told(entry: Entry) -> dict[str, Any]:
    """What every page about one date is told, in the person's language; nothing of the date to whoever gave it back."""
    language = entry.language

    def say(key: str, **fields: Field) -> str:
        return speech.phrase(Line(PHRASES[key], fields), language)

    state = f"web-date-{entry.changed}" if entry.changed != "planned" else STATES.get(entry.state, "web-place-none")
    page = {
        "say": say,
        "language": language,
        "direction": "rtl" if tongues.of(language).right_to_left else "ltr",
        "title": calendars.title(entry.kind, language),
        "state": say("web-place-none" if entry.gone else state),
    }
    if entry.gone:
        return page
    starts = entry.starts_at.astimezone(ZoneInfo(entry.zone))
    return page | {
        "day": tongues.day(starts.date(), language),
        "time": f"{starts:%H:%M}",
        "zone": entry.zone.rpartition("/")[2].replace("_", " "),
        "instant": entry.starts_at.isoformat(),
        "length": say("web-minutes", count=entry.minutes),
        "where": say("calendar-online") if entry.comes_online else entry.room,
    }


STATES = {"confirmed": "web-place-confirmed", "unsure": "web-place-unsure"}
"""State of a place -> the phrase that tells it."""
