"""People of all kinds in an organisation, and a broadcast for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from storage import codes
from storage.broadcasting import criteria, freezing
from storage.broadcasting.criteria import Criteria
from storage.schema import (
    addresses,
    bots,
    broadcast_texts,
    broadcasts,
    editions,
    engagements,
    organisations,
    outbox,
    participations,
    people,
    switches,
)
from storage.staffing import preferences
from tests.storage.world import NOON, World

BOT = 7000
DAY = dt.timedelta(days=1)
EVERYBODY = Criteria()


@dataclass(frozen=True)
class Wrote:
    """A letter the bot started for somebody, so many days from noon; `reminds` of the engagement that is sent about."""

    days: float
    state: str = "sent"
    reminds: bool = False


@dataclass(frozen=True)
class Someone:
    """A person, as far as messages to many go. Nothing said: an adult who is reached, and wants polls."""

    stopped: bool = False
    paused: float | None = None  # until so many days from noon
    address: str = "open"  # open | blocked | gone | unsealed | web | none
    wants: bool | None = True
    age: str = "18"
    language: str = "en"
    finished: bool | None = None
    letters: tuple[Wrote, ...] = ()
    place: str = ""
    quiet: str = ""
    zone: str = ""
    nation: str = ""


@dataclass(frozen=True)
class Scene:
    """An organisation with a bot, and an engagement to write about."""

    organisation_id: int
    engagement_id: int
    edition_id: int
    reminders: tuple[int, ...]  # broadcasts that reminded of it


def set_up(
    db: Connection, organisation_id: int, *, audience: str = "everyone", identity: str = "named", slug: str = "poll"
) -> Scene:
    if not db.scalar(select(bots.c.id).where(bots.c.id == BOT)):
        db.execute(insert(bots).values(id=BOT, organisation_id=organisation_id))
    here = {"organisation_id": organisation_id, "slug": slug, "kind": "consultation", "identity": identity, "audience": audience}
    engagement = int(db.scalars(insert(engagements).values(**here, state="open").returning(engagements.c.id)).one())
    text = {"engagement_id": engagement, "hash": slug, "source": "", "origin": "file", "made_at": NOON}
    edition = int(db.scalars(insert(editions).values(**text).returning(editions.c.id)).one())
    reminders = [broadcast(db, organisation_id, engagement_id=engagement, reminds=True, state="done") for _ in range(3)]
    return Scene(organisation_id, engagement, edition, tuple(reminders))


def another(db: Connection) -> int:
    """Another organisation beside the first, whose rows are none of its business; its id."""
    values = {"code": codes.make(), "name": "Elsewhere", "time_zone": "Europe/London", "created_at": NOON}
    return int(db.scalars(insert(organisations).values(values).returning(organisations.c.id)).one())


def broadcast(db: Connection, organisation_id: int, wanted: Criteria = EVERYBODY, **more: Any) -> int:
    """A broadcast being frozen, with words in English; its id."""
    values = {
        "code": codes.make(), "organisation_id": organisation_id, "bot_id": BOT, "title": "News", "sort": "engagement",
        "purpose": "polls", "criteria": criteria.write(wanted), "state": freezing.FREEZING, "zone": "Europe/London",
        "written_by": "somebody", "made_at": NOON,
    } | more  # fmt: skip
    made = int(db.scalars(insert(broadcasts).values(values).returning(broadcasts.c.id)).one())
    db.execute(insert(broadcast_texts).values(broadcast_id=made, language="en", words="Hello"))
    return made


def meet(db: Connection, scene: Scene, crowd: Sequence[Someone]) -> list[int]:
    """Let them be known; their ids."""
    rows = [
        {
            "code": codes.make(), "organisation_id": scene.organisation_id, "met_on": NOON.date(), "stopped": one.stopped,
            "age_band": one.age, "language": one.language, "place": one.place, "quiet": one.quiet, "zone": one.zone,
            "nation": one.nation, "paused_until": None if one.paused is None else NOON + one.paused * DAY,
        }
        for one in crowd
    ]  # fmt: skip
    ids = sorted(db.scalars(insert(people).returning(people.c.id, sort_by_parameter_order=True), rows))
    who = list(zip(ids, crowd, strict=True))
    _put(db, addresses, [_address(person, one) for person, one in who if one.address != "none"])
    shared = {"purpose": "polls", "source": "chat", "language": "en", "on_day": NOON.date()}
    _put(db, switches, [{**shared, "person_id": person, "given": one.wants} for person, one in who if one.wants is not None])
    part = [(person, one.finished) for person, one in who if one.finished is not None]
    _put(db, participations, [{"person_id": p, "engagement_id": scene.engagement_id, "finished": done} for p, done in part])
    _put(db, outbox, [_letter(scene, person, letter, number) for person, one in who for number, letter in enumerate(one.letters)])
    return ids


def _put(db: Connection, table: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        db.execute(insert(table), rows)


def _address(person: int, one: Someone) -> dict[str, Any]:
    door, sealed = ("web" if one.address == "web" else "telegram"), None if one.address == "unsealed" else b"sealed"
    state = one.address if one.address in {"open", "blocked", "gone"} else "open"
    lookup = person.to_bytes(16)
    return {"person_id": person, "bot_id": BOT, "door": door, "lookup": lookup, "sealed": sealed, "state": state}


def _letter(scene: Scene, person: int, letter: Wrote, number: int) -> dict[str, Any]:
    return {
        "id": person * 100 + number, "organisation_id": scene.organisation_id, "bot_id": BOT, "person_id": person,
        "lane": "reminder" if letter.reminds else "broadcast", "policy": "never-twice", "state": letter.state,
        "broadcast_id": scene.reminders[number] if letter.reminds else None, "created_at": NOON,
        "due_at": NOON + letter.days * DAY,
    }  # fmt: skip


def freeze(world: World, broadcast_id: int, now: dt.datetime = NOON) -> int:
    """Freeze it to the end; how many slices it took."""
    for slices in range(1, 1000):
        piece = world.do(lambda db: freezing.cut(db, broadcast_id, now))
        assert piece
        world.do(lambda db, piece=piece: freezing.freeze(db, piece, now))  # type: ignore[misc]
        if piece.last:
            return slices
    raise AssertionError


def settle(db: Connection, organisation_id: int, **changes: str) -> None:
    preferences.write(db, organisation_id, changes)
