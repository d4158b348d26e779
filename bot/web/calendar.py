"""A place in a calendar: its page, its file, feeds to subscribe to, and the reply that somebody's calendar made."""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot import calendars, replying, tickets
from bot.editing import aside
from bot.web.console.visits import Console
from bot.web.guests import SECRET, Guest, told
from storage.events import feeds
from storage.events.feeds import Entry, Feed

FILE = ".ics"
_ENVELOPE = 4096  # bytes that a form has around its file


def routes(console: Console) -> list[Route]:
    """The pages and files of calendars."""
    guest = Guest(console)

    async def show(request: Request) -> Response:
        return await _show(guest, request)

    async def file(request: Request) -> Response:
        return await _give(guest, request)

    async def reply(request: Request) -> Response:
        return await _reply(guest, request)

    async def feed(request: Request) -> Response:
        return await _feed(guest, request)

    return [
        Route(f"/calendar/{{ticket}}{FILE}", file, methods=["GET"]),
        Route("/calendar/{ticket}", show, methods=["GET"]),
        Route("/calendar/{ticket}", reply, methods=["POST"]),
        Route(f"/feeds/{{code}}{FILE}", feed, methods=["GET"]),
    ]


async def _find(guest: Guest, request: Request) -> Entry:
    code = guest.code(request, tickets.CALENDAR)
    here = guest.console.house.organisation_id
    entry = (await guest.read(lambda db: feeds.find(db, here, [code]))).get(code)
    if entry is None:
        raise HTTPException(404)
    return entry


async def _show(guest: Guest, request: Request) -> Response:
    return _page(guest, request, await _find(guest, request))


def _page(guest: Guest, request: Request, entry: Entry, problem: str = "", done: str = "") -> Response:
    here = f"/calendar/{request.path_params['ticket']}"
    more = {"here": here, "gone": entry.kept == feeds.CANCELLED, "problem": problem, "done": done}
    return guest.page("calendar.html", {**told(entry), **more}, 422 if problem else 200)


async def _give(guest: Guest, request: Request) -> Response:
    entry = await _find(guest, request)
    headers = SECRET | {"Content-Disposition": 'attachment; filename="date.ics"'}
    return Response(calendars.write(entry, guest.now), media_type=calendars.MEDIA_TYPE, headers=headers)


async def _reply(guest: Guest, request: Request) -> Response:
    """Take the file that a calendar made when its owner accepted or declined."""
    entry = await _find(guest, request)
    say = told(entry)["say"]
    content = await _sent(request)
    if content is None:
        return _page(guest, request, entry, problem=say("web-reply-none"))
    try:
        reply = calendars.read_reply(content)
    except calendars.ReplyError:
        return _page(guest, request, entry, problem=say("calendar-reply-unread"))
    if reply.uid != entry.uid:
        return _page(guest, request, entry, problem=say("web-reply-other"))
    if reply.sequence < entry.sequence:
        return _page(guest, request, entry, problem=say("calendar-replied-old"))
    took = await guest.write(lambda db: replying.take(db, entry, reply.partstat, guest.now))
    now = await _find(guest, request)
    if not took:
        return _page(guest, request, now, problem=say("web-replied-not"))
    return _page(guest, request, now, done=say("web-replied"))


async def _sent(request: Request) -> bytes | None:
    """The file of the form; None when there is none, or it is too large to be a reply."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > calendars.LARGEST + _ENVELOPE:
        return None
    try:
        async with request.form(max_files=1, max_fields=4, max_part_size=1000) as form:
            file = form.get("file")
            return None if file is None or isinstance(file, str) or not file.filename else await file.read(calendars.LARGEST + 1)
    except (MultiPartException, HTTPException):
        return None


async def _feed(guest: Guest, request: Request) -> Response:
    """Everything somebody has coming up, or the meetings of a group; nothing when it is as it was."""
    if not guest.console.limits.allow("look", request.client.host if request.client else ""):
        raise HTTPException(429)
    code, here, now = request.path_params["code"], guest.console.house.organisation_id, guest.now

    def look(db: Connection) -> Feed | None:
        return feeds.read(db, here, code, now)

    feed = await guest.read(look)
    if feed is None:
        raise HTTPException(404)
    tag = _tag(feed)
    headers = SECRET | {"ETag": tag, "Cache-Control": "private, no-cache"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    async with guest.console.making:  # programs fetch feeds in crowds, and a long one takes as long as many taps
        content = await aside(calendars.publish, feed.entries, now, feed.language)
    return Response(content, media_type=calendars.MEDIA_TYPE, headers=headers)


def _tag(feed: Feed) -> str:
    """How a feed stands: another once any of its entries has changed, for that raises its number."""
    versions = [feed.language, *((one.uid, one.sequence, one.kept, one.how) for one in feed.entries)]
    return f'W/"{hashlib.sha256(repr(versions).encode()).hexdigest()[:32]}"'
