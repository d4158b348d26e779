"""The editions of an engagement: which there were, and what changed from one to another."""

from __future__ import annotations

from starlette.responses import Response

from bot.editing import aside
from bot.web.console import works
from bot.web.console.differences import difference, sentences
from bot.web.console.visits import Page, Visit
from bot.web.console.works import LIST
from conversations import flow
from conversations.checking import comparing
from conversations.checking.problems import Problem
from storage import history
from storage.history import Edition


async def show(visit: Visit) -> Response:
    """All editions, newest first, and two of them side by side."""
    work = await works.fetch(visit)
    one = work.engagement
    found = await visit.read(lambda db: history.editions_of(db, one)) if one else []
    by_name = {edition.name: edition for edition in found}
    new = by_name.get(visit.asked("to")) or next(iter(found), None)
    old = by_name.get(visit.asked("from")) or _before(found, new)
    lines = await aside(difference, works.tidy(old.source), works.tidy(new.source)) if old and new else []
    told = {
        "editions": [(edition, _name(found, edition), ORIGINS.get(edition.origin, edition.origin)) for edition in found],
        "new": new,
        "old": old,
        "current": one.edition if one else "",
        "changes": lines,
        "in_short": sentences(old.source, new.source) if old and new else [],
        "meaning": await aside(_meaning, old, new) if old and new and old != new else [],
    }
    return visit.page("engagements/editions.html", {**works.told(work, (), "/editions", visit), **told})


def _before(found: list[Edition], new: Edition | None) -> Edition | None:
    """The edition before one, or itself when it is the first."""
    if new is None:
        return None
    later = found[found.index(new) + 1 :]
    return later[0] if later else new


def _meaning(old: Edition, new: Edition) -> list[Problem]:
    """What the newer text means for answers given under the older."""
    return comparing.compare([flow.read(old.source)], new.source, "")


def _name(found: list[Edition], edition: Edition) -> str:
    return f"Edition {len(found) - found.index(edition)}"


ORIGINS = {"library": "came with the program", "file": "from a file", "console": "written here"}

ROUTES = (Page("GET", f"{LIST}/{{slug}}/editions", show, "see-engagements"),)
