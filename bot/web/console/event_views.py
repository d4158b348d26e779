"""What the pages of events show: words throughout, made from rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot import speech, tongues
from bot.web.console.visits import Visit
from conversations.event_words import EventWords
from conversations.events import notices
from conversations.events.notices import Told
from conversations.events.views import Date, Event, Mine
from conversations.flow import MEETS, Flow
from conversations.places import CONFIRMED, DECLINED, OFFERED, STATES, UNSURE, WAITING
from conversations.text import FALLBACK, choose
from storage import engagements
from storage.events import needs, overview, place_rows
from storage.events.needs import Booking, Need
from storage.events.occasions import CANCELLED, PLANNED, POSTPONED, Occasion
from storage.events.overview import Glance
from storage.staffing import preferences

EVENTS, DATES, PLACES = "/console/events", "/console/dates", "/console/places"
"""Where the pages are: of events, of their dates, and of one person's place."""

Line = dict[str, Any]


def moment(at: dt.datetime, zone: str) -> str:
    """An instant by a clock: Tue 9 Feb 2027, 18:00."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{tongues.day(local.date(), FALLBACK)}, {local:%H:%M}"


def when(one: Occasion) -> str:
    """When a date is, by its own clock, from beginning to end."""
    ends = one.ends_at.astimezone(ZoneInfo(one.zone))
    return f"{moment(one.starts_at, one.zone)} to {ends:%H:%M}"


def where(one: Occasion) -> str:
    """Where it is."""
    online = "online" if one.online else ""
    return (
        " and ".join(filter(None, [one.place, online])).capitalize()
        if not one.place
        else ", or ".join(filter(None, [one.place, online]))
    )


def line(one: Occasion, glance: Glance, title: str, kind: str, visit: Visit) -> Line:
    """One date in a list."""
    return {
        "href": f"{DATES}/{one.code}",
        "title": title,
        "day": one.local_at[:10],
        "when": when(one),
        "where": where(one) + clock(one, visit),
        "figures": figures(one, glance, visit.now),
        "tags": tags(one, glance, kind, visit.now),
        "needs": list(waits(one, glance, visit.now)),
        "state": one.state,
        "why": one.why,
    }


def clock(one: Occasion, visit: Visit) -> str:
    """By which clock it is, where that is not ours."""
    return "" if one.zone == str(visit.house.zone) else f" (by the clock of {one.zone})"


def figures(one: Occasion, glance: Glance, now: dt.datetime) -> str:
    """How full it is, in words."""
    room = glance.room(one)
    taken = f"{room.taken} of {one.capacity} places taken" if one.capacity else f"{room.taken} coming, no limit"
    parts = [taken]
    if glance.states.get(OFFERED):
        parts.append(f"{glance.states[OFFERED]} of them offered, not answered yet")
    if glance.waiting:
        parts.append(f"{glance.waiting} waiting")
    if glance.states.get(UNSURE):
        parts.append(f"{glance.states[UNSURE]} not sure")
    if one.ends_at <= now or glance.came:
        parts.append(f"{glance.came + one.walk_ins} came")
    return ", ".join(parts)


def tags(one: Occasion, glance: Glance, kind: str, now: dt.datetime) -> list[tuple[str, str]]:
    """How it stands, as words and tones."""
    found = []
    if one.state != PLANNED:
        found.append(STANDING[one.state])
    elif one.ends_at > now:
        room = glance.room(one)
        if one.closed or (one.reply_by and one.reply_by <= now):
            found.append(("Sign-up closed", "quiet"))
        elif one.capacity and room.taken >= one.capacity:
            found.append(("Full", "quiet"))
        else:
            found.append(("Open", "good"))
    elif one.recorded_at:
        found.append(("Noted who came", "good"))
    if kind == "meeting" and one.quorate is not None:
        found.append(("Quorate", "good") if one.quorate else ("Not quorate", "warn"))
    return found


def waits(one: Occasion, glance: Glance, now: dt.datetime) -> Iterator[str]:
    """What about a date needs somebody, most urgent first."""
    if glance.untold:
        yield f"{_people(glance.untold)} could not be told by the bot. Ring or write to them."
    if one.state != CANCELLED:
        yield from (_booking(each, now.astimezone(ZoneInfo(one.zone)).date()) for each in glance.bookings if each.waiting)
    yield from (
        f"{need_name(each.code)} may be booked for somebody who does not come now. Nothing is released by itself: do it yourself."
        for each in glance.bookings
        if each.unneeded
    )
    over = glance.room(one).over
    if over and one.ends_at > now:
        yield f"{over} more than places. Nobody is removed: find more room, or ask who would take another date."
    if glance.open_needs and one.ends_at > now and one.state != CANCELLED:
        yield f"{glance.open_needs} {'need is' if glance.open_needs == 1 else 'needs are'} not settled yet."
    if one.state == POSTPONED and one.ends_at > now:
        yield "It is put off. Give it a new day, or cancel it."
    if one.state == PLANNED and one.ends_at <= now and one.recorded_at is None:
        yield "It is over, and nobody has said who came."


def _booking(one: Booking, today: dt.date) -> str:
    by = tongues.day(one.by, FALLBACK)
    late = f"It had to be booked by {by}: ring today" if one.by < today else f"Book by {by}"
    return f"{need_name(one.code)} for {_people(one.waiting)}. {late}."


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number} people"


# --- One engagement's words


def titles(db: Connection, visit: Visit) -> dict[int, tuple[str, Flow]]:
    """Engagement -> title and flow, of all that have dates."""
    shelf = [one for one in engagements.load(db, visit.organisation_id).values() if one.kind in MEETS]
    flows = visit.house.know(db, {one.edition_id for one in shelf})
    return {one.id: (choose(flows[one.edition_id].title, FALLBACK), flows[one.edition_id]) for one in shelf}


def words_of(flow: Flow) -> EventWords:
    """What an event says of itself."""
    return flow.event or EventWords(payment={})


def kinds(flow: Flow) -> list[tuple[str, str]]:
    """The kinds of people places can be kept for: id and label."""
    return [(kind.id, choose(kind.label, FALLBACK)) for kind in words_of(flow).kinds]


def glance(db: Connection, visit: Visit, dates: Iterable[Occasion]) -> dict[int, Glance]:
    """A glance at each of these dates."""
    nation = preferences.read(db, visit.organisation_id).nation
    return overview.look(db, visit.organisation_id, list(dates), nation, visit.now)


# --- One date


def pairs(one: Occasion, kinds: Mapping[str, str], visit: Visit) -> list[tuple[str, str]]:
    """What there is to know of a date."""
    kept = ", ".join(f"{number} for “{kinds.get(kind, kind)}”" for kind, number in one.reserved.items())
    joins = ("Joining link", "Sealed; people with a place get it" if one.joins else "None yet") if one.online else None
    told = [
        ("Where", where(one) + clock(one, visit)),
        ("Kept places", kept),
        ("Reply by", moment(one.reply_by, one.zone) if one.reply_by else "Until it begins"),
        ("Comes again", "It is one of a row of dates" if one.series_id else ""),
    ]
    return [pair for pair in [*told, joins] if pair and pair[1]]


def booked(db: Connection, one: Occasion, visit: Visit) -> list[str]:
    """Who may be booked for people at a date: nobody of them is released by itself."""
    ids = [place.id for place in place_rows.of_occasion(db, one.id) if place.id]
    found = needs.of_places(db, visit.house.keys, ids).values()
    codes = {need.code for each in found for need in each if need.code in needs.LEAD and need.state == "met"}
    return [need_name(code) for code in sorted(codes)]


def notice(verb: str, one: Occasion, flow: Flow, why: str, now: dt.datetime) -> str:
    """What somebody with a place is sent when a date is called off, in English."""
    state = {"cancel": CANCELLED, "postpone": POSTPONED}[verb]
    mine = Mine("", CONFIRMED)
    date = Date(one.code, one.local, one.minutes, one.place, one.online, state=state, why=why, mine=mine)
    says = notices.write(state, Told(Event(flow, (date,)), date), now).says
    return "\n\n".join(speech.speak(say, FALLBACK).text for say in says)


def book_by(code: str, one: Occasion, visit: Visit, db: Connection) -> str:
    """Until when somebody has to be booked for a need."""
    nation = preferences.read(db, visit.organisation_id).nation
    day = one.local.date()
    by = tongues.day(needs.book_by(code, day, nation), FALLBACK)
    late = needs.late(code, day, visit.now.astimezone(ZoneInfo(one.zone)).date(), nation)
    return f"It had to be booked by {by}, {needs.LEAD[code]} working days before. Ring today." if late else f"Book by {by}."


# --- One place


def state_of(state: str) -> tuple[str, str]:
    """What somebody has, as words and tone."""
    return STATES.get(state, state).capitalize(), TONES.get(state, "quiet")


def need_name(code: str) -> str:
    """What a need is called."""
    return NEEDS.get(code, code)


def need_tags(found: Iterable[Need]) -> list[tuple[str, str]]:
    """The needs of somebody, and how each stands."""
    return [(need_name(need.code) + MARKS[need.state][0], MARKS[need.state][1]) for need in found]


STANDING = {POSTPONED: ("Put off", "warn"), CANCELLED: ("Cancelled", "bad")}
TONES = {CONFIRMED: "good", OFFERED: "warn", WAITING: "warn", DECLINED: "quiet"}
HOWS: Mapping[str, str] = {"room": "In the room", "online": "Online", "": "–"}
PAYMENTS = {"accept": "Takes it", "voucher": "Voucher", "donate": "Gives it away", "decline": "Does not want it"}
MARKS = {"open": ("", "warn"), "met": (": met", "good"), "not-met": (": cannot be met", "quiet")}
"""State of a need -> what is added to its name, and its tone."""

NEEDS = {
    "step-free": "Step-free way in",
    "quiet-space": "Quiet space",
    "captions": "Captions",
    "bsl": "BSL interpreter",
    "lip-speaker": "Lip-speaker",
    "interpreter": "Language interpreter",
    "large-print": "Large print",
    "easy-read": "Easy read",
    "paper-by-post": "Paper by post",
    "breaks": "Breaks",
    "companion": "Companion or assistant",
    "pacing": "Slower pace",
    "camera-off": "Camera off",
    "dietary": "Food",
    "prayer-or-feeding": "Room to pray or feed",
    "other": "Something else",
}
"""Need -> what staff call it."""
