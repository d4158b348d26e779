"""Making an engagement: from nothing, from one that ships, from another of ours, or from a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple

from starlette.responses import Response

from bot.manuscript import changes, spelling
from bot.manuscript.manuscripts import NotChangedError, parse
from bot.web.console import works
from bot.web.console.visits import Page, Visit
from bot.web.console.works import LIST
from conversations import library
from conversations.flow import MEETS
from conversations.text import FALLBACK
from storage import engagements
from storage.staffing import drafts
from storage.staffing.drafts import NEW

NEW_PAGE = "/console/engagements/+new"
BLANK = ""
FEEDBACK_IN = dt.timedelta(weeks=12)

TEMPLATES: Mapping[str, str] = {str((parse(text) or {}).get("id", file)): text for file, text in library.SHIPPED.items()}
"""What one may begin from: the id of each that ships, and its text."""


async def ask(visit: Visit, typed: Mapping[str, str] | None = None, problems: Mapping[str, str] | None = None) -> Response:
    """What to begin from, and what to call it."""
    chosen, event = visit.asked("from"), visit.asked("event") == "yes"
    templates = [_template(slug, text) for slug, text in TEMPLATES.items()]
    told = {
        "event": event,
        "templates": [one for one in templates if one.meets] if event else templates,
        "typed": {"from": chosen if chosen in TEMPLATES else BLANK, "title": "", "id": "", **(typed or {})},
        "problems": problems or {},
    }
    return visit.page("engagements/new.html", told, 422 if problems else 200)


class Template(NamedTuple):
    """What one may begin from, as it is shown; `meets` is whether people come to it."""

    slug: str
    title: str
    words: str
    meets: bool


def _template(slug: str, text: str) -> Template:
    table = parse(text) or {}
    asks = sum(1 for step in table["steps"] if step["kind"] not in {"say", "section"})
    words = [*filter(None, [SORTS.get(table["kind"])]), f"{asks} questions", table["identity"]]
    return Template(slug, str(table["title"][FALLBACK]), ", ".join(words), table["kind"] in MEETS)


SORTS = {"event": "something people come to, with dates", "meeting": "the meetings of a group, with dates"}
"""What is said of a template by its kind, where that is more than questions."""


async def make(visit: Visit) -> Response:
    """Begin a draft from nothing or from one that ships."""
    form = await visit.form()
    typed = {"from": form.one("from"), "title": form.one("title"), "id": form.one("id") or slug_of(form.one("title"))}
    template = TEMPLATES.get(typed["from"])
    problems = {} if typed["title"] else {"title": "Write a title. People see it in the menu."}
    if visit.asked("event") == "yes" and typed["from"] not in TEMPLATES:
        problems["from"] = "Choose what to begin from."
    text = template if template is not None else blank(typed["title"], visit.now.date())
    problems |= await _begin(visit, typed["id"], typed["title"], text) if not problems else {}
    if problems:
        return await ask(visit, typed, problems)
    return visit.go(f"{LIST}/{typed['id']}/charter", "Here it is. Nobody sees it before you publish and open it.")


async def copy(visit: Visit) -> Response:
    """Another like it, under a name of its own."""
    form, work = await visit.form(), await works.fetch(visit)
    title = form.one("title") or f"{work.title} (copy)"
    slug = form.one("id") or slug_of(title)
    problems = await _begin(visit, slug, title, work.text)
    if problems:
        return visit.go(f"{LIST}/{work.slug}", next(iter(problems.values())))
    return visit.go(f"{LIST}/{slug}/charter", "This is the copy. Nobody sees it before you publish and open it.")


async def bring(visit: Visit) -> Response:
    """Begin a draft from a file."""
    sent = (await visit.form()).file("file")
    content = await sent.read(works.LARGEST + 1) if sent else b""
    text, why = read(content)
    slug = str((parse(text) or {}).get("id", "")) if text else ""
    if text and not works.is_id(slug):
        why = 'This file has no id that can be used. Write one at its top, like id = "garden-days".'
    problems = {"file": why} if why else await _begin(visit, slug, "", text)
    if problems:
        return await ask(visit, problems={"file": next(iter(problems.values()))})
    return visit.go(f"{LIST}/{slug}", "The file is here as a draft. Nobody sees it before you publish and open it.")


def read(content: bytes) -> tuple[str, str]:
    """The text in a file, or why it cannot be one of an engagement."""
    if not content:
        return "", "Choose a file that ends in .toml."
    if len(content) > works.LARGEST:
        return "", f"This file is larger than any engagement. Keep it under {works.LARGEST // 1000} KB."
    try:
        text = works.tidy(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return "", "This is not an engagement file. It holds something other than UTF-8 text."
    if "\0" in text or parse(text) is None:
        return "", "This is not an engagement file: it cannot be read as TOML. Check it with the program that wrote it."
    if not {"steps", "charter", "id"} & set(parse(text) or {}):
        return "", "This is TOML, but no engagement: it has no id, no charter and no steps."
    return text, ""


async def _begin(visit: Visit, slug: str, title: str, text: str) -> dict[str, str]:
    """Keep a new draft; what is wrong, by field, when it cannot be."""
    if not works.is_id(slug):
        return {"id": "Use up to 40 small letters, digits and hyphens, and begin with a letter."}
    try:
        made = named(text, slug, title) if title else text
    except NotChangedError as why:
        return {"": str(why)}

    def keep(db: Any) -> bool:
        if engagements.find(db, visit.organisation_id, slug) or (slug in TEMPLATES and title):
            return False
        return drafts.save(db, visit.organisation_id, slug, made, NEW, visit.who.code, visit.now) is not None

    return {} if await visit.write(keep) else {"id": f"There is one called {slug} already. Choose another name for the address."}


def named(text: str, slug: str, title: str) -> str:
    """A text under another id and title, in each language: no approval holds for words that changed."""
    table = dict(parse(text) or {})
    held = table.get("title")
    tags = list(held) if isinstance(held, dict) and held else [FALLBACK]
    return changes.put(text, (), {**table, "id": slug, "title": dict.fromkeys(tags, title)})


def slug_of(title: str) -> str:
    """An id made of a title."""
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in title.casefold())
    parts = [part for part in plain.split("-") if part]
    name = "-".join(parts).lstrip("-0123456789")[:40].rstrip("-")
    return name or "engagement"


def blank(title: str, today: dt.date) -> str:
    """A whole small engagement, with what is still to be written marked."""
    todo = {FALLBACK: "TO DO: write this"}
    table: dict[str, Any] = {
        "format": 1, "id": "new", "kind": "consultation", "title": {FALLBACK: title}, "identity": "confidential",
        "audience": "adults",
    }  # fmt: skip
    charter = {
        **dict.fromkeys(("settles", "decided_by", "can_change", "cannot_change"), todo),
        "feedback_by": today + FEEDBACK_IN,
    }
    step = {"id": "question-1", "kind": "yes-no", "ask": todo, "optional": True}
    parts = ["\n".join(spelling.lines(table)), "\n".join(("[charter]", *spelling.lines(charter))), spelling.headed("steps", step)]
    return "\n\n".join(parts)


ROUTES = (
    Page("GET", NEW_PAGE, ask, "edit-engagements"),
    Page("POST", NEW_PAGE, make, "edit-engagements"),
    Page("POST", "/console/engagements/+file", bring, "edit-engagements"),
    Page("POST", f"{LIST}/{{slug}}/copy", copy, "edit-engagements"),
)
