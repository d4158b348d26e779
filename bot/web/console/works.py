"""An engagement's text as staff work on it: fetched, looked over, changed piece by piece, and kept over nobody else's work."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import Connection
from starlette.exceptions import HTTPException

from bot.editing import aside
from bot.manuscript.manuscripts import NotChangedError, at, has_long_key, parse
from bot.web.console import fields
from bot.web.console.visits import Visit
from conversations import checking
from conversations.checking.places import Path
from conversations.checking.problems import ADVICE, ERROR, Problem, quote
from conversations.checking.shapes import ID, LONGEST_ID
from conversations.flow import MEETS
from storage import editions, engagements, history
from storage.engagements import Engagement
from storage.staffing import drafts
from storage.staffing.drafts import NEW

LIST = "/console/engagements"
"""Where the pages about engagements are."""

LARGEST = 256_000  # letters of a text that is worked on here; the longest that ships has 13,000
TRIES = 3


@dataclass(frozen=True)
class Work:
    """The text that is worked on: a draft, or the present edition where there is none yet (`version` is `drafts.NEW`)."""

    slug: str
    text: str
    version: int
    base: str
    engagement: Engagement | None
    changed_by: str = ""
    changed_at: dt.datetime | None = None

    @property
    def is_draft(self) -> bool:
        return self.version != NEW

    @cached_property
    def table(self) -> dict[str, Any]:
        """What the text says; empty while it cannot be read."""
        return parse(self.text) or {}

    @property
    def is_readable(self) -> bool:
        return bool(self.table)

    @property
    def languages(self) -> list[str]:
        """The languages of the title, the one it was written in first."""
        title = self.table.get("title")
        return list(title) if isinstance(title, dict) and title else ["en"]

    @property
    def title(self) -> str:
        """What to call it on a page."""
        title = self.table.get("title")
        words = title.get("en") or next(iter(title.values()), "") if isinstance(title, dict) else ""
        return words if isinstance(words, str) and words.strip() else self.slug

    @property
    def steps(self) -> list[dict[str, Any]]:
        found = self.table.get("steps")
        return [step for step in found if isinstance(step, dict)] if isinstance(found, list) else []


def find(db: Connection, organisation_id: int, slug: str) -> Work | None:
    """What there is to work on under an id."""
    engagement, draft = engagements.find(db, organisation_id, slug), drafts.find(db, organisation_id, slug)
    if draft:
        return Work(slug, draft.source, draft.version, draft.base, engagement, draft.changed_by, draft.changed_at)
    if engagement:
        return Work(slug, tidy(history.source_of(db, engagement)), NEW, engagement.edition, engagement)
    return None


async def fetch(visit: Visit) -> Work:
    """The work an address names. Raises HTTPException 404 when there is none in this organisation."""
    slug = visit.part("slug")
    found = await visit.read(lambda db: find(db, visit.organisation_id, slug)) if is_id(slug) else None
    if found is None:
        raise HTTPException(404)
    return found


def is_id(slug: str) -> bool:
    """Whether an engagement could be called so."""
    return bool(ID.fullmatch(slug)) and len(slug) <= LONGEST_ID


def tidy(text: str) -> str:
    """A text with every line end as one, and one at its end."""
    return io.StringIO(text.removeprefix("\ufeff"), newline=None).read().rstrip("\n") + "\n"


def is_too_long(text: str) -> bool:
    return len(text) > LARGEST


# --- Saying what is wrong


@lru_cache(maxsize=64)
def review(text: str, slug: str, today: dt.date) -> tuple[Problem, ...]:
    """What the checker says of a text, with what stands in the way of publishing first."""
    if has_long_key(text):
        found = [Problem(slug, 1, "a key here has more parts than any engagement needs", "take it out")]
    else:
        found = checking.review(text, f"{slug}.toml", today)
    return tuple(sorted(found, key=lambda problem: (problem.level != ERROR, problem.line)))


async def look_over(visit: Visit, work: Work) -> tuple[Problem, ...]:
    """All that can be said of a text, with what it would do to answers given before."""
    found = await aside(review, work.text, work.slug, visit.now.date())
    said = work.table.get("id")
    if work.is_readable and said != work.slug:
        do = f"put back {quote(work.slug)}, or make a copy under another name"
        found = (Problem(work.slug, 1, f"the id is {quote(said)} here", do, path=("id",)), *found)
    if any(problem.level == ERROR and not problem.rule for problem in found) or not work.engagement:
        return found
    kept = await visit.read(lambda db: editions.find(db, visit.organisation_id, [work.slug], whole=True).get(work.slug))
    return (*found, *await aside(editions.compare, kept, work.text, work.slug))


def errors(problems: Sequence[Problem]) -> list[Problem]:
    """What stands in the way of publishing."""
    return [problem for problem in problems if problem.level == ERROR]


def advice(problems: Sequence[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.level == ADVICE]


def beneath(problems: Sequence[Problem], path: Path) -> dict[str, list[Problem]]:
    """The findings about a table, by the name of the field that causes them; those of the whole under an empty name."""
    found: dict[str, list[Problem]] = {}
    for problem in problems:
        if problem.path[: len(path)] == path:
            found.setdefault(".".join(map(str, problem.path[len(path) :])), []).append(problem)
    return found


# --- Keeping


class ClashError(Exception):
    """Somebody else has changed the same piece meanwhile; `theirs` is how the work stands now."""

    def __init__(self, theirs: Work) -> None:
        super().__init__()
        self.theirs = theirs


def fingerprint(piece: Any) -> str:
    """A name for exactly what a piece of a text says, by which a form knows whether it is still so."""
    told = json.dumps(piece, default=str, ensure_ascii=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def piece(table: Mapping[str, Any], path: Path) -> Any:
    """What stands at a path; at the top, all that stands around the steps."""
    return at(table, path) if path else {key: value for key, value in table.items() if key not in APART}


APART = ("steps", "approved", "overrides")


def locate(work: Work, path: Path, was: str) -> Path | None:
    """Where a piece stands now that stood at `path`: there, or anywhere in the same list; None when nothing is it any more."""
    if fingerprint(piece(work.table, path)) == was:
        return path
    if path and isinstance(path[-1], int):
        many = at(work.table, path[:-1])
        places = (place for place, each in enumerate(many if isinstance(many, list) else ()) if fingerprint(each) == was)
        found = next(places, None)
        return None if found is None else (*path[:-1], found)
    return None


async def change(visit: Visit, work: Work, path: Path, was: str, how: Callable[[str, Path], str]) -> Work:
    """Change the piece at `path`, which said what `was` names, and keep the whole.

    `how` makes the new text. Raises ClashError when somebody changed that very piece, NotChangedError when `how` does.
    """
    for _ in range(TRIES):
        found = locate(work, path, was)
        if found is None:
            raise ClashError(work)
        text = await aside(how, work.text, found)
        kept = await keep(visit, work, text)
        if kept:
            return kept
        work = await fetch(visit)
    raise ClashError(work)


async def keep(visit: Visit, work: Work, text: str, *, begin: bool = False) -> Work | None:
    """Keep a text made out of `work`; None when somebody has kept another since. Raises NotChangedError when it is too long.

    Where nothing has changed nothing is kept, unless a draft has to `begin`.
    """
    if is_too_long(text):
        raise NotChangedError(f"This would be longer than {LARGEST:,} letters, which no engagement needs. Take something out.")
    if text == work.text and (work.is_draft or not begin):
        return work
    who, now = visit.who.code, visit.now
    kept = await visit.write(
        lambda db: drafts.save(db, visit.organisation_id, work.slug, text, work.version, who, now, work.base)
    )
    return replace(work, text=kept.source, version=kept.version, changed_by=who, changed_at=now) if kept else None


def told(work: Work, problems: Sequence[Problem], here: str | None, visit: Visit) -> Mapping[str, Any]:
    """What every page about a work shows at its top; `here` is the page of the row that this is, if it is one."""
    has_dates = work.engagement is not None and work.engagement.kind in MEETS and visit.may("see-events")
    dates = f"/console/events/{work.slug}" if has_dates else ""
    address = f"{LIST}/{work.slug}"
    pages = [(path, name) for path, name in TABS.items() if path in ALL_MAY or visit.may("edit-engagements")]
    tabs = [(address + path, name, path == here) for path, name in pages]
    return {
        "work": work,
        "address": address,
        "tabs": [*tabs, (dates, "Dates", False)] if dates else tabs,
        "dates": dates,
        "errors": errors(problems),
        "advice": advice(problems),
        "say": fields.words_of,
    }


TABS = {"": "Overview", "/charter": "Why", "/steps": "Questions", "/text": "As text", "/editions": "Editions", "/links": "Links"}
ALL_MAY = {"", "/editions", "/links"}
"""The pages about one engagement: what its address ends with, and what it is called; and those that nothing is changed on."""


def around(problems: Sequence[Problem]) -> dict[str, list[Problem]]:
    """The findings about what stands around the steps, by the name of their field."""
    found = beneath(problems, ())
    return {key: many for key, many in found.items() if key.partition(".")[0] not in APART}
