"""Calling off a date, a row of them or a whole event with words that people are sent; closing dates, and deleting them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select
from starlette.responses import Response

from bot.web.console import dates, events
from bot.web.console import event_views as views
from bot.web.console.date_form import Problems
from bot.web.console.event_views import DATES, EVENTS
from bot.web.console.visits import Page, Visit
from conversations.flow import Flow
from storage.events import occasions, series
from storage.events.occasions import CANCELLED, CONCERNED, Occasion, OccasionError, StaleError
from storage.schema import places

LEAST_WHY, MOST_WHY = 3, 300


# --- Closing, deleting


def _pressing(what: str, do: Callable[[Connection, Occasion, dt.datetime], object], said: str) -> Callable[[Visit], Any]:
    """A form of one button that does something to a date."""

    async def press(visit: Visit) -> Response:
        def work(db: Connection) -> str:
            one, event, _, _ = dates.find(db, visit, visit.part("code"))
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


@dataclass(frozen=True, slots=True)
class About:
    """What is called off: dates in order of time, the page one comes from, and what stands on the way back to it."""

    dates: Sequence[Occasion]
    flow: Flow
    back: str
    name: str

    @property
    def stand(self) -> str:
        """How it stands: another once anybody has changed one of its dates, or added one."""
        return ".".join(f"{one.id}-{one.version}" for one in self.dates)


@dataclass(frozen=True, slots=True)
class Off:
    """One way to call something off. `notice` is what people are sent of each date."""

    heading: str
    button: str
    said: str
    find: Callable[[Connection, Visit], About]
    do: Callable[[Connection, Sequence[Occasion], str, dt.datetime], object]
    notice: str = "cancel"


def _this(db: Connection, visit: Visit) -> About:
    one, _, _, flow = dates.find(db, visit, visit.part("code"))
    return About([one], flow, f"{DATES}/{one.code}", views.when(one))


def _later(db: Connection, visit: Visit) -> About:
    one, _, _, flow = dates.find(db, visit, visit.part("code"))
    return About(series.later(db, one), flow, f"{DATES}/{one.code}", views.when(one))


def _whole(db: Connection, visit: Visit) -> About:
    event = events.find(db, visit, visit.part("code"))
    title, flow = views.titles(db, visit)[event.engagement_id]
    ahead = occasions.load(db, [event.id], since=visit.now) if event.id else []
    return About([one for one in ahead if one.state != CANCELLED], flow, f"{EVENTS}/{event.slug}", title)


async def ask_off(visit: Visit) -> Response:
    """The page that says how many are told, and what."""
    return await _off(visit, _verb(visit), "", {}, shown=False)


def _verb(visit: Visit) -> str:
    return visit.request.url.path.rpartition("/")[2]


async def call_off(visit: Visit) -> Response:
    """Cancel it or put it off; or only show the message."""
    form, verb = await visit.form(), _verb(visit)
    off, why = OFF[verb], " ".join(form.one("why").split())
    if not LEAST_WHY <= len(why) <= MOST_WHY:
        return await _off(visit, verb, why, {"why": f"Say why, in {LEAST_WHY} to {MOST_WHY} letters."}, shown=False)
    if form.one("do") != "act":
        return await _off(visit, verb, why, {}, shown=True)

    def work(db: Connection) -> str:
        about = off.find(db, visit)
        if about.stand != form.one("stand"):
            raise StaleError(CHANGED)
        off.do(db, about.dates, why, visit.now)
        visit.note(db, f"{off.notice}-date" if len(about.dates) == 1 else f"{off.notice}-dates", visit.part("code"))
        return about.back

    try:
        back = await visit.write(work)
    except OccasionError as error:
        return await _off(visit, verb, why, {"": str(error)}, shown=False)
    return visit.go(back, off.said)


async def _off(visit: Visit, verb: str, why: str, problems: Problems, *, shown: bool) -> Response:
    off = OFF[verb]

    def look(db: Connection) -> tuple[About, int, Sequence[str]]:
        about = off.find(db, visit)
        booked = {name for one in about.dates for name in views.booked(db, one, visit)}
        return about, _concerned(db, about.dates), sorted(booked)

    about, people, booked = await visit.read(look)
    several = len(about.dates) > 1
    told = {
        "heading": off.heading,
        "button": off.button,
        "here": visit.request.url.path,
        "back": about.back,
        "name": about.name,
        "stand": about.stand,
        "dates": [views.when(one) for one in about.dates] if verb not in ONE else [],
        "empty": not about.dates,
        "why": why,
        "told": (
            f"{'1 person is' if people == 1 else f'{people} people are'} told once, in their language, outside their quiet hours."
            if people
            else "Nobody has signed up, so nobody is told."
        ),
        "booked": f"{' and '.join(booked)} may be booked. Nothing is released by itself: do it yourself." if booked else "",
        "shown": views.notice(off.notice, about.dates[0], about.flow, why, visit.now) if shown and about.dates else "",
        "shown_as": "What they are sent, each with their own dates" if several else "What they are sent",
        "problems": problems,
    }
    return visit.page("events/call-off.html", told, 422 if problems else 200)


def _concerned(db: Connection, wanted: Sequence[Occasion]) -> int:
    """How many people hear of it, each once."""
    theirs = places.c.occasion_id.in_([one.id for one in wanted]) & places.c.state.in_(CONCERNED)
    return db.scalars(select(func.count(places.c.person_id.distinct())).where(theirs)).one()


OFF = {
    "cancel": Off(
        "Cancel this date",
        "Cancel it and tell them",
        "It is cancelled. Whoever signed up is told.",
        _this,
        lambda db, found, why, now: occasions.cancel(db, found[0], why, now),
    ),
    "postpone": Off(
        "Put this date off",
        "Put it off and tell them",
        "It is put off. Whoever signed up is told.",
        _this,
        lambda db, found, why, now: occasions.postpone(db, found[0], why, now),
        "postpone",
    ),
    "cancel-later": Off(
        "Cancel this date and all later ones",
        "Cancel them and tell people",
        "They are cancelled. Whoever signed up is told, once.",
        _later,
        occasions.cancel_all,
    ),
    "cancel-all": Off(
        "Cancel the whole event",
        "Cancel it and tell people",
        "All its dates are cancelled. Whoever signed up is told, once.",
        _whole,
        occasions.cancel_all,
    ),
}
"""The last part of the address -> what is called off, and how."""

ONE = ("cancel", "postpone")
CHANGED = "Somebody else changed a date a moment ago. Look at it again before you call it off."

close = _pressing("close-sign-up", occasions.close, "Nobody else can sign up. Whoever has a place keeps it.")
reopen = _pressing("reopen-sign-up", occasions.reopen, "People can sign up again. Free places go to those who wait.")
delete = _pressing("delete-date", lambda db, one, _now: occasions.remove(db, one), "The date is gone.")

ROUTES = (
    Page("POST", f"{DATES}/{{code}}/close", close, "edit-events"),
    Page("POST", f"{DATES}/{{code}}/reopen", reopen, "edit-events"),
    Page("POST", f"{DATES}/{{code}}/delete", delete, "edit-events"),
    *(Page("GET", f"{DATES}/{{code}}/{verb}", ask_off, "edit-events") for verb in ("cancel", "postpone", "cancel-later")),
    *(Page("POST", f"{DATES}/{{code}}/{verb}", call_off, "edit-events") for verb in ("cancel", "postpone", "cancel-later")),
    Page("GET", f"{EVENTS}/{{code}}/cancel-all", ask_off, "edit-events"),
    Page("POST", f"{EVENTS}/{{code}}/cancel-all", call_off, "edit-events"),
)
