"""Engagements: the list of them, one with where it stands, and what is done to the whole of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from bot import launch, pictures, upkeep
from bot.editing import aside
from bot.manuscript import changes
from bot.manuscript.manuscripts import NotChangedError, parse
from bot.web.console import fields, playing, works
from bot.web.console.differences import difference
from bot.web.console.visits import Page, Visit
from bot.web.console.works import Work
from bot.web.rendering import attachment
from conversations import approval, flow
from conversations.checking import shapes
from conversations.checking.places import Path
from conversations.checking.problems import Problem
from conversations.text import FALLBACK, choose
from storage import drafts, engagements, history, releases, small_numbers, staff
from storage.drafts import MOVED, REFUSED, STALE, Draft
from storage.engagements import APART, CLOSED, DRAFT, OPEN, Engagement

LIST = "/console/engagements"
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
        "obstacles": await _obstacles(visit, work.engagement, flow_now) if flow_now and work.engagement else [],
        "identity": IDENTITIES.get(str(work.table.get("identity")), "not said yet"),
        "audience": dict(fields.AUDIENCE_WORDS).get(str(work.table.get("audience")), "not said yet"),
        "charter": _charter(work),
        "overrides": _overrides(work),
        "who": found["names"].get(work.changed_by, "a colleague"),
        "by_whom": EDITED.get(APART) if found["apart"] else "",
    }


async def _obstacles(visit: Visit, one: Engagement, present: flow.Flow) -> list[str]:
    """Why the present edition cannot be opened; a file or the library may have brought what is only refused here."""
    source = await visit.read(lambda db: history.source_of(db, one))
    found = works.errors(await aside(works.review, works.tidy(source), one.slug, visit.now.date()))
    why = launch.obstacle(present, local=visit.house.local)
    return [*([why] if why else []), *map(fields.words_of, found)]


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

# --- Publishing and discarding


async def review(visit: Visit) -> Response:
    """What would change, before it is published."""
    work = await works.fetch(visit)
    if not work.is_draft:
        return visit.go(f"{LIST}/{work.slug}", "There is nothing to publish.")
    problems = await works.look_over(visit, work)
    absent = await visit.read(lambda db: _missing(db, visit, work))
    present = await visit.read(lambda db: history.source_of(db, work.engagement) if work.engagement else "")
    over = work.engagement.edition if work.engagement else ""
    told = {
        "blocked": [*(fields.words_of(problem) for problem in works.errors(problems)), *absent],
        "moved": bool(work.base) and over != work.base,
        "changes": await aside(difference, works.tidy(present), work.text) if present else [],
        "over": over,
    }
    return visit.page("engagements/publish.html", {**works.told(work, problems, "", visit), **told})


def _missing(db: Connection, visit: Visit, work: Work) -> list[str]:
    there = drafts.pictures_of(db, visit.organisation_id, work.slug)
    steps = [step for step in work.steps if isinstance(step.get("picture"), dict)]
    names = [str(step["picture"].get("file", "")) for step in steps]
    return [f"The picture {name} is not there. Put it in on the overview." for name in names if name not in there]


async def publish(visit: Visit) -> Response:
    """Make it what the next person begins with."""
    form, work = await visit.form(), await works.fetch(visit)
    again = f"{LIST}/{work.slug}/publish"
    draft = await visit.read(lambda db: drafts.find(db, visit.organisation_id, work.slug))
    if draft is None or form.one("version") != str(draft.version):
        return visit.go(again, PUBLISHED[STALE])
    absent = await visit.read(lambda db: _missing(db, visit, work))
    if absent or works.errors(await works.look_over(visit, work)):
        return visit.go(again, PUBLISHED[REFUSED])
    over, who, now = form.one("over"), visit.who.code, visit.now
    done = await visit.write(lambda db: drafts.publish(db, visit.organisation_id, draft, over, who, now))
    return visit.go(again if done.why else f"{LIST}/{work.slug}", PUBLISHED[done.why])


PUBLISHED = {
    "": "Published. The next person who begins sees it. Whoever has begun keeps the words they began with.",
    STALE: "Somebody saved meanwhile, so nothing was published. Look at it once more.",
    MOVED: "The engagement itself changed meanwhile, so nothing was published. Look at what would change now.",
    REFUSED: "It cannot be published yet. What stands in the way is below.",
}


async def discard(visit: Visit) -> Response:
    """Throw a draft away."""
    form, work = await visit.form(), await works.fetch(visit)
    version, who, now = form.one("version"), visit.who.code, visit.now
    gone = version == str(work.version) and await visit.write(
        lambda db: drafts.discard(db, visit.organisation_id, work.slug, work.version, who, now)
    )
    if not gone:
        return visit.go(f"{LIST}/{work.slug}", "Somebody saved meanwhile, so the draft was kept. Look at it first.")
    return visit.go(f"{LIST}/{work.slug}" if work.engagement else LIST, "The draft was thrown away.")


# --- Opening and closing


async def open_it(visit: Visit) -> Response:
    """Let people answer, with a link to it."""
    work = await works.fetch(visit)
    one, back = work.engagement, f"{LIST}/{work.slug}"
    if one is None:
        return visit.go(back, "Publish it first. Then it can be opened.")
    present = await visit.read(lambda db: visit.house.know(db, {one.edition_id})[one.edition_id])
    why = await _obstacles(visit, one, present)
    if why:
        return visit.go(back, f"It was not opened. {why[0]}")
    done = await visit.write(lambda db: _open(db, visit, one))
    return visit.go(f"{back}/links", "It is open. People get in by the links below.") if done else visit.go(back, NOT_OPENED)


def _open(db: Connection, visit: Visit, seen: Engagement) -> bool:
    """Open it, unless it is closed or says something else than what was looked over."""
    engagements.lock(db, seen.id)
    one = engagements.find(db, visit.organisation_id, seen.slug)
    if one is None or one.state == CLOSED or one.edition != seen.edition:
        return False
    if one.state != OPEN:
        engagements.set_state(db, one.id, OPEN, visit.now)
        visit.note(db, "open", one.slug)
    if not engagements.links_of(db, one.id):
        engagements.make_link(db, one, "", visit.now)
    return True


NOT_OPENED = "It was not opened. What is closed stays closed: make a copy, and open that."


async def ask_close(visit: Visit) -> Response:
    """Say what closing does, and how many are in the middle."""
    work = await works.fetch(visit)
    one = work.engagement
    if one is None or one.state != OPEN:
        return visit.go(f"{LIST}/{work.slug}", "It is not open, so there is nothing to close.")
    middle = await visit.read(lambda db: history.in_the_middle(db, one))
    told = {"middle": middle, "anonymous": one.identity == "anonymous", "fewest": small_numbers.FEWEST}
    return visit.page("engagements/close.html", {**works.told(work, (), "", visit), **told})


async def close(visit: Visit) -> Response:
    """Nobody can answer it any more."""
    work = await works.fetch(visit)

    def act(db: Connection) -> str:
        one = engagements.find(db, visit.organisation_id, work.slug)
        if one is None or one.state != OPEN:
            return "It was closed already, or never open. Nothing was changed."
        engagements.set_state(db, one.id, CLOSED, visit.now)
        upkeep.release(db, visit.house, one, visit.now, closing=True)
        visit.note(db, "close", one.slug)
        after = engagements.find(db, visit.organisation_id, work.slug)
        return CLOSED_TOO_FEW if after and after.too_few else "It is closed."

    return visit.go(f"{LIST}/{work.slug}", await visit.write(act))


CLOSED_TOO_FEW = "It is closed. Fewer than 10 people finished, so to keep them anonymous their answers were destroyed."

# --- Findings answered, pictures, the file


async def answer_finding(visit: Visit) -> Response:
    """Keep a reason for which a finding does not count, or take one back."""
    form, work = await visit.form(), await works.fetch(visit)
    back = f"{LIST}/{work.slug}"
    if form.one("act") == "take-back":
        place = int(form.one("place")) if form.one("place").isdecimal() else 0
        return await _apply(
            visit, work, ("overrides", place), lambda text, path: changes.remove(text, path[:-1], int(path[-1])), back
        )
    if sum(letter.isalpha() for letter in form.one("why")) < shapes.LONGEST_ID // 4:
        return visit.go(back, "Write a reason others can follow: who agreed to it, and why.")
    made = {"rule": form.one("rule"), **({"at": form.one("at")} if form.one("at") else {}), "why": form.one("why")}

    def add(text: str, path: Path) -> str:
        held = (parse(text) or {}).get("overrides", ())
        return changes.add(text, path, len(held), made)

    return await _apply(visit, work, ("overrides",), add, back, works.fingerprint(work.table.get("overrides")))


async def _apply(visit: Visit, work: Work, path: Path, how: Any, back: str, was: str = "") -> Response:
    try:
        await works.change(visit, work, path, was or (await visit.form()).one("was"), how)
    except works.ClashError:
        return visit.go(back, "Somebody changed that meanwhile, so nothing was changed. Look once more.")
    except NotChangedError as why:
        return visit.go(back, str(why))
    return visit.go(back, "Saved.")


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
    if not work.is_draft and not await works.keep(visit, work, work.text):
        return visit.go(back, "Somebody else began to change this just now. Try again.")
    await visit.write(lambda db: drafts.put_picture(db, visit.organisation_id, work.slug, name, content))
    return visit.go(back, f"{name} is there now. Name it in a question to show it.")


async def export(visit: Visit) -> Response:
    """The text as a file."""
    work = await works.fetch(visit)
    return attachment(work.text.encode(), f"{work.slug}.toml", "application/toml; charset=utf-8")


def can_be_played(work: Work) -> bool:
    return playing.load(work.text).flow is not None


ROUTES = (
    Page("GET", LIST, show_all, "see-engagements"),
    Page("GET", f"{LIST}/{{slug}}", show, "see-engagements"),
    Page("GET", f"{LIST}/{{slug}}/file", export, "see-engagements"),
    Page("GET", f"{LIST}/{{slug}}/publish", review, "edit-engagements"),
    Page("POST", f"{LIST}/{{slug}}/publish", publish, "edit-engagements"),
    Page("POST", f"{LIST}/{{slug}}/discard", discard, "edit-engagements"),
    Page("POST", f"{LIST}/{{slug}}/finding", answer_finding, "edit-engagements"),
    Page("POST", f"{LIST}/{{slug}}/picture", put_picture, "edit-engagements"),
    Page("POST", f"{LIST}/{{slug}}/open", open_it, "open-engagements"),
    Page("GET", f"{LIST}/{{slug}}/close", ask_close, "open-engagements"),
    Page("POST", f"{LIST}/{{slug}}/close", close, "open-engagements"),
)
