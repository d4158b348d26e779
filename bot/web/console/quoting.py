"""Quotes: words of somebody who agreed, with what tells who they are taken out by hand, read by a second where need be."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot import redaction
from bot.web.console import inbox
from bot.web.console.inbox import HERE, STATES
from bot.web.console.visits import Page, Visit
from conversations.flow import Flow
from conversations.questions import LONGEST_TEXT
from conversations.text import FALLBACK, choose
from storage.engagements import Engagement
from storage.reading import quotes, readings
from storage.reading.quotes import Draft, QuoteError
from storage.reading.readings import Said
from storage.staffing import staff


async def queue(visit: Visit) -> Response:
    """What waits for a second reader, and what may be quoted."""

    def look(db: Connection) -> tuple[Engagement, Flow, list[dict[str, object]], list[dict[str, object]]]:
        found, flow = inbox.find(db, visit, visit.part("slug"))
        lists = [_listed(db, visit, found, flow, state) for state in (quotes.ASKED, quotes.APPROVED)]
        if any(lists):
            visit.note(db, "read-quotes", f"{found.slug}: {sum(map(len, lists))}")
        return found, flow, lists[0], lists[1]

    found, flow, asked, approved = await visit.write(look)
    told = {"slug": found.slug, "title": choose(flow.title, FALLBACK), "asked": asked, "approved": approved}
    return visit.page("inbox/quotes.html", {**told, "second": quotes.needs_second(found)})


def _listed(db: Connection, visit: Visit, found: Engagement, flow: Flow, state: str) -> list[dict[str, object]]:
    rows = []
    for one in readings.of_quotes(db, visit.house.keys, found, state, MOST):
        draft = quotes.draft(db, visit.house.keys, found, one.place)
        if draft:
            own = draft.redacted_by == visit.who.code
            rows.append({"handle": one.handle, "question": _question(flow, one), "words": draft.words, "own": own})
    return rows


def _question(flow: Flow, one: Said) -> str:
    step = flow.find(one.place[1])
    return choose(step.ask, FALLBACK) if step else one.place[1]


# --- One text


async def show(visit: Visit) -> Response:
    """One text with what was found in it, and the words as they would be quoted."""
    return await _show(visit, {}, "")


async def _show(visit: Visit, problems: Mapping[str, str], typed: str) -> Response:
    def look(db: Connection) -> tuple[Engagement, Flow, Said, Draft | None, bool, str]:
        found, flow = inbox.find(db, visit, visit.part("slug"))
        one = _find(db, visit, found)
        draft = quotes.draft(db, visit.house.keys, found, one.place)
        may = one.place[0] in quotes.permitted(db, found.id, {one.place[0]})
        visit.note(db, "read-texts", f"{found.slug}: 1")
        return found, flow, one, draft, may, _name(db, visit, draft.redacted_by if draft else "")

    found, flow, one, draft, may, by = await visit.write(look)
    words = typed or (draft.words if draft else redaction.suggest(one.words))
    told = {
        "slug": found.slug,
        "title": choose(flow.title, FALLBACK),
        "question": _question(flow, one),
        "handle": one.handle,
        "pieces": redaction.pieces(one.words),
        "misses": redaction.MISSES,
        "may": may,
        "words": words,
        "draft": draft,
        "draft_pieces": redaction.pieces(draft.words) if draft else [],
        "state": STATES.get(draft.state, "") if draft else "",
        "asked": draft is not None and draft.state == quotes.ASKED,
        "own": draft is not None and draft.redacted_by == visit.who.code,
        "by": by,
        "second": quotes.needs_second(found),
        "problems": problems,
        "sure": "sure" in problems,
    }
    return visit.page("inbox/text.html", told, 422 if problems else 200)


def _find(db: Connection, visit: Visit, found: Engagement) -> Said:
    one = readings.find(db, visit.house.keys, found, visit.part("handle"))
    if one is None:
        raise HTTPException(404)
    return one


def _name(db: Connection, visit: Visit, code: str) -> str:
    """A colleague's name."""
    one = staff.find(db, visit.organisation_id, code) if code else None
    return one.name if one else "A colleague"


async def propose(visit: Visit) -> Response:
    """Keep the words as this member of staff would have them quoted."""
    form = await visit.form()
    words = form.one("words").replace("\r\n", "\n")
    left = redaction.find(words) if len(words) <= LONGEST_TEXT else []
    if left and form.one("sure") != "yes":
        found = ", ".join(dict.fromkeys(span.kind for span in left))
        return await _show(visit, {"sure": f"There still seems to be: {found}. Take it out, or tick that it may stay."}, words)

    def work(db: Connection, found: Engagement, one: Said) -> str:
        state = quotes.propose(db, visit.house.keys, found, one.place, words, visit.who.code, visit.now)
        visit.note(db, "propose-quote", found.slug)
        return "A colleague can look at it now." if state == quotes.ASKED else "These words may be quoted now."

    return await _change(visit, work, words)


async def approve(visit: Visit) -> Response:
    """Let the words be shown, as the second who read them."""
    seen = (await visit.form()).one("seen")

    def work(db: Connection, found: Engagement, one: Said) -> str:
        quotes.approve(db, visit.house.keys, found, one.place, seen, visit.who.code)
        visit.note(db, "approve-quote", found.slug)
        return "These words may be quoted now."

    return await _change(visit, work)


async def refuse(visit: Visit) -> Response:
    """Do not show the words, or not any longer."""

    def work(db: Connection, found: Engagement, one: Said) -> str:
        quotes.refuse(db, found, one.place)
        visit.note(db, "refuse-quote", found.slug)
        return "These words are not quoted."

    return await _change(visit, work)


async def _change(visit: Visit, work: Callable[[Connection, Engagement, Said], str], typed: str = "") -> Response:
    def whole(db: Connection) -> str:
        found, _ = inbox.find(db, visit, visit.part("slug"))
        return work(db, found, _find(db, visit, found))

    try:
        said = await visit.write(whole)
    except QuoteError as error:
        return await _show(visit, {"words": str(error)}, typed)
    return visit.go(f"{HERE}/{visit.part('slug')}/quotes", said)


MOST = 100
"""Quotes of each sort on one page."""

_TEXT = f"{HERE}/{{slug}}/text/{{handle}}"

ROUTES = (
    Page("GET", f"{HERE}/{{slug}}/quotes", queue, "quote"),
    Page("GET", _TEXT, show, "quote"),
    Page("POST", _TEXT, propose, "quote"),
    Page("POST", f"{_TEXT}/approve", approve, "quote"),
    Page("POST", f"{_TEXT}/refuse", refuse, "quote"),
)
