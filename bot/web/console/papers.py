"""The papers of a meeting: added with a plain summary, looked at, and sent to those who come."""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.web.console import group_scope as scope
from bot.web.console import meetings
from bot.web.console.group_scope import HERE
from bot.web.console.inbox import today
from bot.web.console.visits import Page, Visit
from bot.web.rendering import attachment
from storage.broadcasting.groups import GroupError
from storage.groups import papers
from storage.groups.quorum import Meeting
from storage.groups.rules import RefusedError


async def add(visit: Visit) -> Response:
    """Add one, with its file if there is one."""
    form = await visit.form()
    words = (form.one("title"), form.one("summary"))
    sent = form.file("file")
    file = (sent.filename or "", await sent.read(papers.LARGEST + 1)) if sent else None

    def work(db: Connection, meeting: Meeting) -> str:
        papers.add(db, meeting, words, file, visit.who.code, visit.now, today(visit))
        return scope.advice(words[1]) or "The paper is added. Nobody has been sent it yet."

    try:
        said = await scope.change_meeting(visit, "add-paper", work)
    except RefusedError as error:
        return await meetings.show_with(visit, {error.field: str(error)}, {"title": words[0], "summary": words[1]})
    return _back(visit, said)


async def keep(visit: Visit) -> Response:
    """Its file."""

    def look(db: Connection) -> tuple[str, bytes]:
        _, meeting = scope.find_meeting(db, visit)
        found = papers.content(db, meeting.id, visit.part("paper"))
        if found is None:
            raise HTTPException(404)
        return found

    name, data = await visit.read(look)
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    return attachment(data, plain, papers.TYPES[name.rpartition(".")[2]])


async def remove(visit: Visit) -> Response:
    """Take one away that nobody was sent."""

    def work(db: Connection, meeting: Meeting) -> str:
        gone = papers.remove(db, meeting.id, visit.part("paper"))
        return "The paper is gone." if gone else "It was sent already: people have it."

    return _back(visit, await scope.change_meeting(visit, "remove-paper", work))


async def send(visit: Visit) -> Response:
    """Send the new ones to everybody who comes."""

    def work(db: Connection, meeting: Meeting) -> str:
        number = papers.send(db, meeting, visit.now)
        people = "1 person" if number == 1 else f"{number} people"
        return f"The papers go to {people} who said they come. Whoever says so later gets them then."

    try:
        said = await scope.change_meeting(visit, "send-papers", work)
    except GroupError as error:
        return await meetings.show_with(visit, {"": str(error)})
    return _back(visit, said)


def _back(visit: Visit, said: str) -> Response:
    return visit.go(f"{HERE}/{visit.part('code')}/meetings/{visit.part('meeting')}", said)


_PAPERS = f"{HERE}/{{code}}/meetings/{{meeting}}/papers"

ROUTES = (
    Page("POST", _PAPERS, add, "edit-groups"),
    Page("POST", f"{_PAPERS}/send", send, "edit-groups"),
    Page("GET", f"{_PAPERS}/{{paper}}/file", keep, "see-groups"),
    Page("POST", f"{_PAPERS}/{{paper}}/remove", remove, "edit-groups"),
)
