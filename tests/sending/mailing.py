"""A broadcast of a house: people who may be written to, and staff who send them something."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select

from bot.arrivals import TELEGRAM
from conversations import hours
from storage import codes, schema
from storage.broadcasting import broadcasts, compositions, departures, freezing
from storage.broadcasting.broadcast_rows import Broadcast
from storage.broadcasting.broadcasts import Reach
from storage.broadcasting.compositions import Draft
from storage.keys import Keys
from storage.letters.claims import Recipient
from storage.staffing.preferences import Preferences
from tests.road.house import House
from tests.sending.desk import WORDS, Desk

LONDON = ZoneInfo("Europe/London")
AUTHOR, COLLEAGUE = "author", "colleague"
AT_ONCE = Preferences(undo_seconds=0, approval_above=10**6)
DAY = dt.timedelta(days=1)


def keep_hours(house: House) -> None:
    """Move the house's clock on to the noon of a working day, when anybody may be written to."""
    now = dt.datetime.now(dt.UTC)
    noon = now.astimezone(LONDON).replace(hour=12, minute=0, second=0, microsecond=0) + DAY
    while not hours.is_open(noon, LONDON, hours.Quiet()):
        noon += DAY
    house.moved_by.write_text(str((noon - now).total_seconds()))


def enrol(db: Connection, keys: Keys, place: tuple[int, int], chats: Sequence[int], today: dt.date) -> list[int]:
    """Have these chats be of adults who want to be invited; returns the ids of people. `place` is (organisation, bot)."""
    organisation_id, bot_id = place
    first = (db.scalar(select(schema.people.c.id).order_by(schema.people.c.id.desc()).limit(1)) or 0) + 1
    persons = range(first, first + len(chats))
    lookups = [keys.lookup(bot_id, TELEGRAM, str(chat)) for chat in chats]
    known = {"organisation_id": organisation_id, "age_band": "18", "language": "en", "met_on": today}
    db.execute(insert(schema.people), [{**known, "id": person, "code": codes.make()} for person in persons])
    reached = {"bot_id": bot_id, "door": TELEGRAM, "state": "open"}
    seal = [keys.seal("addresses.sealed", look.hex(), str(chat).encode()) for look, chat in zip(lookups, chats, strict=True)]
    rows = [
        {**reached, "person_id": person, "lookup": look, "sealed": sealed}
        for person, look, sealed in zip(persons, lookups, seal, strict=True)
    ]
    db.execute(insert(schema.addresses), rows)
    said = {"purpose": "invites", "given": True, "source": "chat", "language": "en", "on_day": today}
    db.execute(insert(schema.switches), [{**said, "person_id": person} for person in persons])
    return list(persons)


def mail(desk: Desk, chats: Sequence[int], draft: Draft | None = None) -> tuple[str, dict[int, int]]:
    """Send these people a broadcast: its code, and who has which chat."""
    house, now = desk.base.house, desk.base.clock.now()
    place = (house.organisation_id, house.bot_id)
    persons = desk.do(lambda db: enrol(db, house.keys, place, chats, now.date()))
    return desk.do(lambda db: launch(db, place, now, draft)).code, dict(zip(persons, chats, strict=True))


def find(desk: Desk, code: str) -> Broadcast:
    """The broadcast as it stands."""
    found = desk.do(lambda db: broadcasts.find(db, desk.base.house.organisation_id, code))
    assert found
    return found


def launch(db: Connection, place: tuple[int, int], now: dt.datetime, draft: Draft | None = None) -> Broadcast:
    """Hand in a broadcast that goes out at once."""
    one = compositions.make(db, place, draft or Draft("To all", {"en": WORDS}), AUTHOR, now)
    broadcasts.submit(db, one, Reach(1, 0), AT_ONCE, AUTHOR, now)
    found = broadcasts.find(db, place[0], one.code)
    assert found
    return found


Do = Callable[[Callable[[Connection], Any]], Any]
"""Does work in a transaction of its own."""


def make_ready(do: Do, one: Broadcast, now: dt.datetime) -> str:
    """What `bot.broadcasting` does once its time has come; returns the state it is in then."""
    reach = do(lambda db: broadcasts.measure(db, one, now))
    state: str = do(lambda db: departures.begin(db, one, reach, AT_ONCE, now))
    while piece := do(lambda db: freezing.cut(db, one.id, now)):
        if do(lambda db: freezing.freeze(db, piece, now)) and piece.last:
            state = do(lambda db: departures.start(db, one, broadcasts.frozen(db, one), AT_ONCE, now))
    return state


def say(_db: Connection, one: Broadcast, recipients: Sequence[Recipient]) -> list[dict[str, Any]]:
    """Write a broadcast as plainly as can be."""
    return [{"text": one.spoken["en"], "bold": [], "rows": []} for _ in recipients]
