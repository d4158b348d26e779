"""The screen at the door: a code that people photograph to come in, new each minute, without a script."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot import doors
from bot.web.console.sheets import UNKNOWN, draw
from bot.web.console.visits import Page, Visit
from storage import organisations
from storage.events import occasions
from storage.events.occasions import Occasion

DATES = "/console/dates"


async def show(visit: Visit) -> Response:
    """The code of this minute; the page comes again by itself when it has changed."""

    def look(db: Connection) -> tuple[Occasion | None, str]:
        one = occasions.find(db, visit.organisation_id, visit.part("code"))
        return one, organisations.username(db, visit.house.bot_id)

    one, name = await visit.read(look)
    if one is None:
        raise HTTPException(404)
    now = visit.now
    starts = one.starts_at.astimezone(ZoneInfo(one.zone))
    told = {
        "code": draw(f"https://t.me/{name or UNKNOWN}?start={doors.write(visit.house.keys.sign, one.code, now)}"),
        "named": bool(name),
        "when": f"{starts:%A} {starts.day} {starts:%B %Y, %H:%M}",
        "planned": one.state == "planned",
        "back": f"{DATES}/{one.code}/door",
    }
    response = visit.page("events/screen.html", told)
    response.headers["Refresh"] = str(doors.left(now) + 1)
    return response


ROUTES = (Page("GET", f"{DATES}/{{code}}/screen", show, "check-in"),)
