"""A bot whose time is moved by the test from one thing due to the next, and everything it started meanwhile."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select, update

from bot.clock import Clock
from bot.followups import Followups
from bot.telegram.pile import Pile
from storage import engagements
from storage.engagements import Engagement
from storage.events import events, occasions, registers
from storage.events.events import Event
from storage.events.occasions import Occasion, Plan
from storage.events.registers import Deed, Done
from storage.letters.outbox import SENT, Letter, settle
from storage.schema import followups, outbox, people
from tests.road.indoors import Indoors, indoors
from tests.sending.mailing import enrol

LONDON = ZoneInfo("Europe/London")
START = dt.datetime(2027, 2, 1, 12, tzinfo=dt.UTC)  # a Monday


@dataclass(frozen=True)
class Heard:
    """A message somebody got, and when."""

    at: dt.datetime
    who: str
    letter: Letter

    @property
    def text(self) -> str:
        return str(self.letter.content["text"])

    @property
    def labels(self) -> list[str]:
        return [label for row in self.letter.content["rows"] for label, _ in row]


@dataclass
class Hall:
    """The house, its people by name, and what they heard."""

    now: dt.datetime = START
    people: dict[str, int] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)
    inside: Indoors = field(init=False)

    def enrol(self, *names: str, **changes: Any) -> list[int]:
        """New people, who have an address; `changes` are columns of theirs."""
        house = self.inside.base.house
        chats = [1000 + len(self.people) + number for number in range(len(names))]
        place = (house.organisation_id, house.bot_id)
        ids: list[int] = self.do(enrol, house.keys, place, chats, self.now.date())
        self.people |= dict(zip(names, ids, strict=True))
        if changes:
            self.change(ids, **changes)
        return ids

    def change(self, ids: Sequence[int], **values: Any) -> None:
        self.do(lambda db: db.execute(update(people).where(people.c.id.in_(ids)).values(**values)))

    def do(self, work: Any, *arguments: Any) -> Any:
        return self.inside.do(work, *arguments)

    # --- Events

    def hold(self, engagement: str, **settled: Any) -> Event:
        """An event of its own made from `tests/road/engagements`."""
        one, _ = self.inside.open(engagement)
        return self.settle(one, **settled)

    def settle(self, one: Engagement | Event, **settled: Any) -> Event:
        found: Event = self.do(lambda db: events.settle(db, one, **settled))
        return found

    def engagement(self, slug: str) -> Engagement:
        found: Engagement | None = self.do(engagements.find, self.inside.base.house.organisation_id, slug)
        assert found
        return found

    def date(self, event: Event, local_at: str, **changes: Any) -> Occasion:
        """One more date."""
        plan = make_plan(local_at, **changes)
        made: Occasion = self.do(lambda db: occasions.make(db, self.inside.base.house.keys, event, plan, self.now))
        return made

    def replan(self, one: Occasion, local_at: str, **changes: Any) -> Occasion:
        """Move a date."""
        plan, fresh = make_plan(local_at, **changes), self.look_up(one)
        keys = self.inside.base.house.keys
        moved: Occasion = self.do(lambda db: occasions.change(db, keys, fresh, plan, fresh.version, self.now))
        return moved

    def look_up(self, one: Occasion) -> Occasion:
        found: Occasion = self.do(occasions.find_all, [one.id])[one.id]
        return found

    def deed(self, who: str, one: Occasion, verb: str, **more: Any) -> Done:
        """What somebody does with a date."""

        def work(db: Connection) -> Done:
            register = registers.lock(db, [one.code], [self.people[who]], self.now)
            done = register.do(Deed(self.people[who], one.code, verb, **more))
            register.write()
            return done

        done: Done = self.do(work)
        return done

    # --- Time

    def tick(self) -> int:
        """One look, and all that may go out goes; returns how much did."""
        base = self.inside.base
        before = len(self.heard)

        async def work() -> None:
            await Followups(base.engine, base.house, base.clock.now).look()
            pile = Pile(base.engine, base.house, base.clock.now)
            names = {number: name for name, number in self.people.items()}
            while letters := await pile.claim(999, 999):
                self.heard += [Heard(self.now, names.get(one.person_id or 0, "?"), one) for one in letters]
                async with base.engine.begin() as connection:
                    done = [letter.became(SENT) for letter in letters]
                    await connection.run_sync(settle, done, self.now)

        self.inside.runner.run(work())
        return len(self.heard) - before

    def wait_until(self, until: dt.datetime) -> None:
        """Let time pass, looking whenever something is due."""
        while (at := self._next()) is not None and at <= until:
            if at > self.now:
                self.now = at
            elif not self.tick() and (following := self._next()) is not None and following <= self.now:
                break  # held
        self.now = max(self.now, until)

    def _next(self) -> dt.datetime | None:
        def work(db: Connection) -> dt.datetime | None:
            waiting = select(func.min(followups.c.due_at)).where(followups.c.state == "waiting")
            pending = select(func.min(outbox.c.due_at)).where(outbox.c.state == "pending")
            return min(filter(None, (db.scalar(waiting), db.scalar(pending))), default=None)

        found: dt.datetime | None = self.do(work)
        return found

    def rows(self) -> list[tuple[str, str, int]]:
        """Every follow-up: kind, state and person, as planned."""
        wanted = select(followups.c.kind, followups.c.state, followups.c.person_id).order_by(followups.c.id)
        return [tuple(row) for row in self.do(lambda db: db.execute(wanted).all())]

    def first_lines(self, who: str) -> list[str]:
        return [one.text.partition("\n")[0] for one in self.heard if one.who == who]


def make_plan(local_at: str, **changes: Any) -> Plan:
    return Plan(**{"local_at": local_at, "zone": "Europe/London", "minutes": 90, "place": "Town Hall", **changes})


@contextmanager
def open_hall(database: str, folder: Path, now: dt.datetime = START) -> Iterator[Hall]:
    hall = Hall(now)
    with indoors(database, folder, Clock(wall=lambda: hall.now)) as inside:
        hall.inside = inside
        yield hall
