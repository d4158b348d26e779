"""Groups: people whom staff keep together, like a reference group. They are known here by their codes."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.web.console.inbox import today
from bot.web.console.visits import Page, Visit
from storage.broadcasting import groups
from storage.broadcasting.groups import Group, GroupError

HERE = "/console/groups"
PAGE = 100


async def show_all(visit: Visit) -> Response:
    """All of them."""
    return await _show_all(visit)


async def _show_all(visit: Visit, name: str = "", problem: str = "") -> Response:
    found = await visit.read(lambda db: groups.load(db, visit.organisation_id))
    problems = {"name": problem} if problem else {}
    return visit.page("segments/groups.html", {"groups": found, "name": name, "problems": problems}, 422 if problem else 200)


async def make(visit: Visit) -> Response:
    """Make a new one, with nobody in it."""
    name = (await visit.form()).one("name")

    def work(db: Connection) -> str:
        code = groups.make(db, visit.organisation_id, name)
        visit.note(db, "make-group", code)
        return code

    try:
        code = await visit.write(work)
    except GroupError as error:
        return await _show_all(visit, name, str(error))
    return visit.go(f"{HERE}/{code}", "The group is made. Now put people into it.")


async def show(visit: Visit) -> Response:
    """One of them, with the codes of its people."""
    return await _show(visit)


async def _show(visit: Visit, field: str = "", problem: str = "", typed: str = "") -> Response:
    after = visit.asked("after")

    def look(db: Connection) -> dict[str, object]:
        group = _find(db, visit)
        visit.note(db, "read-group", group.code)
        some = groups.members(db, group, after, PAGE + 1)
        return {"group": group, "members": some[:PAGE], "later": f"?after={some[PAGE - 1].code}" if len(some) > PAGE else ""}

    told = await visit.write(look)
    told |= {"problems": {field: problem} if problem else {}, "typed": typed if field == "people" else ""}
    told["name"] = typed if field == "name" else getattr(told["group"], "name", "")
    return visit.page("segments/group.html", told, 422 if problem else 200)


def _find(db: Connection, visit: Visit) -> Group:
    """The one in the address. Raises HTTPException 404 when this organisation has none of that code."""
    group = groups.find(db, visit.organisation_id, visit.part("code"))
    if group is None:
        raise HTTPException(404)
    return group


async def _change(visit: Visit, what: str, work: Callable[[Connection, Group], str]) -> str:
    """Do something to the group in the address, and note it; returns what is said of it. Raises GroupError."""

    def whole(db: Connection) -> str:
        group = _find(db, visit)
        said = work(db, group)
        visit.note(db, what, group.code)
        return said

    return await visit.write(whole)


async def rename(visit: Visit) -> Response:
    """Call it something else."""
    name = (await visit.form()).one("name")

    def work(db: Connection, group: Group) -> str:
        groups.rename(db, visit.organisation_id, group, name)
        return "The group has its new name."

    try:
        said = await _change(visit, "rename-group", work)
    except GroupError as error:
        return await _show(visit, "name", str(error), name)
    return visit.go(f"{HERE}/{visit.part('code')}", said)


async def add(visit: Visit) -> Response:
    """Put people into it, by their codes, apart by blanks or lines; nobody when one of the codes is nobody's."""
    typed = (await visit.form()).one("people")
    wanted = list(dict.fromkeys(typed.replace(",", " ").lower().split()))

    def work(db: Connection, group: Group) -> str:
        unknown = groups.add(db, visit.organisation_id, group, wanted, today(visit))
        if unknown or not wanted:
            listed = ", ".join(code[:20] for code in unknown[:5])
            raise GroupError(f"Nobody has the code {listed}. Nobody was put in." if wanted else "Write at least one code.")
        return "They belong to the group now."

    try:
        said = await _change(visit, "put-into-group", work)
    except GroupError as error:
        return await _show(visit, "people", str(error), typed)
    return visit.go(f"{HERE}/{visit.part('code')}", said)


async def drop(visit: Visit) -> Response:
    """Take the people out of it who are ticked."""
    ticked = (await visit.form()).all("member")

    def work(db: Connection, group: Group) -> str:
        gone = groups.drop(db, visit.organisation_id, group, ticked)
        return "Nobody was ticked." if not gone else "One person is out." if gone == 1 else f"{gone} people are out."

    try:
        said = await _change(visit, "take-out-of-group", work)
    except GroupError as error:
        return await _show(visit, "", str(error))
    return visit.go(f"{HERE}/{visit.part('code')}", said)


async def remove(visit: Visit) -> Response:
    """Forget the group; its people stay."""

    def work(db: Connection, group: Group) -> str:
        groups.remove(db, group)
        return "The group is gone. Its people are still here."

    try:
        said = await _change(visit, "remove-group", work)
    except GroupError as error:
        return await _show(visit, "", str(error))
    return visit.go(HERE, said)


ROUTES = (
    Page("GET", HERE, show_all, "see-people"),
    Page("POST", HERE, make, "edit-segments"),
    Page("GET", f"{HERE}/{{code}}", show, "see-people"),
    Page("POST", f"{HERE}/{{code}}/name", rename, "edit-segments"),
    Page("POST", f"{HERE}/{{code}}/people", add, "edit-segments"),
    Page("POST", f"{HERE}/{{code}}/out", drop, "edit-segments"),
    Page("POST", f"{HERE}/{{code}}/remove", remove, "edit-segments"),
)
