"""Letters one by one: what became of each person's, and those of which nobody knows."""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.web.console import broadcast_views as views
from bot.web.console.broadcasts import LIST, find
from bot.web.console.visits import Page, Visit
from storage.broadcasting import reports
from storage.broadcasting.broadcasts import Refusal
from storage.letters import unknowns
from storage.letters.outbox import FAILED, LEFT, PENDING, SENDING, SENT, UNKNOWN

PAGE = 100
MOST_AT_ONCE = 500

STATES = {
    SENT: "Sent",
    FAILED: "Not sent",
    UNKNOWN: "Nobody knows",
    PENDING: "Waiting",
    SENDING: "On its way",
    LEFT: "Left unsent",
}
"""State of a letter -> what staff read."""


async def show_people(visit: Visit) -> Response:
    """Everybody who has a letter of one message, a page at a time."""
    state, after = visit.asked("state"), visit.asked("after") or "0"
    if state not in {"", *STATES} or not after.isdecimal() or int(after) >= 1 << 63:
        raise HTTPException(404)
    one = await visit.read(lambda db: find(db, visit))
    rows = await visit.read(lambda db: reports.lines(db, one, [state] if state else (), int(after), PAGE + 1))
    shown = rows[:PAGE]
    here = f"{LIST}/{one.code}/people?state={state}"
    told = {
        "one": one,
        "state": state,
        "states": list(STATES.items()),
        "rows": [
            {
                "person": line.person,
                "state": STATES[line.state],
                "why": reports.REASONS.get(line.reason, line.reason),
                "at": views.moment(line.ended_at, one.zone) if line.ended_at else "",
                "tapped": line.tapped,
                "answered": line.answered,
            }
            for line in shown
        ],
        "asks": one.engagement_id is not None,
        "later": f"{here}&after={shown[-1].letter}" if len(rows) > PAGE else "",
        "first": after == "0",
    }
    return visit.page("letters.html", told)


async def show_unknown(visit: Visit) -> Response:
    """Letters that may or may not have arrived, with who they were to."""
    rows = await visit.read(lambda db: unknowns.find(db, visit.house.bot_id))
    zone = str(visit.house.zone)
    told = {
        "rows": [(one.id, one.person, views.moment(one.since, zone), one.can_resend) for one in rows[:MOST_AT_ONCE]],
        "all": len(rows),
    }
    return visit.page("unknown.html", told)


async def decide(visit: Visit) -> Response:
    """Leave the chosen ones as they are, or send them again."""
    form = await visit.form()
    ids = [int(one) for one in form.all("letter")[:MOST_AT_ONCE] if one.isdecimal() and int(one) < 1 << 63]
    again = form.one("what") == "resend"
    bot_id = visit.house.bot_id

    def settle(db: Connection) -> int:
        done = unknowns.resend(db, bot_id, ids, visit.now, visit.who.code) if again else unknowns.leave(db, bot_id, ids)
        visit.note(db, "resend-unknown" if again else "leave-unknown", f"{done} letters")
        return done

    if not ids:
        return visit.go(f"{LIST}/unknown", said="Tick the people you mean first.")
    try:
        count = await visit.write(settle)
    except Refusal as error:
        return visit.go(f"{LIST}/unknown", said=str(error))
    said = f"{count} will be sent again. Somebody may get it twice." if again else f"{count} left as they are."
    return visit.go(f"{LIST}/unknown", said=said)


ROUTES = (
    Page("GET", f"{LIST}/unknown", show_unknown, "control-broadcasts"),
    Page("POST", f"{LIST}/unknown", decide, "control-broadcasts"),
    Page("GET", f"{LIST}/{{code}}/people", show_people, "see-people"),
)
