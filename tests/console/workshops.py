"""A workshop with two dates, one of them full, and people of whom staff have to know something."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select

from conversations import library
from storage import engagements, schema
from storage.events import events, needs, occasions, registers
from storage.events.deeds import Deed
from storage.events.needs import Said
from storage.events.occasions import Occasion, Plan
from tests.storage.world import NOON, World

SLUG = "workshop-design-the-next-step"
SOURCE = library.SHIPPED[f"{SLUG}.toml"]
EVENING = Plan(
    "2027-02-18T18:00",
    "Europe/London",
    90,
    "Trinity Hall, Mill Street, Maidstone",
    online=True,
    joining={"link": "https://meet.example.org/secret-room", "phone": "020 7946 0000"},
    capacity=4,
    reserved={"care": 1},
)
DAYTIME = Plan("2027-02-25T10:30", "Europe/London", 90, "Trinity Hall, Mill Street, Maidstone", capacity=12)
COMING = ("use", "care", "", "use", "use", "")
NEEDS: Mapping[int, Sequence[str]] = {0: ("bsl", "breaks"), 1: ("step-free",), 2: ("quiet-space",)}


def open_workshop(world: World) -> list[Occasion]:
    """The workshop, open, with its two dates and nobody there."""
    engagement = world.engage(source=SOURCE)

    def make(db: Connection) -> list[Occasion]:
        event = events.settle(db, engagement)
        return [occasions.make(db, world.keys, event, plan, NOON) for plan in (EVENING, DAYTIME)]

    return world.do(make)


def sign_up(db: Connection, person_id: int, date: Occasion, kind: str = "", now: dt.datetime = NOON) -> str:
    """Somebody asks for a place; returns what they got."""
    register = registers.lock(db, [date.code], [person_id], now)
    done = register.do(Deed(person_id, date.code, "join", kind=kind))
    register.write()
    return done.result


def furnish(world: World) -> dict[str, str]:
    """The workshop with people; returns what stands for it in addresses."""
    evening, daytime = open_workshop(world)
    met = select(schema.people.c.id, schema.people.c.code).where(schema.people.c.organisation_id == world.organisation_id)

    def fill(db: Connection) -> str:
        rows = db.execute(met.order_by(schema.people.c.id.desc()).limit(8)).all()
        for row, kind in zip(rows, COMING, strict=False):
            sign_up(db, row.id, evening, kind)
        for row in rows[6:]:
            sign_up(db, row.id, daytime)
        engagement = engagements.find(db, world.organisation_id, SLUG)
        said = [
            Said(rows[at].id, rows[at].code, engagement.id if engagement else None, NOON.date(), tuple(chosen), {}, True)
            for at, chosen in NEEDS.items()
        ]
        needs.settle(db, world.keys, said, NOON)
        first = select(schema.places.c.code).where(schema.places.c.person_id == rows[0].id)
        return str(db.scalars(first).one())

    place = world.do(fill)
    return {"events": SLUG, "dates": evening.code, "places": place}
