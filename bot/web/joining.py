"""The way into an online meeting: only for whoever has a place, and only near its time; else a page that says why not."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot import speech, tickets
from bot.house import House
from bot.web.console.visits import Console
from bot.web.guests import SECRET, Guest, told
from conversations.phrases import PHRASES
from conversations.text import Line
from storage.events import feeds
from storage.events import joining as ways
from storage.events.feeds import CONFIRMED, Entry
from storage.unopened import UnopenedError

log = structlog.get_logger()

SHUT = "join-shut"


def routes(console: Console) -> list[Route]:
    """Where the joining link of each place leads."""
    guest = Guest(console)

    async def join(request: Request) -> Response:
        return await _join(guest, request)

    return [Route("/join/{ticket}", join, methods=["GET"])]


async def _join(guest: Guest, request: Request) -> Response:
    """On to the meeting, or why not. Looking ahead, as messengers do with links, changes nothing."""
    house = guest.console.house
    code = guest.code(request, tickets.JOINING)

    def look(db: Connection) -> tuple[Entry | None, str | None]:
        entry = feeds.find(db, house.organisation_id, [code]).get(code)
        return entry, _link(db, house, entry.occasion) if entry else ""

    entry, link = await guest.read(look)
    if entry is None:
        raise HTTPException(404)
    why = _obstacle(entry, link, guest.now)
    if why == SHUT:
        log.error("joining link does not open", occasion=entry.occasion)
    if link and not why:
        return Response(status_code=303, headers=SECRET | {"Location": link})
    words = speech.phrase(Line(PHRASES[why], {"when": opens(entry)}), entry.language)
    return guest.page("join.html", {**told(entry), "words": words})


def _link(db: Connection, house: House, occasion: str) -> str | None:
    """Where the meeting is; empty when nobody has said, None when it does not open with this key file."""
    try:
        return ways.link(db, house.keys, occasion)
    except UnopenedError:
        return None


def opens(entry: Entry) -> dt.datetime:
    """From when on one may go in: from the beginning of the day before, by the clock there."""
    zone = ZoneInfo(entry.zone)
    day = entry.starts_at.astimezone(zone).date() - dt.timedelta(days=1)
    return dt.datetime.combine(day, dt.time(), zone)


def _obstacle(entry: Entry, link: str | None, now: dt.datetime) -> str:
    """The phrase that says why one cannot go in; empty when one can."""
    if entry.gone:
        return "join-no-place"
    if entry.changed != "planned":
        return f"join-{entry.changed}"
    if now >= entry.ends_at:
        return "join-over"
    if entry.kept != CONFIRMED:
        return "join-no-place"
    if now < opens(entry):
        return "join-early"
    if link is None:
        return SHUT
    return "" if link else "join-no-link"
