"""Closing dates of events, deleting them, and calling one off with words that people are sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from bot.web.console import event_views as views
from bot.web.console.date_form import Problems
from bot.web.console.dates import find
from bot.web.console.event_views import DATES, EVENTS
from bot.web.console.events import version_of
from bot.web.console.visits import Page, Visit
from conversations.flow import Flow
from storage.events import occasions
from storage.events.occasions import CONCERNED, Occasion, OccasionError, StaleError

LEAST_WHY, MOST_WHY = 3, 300


# --- Closing, deleting


def _pressing(what: str, do: Callable[[Connection, Occasion, dt.datetime], object], said: str) -> Callable[[Visit], Any]:
    """A form of one button that does something to a date."""

    async def press(visit: Visit) -> Response:
        def work(db: Connection) -> str:
            one, event, _, _ = find(db, visit, visit.part("code"))
            do(db, one, visit.now)
            visit.note(db, what, one.code)
            return event.slug

        here = f"{DATES}/{visit.part('code')}"
        try:
            slug = await visit.write(work)
        except OccasionError as error:
            return visit.go(here, str(error))
        return visit.go(f"{EVENTS}/{slug}" if what == "delete-date" else here, said)

    return press


# --- Calling off


async def ask_off(visit: Visit) -> Response:
    """The page that says how many are told, and what."""
    return await _off(visit, _verb(visit), "", {}, shown=False)


def _verb(visit: Visit) -> str:
    return visit.request.url.path.rpartition("/")[2]


async def call_off(visit: Visit) -> Response:
    """Cancel a date or put it off; or only show the message."""
    form, verb = await visit.form(), _verb(visit)
    why = " ".join(form.one("why").split())
    if not LEAST_WHY <= len(why) <= MOST_WHY:
        return await _off(visit, verb, why, {"why": f"Say why, in {LEAST_WHY} to {MOST_WHY} letters."}, shown=False)
    if form.one("do") != "act":
        return await _off(visit, verb, why, {}, shown=True)
    version = version_of(form)

    def work(db: Connection) -> None:
        one, _, _, _ = find(db, visit, visit.part("code"))
        if one.version != version:
            raise StaleError(CHANGED)
        OFF[verb].do(db, one, why, visit.now)
        visit.note(db, f"{verb}-date", one.code)

    try:
        await visit.write(work)
    except OccasionError as error:
        return await _off(visit, verb, why, {"": str(error)}, shown=False)
    return visit.go(f"{DATES}/{visit.part('code')}", OFF[verb].said)


async def _off(visit: Visit, verb: str, why: str, problems: Problems, *, shown: bool) -> Response:
    def look(db: Connection) -> tuple[Occasion, Flow, int, Sequence[str]]:
        one, _, _, flow = find(db, visit, visit.part("code"))
        glance = views.glance(db, visit, [one])[one.id]
        return one, flow, sum(glance.states.get(state, 0) for state in CONCERNED), views.booked(db, one, visit)

    one, flow, people, booked = await visit.read(look)
    off = OFF[verb]
    told = {
        "heading": off.heading,
        "button": off.button,
        "verb": verb,
        "code": one.code,
        "version": one.version,
        "when": views.when(one),
        "why": why,
        "told": (
            f"{'1 person is' if people == 1 else f'{people} people are'} told once, in their language, outside their quiet hours."
            if people
            else "Nobody has signed up, so nobody is told."
        ),
        "booked": f"{' and '.join(booked)} may be booked. Nothing is released by itself: do it yourself." if booked else "",
        "shown": views.notice(verb, one, flow, why, visit.now) if shown else "",
        "problems": problems,
    }
    return visit.page("events/call-off.html", told, 422 if problems else 200)


class Off:
    """One way to call a date off."""

    def __init__(self, heading: str, button: str, said: str, do: Callable[..., object]) -> None:
        self.heading, self.button, self.said, self.do = heading, button, said, do


OFF = {
    "cancel": Off("Cancel this date", "Cancel it and tell them", "It is cancelled. Whoever signed up is told.", occasions.cancel),
    "postpone": Off(
        "Put this date off", "Put it off and tell them", "It is put off. Whoever signed up is told.", occasions.postpone
    ),
}
CHANGED = "Somebody else changed this date a moment ago. Look at it again before you call it off."

close = _pressing("close-sign-up", occasions.close, "Nobody else can sign up. Whoever has a place keeps it.")
reopen = _pressing("reopen-sign-up", occasions.reopen, "People can sign up again. Free places go to those who wait.")
delete = _pressing("delete-date", lambda db, one, _now: occasions.remove(db, one), "The date is gone.")

ROUTES = (
    Page("POST", f"{DATES}/{{code}}/close", close, "edit-events"),
    Page("POST", f"{DATES}/{{code}}/reopen", reopen, "edit-events"),
    Page("POST", f"{DATES}/{{code}}/delete", delete, "edit-events"),
    Page("GET", f"{DATES}/{{code}}/cancel", ask_off, "edit-events"),
    Page("POST", f"{DATES}/{{code}}/cancel", call_off, "edit-events"),
    Page("GET", f"{DATES}/{{code}}/postpone", ask_off, "edit-events"),
    Page("POST", f"{DATES}/{{code}}/postpone", call_off, "edit-events"),
)
