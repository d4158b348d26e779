"""People and everything that can be kept of them, so that no table is empty when it is backed up."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, insert, select

from storage import audit, engagements, failures, organisations, people, schema
from storage.engagements import Engagement
from storage.failures import Failure
from storage.figures import releases
from storage.keeping.backups import Maker
from storage.letters import outbox, pauses
from storage.letters.outbox import Letter
from tests.keeping.offices import furnish
from tests.storage.world import NOON, World, pick, write

BOT = 7


def maker(world: World) -> Maker:
    return Maker("0.1.0", NOON, world.keys.path)


def say_nothing(_table: str, _rows: int) -> None:
    pass


def fill(world: World, identity: str = "confidential", number: int = 12) -> Engagement:
    """Let people answer, and put a row wherever there can be one; returns the engagement."""
    world.do(lambda db: organisations.match(db, world.keys))
    world.do(lambda db: organisations.introduce(db, BOT, world.organisation_id))
    clinic = world.engage(identity)
    said = [{"who": pick("have" if each % 3 else "care"), "wrong": write(f"słowa {each}")} for each in range(number)]
    ids = world.answer_all(clinic, said)
    world.do(lambda db: _more(db, world, clinic, ids))
    return clinic


def _more(db: Connection, world: World, clinic: Engagement, ids: list[int]) -> None:
    where, day = world.organisation_id, NOON.date()
    for person in ids:
        lookup = world.keys.lookup(BOT, "telegram", str(person))
        row = {"person_id": person, "bot_id": BOT, "door": "telegram", "lookup": lookup}
        address = db.scalars(insert(schema.addresses).values(row).returning(schema.addresses.c.id)).one()
        people.keep_address(db, world.keys, {lookup: (address, person)})
    person = ids[0]
    wish = {"person_id": person, "engagement_id": clinic.id, "step": "tell-me", "chosen": "yes", "sealed": None}
    people.wish(db, [wish | {"edition_id": clinic.edition_id, "language": "en"}])
    outbox.write(db, world.keys, (where, BOT), [Letter(1, person, person, "say", {"text": "Next?"})], "someone", NOON)
    failures.keep(db, world.keys, BOT, [Failure("deciding", b"{}", "trace", b"")], NOON)
    audit.note(db, where, "somebody", "open", "clinic", NOON)
    pauses.begin(db, where, "something", "why", "who", NOON)
    engagements.make_link(db, clinic, "poster", NOON)
    releases.make(db, clinic, NOON)
    furnish(db, world, clinic, (person, db.scalars(select(schema.people.c.code).where(schema.people.c.id == person)).one()), BOT)
    people.turn_away(db, BOT, {b"x" * 16: 0}, NOON)
    due = {"organisation_id": where, "person_id": person, "kind": "nudge", "rule": "day", "local_day": day, "due_at": NOON}
    rows = {
        schema.followups: due,
        schema.seen: {"bot_id": BOT, "update_id": 2**40, "day": day},
        schema.uploads: {"bot_id": BOT, "hash": "h", "file_id": "f"},
        schema.pictures: {"organisation_id": where, "hash": "h", "content": bytes(range(256))},
        schema.edition_pictures: {"edition_id": clinic.edition_id, "file": "map.png", "hash": "h"},
        schema.paces: {"bot_id": BOT, "pace": 7.25, "held_until": NOON + dt.timedelta(seconds=0.5), "at": NOON},
    }
    for table, row in rows.items():
        db.execute(insert(table).values(row))
