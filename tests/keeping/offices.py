"""A row in every table that staff write, so that none is empty when it is backed up."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, Table, insert

from storage import schema
from storage.engagements import Engagement
from storage.staffing import enrolments, preferences, second_factors, signins, staff, staff_chats
from storage.staffing.enrolments import Choice
from storage.staffing.staff import Newcomer
from tests.keeping.gatherings import gather
from tests.storage.world import NOON, World

DAY = NOON.date()
SECRET = "JBSWY3DPEHPK3PXP"
CHAT = 424242


def furnish(db: Connection, world: World, clinic: Engagement, person: tuple[int, str], bot: int) -> None:
    """Have staff come in and do of everything once; `person` is somebody they write to and read, by id and code."""
    code = _come_in(db, world, bot)
    preferences.write(db, world.organisation_id, {"week": "1"})
    _write(db, world, clinic, person[0], bot, code)
    _read(db, world, clinic, code)
    name = world.keys.seal("people.name", person[1], "Łucja".encode())
    db.execute(schema.people.update().where(schema.people.c.id == person[0]).values(name=name, place="ME14"))


def _come_in(db: Connection, world: World, bot: int) -> str:
    """Two colleagues: one who works here, with everything there can be, and one who is invited. Returns the first one's code."""
    here = world.organisation_id
    partner = _add(db, schema.partners, organisation_id=here, code="partner", name="The hospice")
    one = staff.invite(db, here, Newcomer("Dana", "dana@example.org", "admin"), "test", NOON)
    token = enrolments.make(db, one.id, NOON)
    enrolments.finish(db, world.keys, here, token, Choice("argon2", SECRET, 1), NOON)
    signins.begin(db, one.id, NOON)
    staff_chats.take_code(db, world.keys, staff_chats.make_code(db, one.id, NOON), bot, CHAT, NOON)
    staff_chats.make_code(db, one.id, NOON)
    other = staff.invite(db, here, Newcomer("Sam", "sam@example.org", "partner", partner), "test", NOON)
    enrolments.make(db, other.id, NOON)
    second_factors.renew_recovery_codes(db, one.id)
    return one.code


def _write(db: Connection, world: World, clinic: Engagement, person: int, bot: int, code: str) -> None:
    here, changed = world.organisation_id, {"changed_by": code, "changed_at": NOON}
    _put(db, schema.switches, person_id=person, purpose="polls", given=True, source="chat", language="en", on_day=DAY)
    group = _add(db, schema.groups, organisation_id=here, code="group", name="Reference group")
    _put(db, schema.group_members, group_id=group, person_id=person, since=DAY)
    gather(db, world, clinic.id, person, group)
    segment = _add(db, schema.segments, organisation_id=here, code="segment", name="All", criteria="{}", **changed)
    sort = {"title": "Come", "sort": "engagement", "purpose": "invites", "state": "draft", "zone": "Europe/London"}
    made = {"organisation_id": here, "bot_id": bot, "engagement_id": clinic.id, "segment_id": segment, "made_at": NOON}
    sent = _add(db, schema.broadcasts, code="broadcast", written_by=code, **sort, **made)
    _put(db, schema.broadcast_texts, broadcast_id=sent, language="en", words="Come and tell us.")
    _put(db, schema.left_out, broadcast_id=sent, why="stopped", people=3)
    _put(db, schema.drafts, organisation_id=here, slug="next", source="format = 1", **changed)
    _put(db, schema.draft_pictures, organisation_id=here, slug="next", file="map.png", hash="h")


def _read(db: Connection, world: World, clinic: Engagement, code: str) -> None:
    theme = _add(db, schema.themes, engagement_id=clinic.id, code="theme", name="Waiting")
    one, who = {"engagement_id": clinic.id, "step": "wrong"}, bytes(16)
    redacted = world.keys.seal("readings.redacted", f"{clinic.id}.{who.hex()}.wrong", b"They [name] never rang")
    _put(db, schema.readings, respondent=who, read_by=code, read_at=NOON, redacted=redacted, **one)
    _put(db, schema.reading_themes, respondent=who, theme_id=theme, **one)
    _put(db, schema.release_cells, engagement_id=clinic.id, by="partner", value="partner", step="who", option="have", count=9)
    _put(db, schema.stops, engagement_id=clinic.id, step="never-reached", count=2)
    told = {"name": "Census", "totals": json.dumps({"have": 900}), "uploaded_by": code, "uploaded_at": NOON}
    _put(
        db,
        schema.populations,
        organisation_id=world.organisation_id,
        code="population",
        engagement_id=clinic.id,
        step="who",
        **told,
    )


def _put(db: Connection, table: Table, **row: Any) -> None:
    db.execute(insert(table).values(row))


def _add(db: Connection, table: Table, **row: Any) -> int:
    return int(db.scalars(insert(table).values(row).returning(table.c.id)).one())
