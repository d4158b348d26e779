"""A workshop with one place left, and a group one reply short of its quorum: set up by staff and by people, as ever."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.demo.hours import QUIET, ZONE, Hours
from bot.demo.office import Office
from bot.demo.telegram import Telegram
from bot.demo.trouble import Trouble
from conversations.hours import is_open
from storage.followups.rules import Happening

WORKSHOP, MEETING = "workshop-design-the-next-step", "reference-group-are-you-coming"
FEEDBACK = "event-feedback"
BESIDES = ("access-needs", FEEDBACK)
"""What an event leads to: it must be open for that."""
SOONEST = 21  # days from the start of the demo to the workshop: there is time to look round before the first reminder
MEET, DAYTIME, HEARD = 14, 19, 28
"""Days from there: to the meeting, to the workshop's other date, and until people hear what happens next."""

GROUP = "Patient reference group"
LINK = "https://meet.example.org/riverside"
PLACES = 6
MINUTES = 90
PATIENCE = 30.0  # seconds for what people type to be done
_LOOK_EVERY = 0.1

_PERSON = re.compile(r'href="/console/people/([a-z2-7]{16})"')
_SEAT = re.compile(r"/seats/([a-z2-7]{16})")
_DATE = re.compile(r"/console/dates/([a-z2-7]{16})")
_LINK = re.compile(r"start=([a-z2-7]+)")
_GROUP = re.compile(r"/console/groups/([a-z2-7]{16})")


@dataclass(frozen=True, slots=True)
class Gathering:
    """Something people come to: its names on the page, and whose phones are ready."""

    slug: str
    title: str
    who: str
    phones: tuple[str, str]
    advice: str


@dataclass(frozen=True, slots=True)
class Made:
    """What became of it: the link's code, who is on the phones, pages of the console, and the date they come to.

    The first of the pages stands beside the phones.
    """

    code: str
    phones: tuple[int, ...]
    pages: tuple[tuple[str, str], ...]
    date: Happening


