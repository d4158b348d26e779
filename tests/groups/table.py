"""A reference group with seats, people on them, and meetings before and after now."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, insert, select

from storage import codes, organisations, schema
from storage.broadcasting import groups
from storage.broadcasting.groups import Group
from storage.groups import quorum, seats
from storage.groups.quorum import Meeting
from storage.groups.seats import Seat
from tests.storage.world import NOON, World

BOT = 7
SOURCE = """
format = 1
id = "{slug}"
kind = "meeting"
title.en = "The group meets"
identity = "named"
audience = "everyone"
[event]
payment.en = "Travel is paid back."
[charter]
settles.en = "what the clinic puts right first"
decided_by.en = "The delivery group"
can_change.en = "where and when"
cannot_change.en = "the budget"
feedback_by = 2027-03-01
[[steps]]
id = "tell-me"
kind = "yes-no"
about = "me"
ask.en = "Shall we tell you what happens next?"
"""
SEATS = (("Young person", "young-person"), ("Carer", "carer"), ("Patient", "patient"), ("Clinic lead", "staff"))
"""Name and kind; the first three are of lived experience."""


@dataclass
class Table:
    """The group: its people by the name of their seat, deputies as "Carer's deputy"."""

    world: World
    slug: str = "delivery-group"
    people: dict[str, tuple[int, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Set it up; every seat has a holder and a deputy."""
        here = self.world.organisation_id
        self.code = self.world.do(lambda db: groups.make(db, here, self.slug.replace("-", " ").capitalize()))
        self.group_id = self.group.id
        self.event_id = self._event()
        for name, kind in SEATS:
            self.seat(name, kind, lived=kind != "staff")

    def _event(self) -> int:
        engagement = self.world.engage(source=SOURCE.replace("{slug}", self.slug))

        def work(db: Connection) -> int:
            row = {"engagement_id": engagement.id, "organisation_id": self.world.organisation_id, "group_id": self.group_id}
            return int(db.scalars(insert(schema.events).values(row).returning(schema.events.c.id)).one())

        return self.world.do(work)

    @property
    def group(self) -> Group:
        """As it stands."""
        found = self.world.do(lambda db: groups.find(db, self.world.organisation_id, self.code))
        assert found
        return found

    def seat(self, name: str, kind: str, *, lived: bool) -> Seat:
        """Make a seat with a holder and a deputy."""
        self.people[name], self.people[f"{name}'s deputy"] = self.world.meet(), self.world.meet()
        typed = {"name": name, "kind": kind, "lived": "yes" if lived else ""}
        group, today = self.group, NOON.date()

        def work(db: Connection) -> None:
            code = seats.make(db, group, typed, today)
            seat = seats.find(db, group, code)
            assert seat
            seats.fill(db, group, seat, {"holder": self.people[name][1]}, today)
            seats.deputise(db, group, seat, self.people[f"{name}'s deputy"][1], NOON)

        self.world.do(work)
        return self.find(name)

    def find(self, name: str) -> Seat:
        """A seat by its name."""
        return next(one for one in self.seats if one.name == name)

    @property
    def seats(self) -> list[Seat]:
        """As they stand."""
        group = self.group
        return self.world.do(lambda db: seats.load(db, [group.id]))

    def meet(self, days: int, *, recorded: bool = False) -> Meeting:
        """A meeting so many days from NOON, at 10.30."""
        starts = NOON + dt.timedelta(days=days, hours=-1.5)
        row: dict[str, Any] = {
            "code": codes.make(), "event_id": self.event_id, "organisation_id": self.world.organisation_id,
            "local_at": f"{starts:%Y-%m-%dT%H:%M}", "zone": "Europe/London", "minutes": 90, "starts_at": starts,
            "ends_at": starts + dt.timedelta(minutes=90), "place": "The hall", "online": True,
            "recorded_at": NOON if recorded else None,
        }  # fmt: skip
        self.world.do(lambda db: db.execute(insert(schema.occasions).values(row)).rowcount)
        return self.meeting(row["code"])

    def meeting(self, code: str) -> Meeting:
        """As it stands."""
        found = self.world.do(lambda db: quorum.find(db, self.world.organisation_id, code))
        assert found
        return found

    def reply(self, meeting: Meeting, name: str, state: str, how: str = "room", *, came: bool | None = None) -> None:
        """Let somebody have a place in this state."""
        person = self.people[name][0]
        seat = self.find(name.removesuffix("'s deputy"))
        row = {"code": codes.make(), "occasion_id": meeting.id, "person_id": person, "state": state, "how": how, "came": came}
        row |= {"seat_id": seat.id, "changed_at": NOON}
        self.world.do(lambda db: db.execute(insert(schema.places).values(row)).rowcount)

    def planned(self, kind: str) -> list[int]:
        """Who is to get a letter of this kind, by id."""
        wanted = select(schema.followups.c.person_id).where(schema.followups.c.kind == kind)
        return sorted(self.world.do(lambda db: db.scalars(wanted).all()))

    def ids(self, *names: str) -> list[int]:
        """The ids of people by the name of their seat."""
        return sorted(self.people[name][0] for name in names)


def settle(world: World) -> Table:
    """A group in a world whose bot is known."""
    world.do(lambda db: organisations.introduce(db, BOT, world.organisation_id))
    return Table(world)
