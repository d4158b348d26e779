"""The desk from which a benchmark sends a broadcast: people who may be written to, and an account of them afterwards."""

import datetime as dt
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select

from benchmarks.post import WORDS
from benchmarks.subject import Broken
from benchmarks.survey import SURVEY
from bot import config_file
from bot.arrivals import TELEGRAM
from bot.clock import Clock
from bot.foundation import Foundation, foundation
from bot.house import House
from conversations import hours
from storage import codes, schema
from storage.broadcasting import broadcasts, compositions
from storage.broadcasting.broadcast_rows import Broadcast
from storage.broadcasting.broadcasts import Reach
from storage.broadcasting.compositions import Draft
from storage.letters.outbox import FAILED, SENT, UNKNOWN
from storage.staffing.preferences import Preferences

LONDON = ZoneInfo("Europe/London")
DAY = dt.timedelta(days=1)
FIRST = 1_000_000_000  # chat
AT_ONCE = 10_000

T = TypeVar("T")


@dataclass(frozen=True)
class Desk:
    """An open installation whose bot runs in another process."""

    base: Foundation

    @property
    def house(self) -> House:
        """The house of the bot."""
        return self.base.house

    def now(self) -> dt.datetime:
        """The house's own time."""
        return self.base.clock.now()

    async def do(self, work: Callable[..., T], *arguments: Any) -> T:
        """Do something in one transaction."""
        async with self.base.engine.begin() as connection:
            return await connection.run_sync(work, *arguments)


@asynccontextmanager
async def desk(config: Path, clock: Path) -> AsyncIterator[Desk]:
    """Sit down beside the bot of this configuration, by its clock."""
    async with foundation(config_file.read(config, {}), Clock(clock)) as base:
        yield Desk(base)


def until_noon() -> float:
    """Seconds until the noon of a working day, when anybody may be written to."""
    now = dt.datetime.now(dt.UTC)
    noon = now.astimezone(LONDON).replace(hour=12, minute=0, second=0, microsecond=0) + DAY
    while not hours.is_open(noon, LONDON, hours.Quiet()):
        noon += DAY
    return (noon - now).total_seconds()


def enrol(db: Connection, house: House, people: int, today: dt.date) -> None:
    """Have so many adults want to be invited; their chats rise from FIRST."""
    for at in range(0, people, AT_ONCE):
        persons = range(at + 1, min(at + AT_ONCE, people) + 1)
        known = {"organisation_id": house.organisation_id, "age_band": "18", "language": "en", "met_on": today}
        db.execute(insert(schema.people), [{**known, "id": person, "code": codes.make()} for person in persons])
        db.execute(insert(schema.addresses), [_address(house, person) for person in persons])
        said = {"purpose": "invites", "given": True, "source": "chat", "language": "en", "on_day": today}
        db.execute(insert(schema.switches), [{**said, "person_id": person} for person in persons])


def _address(house: House, person: int) -> dict[str, object]:
    chat = str(FIRST + person)
    lookup = house.keys.lookup(house.bot_id, TELEGRAM, chat)
    sealed = house.keys.seal("addresses.sealed", lookup.hex(), chat.encode())
    return {
        "person_id": person, "bot_id": house.bot_id, "door": TELEGRAM, "lookup": lookup, "sealed": sealed, "state": "open",
    }  # fmt: skip


def launch(db: Connection, house: House, now: dt.datetime) -> str:
    """Send everybody an invitation, approved, at once; returns its code."""
    draft = Draft("To everybody", {"en": f"{WORDS}\n\nIt is about {{engagement}}."}, engagement=SURVEY)
    one = compositions.make(db, (house.organisation_id, house.bot_id), draft, "author", now)
    wanted = Preferences(undo_seconds=0)
    broadcasts.submit(db, one, Reach(10**9, 0), wanted, "author", now)
    broadcasts.approve(db, find(db, house, one.code), wanted, "colleague", now)
    return one.code


def find(db: Connection, house: House, code: str) -> Broadcast:
    """The broadcast as it stands. Raises Broken."""
    one = broadcasts.find(db, house.organisation_id, code)
    if one is None:
        raise Broken("the broadcast is gone")
    return one


def seconds_of_freezing(db: Connection, one: Broadcast) -> float:
    """From when its time had come to when the first letter could go."""
    begun = select(schema.audit.c.at).where(schema.audit.c.what == "begin-broadcast", schema.audit.c.about == one.code)
    at = db.scalars(begun).one()
    return (one.started_at - at).total_seconds() if one.started_at else 0.0


def account_for(db: Connection, one: Broadcast, got: Counter[int], people: int, faults: int, most: int) -> int:
    """How many are unknown: everybody else got it once, or is told not to have. Raises Broken.

    `faults` letters went wrong, and `most` more may have been on their way when the bot was killed.
    """
    asked = select(schema.outbox.c.person_id, schema.outbox.c.state).where(schema.outbox.c.broadcast_id == one.id)
    states = {FIRST + row.person_id: row.state for row in db.execute(asked)}
    may = {SENT: {1}, FAILED: {0}, UNKNOWN: {0, 1}}
    wrong = [chat for chat, state in states.items() if got[chat] not in may.get(state, set())]
    told = Counter(states.values())
    if wrong or len(states) != people or not faults <= told[UNKNOWN] + told[FAILED] <= faults + most:
        raise Broken(f"not everybody is accounted for: {len(wrong)} wrongly, {dict(told)} of {people}")
    return told[UNKNOWN]
