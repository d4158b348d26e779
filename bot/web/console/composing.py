"""Writing a message to many: one form, saved whole, with what is wrong beside it and the phone next to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select
from starlette.responses import Response

from bot.web.console import broadcast_views as views
from bot.web.console.broadcasts import LIST, find
from bot.web.console.visits import Form, Page, Visit
from conversations import hours, merge_fields
from conversations.screens import LANGUAGE_NAMES
from conversations.text import FALLBACK, choose
from storage import engagements
from storage.broadcasting import compositions
from storage.broadcasting.broadcast_rows import SORTS, Broadcast
from storage.broadcasting.broadcasts import Refusal, StaleError
from storage.broadcasting.compositions import Draft
from storage.broadcasting.switches import PURPOSES
from storage.engagements import OPEN
from storage.schema import organisations, segments

MOST_LANGUAGES = 20
KEPT = "kept"
"""In place of a segment's code: the audience stays as it is."""


async def new(visit: Visit) -> Response:
    """An empty form; the address may already say what it is about."""
    draft = Draft(
        title="",
        engagement=visit.asked("engagement"),
        segment=visit.asked("segment"),
        purpose=visit.asked("purpose") if visit.asked("purpose") in PURPOSES else "invites",
    )
    return await _form(visit, draft, None)


async def make(visit: Visit) -> Response:
    """Keep a new one, with whatever faults it still has."""
    draft = _read(await visit.form())
    place = (visit.organisation_id, visit.house.bot_id)
    try:
        made = await visit.write(lambda db: compositions.make(db, place, _with_zone(db, draft, visit), visit.who.code, visit.now))
    except Refusal as error:
        return await _form(visit, draft, None, {"": str(error)}, 422)
    return visit.go(f"{LIST}/{made.code}/edit", said="Saved as a draft.")


async def edit(visit: Visit) -> Response:
    """The form with what is written so far."""
    one, draft = await visit.read(lambda db: _open(db, visit))
    return await _form(visit, draft, one)


async def save(visit: Visit) -> Response:
    """Keep what was changed; if somebody else saved meanwhile, both are shown and nothing is lost."""
    form = await visit.form()
    draft = _read(form)
    one = await visit.read(lambda db: find(db, visit))
    seen = replace(one, version=form.version())
    if form.one("segment") == KEPT:
        draft = replace(draft, segment="", criteria=one.criteria)
    try:
        await visit.write(lambda db: compositions.save(db, seen, _with_zone(db, draft, visit), visit.who.code, visit.now))
    except StaleError as error:
        current, problems = error.current, {"": str(error)}
        return await _form(visit, draft, current, problems, 409, theirs=True)
    except Refusal as error:
        return await _form(visit, draft, one, {"": str(error)}, 422)
    after = f"{LIST}/{one.code}" + ("/edit" if form.one("then") == "stay" else "")
    return visit.go(after, said="Saved.")


# --- The form


def _read(form: Form) -> Draft:
    """A draft as the form says it."""
    tags = [tag for tag in form.all("language")[:MOST_LANGUAGES] if tag in LANGUAGE_NAMES]
    words = {tag: form.one(f"words-{tag}") for tag in tags}
    added = form.one("add-language")
    if added in LANGUAGE_NAMES and added not in words:
        words[added] = words.get(FALLBACK, "")
    return Draft(
        title=form.one("title"),
        words=words,
        sort=form.one("sort", "engagement"),
        purpose=form.one("purpose") if form.one("purpose") in PURPOSES else "invites",
        engagement=form.one("engagement"),
        reminds=form.one("reminds") == "yes",
        segment=form.one("segment"),
        english_for_all=form.one("english_for_all") == "yes",
        local_at=form.one("local_at")[:16] if form.one("when") == "later" else "",
        repeats=form.one("repeats") if form.one("when") == "later" else "",
    )


def _with_zone(db: Connection, draft: Draft, visit: Visit) -> Draft:
    """With the clock of the organisation, by which its times are meant."""
    zone = db.scalars(select(organisations.c.time_zone).where(organisations.c.id == visit.organisation_id)).one()
    return replace(draft, zone=zone)


