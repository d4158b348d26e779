"""A workshop with one place left, and a group one reply short of its quorum: set up by staff and by people, as ever."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.demo.hours import ZONE, Hours
from bot.demo.office import Office
from bot.demo.telegram import Telegram
from bot.demo.trouble import Trouble

WORKSHOP, MEETING = "workshop-design-the-next-step", "reference-group-are-you-coming"
BESIDES = ("access-needs", "event-feedback")
"""What an event leads to: it must be open for that."""

GROUP = "Patient reference group"
LINK = "https://meet.example.org/riverside"
PLACES = 6
PATIENCE = 30.0  # seconds for what people type to be done
_LOOK_EVERY = 0.1

_PERSON = re.compile(r'href="/console/people/([a-z2-7]{16})"')
_SEAT = re.compile(r"/seats/([a-z2-7]{16})")
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


GATHERINGS = (
    Gathering(
        WORKSHOP,
        "A workshop with one place left",
        "Two families, one place, a waiting list",
        ("Priya", "Tom"),
        "Take the last place on the first phone, and ask for it on the second. Then give it back, and watch who is offered it.",
    ),
    Gathering(
        MEETING,
        "A group one reply short",
        "Seats, deputies, quorum, and what became of a point",
        ("Grace, a member", "Dee, her deputy"),
        "Grace has not replied. Say yes for her, or send her deputy. Raise a point for the agenda, answer it as Sam, "
        "and see that she is told.",
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

RULES = {"quorum": "4", "quorum_lived": "2", "papers_days": "7", "minutes_days": "10", "key": "yes"}


@dataclass
class Meetings:
    """Sets it all up."""

    hours: Hours
    office: Office
    telegram: Telegram

    async def open(self) -> dict[str, tuple[str, tuple[int, ...], str]]:
        """Slug -> its link's code, the people on the page, and the page of the console beside them. Raises Trouble."""
        opening = (self._open(slug) for slug in (WORKSHOP, MEETING, *BESIDES))
        workshop, meeting, *_ = await asyncio.gather(*opening)
        day = self.hours.now().date()
        members, group = await self._seat(meeting)  # first, while nobody else comes in: that is how they are told apart
        await self._add(WORKSHOP, _weekday(day + dt.timedelta(days=16)), "18:00", PLACES)
        await self._add(WORKSHOP, _weekday(day + dt.timedelta(days=18)), "10:30", PLACES * 2)
        families = await self._fill(workshop)
        return {
            WORKSHOP: (workshop, families, f"/console/events/{WORKSHOP}"),
            MEETING: (meeting, members, f"/console/groups/{group}/seats"),
        }

    async def _open(self, slug: str) -> str:
        """Open an engagement; returns the code of its link."""
        home = f"/console/engagements/{slug}"
        links = await self.office.send(home, f"{home}/open", {})
        return _first(_LINK, await self.office.read(links))

    async def _add(self, slug: str, day: dt.date, at: str, places: int | None = None) -> None:
        when = {"day": f"{day}", "at": at, "zone": str(ZONE), "minutes": "90", "place": "Riverside Hall, Mill Lane"}
        online = {"online": "yes", "link": LINK, "capacity": str(places or "")}
        await self._send(f"/console/events/{slug}", "add", {**when, **online})

    # --- The workshop

    async def _fill(self, code: str) -> tuple[int, ...]:
        """People take all places of the first date but one; returns who is on the phones."""
        for _ in range(PLACES - 1):
            await self._say(await self.telegram.invite(), f"/start {code}", "18 or over", "1", *["skip"] * 4)
        return tuple([await self.telegram.invite(name) for name in GATHERINGS[0].phones])

    async def _say(self, person: int, *words: str) -> None:
        for each in words:
            await self.telegram.post(f"/sim/people/{person}/send", {"text": each})

    # --- The group

    async def _seat(self, code: str) -> tuple[tuple[int, ...], str]:
        """A group with four seats; everybody but the one on the phone has said that they come. Gives who is, and its code."""
        grace, dee = [await self.telegram.invite(name) for name in GATHERINGS[1].phones]
        others = [await self.telegram.invite() for _ in SEATS[:-1]]
        names = [await self._meet(person) for person in (*others, grace, dee)]
        group = await self._found(names[:-1], names[-1])
        await self._send(f"/console/events/{MEETING}", "settings", {"group": group, "hours": "24"})
        await self._add(MEETING, _weekday(self.hours.now().date() + dt.timedelta(days=9)), "10:30")
        for person in others:
            await self._say(person, f"/start {code}", "1", "1")
        await self._say(grace, f"/start {code}")  # she has seen what it is about, and not replied
        return (grace, dee), group

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


def _weekday(day: dt.date) -> dt.date:
    """That day, or the Monday after a weekend."""
    return day + dt.timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > FRIDAY else 0)


FRIDAY = 4