GATHERINGS = (
    Gathering(
        WORKSHOP,
        "A workshop with one place left",
        "Two families, one place, a waiting list",
        ("Priya", "Tom"),
        "Take the last place on the first phone, and ask for it on the second. Then give it back, and watch who is offered it. "
        "Move the clock: what people hear before and after comes by itself.",
    ),
    Gathering(
        MEETING,
        "A group one reply short",
        "Seats, deputies, quorum, and what became of a point",
        ("Grace, a member", "Dee, her deputy"),
        "Grace has not replied. One tap makes it quorate: look again. Send a point for the agenda from her phone, "
        "answer it under Points, and see that she is told.",
    ),
)


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat, and whether whoever sits there has said that they come."""

    kind: str
    name: str
    lived: bool
    comes: bool


SEATS = (
    Seat("patient", "Member with long covid", lived=True, comes=True),
    Seat("carer", "Carer member", lived=True, comes=True),
    Seat("clinician", "Clinic lead", lived=False, comes=True),
    Seat("young-person", "Young member", lived=True, comes=False),
)
"""The last is the one on the phone."""

PAPER = {
    "title": "Letters in plain words",
    "summary": "Two letters, before and after. Which would you rather get? We ask the group to choose one.",
}
RULES = {"quorum": "4", "quorum_lived": "2", "papers_days": "7", "minutes_days": "10", "key": "yes"}


@dataclass
class Meetings:
    """Sets it all up."""

    hours: Hours
    office: Office
    telegram: Telegram

    async def open(self) -> dict[str, Made]:
        """Slug -> what was made of it. Raises Trouble."""
        opening = (self._open(slug) for slug in (WORKSHOP, MEETING, *BESIDES))
        workshop, meeting, *_ = await asyncio.gather(*opening)
        first = _thursday(self.hours.now().date(), SOONEST)
        # The group first, while nobody else comes in: that is how they are told apart.
        return {MEETING: await self._meet_group(meeting, _thursday(first, MEET)), WORKSHOP: await self._hold(workshop, first)}

    async def _open(self, slug: str) -> str:
        """Open an engagement; returns the code of its link."""
        home = f"/console/engagements/{slug}"
        links = await self.office.send(home, f"{home}/open", {})
        return _first(_LINK, await self.office.read(links))

    async def _add(self, slug: str, day: dt.date, at: str, places: int | None = None) -> tuple[str, Happening]:
        """A date of an event; returns its code, and when it is."""
        home = f"/console/events/{slug}"
        when = {"day": f"{day}", "at": at, "zone": str(ZONE), "minutes": f"{MINUTES}", "place": "Riverside Hall, Mill Lane"}
        online = {"online": "yes", "link": LINK, "capacity": str(places or "")}
        before = set(_DATE.findall(await self.office.read(home)))
        await self._send(home, "add", {**when, **online})
        begins = dt.datetime.combine(day, dt.time.fromisoformat(at), ZONE).astimezone(dt.UTC)
        code = (set(_DATE.findall(await self.office.read(home))) - before).pop()
        return code, Happening(begins, begins + dt.timedelta(minutes=MINUTES))

    # --- The workshop

    async def _hold(self, code: str, first: dt.date) -> Made:
        """Its settings and its dates, and people who take all places of the first but one."""
        home = f"/console/events/{WORKSHOP}"
        heard = {"feedback": FEEDBACK, "next_day": f"{first + dt.timedelta(days=HEARD)}"}
        await self._send(home, "settings", {"several": "no", "hours": "24", **heard})
        evening, date = await self._add(WORKSHOP, first, "18:00", PLACES)
        await self._add(WORKSHOP, first + dt.timedelta(days=DAYTIME), "10:30", PLACES * 2)
        for _ in range(PLACES - 1):
            await self._say(await self.telegram.invite(), f"/start {code}", "18 or over", "1", *["skip"] * 4)
        phones = [await self.telegram.invite(name) for name in GATHERINGS[0].phones]
        pages = (
            ("Dates and places", home),
            ("Register", f"/console/dates/{evening}"),
            ("At the door", f"/console/dates/{evening}/door"),
            ("A code to print", f"/console/engagements/{WORKSHOP}/sheet"),
        )
        return Made(code, tuple(phones), pages, date)

    async def _say(self, person: int, *words: str) -> None:
        for each in words:
            await self.telegram.post(f"/sim/people/{person}/send", {"text": each})

    # --- The group

    async def _meet_group(self, code: str, day: dt.date) -> Made:
        """A group with four seats and a meeting; everybody but the one on the phone has said that they come."""
        grace, dee = [await self.telegram.invite(name) for name in GATHERINGS[1].phones]
        others = [await self.telegram.invite() for _ in SEATS[:-1]]
        names = [await self._meet(person) for person in (*others, grace, dee)]
        group = await self._found(names[:-1], names[-1])
        await self._send(f"/console/events/{MEETING}", "settings", {"group": group, "hours": "24"})
        meeting, date = await self._add(MEETING, day, "10:30")
        home = f"/console/groups/{group}"
        await self._send(f"{home}/meetings/{meeting}", "papers", PAPER)
        for person in others:
            await self._say(person, f"/start {code}", "1", "1")
        await self._say(grace, f"/start {code}", "1")  # she has seen what it is about, and not replied
        pages = (
            ("Seats and quorum", f"{home}/seats"),
            ("The meeting", f"{home}/meetings/{meeting}"),
            ("Points", f"{home}/points"),
            ("The board’s page", "/console/board"),
        )
        return Made(code, (grace, dee), pages, date)

    async def _meet(self, person: int) -> str:
        """Somebody says hello; returns their code, as staff see it."""
        before = set(await self._people())
        await self._say(person, "/start", "18 or over")
        until = asyncio.get_running_loop().time() + PATIENCE
        while asyncio.get_running_loop().time() < until:
            new = set(await self._people()) - before
            if new:
                return new.pop()
            await asyncio.sleep(_LOOK_EVERY)
        raise Trouble("Nobody came in by the pretend Telegram, so the demo cannot start.")

    async def _people(self) -> list[str]:
        return _PERSON.findall(await self.office.read("/console/people"))

    async def _found(self, members: Sequence[str], deputy: str) -> str:
        """The group, its rule and its seats, as its secretary makes them; returns its code."""
        group = _first(_GROUP, await self.office.send("/console/groups", "/console/groups", {"name": GROUP}))
        home = f"/console/groups/{group}"
        await self._send(f"{home}/rules", "", RULES)
        for seat, member in zip(SEATS, members, strict=True):
            made = {"kind": seat.kind, "name": seat.name, "support": "", **({"lived": "yes"} if seat.lived else {})}
            before = set(_SEAT.findall(await self.office.read(f"{home}/seats")))
            await self._send(f"{home}/seats", "", made)
            new = set(_SEAT.findall(await self.office.read(f"{home}/seats"))) - before
            await self._send(f"{home}/seats/{new.pop()}", "holder", {"holder": member})
            if not seat.comes:
                last = set(_SEAT.findall(await self.office.read(f"{home}/seats"))) - before
                await self._send(f"{home}/seats/{last.pop()}", "deputy", {"deputy": deputy})
        return group

    async def _send(self, page: str, to: str, fields: Mapping[str, str]) -> str:
        return await self.office.send(page, f"{page}/{to}".rstrip("/"), fields)


def _first(pattern: re.Pattern[str], told: str) -> str:
    found = pattern.search(told)
    if found is None:
        raise Trouble(f"The console did not do as it should, so the demo cannot start: {told[:200]}")
    return found[1]


def _thursday(day: dt.date, ahead: int) -> dt.date:
    """The first Thursday that is no holiday, so many days ahead or later: reminders of it come on working days."""
    later = day + dt.timedelta(days=ahead)
    found = later + dt.timedelta(days=(THURSDAY - later.weekday()) % 7)
    return found if is_open(dt.datetime.combine(found, dt.time(12), ZONE), ZONE, QUIET) else _thursday(found, 7)


THURSDAY = 3
