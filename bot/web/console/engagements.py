"""Engagements: the list of them, one with where it stands, its pictures, and its file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from bot import pictures
from bot.editing import aside
from bot.web.console import fields, works
from bot.web.console.opening import obstacles
from bot.web.console.visits import Page, Visit
from bot.web.console.works import LIST, Work
from bot.web.rendering import attachment
from conversations import approval, flow
from conversations.checking import shapes
from conversations.checking.problems import Problem
from conversations.text import FALLBACK, choose
from storage import engagements, history
from storage.engagements import APART, CLOSED, DRAFT, OPEN, Engagement
from storage.events import events, occasion_rows
from storage.figures import releases, small_numbers
from storage.staffing import drafts, staff
from storage.staffing.drafts import Draft

PAGE = 40

# --- All of them


async def show_all(visit: Visit) -> Response:
    """Every engagement and draft, those that are open first."""
    found = await visit.read(lambda db: _list(db, visit.organisation_id))
    asked = visit.asked("from", "0")
    start = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < LONGEST_START else 0
    today = visit.now.date()
    shown = await aside(lambda: [row | _wrong(row, today) for row in found[start : start + PAGE]])
    told = {
        "engagements": shown,
        "earlier": f"{LIST}?from={max(0, start - PAGE)}" if start else "",
        "later": f"{LIST}?from={start + PAGE}" if len(found) > start + PAGE else "",
    }
    return visit.page("engagements/list.html", told)


LONGEST_START = 6  # digits


def _list(db: Connection, organisation_id: int) -> list[dict[str, Any]]:
    shelf = {one.slug: one for one in engagements.load(db, organisation_id).values()}
    flows = engagements.read_editions(db, {one.edition_id for one in shelf.values()})
    begun = drafts.load(db, organisation_id)
    rows = [_row(db, one, flows[one.edition_id], begun.get(one.slug)) for one in shelf.values()]
    rows += [
        {"slug": slug, "title": Work(slug, one.source, 1, "", None).title, "state": NEW_DRAFT, "order": 1, "text": one.source}
        for slug, one in begun.items()
        if slug not in shelf
    ]
    return sorted(rows, key=lambda row: (row["order"], row["title"].casefold()))


def _wrong(row: Mapping[str, Any], today: dt.date) -> dict[str, Any]:
    """What is wrong with one in the list: how much of its draft is to be mended, and whether people wait to hear back."""
    problems = works.review(row["text"], row["slug"], today) if row["text"] else ()
    late = row["order"] in WAITING and row["feedback_by"] < today
    return {"errors": len(works.errors(problems)), "late": late}


def _row(db: Connection, one: Engagement, said: flow.Flow, draft: Draft | None) -> dict[str, Any]:
    release = releases.latest(db, one.id)
    return {
        "slug": one.slug,
        "title": choose(said.title, FALLBACK),
        "state": STATES[one.state],
        "order": ORDER[one.state],
        "identity": IDENTITIES[one.identity],
        "finished": small_numbers.total(release.respondents) if release else "",
        "feedback_by": said.charter.feedback_by,
        "text": draft.source if draft else "",
    }


NEW_DRAFT = ("Being written", "warn")
STATES = {OPEN: ("Open", "good"), DRAFT: ("Not open yet", "quiet"), CLOSED: ("Closed", "quiet")}
ORDER = {OPEN: 0, DRAFT: 2, CLOSED: 3}
WAITING = {ORDER[OPEN], ORDER[CLOSED]}
"""Where people have answered and were promised to hear back."""
IDENTITIES = {"anonymous": "Anonymous", "confidential": "Confidential", "named": "With names"}

# --- One of them


async def show(visit: Visit) -> Response:
    """Where it stands, what stands in its way, and what can be done."""
    work = await works.fetch(visit)
    problems = await works.look_over(visit, work)
    return visit.page("engagements/show.html", {**works.told(work, problems, "", visit), **await _about(visit, work, problems)})


async def _about(visit: Visit, work: Work, problems: tuple[Problem, ...]) -> dict[str, Any]:
    def look(db: Connection) -> dict[str, Any]:
        one = work.engagement
        found: dict[str, Any] = {"names": staff.names(db, visit.organisation_id), "middle": 0, "finished": "", "apart": False}
        found["pictures"] = list(drafts.pictures_of(db, visit.organisation_id, work.slug))
        if one:
            release = releases.latest(db, one.id)
            present = visit.house.know(db, {one.edition_id})[one.edition_id]
            found |= {"middle": history.in_the_middle(db, one) if one.state == OPEN else 0, "flow": present}
            found["finished"] = small_numbers.total(release.respondents) if release else "none yet"
            event = events.of(db, [one.id]).get(one.id)
            found["has_date"] = bool(event and event.id and occasion_rows.load(db, [event.id]))
            found["apart"] = work.slug in engagements.kept_apart(db, visit.organisation_id)
        return found

    found = await visit.read(look)
    flow_now = found.get("flow")
    return {
        **found,
        "problems_shown": [(problem, _override_at(work, problem)) for problem in problems],
        "state": STATES[work.engagement.state] if work.engagement else NEW_DRAFT,
        "is_open": bool(work.engagement and work.engagement.state == OPEN),
        "is_closed": bool(work.engagement and work.engagement.state == CLOSED),
        "is_ready": bool(work.engagement and work.engagement.state == DRAFT),
        "obstacles": await obstacles(visit, work.engagement, flow_now) if flow_now and work.engagement else [],
        "identity": IDENTITIES.get(str(work.table.get("identity")), "not said yet"),
        "audience": dict(fields.AUDIENCE_WORDS).get(str(work.table.get("audience")), "not said yet"),
        "charter": _charter(work),
        "overrides": _overrides(work),
        "who": found["names"].get(work.changed_by, "a colleague"),
        "by_whom": EDITED.get(APART) if found["apart"] else "",
    }


def _charter(work: Work) -> list[tuple[str, str]]:
    held = work.table.get("charter")
    charter: Mapping[str, Any] = held if isinstance(held, dict) else {}
    rows = [(words[0], charter.get(key)) for key, words in fields.CHARTER.items()]
    shown = [(name, str(choose(text, FALLBACK))) for name, text in rows if isinstance(text, dict) and text]
    day = charter.get("feedback_by")
    return [*shown, *([("When people hear what happened", said_day(day))] if isinstance(day, dt.date) else [])]


def said_day(day: dt.date) -> str:
    """A day as it is read."""
    return f"{day.day} {day:%B %Y}"


def _overrides(work: Work) -> list[tuple[int, str, str, str, str]]:
    found = work.table.get("overrides")
    many = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    return [
        (place, str(each.get("rule", "")), str(each.get("at", "")), str(each.get("why", "")), works.fingerprint(each))
        for place, each in enumerate(many)
    ]


EDITED = {APART: "A file of this engagement changed after it was edited here. Both are kept. What is here is in use."}


def _override_at(work: Work, problem: Problem) -> str:
    """What an override of this finding is about: the text it names, or the step; nothing where none can answer it."""
    if not problem.rule:  # and the text may hold anything
        return ""
    for words in approval.texts(work.table):
        if problem.path[: len(words.path)] == words.path:
            return words.name
    if problem.path[:1] == ("steps",) and len(problem.path) > 1 and isinstance(problem.path[1], int):
        return str(work.steps[problem.path[1]].get("id", "")) if problem.path[1] < len(work.steps) else ""
    return ""


async def put_picture(visit: Visit) -> Response:
    """Keep a picture that the text can name."""
    form, work = await visit.form(), await works.fetch(visit)
    sent, back = form.file("picture"), f"{LIST}/{work.slug}"
    if sent is None:
        return visit.go(back, "Choose a picture first.")
    name, content = str(sent.filename or ""), await sent.read(pictures.LARGEST + 1)
    if not shapes.is_file(name):
        return visit.go(back, "Give the picture a plain name first, like map.png: letters, digits and hyphens.")
    fault = pictures.fault(content)
    if fault:
        return visit.go(back, f"This picture {fault[0]}. {fault[1][:1].upper()}{fault[1][1:]}.")
    if not work.is_draft and not await works.keep(visit, work, work.text, begin=True):
        return visit.go(back, "Somebody else began to change this just now. Try again.")
    await visit.write(lambda db: drafts.put_picture(db, visit.organisation_id, work.slug, name, content))
    return visit.go(back, f"{name} is there now. Name it in a question to show it.")


async def export(visit: Visit) -> Response:
    """The text as a file."""
    work = await works.fetch(visit)
    return attachment(work.text.encode(), f"{work.slug}.toml", "application/toml; charset=utf-8")


ROUTES = (
    Page("GET", LIST, show_all, "see-engagements"),
    Page("GET", f"{LIST}/{{slug}}", show, "see-engagements"),
    Page("GET", f"{LIST}/{{slug}}/file", export, "see-engagements"),
    Page("POST", f"{LIST}/{{slug}}/picture", put_picture, "edit-engagements"),
)
