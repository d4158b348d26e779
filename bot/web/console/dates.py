"""Making and changing dates of events: one, or a row of them by a rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.web.console import date_form
from bot.web.console import event_views as views
from bot.web.console.date_form import Problems, Typed
from bot.web.console.event_views import DATES, EVENTS
from bot.web.console.events import find as find_event
from bot.web.console.visits import Page, Visit
from conversations.flow import Flow
from storage.events import events, occasions, series
from storage.events.events import Event
from storage.events.occasions import CONCERNED, Occasion, OccasionError, Plan, StaleError

RULES: Mapping[str, str] = {
    "weekly": "Every week",
    "fortnightly": "Every two weeks",
    "monthly-weekday": "Every month, on the same weekday of it (like the second Tuesday)",
    "monthly-day": "Every month, on the same day of it",
}
MOST_DATES, LONGEST_COUNT = 60, 3
FOURTH = 4
STALE = 409
SHUT = "Its joining link could not be opened here. Write it again: saved without one, it has none."
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def find(db: Connection, visit: Visit, code: str) -> tuple[Occasion, Event, str, Flow]:
    """A date, its event, and the title and flow of that. Raises HTTPException 404."""
    one = occasions.find(db, visit.organisation_id, code)
    shelf = {event.id: event for event in events.load(db, visit.organisation_id)}
    if one is None or one.event_id not in shelf:
        raise HTTPException(404)
    event = shelf[one.event_id]
    title, flow = views.titles(db, visit)[event.engagement_id]
    return one, event, title, flow


# --- A new date, or a row of them


async def add(visit: Visit) -> Response:
    """The form of a new date, like the last one that was made."""
    return await _new(visit, series=False)


async def add_series(visit: Visit) -> Response:
    """The form of a row of dates."""
    return await _new(visit, series=True)


async def _new(
    visit: Visit,
    typed: Typed | None = None,
    problems: Problems | None = None,
    *,
    series: bool,
    chosen: Mapping[str, str] | None = None,
) -> Response:
    def look(db: Connection) -> tuple[str, Flow, list[Occasion]]:
        event = find_event(db, visit, visit.part("code"))
        title, flow = views.titles(db, visit)[event.engagement_id]
        return title, flow, occasions.load(db, [event.id]) if event.id else []

    title, flow, made = await visit.read(look)
    empty = Typed(zone=str(visit.house.zone))
    if made and typed is None:  # like the last one, but for its day and what is sealed
        empty = replace(date_form.show(made[-1], {}), day="", reply_day="", fold="")
    here = f"{EVENTS}/{visit.part('code')}"
    told = {
        "heading": "Add a row of dates" if series else "Add a date",
        "button": "Make them" if series else "Add it",
        "title": title,
        "back": here,
        "action": f"{here}/{'series' if series else 'add'}",
        "series": series,
        "rules": list(RULES.items()),
        "chosen": chosen or {"rule": "monthly-weekday", "count": "12"},
    }
    return _form(visit, typed or empty, flow, problems or {}, told, 422 if problems else 200)


def _form(visit: Visit, typed: Typed, flow: Flow, problems: Problems, told: Mapping[str, Any], status: int) -> Response:
    shared = {"version": 0, "theirs": [], "warning": "", "in_series": False, "which": "this", "people": 0, "series": False}
    fields = {"typed": typed, "kinds": views.kinds(flow), "zones": date_form.zones(typed.zone or str(visit.house.zone))}
    return visit.page("events/edit.html", {**shared, **fields, "problems": problems, **told}, status)


async def make(visit: Visit) -> Response:
    """Make one date."""
    return await _make(visit, None)


async def make_series(visit: Visit) -> Response:
    """Make a row of dates."""
    form = await visit.form()
    return await _make(visit, {"rule": form.one("rule"), "count": form.one("count")})


async def _make(visit: Visit, chosen: Mapping[str, str] | None) -> Response:
    flow = await visit.read(lambda db: _flow(db, visit))
    typed = date_form.read(await visit.form(), dict(views.kinds(flow)))
    plan, problems = date_form.plan(typed)
    rule = _rule(chosen, typed, problems) if chosen else ""
    if plan is None or problems:
        return await _new(visit, typed, problems, series=chosen is not None, chosen=chosen)
    keys, now = visit.house.keys, visit.now

    def work(db: Connection) -> int:
        event = events.settle(db, find_event(db, visit, visit.part("code")))
        made = series.make(db, keys, event, plan, rule, now) if chosen else [occasions.make(db, keys, event, plan, now)]
        for one in made:
            visit.note(db, "make-date", f"{event.slug} {one.code}")
        return len(made)

    try:
        count = await visit.write(work)
    except OccasionError as error:
        return await _new(visit, typed, date_form.fault(error, typed), series=chosen is not None, chosen=chosen)
    return visit.go(f"{EVENTS}/{visit.part('code')}", "The date is there." if count == 1 else f"{count} dates are there.")


def _flow(db: Connection, visit: Visit) -> Flow:
    event = find_event(db, visit, visit.part("code"))
    return views.titles(db, visit)[event.engagement_id][1]


def _rule(chosen: Mapping[str, str], typed: Typed, problems: Problems) -> str:
    """The rule of a row, as RFC 5545 writes it."""
    count, first = chosen["count"], _day(typed.day)
    if not (count.isascii() and count.isdecimal() and len(count) <= LONGEST_COUNT and 1 < int(count) <= MOST_DATES):
        problems["count"] = f"Write how many dates, from 2 to {MOST_DATES}."
    if chosen["rule"] not in RULES:
        problems["rule"] = "Choose how it comes again."
    if problems or first is None:
        return ""
    nth, weekday = (first.day - 1) // 7 + 1, DAYS[first.weekday()]
    by = {
        "weekly": "FREQ=WEEKLY",
        "fortnightly": "FREQ=WEEKLY;INTERVAL=2",
        "monthly-weekday": f"FREQ=MONTHLY;BYDAY={nth if nth <= FOURTH else -1}{weekday}",
        "monthly-day": f"FREQ=MONTHLY;BYMONTHDAY={first.day}",
    }
    return f"{by[chosen['rule']]};COUNT={count}"


def _day(told: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(told)
    except ValueError:
        return None


# --- Changing one


async def edit(visit: Visit) -> Response:
    """The form with a date as it stands; that its joining link was shown is noted."""

    def look(db: Connection) -> tuple[tuple[Occasion, Event, str, Flow], Mapping[str, str]]:
        found = find(db, visit, visit.part("code"))
        joining = occasions.joining(db, visit.house.keys, found[0])
        if joining:
            visit.note(db, "read-joining-link", found[0].code)
        return found, joining

    (one, _, title, flow), joining = await visit.write(look)
    told = await _changing(visit, one, title)
    if one.joins and not joining:
        told["warning"] = f"{told['warning']} {SHUT}".strip()
    return _form(visit, date_form.show(one, joining), flow, {}, told, 200)


async def _changing(visit: Visit, one: Occasion, title: str) -> dict[str, Any]:
    glance = (await visit.read(lambda db: views.glance(db, visit, [one])))[one.id]
    here = f"{DATES}/{one.code}"
    people = sum(glance.states.get(state, 0) for state in CONCERNED)
    return {
        "heading": "Change a date",
        "button": "Save",
        "title": f"{title}, {views.when(one)}",
        "back": here,
        "action": f"{here}/edit",
        "version": one.version,
        "in_series": one.series_id is not None,
        "people": ("1 person" if people == 1 else f"{people} people") if people else "",
        "warning": "" if one.stands else "It is put off. Saved with a day that is still to come, it stands again.",
    }


async def change(visit: Visit) -> Response:
    """Change this date, or it and all later ones of its row."""
    form = await visit.form()
    one, _, title, flow = await visit.read(lambda db: find(db, visit, visit.part("code")))
    typed = date_form.read(form, dict(views.kinds(flow)))
    which = form.one("which") if form.one("which") == "later" and one.series_id else "this"
    plan, problems = date_form.plan(typed)
    status = 422
    if plan is not None:
        try:
            over = await visit.write(lambda db: _change(db, visit, (plan, form.version()), which))
        except StaleError as error:
            status, problems = STALE, {"": str(error)}
        except OccasionError as error:
            problems = date_form.fault(error, typed)
    if not problems:
        said = f"Saved. That is {over} more than places; nobody is removed." if over else "Saved."
        return visit.go(f"{DATES}/{one.code}", said)
    told = await _changing(visit, one, title) | {"which": which}
    if status == STALE:
        told["theirs"] = _pairs(one)
    return _form(visit, typed, flow, problems, told, status)


def _change(db: Connection, visit: Visit, wanted: tuple[Plan, int], which: str) -> int:
    """Returns by how many more people than places there are then."""
    one, _, _, _ = find(db, visit, visit.part("code"))
    plan, version = wanted
    do = series.change_later if which == "later" else occasions.change
    do(db, visit.house.keys, one, plan, version, visit.now)
    visit.note(db, "change-date" if which == "this" else "change-row-of-dates", one.code)
    after = find(db, visit, one.code)[0]
    return views.glance(db, visit, [after])[after.id].room(after).over


def _pairs(one: Occasion) -> list[tuple[str, str]]:
    """A date as a colleague left it."""
    return [
        ("When", views.when(one)),
        ("Where", views.where(one)),
        ("Places", str(one.capacity or "No limit")),
        ("Reply by", views.moment(one.reply_by, one.zone) if one.reply_by else "Until it begins"),
    ]


ROUTES = (
    Page("GET", f"{EVENTS}/{{code}}/add", add, "edit-events"),
    Page("POST", f"{EVENTS}/{{code}}/add", make, "edit-events"),
    Page("GET", f"{EVENTS}/{{code}}/series", add_series, "edit-events"),
    Page("POST", f"{EVENTS}/{{code}}/series", make_series, "edit-events"),
    Page("GET", f"{DATES}/{{code}}/edit", edit, "edit-events"),
    Page("POST", f"{DATES}/{{code}}/edit", change, "edit-events"),
)