def _open(db: Connection, visit: Visit) -> tuple[Broadcast, Draft]:
    one = find(db, visit)
    shelf = {row.id: row.slug for row in engagements.load(db, visit.organisation_id).values()}
    segment = db.scalar(select(segments.c.code).where(segments.c.id == one.segment_id))
    return one, Draft(
        title=one.title,
        words={tag: words.words for tag, words in one.texts.items()},
        sort=one.sort,
        purpose=one.purpose,
        engagement=shelf.get(one.engagement_id or 0, ""),
        reminds=one.reminds,
        segment=segment or (KEPT if views.has_own_audience(one) else ""),
        criteria=one.criteria,
        english_for_all=one.english_for_all,
        local_at=one.local_at,
        repeats=one.repeats,
        zone=one.zone,
    )


async def _form(
    visit: Visit,
    draft: Draft,
    one: Broadcast | None,
    problems: Mapping[str, str] | None = None,
    status: int = 200,
    *,
    theirs: bool = False,
) -> Response:
    told = await visit.read(lambda db: _told(db, visit, draft, one))
    told |= {
        "problems": problems or {},
        "theirs": {tag: words.words for tag, words in one.texts.items()} if theirs and one else {},
        "faults": compositions.faults(draft) if one else [],
        "advice": views.advise(draft.words.get(FALLBACK, ""), _title(told, draft)) if one else [],
    }
    return visit.page("composing.html", told, status)


def _told(db: Connection, visit: Visit, draft: Draft, one: Broadcast | None) -> dict[str, Any]:
    words = draft.words or {FALLBACK: ""}
    others = [(tag, name) for tag, name in LANGUAGE_NAMES.items() if tag not in words]
    return {
        "one": one,
        "draft": draft,
        "action": f"{LIST}/{one.code}/edit" if one else LIST,
        "words": [(tag, LANGUAGE_NAMES.get(tag, tag), said) for tag, said in views.english_first(words)],
        "sorts": list(SORTS.items()),
        "purposes": list(PURPOSES.items()),
        "engagements": [("", "Nothing: it only tells them something"), *_opened(db, visit, draft.engagement)],
        "segments": [("", "Everybody who may be written to"), *_segments(db, visit, one)],
        "repeats": [(rule, how.name) for rule, how in hours.REPEATS.items()],
        "others": [("", "No other language"), *others],
        "fields": merge_fields.FIELDS,
        "seen": views.seen(db, visit, one, FALLBACK) if one and one.texts else None,
    }


def _title(told: Mapping[str, Any], draft: Draft) -> str:
    """What stands for {engagement}."""
    return str(dict(told["engagements"]).get(draft.engagement, "")) if draft.engagement else ""


def _opened(db: Connection, visit: Visit, chosen: str) -> list[tuple[str, str]]:
    """What a button can open: slug and title of what is open, and of what was chosen before."""
    shelf = engagements.load(db, visit.organisation_id).values()
    flows = visit.house.know(db, {one.edition_id for one in shelf})
    return [(one.slug, choose(flows[one.edition_id].title, FALLBACK)) for one in shelf if one.state == OPEN or one.slug == chosen]


def _segments(db: Connection, visit: Visit, one: Broadcast | None) -> list[tuple[str, str]]:
    """The saved audiences; and the one it has, where that is not saved, or not any more."""
    own = [(KEPT, views.OWN_AUDIENCE)] if one and views.has_own_audience(one) else []
    mine = select(segments.c.code, segments.c.name).where(segments.c.organisation_id == visit.organisation_id)
    return own + [(row.code, row.name) for row in db.execute(mine.order_by(segments.c.name))]


ROUTES = (
    Page("GET", f"{LIST}/new", new, "write-broadcasts"),
    Page("POST", LIST, make, "write-broadcasts"),
    Page("GET", f"{LIST}/{{code}}/edit", edit, "write-broadcasts"),
    Page("POST", f"{LIST}/{{code}}/edit", save, "write-broadcasts"),
)
