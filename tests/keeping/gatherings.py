"""A row in every table of events and reference groups."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from storage import engagements, schema
from tests.storage.world import NOON, World

DAY = NOON.date()
LATER = NOON + dt.timedelta(days=30)
CODES = {name: name for name in ("meeting", "seat", "paper", "correction", "point")}
CODES |= {"dates": "meeting", "places": "place", "events": "gathering"}
"""What stands in addresses for what is made here."""

GATHERING = """
format = 1
id = "gathering"
kind = "meeting"
title.en = "The group meets"
identity = "named"
audience = "everyone"
steps = []
[event]
payment.en = "We pay your fares."
kinds = [{ id = "carer", label.en = "I look after somebody" }]
[charter]
settles.en = "a"
decided_by.en = "b"
can_change.en = "c"
cannot_change.en = "d"
feedback_by = 2027-03-01
"""


def gather(db: Connection, world: World, engagement_id: int, person: int, group: int) -> None:
    """One meeting of a group, and all that one person can have of it; called again it is the same meeting."""
    occasion = db.scalar(select(schema.occasions.c.id).where(schema.occasions.c.code == "meeting"))
    seat = db.scalar(select(schema.seats.c.id).where(schema.seats.c.code == "seat"))
    if occasion is None or seat is None:
        seat = _seat(db, person, group)
        occasion = _meeting(db, world, engagement_id, group)
    _take_part(db, world, person, (occasion, seat, group))


def _seat(db: Connection, person: int, group: int) -> int:
    _put(db, schema.group_rules, group_id=group, key=True, quorum=1, quorum_lived=1)
    term = {"holder_id": person, "from_day": DAY, "until_day": DAY, "support": "A call before"}
    return _add(db, schema.seats, code="seat", group_id=group, kind="carer", name="Carer", lived=True, **term)


def _meeting(db: Connection, world: World, engagement_id: int, group: int) -> int:
    here, noted = {"organisation_id": world.organisation_id}, {"noted_by": "dana", "noted_at": NOON}
    engagements.adopt(db, world.organisation_id, {"gathering": GATHERING}, NOON)
    found = engagements.find(db, world.organisation_id, "gathering")
    event = _add(db, schema.events, engagement_id=found.id if found else engagement_id, group_id=group, **here)
    local = {"local_at": "2027-03-03T12:00", "zone": "Europe/London"}
    row = _add(db, schema.series, code="series", event_id=event, rule="FREQ=MONTHLY", **local)
    time = {**local, "minutes": 60, "starts_at": LATER, "ends_at": LATER + dt.timedelta(hours=1), "place": "The hall"}
    sealed = world.keys.seal("occasions.joining", "meeting", b'{"link": "https://example.org/x"}')
    made = {"event_id": event, "series_id": row, "series_day": DAY, "joining": sealed, "online": True}
    occasion = _add(db, schema.occasions, code="meeting", **here, **time, **made)
    _put(db, schema.reserved, occasion_id=occasion, kind="carer", places=1)
    words = {"title": "The budget", "summary": "How much there is.", "file": "budget.pdf", "content": b"%PDF-1.7"}
    _put(db, schema.papers, code="paper", occasion_id=occasion, added_by="dana", added_at=NOON, **words)
    changed = {"changed_by": "dana", "changed_at": NOON}
    _put(db, schema.minutes, occasion_id=occasion, words="We met.", state="shared", due_on=DAY, **changed)
    _put(db, schema.decisions, code="decision", occasion_id=occasion, words="It opens at two.", **noted)
    return occasion


def _take_part(db: Connection, world: World, person: int, at: tuple[int, int, int]) -> None:
    occasion, seat, group = at
    taken = db.scalar(select(schema.points.c.id)) is not None
    name = (lambda word: f"{word}-{person}"[:16]) if taken else (lambda word: word)
    place = _add(
        db,
        schema.places,
        code=name("place"),
        occasion_id=occasion,
        person_id=person,
        state="confirmed",
        seat_id=seat,
        changed_at=NOON,
    )
    code = db.scalars(select(schema.people.c.code).where(schema.people.c.id == person)).one()
    other = world.keys.seal("needs.sealed", f"{code}.other", b"A chair with arms")
    _put(db, schema.needs, person_id=person, need="other", sealed=other, kept=True, on_day=DAY)
    done = {"changed_by": "dana", "changed_at": NOON}
    _put(db, schema.place_needs, place_id=place, need="other", state="met", **done)
    _put(db, schema.claims, place_id=place, state="received", pence=1200, **done)
    _put(db, schema.feeds, code=name("feed"), organisation_id=world.organisation_id, person_id=person, made_at=NOON)
    sealed = world.keys.seal("points.sealed", name("point"), b"It opens too early.")
    raised = {"group_id": group, "occasion_id": occasion, "person_id": person, "sealed": sealed, "state": "raised"}
    point = _add(db, schema.points, code=name("point"), raised_at=NOON, **raised)
    _put(db, schema.point_changes, point_id=point, state="doing", words="We look at it.", by="dana", at=NOON)
    sealed = world.keys.seal("corrections.sealed", name("correction"), b"It was half past two.")
    said = {"occasion_id": occasion, "person_id": person, "sealed": sealed, "sent_at": NOON}
    _put(db, schema.corrections, code=name("correction"), **said)


def _put(db: Connection, table: Table, **row: Any) -> None:
    db.execute(insert(table).values(row))


def _add(db: Connection, table: Table, **row: Any) -> int:
    return int(db.scalars(insert(table).values(row).returning(table.c.id)).one())
