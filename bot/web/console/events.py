"""Events: the calendar of all dates with what each waits for, and one event with its dates and what holds for all of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.web.console import event_views as views
from bot.web.console.event_views import EVENTS
from bot.web.console.visits import Page, Visit
from conversations.flow import MEETS
from conversations.text import FALLBACK, choose
from storage import engagements
from storage.broadcasting import groups
from storage.events import events, occasions
from storage.events.events import Event, EventError, StaleError
from storage.events.occasions import CANCELLED, Occasion

AHEAD, BEHIND = dt.timedelta(days=400), dt.timedelta(days=400)
MOST = 60
"""Dates on a page of the calendar."""

EVENING = dt.time(17)
"""From when on a date is one for people who work (EV-18)."""

DAYTIME = dt.time(9)
WEEKEND = 5


# --- The calendar


async def show_all(visit: Visit) -> Response:
    """All dates by month, those to come or those that are over."""
    chosen, past = visit.asked("event"), visit.asked("past") == "yes"
    number = visit.asked("page") or "0"
    if not number.isdecimal() or len(number) > LONGEST_PAGE:
        raise HTTPException(404)

    def look(db: Connection) -> dict[str, Any]:
        titles, shelf = views.titles(db, visit), events.load(db, visit.organisation_id)
        known = {one.id: one for one in shelf}
        found = [one for one in _dates(db, visit, past=past) if not chosen or known[one.event_id].slug == chosen]
        begin = int(number) * MOST
        shown = found[begin : begin + MOST]
        lines = _lines(db, visit, shown, known, titles)
        soon = lines if not past and not begin else []
        return {
            "events": [(one.slug, titles[one.engagement_id][0]) for one in shelf],
            "months": [(month, list(some)) for month, some in groupby(lines, key=lambda one: one["month"])],
            "waiting": [one for one in soon if one["needs"]],
            "more": len(found) > begin + MOST,
        }

    told = await visit.read(look)
    asked = {"event": chosen} if chosen else {}
    at = {**asked, **({"past": "yes"} if past else {}), "page": str(int(number) + 1)}
    told |= {
        "chosen": chosen if chosen in dict(told["events"]) else "",
        "past": past,
        "here": _address(asked),
        "here_past": _address({**asked, "past": "yes"}),
        "later": _address(at) if told.pop("more") else "",
    }
    return visit.page("events/calendar.html", told)


LONGEST_PAGE = 4  # digits


def _address(asked: Mapping[str, str]) -> str:
    return f"{EVENTS}?{urlencode(asked)}" if asked else EVENTS


def _dates(db: Connection, visit: Visit, *, past: bool) -> list[Occasion]:
    """Those that are not over, soonest first; or those that are, latest first."""
    here, now = visit.organisation_id, visit.now
    if not past:
        return occasions.calendar(db, here, now, now + AHEAD)
    found = occasions.calendar(db, here, now - BEHIND, now)
    return [one for one in reversed(found) if one.ends_at <= now]


def _lines(
    db: Connection, visit: Visit, dates: Sequence[Occasion], known: Mapping[int | None, Event], titles: Mapping[int, Any]
) -> list[views.Line]:
    glances = views.glance(db, visit, dates)
    lines = []
    for one in dates:
        event = known[one.event_id]
        told = views.line(one, glances[one.id], titles[event.engagement_id][0], event.kind, visit)
        lines.append(told | {"month": f"{one.local:%B %Y}"})
    return lines


def waiting(db: Connection, visit: Visit) -> list[views.Line]:
    """The dates, over since a short while or to come, about which somebody has to do something."""
    titles, known = views.titles(db, visit), {one.id: one for one in events.load(db, visit.organisation_id)}
    found = occasions.calendar(db, visit.organisation_id, visit.now - LATELY, visit.now + SOON)
    return [one for one in _lines(db, visit, found[:MOST], known, titles) if one["needs"]]


LATELY, SOON = dt.timedelta(days=14), dt.timedelta(days=42)
"""So far back and ahead `waiting` looks."""

# --- One event


@dataclass(frozen=True, slots=True)
class Typed:
    """What holds for all dates of an event, as it stands in the form."""

    several: str
    hours: str
    feedback: str
    next_day: str
    group: str


async def show(visit: Visit) -> Response:
    """One event: its dates, and what holds for all of them."""
    return await _show(visit)


async def _show(
    visit: Visit,
    typed: Typed | None = None,
    problems: Mapping[str, str] | None = None,
    status: int = 200,
    *,
    theirs: bool = False,
) -> Response:
    told = await visit.read(lambda db: _told(db, visit, typed))
    kept: Typed = told.pop("kept")
    told |= {"problems": problems or {}, "theirs": _pairs(kept, told) if theirs else []}
    return visit.page("events/event.html", told | {"settings": _pairs(kept, told)}, status)


def find(db: Connection, visit: Visit, slug: str) -> Event:
    """The event of an id. Raises HTTPException 404 when this organisation has none."""
    found = events.find(db, visit.organisation_id, slug)
    if found is None:
        raise HTTPException(404)
    return found


def _told(db: Connection, visit: Visit, typed: Typed | None) -> dict[str, Any]:
    event = find(db, visit, visit.part("code"))
    titles = views.titles(db, visit)
    title, _ = titles[event.engagement_id]
    dates = occasions.load(db, [event.id]) if event.id else []
    lines = {one.id: line for one, line in zip(dates, _lines(db, visit, dates, {event.id: event}, titles), strict=True)}
    ahead = [one for one in dates if one.ends_at > visit.now]
    kept = _stands(db, visit, event)
    known = [(group.code, group.name) for group in groups.load(db, visit.organisation_id)] if event.kind == "meeting" else []
    return {
        "slug": event.slug,
        "title": title,
        "tags": [ENGAGEMENT[event.state]] if event.state in ENGAGEMENT else [],
        "dates": [lines[one.id] for one in ahead],
        "over": [lines[one.id] for one in reversed(dates) if one not in ahead],
        "advice": _advise(event, ahead),
        "version": event.version,
        "typed": typed or kept,
        "kept": kept,
        "feedbacks": [("", "Nothing"), *_feedbacks(db, visit, event)],
        "groups": [("", "No group"), *known],
        "group": next((pair for pair in known if pair[0] == kept.group), None),
    }


def _advise(event: Event, ahead: Sequence[Occasion]) -> list[str]:
    """What would be better otherwise."""
    standing = [one for one in ahead if one.state != CANCELLED]
    evening = [_is_evening(one) for one in standing]
    if event.kind == "event" and standing and (all(evening) or not any(evening)):
        lacks = (
            "a daytime one for people who can’t come in the evening"
            if all(evening)
            else "an evening or weekend one for people who work"
        )
        return [f"All its dates are {'in the evening or at the weekend' if all(evening) else 'in the daytime'}. Add {lacks}."]
    return []


def _is_evening(one: Occasion) -> bool:
    local = one.local
    return local.weekday() >= WEEKEND or local.timetz().replace(tzinfo=None) >= EVENING


def _stands(db: Connection, visit: Visit, event: Event) -> Typed:
    """What holds now, as the form shows it."""
    shelf = engagements.load(db, visit.organisation_id)
    asked = shelf.get(event.feedback_id or 0)
    group = next((one.code for one in groups.load(db, visit.organisation_id) if one.id == event.group_id), "")
    hours = f"{event.answer_minutes / 60:g}"
    return Typed("yes" if event.several else "no", hours, asked.slug if asked else "", str(event.next_day or ""), group)


def _feedbacks(db: Connection, visit: Visit, event: Event) -> list[tuple[str, str]]:
    """What can be asked afterwards: engagements that ask, and have no dates."""
    shelf = [one for one in engagements.load(db, visit.organisation_id).values() if one.kind not in MEETS]
    flows = visit.house.know(db, {one.edition_id for one in shelf})
    usable = [one for one in shelf if one.state == engagements.OPEN or one.id == event.feedback_id]
    return [(one.slug, choose(flows[one.edition_id].title, FALLBACK)) for one in usable]


def _pairs(typed: Typed, told: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What holds, in words."""
    pairs = [
        ("Dates for one person", "As many as they like" if typed.several == "yes" else "One"),
        ("Hours to answer", typed.hours),
        ("Asked afterwards", dict(told["feedbacks"]).get(typed.feedback, "Nothing")),
        ("People hear by", typed.next_day or "No day yet"),
    ]
    return pairs + ([("Group", dict(told["groups"])[typed.group])] if typed.group in dict(told["groups"]) and typed.group else [])


