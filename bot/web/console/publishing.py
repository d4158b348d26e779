"""A draft published as an edition or thrown away, and findings of the checker answered with a reason."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from bot.editing import aside
from bot.manuscript import changes
from bot.manuscript.manuscripts import NotChangedError, parse
from bot.web.console import fields, works
from bot.web.console.differences import difference, sentences
from bot.web.console.visits import Page, Visit
from bot.web.console.works import LIST, Work
from conversations.checking.care.overrides import SHORTEST_REASON
from conversations.checking.places import Path
from storage import history
from storage.staffing import drafts
from storage.staffing.drafts import MOVED, REFUSED, STALE

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
        "in_short": sentences(present, work.text) if present else [],
        "over": over,
    }
    return visit.page("engagements/publish.html", {**works.told(work, problems, None, visit), **told})


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


# --- Findings answered


async def answer_finding(visit: Visit) -> Response:
    """Keep a reason for which a finding does not count, or take one back."""
    form, work = await visit.form(), await works.fetch(visit)
    back = f"{LIST}/{work.slug}"
    if form.one("act") == "take-back":
        place = int(form.one("place")) if form.one("place").isdecimal() else 0
        return await _apply(
            visit, work, ("overrides", place), lambda text, path: changes.remove(text, path[:-1], int(path[-1])), back
        )
    if sum(letter.isalpha() for letter in form.one("why")) < SHORTEST_REASON:
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


ROUTES = (
    Page("GET", f"{LIST}/{{slug}}/publish", review, "edit-engagements"),
    Page("POST", f"{LIST}/{{slug}}/publish", publish, "edit-engagements"),
    Page("POST", f"{LIST}/{{slug}}/discard", discard, "edit-engagements"),
    Page("POST", f"{LIST}/{{slug}}/finding", answer_finding, "edit-engagements"),
)
