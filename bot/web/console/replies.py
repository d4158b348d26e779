"""The answer that somebody's calendar made and sent by mail, taken from its file as if they had tapped the button."""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.responses import Response

from bot import calendars, replying
from bot.calendars import Reply, ReplyError
from bot.web.console import dates, registers
from bot.web.console.event_views import DATES
from bot.web.console.visits import Page, Visit
from conversations.places import CONFIRMED, OFFERED, UNSURE, WAITING
from storage.events import feeds


class RefusedError(Exception):
    """It cannot be taken; the message says why, and what to do."""


async def take(visit: Visit) -> Response:
    """Take the file, or say why not."""
    sent = (await visit.form()).file("file")
    if sent is None:
        return await registers.show_with(visit, {"file": NONE})
    content = await sent.read(calendars.LARGEST + 1)
    try:
        reply = calendars.read_reply(content)
        said = await visit.write(lambda db: _take(db, visit, reply))
    except (ReplyError, RefusedError) as error:
        return await registers.show_with(visit, {"file": str(error)})
    return visit.go(f"{DATES}/{visit.part('code')}", said)


def _take(db: Connection, visit: Visit, reply: Reply) -> str:
    """Do what it says about one place at this date; what came of it. Raises RefusedError, and then nothing is written."""
    here = visit.organisation_id
    one = dates.find(db, visit, visit.part("code"))[0]
    place = calendars.place_of(reply.uid, feeds.organisation(db, here))
    entry = feeds.find(db, here, [place]).get(place) if place else None
    if entry is None:
        raise RefusedError(STRANGE)
    if entry.occasion != one.code:
        raise RefusedError(OTHER)
    if reply.sequence < entry.sequence:
        raise RefusedError(OLD)
    if not replying.take(db, entry, reply.partstat, visit.now):
        raise RefusedError(NOT_DONE)
    visit.note(db, "take-calendar-reply", f"{one.code} {place}: {reply.partstat.lower()}")
    state = feeds.find(db, here, [place])[place].state
    return KEPT if (reply.partstat, state) == (replying.TENTATIVE, CONFIRMED) else SAID.get(state, GONE)


NONE = "Choose the file that came with the mail. It ends with .ics."
STRANGE = "That file does not answer one of our dates. Ask them to use the entry that the bot gave them."
OTHER = "That file answers another date. Open that date, and take it there."
OLD = "That file answers an older version: the date or their place has changed since. Ask them again."
NOT_DONE = "Nothing was done: the date is full, closed, called off or over, or they have no place that this could change."
KEPT = "They are not sure, and keep their place until they say otherwise."
GONE = "They do not come. Whoever is first in line is asked."
SAID = {
    CONFIRMED: "They come, and have their place.",
    OFFERED: "They were offered a place, and have not taken it yet.",
    WAITING: "It is full, so they wait in line now.",
    UNSURE: "They are not sure.",
}
"""What they have of the date afterwards -> how it is said."""

ROUTES = (Page("POST", f"{DATES}/{{code}}/reply", take, "edit-events"),)