async def settle(visit: Visit) -> Response:
    """Keep what holds for all dates."""
    form = await visit.form()
    typed = Typed(*(form.one(name) for name in ("several", "hours", "feedback", "next_day", "group")))
    minutes, problems = _minutes(typed.hours), {}
    if minutes is None:
        problems["hours"] = "Write how many hours, like 24, or 0.5 for half an hour."
    day = _day(typed.next_day)
    if typed.next_day and day is None:
        problems["next_day"] = "Choose a day of the calendar."
    if problems:
        return await _show(visit, typed, problems, 422)

    def work(db: Connection) -> None:
        event = find(db, visit, visit.part("code"))
        asked = engagements.find(db, visit.organisation_id, typed.feedback) if typed.feedback else None
        group = groups.find(db, visit.organisation_id, typed.group) if typed.group and event.kind == "meeting" else None
        events.settle(
            db, event, form.version(), several=typed.several == "yes", answer_minutes=minutes, next_day=day,
            feedback_id=asked.id if asked and asked.kind not in MEETS else None,
            group_id=group.id if group else None,
        )  # fmt: skip
        visit.note(db, "settle-event", event.slug)

    try:
        await visit.write(work)
    except StaleError as error:
        return await _show(visit, typed, {"": str(error)}, 409, theirs=True)
    except EventError as error:
        return await _show(visit, typed, {"hours": str(error)}, 422)
    return visit.go(f"{EVENTS}/{visit.part('code')}", "Saved.")


LONGEST_HOURS = 9  # letters


def _minutes(told: str) -> int | None:
    try:
        return max(0, round(float(told) * 60)) if len(told) <= LONGEST_HOURS else None
    except (ValueError, OverflowError):
        return None


def _day(told: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(told)
    except ValueError:
        return None


ENGAGEMENT = {"draft": ("Not open yet", "warn"), "closed": ("Closed", "quiet")}

ROUTES = (
    Page("GET", EVENTS, show_all, "see-events"),
    Page("GET", f"{EVENTS}/{{code}}", show, "see-events"),
    Page("POST", f"{EVENTS}/{{code}}/settings", settle, "edit-events"),
)
