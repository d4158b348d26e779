"""The calendar of a group to subscribe to: making its secret address, showing it, and ending it when it got about."""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.responses import Response

from bot import tickets
from bot.web.console import group_scope as scope
from bot.web.console.group_scope import HERE
from bot.web.console.visits import Page, Visit
from storage.broadcasting.groups import Group
from storage.events import feeds


def address(db: Connection, visit: Visit, group: Group) -> str:
    """The address there is; empty when none was made, or for whoever may not give it away."""
    code = feeds.known(db, visit.organisation_id, group_id=group.id) if visit.may("edit-groups") else ""
    return tickets.feed(visit.house, code) if code else ""


async def make(visit: Visit) -> Response:
    """Make one."""
    await visit.read(lambda db: scope.find(db, visit))
    if not visit.house.public_url:
        return _back(visit, NOWHERE)

    def work(db: Connection, group: Group) -> str:
        feeds.give(db, visit.organisation_id, visit.now, group_id=group.id)
        return "The calendar has an address now."

    return _back(visit, await scope.change(visit, "make-feed", work))


async def end(visit: Visit) -> Response:
    """End it: whoever has the address sees nothing there from now on."""

    def work(db: Connection, group: Group) -> str:
        feeds.revoke(db, visit.organisation_id, feeds.known(db, visit.organisation_id, group_id=group.id))
        return "The address is ended. Whoever subscribed gets nothing new from it."

    return _back(visit, await scope.change(visit, "end-feed", work))


def _back(visit: Visit, said: str) -> Response:
    return visit.go(f"{HERE}/{visit.part('code')}/seats", said)


NOWHERE = "People cannot reach our pages from outside, so there is no address to give: web.public_url is not set."

ROUTES = (
    Page("POST", f"{HERE}/{{code}}/feed", make, "edit-groups"),
    Page("POST", f"{HERE}/{{code}}/feed/end", end, "edit-groups"),
)
