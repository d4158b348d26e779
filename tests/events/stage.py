"""A workshop with dates, and people who want places there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select

from storage import codes, schema
from storage.events import events, occasions, registers
from storage.events.events import Event
from storage.events.occasions import Occasion, Plan
from storage.events.registers import Deed, Done, Place
from tests.storage.world import NOON, SOURCE, World

_WORDS = '[event]\npayment.en = "Nothing is paid."\n[[steps]]'
WORKSHOP = SOURCE.replace('id = "clinic"', 'id = "workshop"').replace('"consultation"', '"event"').replace("[[steps]]", _WORDS, 1)
WORKSHOP = WORKSHOP.format(identity="named")
START = "2027-02-26T18:00"  # on a Friday, 25 days after NOON


def plan(**changes: Any) -> Plan:
    return Plan(**{"local_at": START, "zone": "Europe/London", "minutes": 90, "place": "Town Hall", **changes})


def announce(world: World, *capacities: int | None, **settled: Any) -> tuple[Event, list[Occasion]]:
    """A workshop with one date for each capacity, a day after another."""
    reserved = settled.pop("reserved", {})
    engagement = world.engage(source=WORKSHOP)
    event = world.do(lambda db: events.settle(db, engagement, **settled))
    plans = [
        plan(local_at=f"2027-02-{26 + number}T18:00", capacity=capacity, reserved=reserved)
        for number, capacity in enumerate(capacities)
    ]
    return event, [world.do(lambda db, one=one: occasions.make(db, world.keys, event, one, NOON)) for one in plans]  # type: ignore[misc]


def enrol(world: World, number: int) -> list[int]:
    """So many people, by id."""
    row: Mapping[str, Any] = {"organisation_id": world.organisation_id, "met_on": NOON.date(), "age_band": "18"}
    rows = [{"code": codes.make(), **row} for _ in range(number)]
    return sorted(world.do(lambda db: db.scalars(insert(schema.people).returning(schema.people.c.id), rows).all()))


def do(world: World, person: int, one: Occasion, verb: str, now: dt.datetime = NOON, **more: Any) -> Done:
    """One deed in a transaction of its own."""
    return world.do(lambda db: do_in(db, person, one, verb, now, **more))


def do_in(db: Connection, person: int, one: Occasion, verb: str, now: dt.datetime = NOON, **more: Any) -> Done:
    register = registers.lock(db, [one.code], [person], now)
    done = register.do(Deed(person, one.code, verb, **more))
    register.write()
    return done


def look(world: World, one: Occasion) -> dict[int, Place]:
    """What everybody has of a date, by person."""
    return {place.person_id: place for place in world.do(lambda db: registers.of_occasion(db, one.id))}


def states(world: World, one: Occasion) -> dict[int, str]:
    return {person: place.state for person, place in look(world, one).items()}


def waits(world: World, *kinds: str) -> list[tuple[str, int, dt.datetime]]:
    """The follow-ups of these kinds that wait: kind, person and when, in order."""
    wanted = select(schema.followups.c.kind, schema.followups.c.person_id, schema.followups.c.due_at)
    mine = (schema.followups.c.kind.in_(kinds), schema.followups.c.state == "waiting")
    found = world.do(
        lambda db: db.execute(wanted.where(*mine).order_by(schema.followups.c.due_at, schema.followups.c.person_id)).all()
    )
    return [(row.kind, row.person_id, row.due_at) for row in found]
