"""The tick: follow-ups that have come due are weighed, and the letters of those that still stand are written, in one transaction.

Any number of processes may look at once: each row is claimed by one. What quiet hours, a pause or a wrong clock hold back waits.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import letters
from bot.accounts import Accounts
from bot.house import House
from conversations.events import notices
from conversations.events.notices import Notice
from storage.database import READING
from storage.events import offers, reviews
from storage.followups import circumstances, due
from storage.followups.circumstances import TELL, Circumstances, Listener
from storage.followups.due import SLICE, Row
from storage.followups.planning import DONE, DROPPED, MISSED, UNTOLD
from storage.followups.rules import LAPSE, REVIEW, TOGETHER
from storage.keys import KeysError
from storage.letters import outbox
from storage.letters.outbox import NEVER_TWICE, REMINDER, Letter
from storage.schema import people
from storage.staffing import preferences

log = structlog.get_logger()

LOOK_EVERY = 0.5  # seconds
_BREATH = 0.005  # seconds between two slices, in which people are answered

T = TypeVar("T")


class Followups:
    """One bot's follow-ups."""

    def __init__(self, engine: AsyncEngine, house: House, clock: Callable[[], dt.datetime]) -> None:
        self._engine = engine
        self._house = house
        self._clock = clock

    async def look(self) -> None:
        """Do all that is due. Nothing is begun, or given up, by a clock that cannot be trusted."""
        if not self._house.is_certain() or not await self._waits():
            return
        for work in (press, tell):
            while await self._write(work) >= SLICE:  # noqa: ASYNC110 - others write meanwhile
                await asyncio.sleep(_BREATH)

    async def _waits(self) -> bool:
        async with self._engine.connect() as connection:
            await connection.execution_options(**READING)
            house = self._house
            return await connection.run_sync(due.waits, house.organisation_id, house.bot_id, self._clock())

    async def _write(self, work: Callable[[Connection, House, dt.datetime], T]) -> T:
        async with self._engine.begin() as connection:
            return await connection.run_sync(work, self._house, self._clock())


def press(db: Connection, house: House, now: dt.datetime) -> int:
    """Pass on the offers nobody answered, and give those told too late their time anew; returns how many there were.

    The events are locked before the rows: whoever changes places does it in that order too.
    """
    if due.is_held(db, house.organisation_id):
        return 0
    found = due.pressing(db, house.organisation_id, now)
    if not found:
        return 0
    offers.hold(db, [row.about for row in found])
    rows = due.claim(db, found)
    over, late = [row for row in rows if row.kind == LAPSE], [row for row in rows if row.kind != LAPSE]
    due.settle(db, {DONE: [row.id for row in over]}, {now: [row.id for row in late]})
    if late:
        offers.put_off(db, [row.about for row in late], now)
    if over:
        offers.lapse(db, [row.about for row in over], now)
    return len(found)


def tell(db: Connection, house: House, now: dt.datetime) -> int:
    """Weigh the next slice and write its letters; returns how many rows it had."""
    if due.is_held(db, house.organisation_id):
        return 0
    rows = due.take(db, house.organisation_id, house.bot_id, now)
    if rows:
        known = circumstances.find(db, house.keys, (house.organisation_id, house.bot_id), rows)
        _Slice(db, house, known, now).settle(rows)
    return len(rows)


class _Slice:
    """Rows of one transaction."""

    def __init__(self, db: Connection, house: House, known: Circumstances, now: dt.datetime) -> None:
        self._db = db
        self._house = house
        self._known = known
        self._now = now
        self._accounts = Accounts(db, house, known, now)
        self._became: dict[str, list[int]] = {}
        self._later: dict[dt.datetime, list[int]] = {}
        self._letters: dict[dt.datetime, list[Letter]] = {}
        self._asked: dict[int, tuple[str, str]] = {}

    def settle(self, rows: Sequence[Row]) -> None:
        """Decide each, then write by set."""
        late = self._now - dt.timedelta(hours=preferences.read(self._db, self._house.organisation_id).late_hours)
        ready: dict[object, list[Row]] = {}
        for row in rows:
            verdict = circumstances.weigh(row, self._known, self._now)
            if isinstance(verdict, dt.datetime):
                self._later.setdefault(verdict, []).append(row.id)
            elif verdict == TELL:
                ready.setdefault(self._letter_of(row), []).append(row)
            else:
                self._became.setdefault(verdict, []).append(row.id)
        for told in ready.values():
            # One that is late keeps its time, by which it is held until somebody says that it may still go out.
            at = min(row.due_at for row in told)
            became = self._write(told, at if at <= late else self._now)
            self._became.setdefault(became, []).extend(row.id for row in told)
        due.settle(self._db, self._became, self._later)
        self._review_again(rows)
        place = (self._house.organisation_id, self._house.bot_id)
        for at, kept in self._letters.items():
            outbox.keep(self._db, self._house.keys, place, kept, self._now, at)
        _ask(self._db, self._asked)
        untold = {state: len(ids) for state, ids in self._became.items() if state in UNTOLD}
        if untold:
            log.warning("some people could not be told", **untold)

    def _review_again(self, rows: Sequence[Row]) -> None:
        """Whoever's yearly question is through, asked or not, has the next in a year."""
        later = {id_ for ids in self._later.values() for id_ in ids}
        through = [row.person_id for row in rows if row.kind == REVIEW and row.id not in later]
        if through:
            reviews.plan(self._db, through, self._now.date())

    def _letter_of(self, row: Row) -> object:
        """What is the same of all rows that make one letter."""
        date = self._known.dates.get(row.occasion_id or 0)
        return (row.person_id, row.kind, date.event_id) if date and row.kind in TOGETHER else row.id

    def _write(self, rows: Sequence[Row], at: dt.datetime) -> str:
        """What became of rows whose letter is to be written now. A fault in one must not hold up the others."""
        first = rows[0]
        who = self._known.listeners[first.person_id]
        try:
            told = self._accounts.tell(first) if len(rows) == 1 else self._accounts.tell_together(rows)
            if told is None:
                return DROPPED
            notice = notices.write(first.kind, told, self._now)
            written = [self._letter(who, notice, number) for number in range(len(notice.says))]
        except (DBAPIError, OSError, KeysError):
            raise
        except Exception:
            log.exception("a follow-up could not be written", kind=first.kind)
            return MISSED
        self._letters.setdefault(at, []).extend(written)
        if notice.asks and who.session_id is None:
            self._asked[who.id] = (notice.screen, notice.asks)
        return DONE

    def _letter(self, who: Listener, notice: Notice, number: int) -> Letter:
        said = letters.say(self._house, (who.id, who.chat_id or 0), notice.says[number], who.language, self._now)
        return replace(said, lane=REMINDER, policy=NEVER_TWICE)


def _ask(db: Connection, asked: dict[int, tuple[str, str]]) -> None:
    """Let a number typed next be about the last of these letters; not for those whose turn is being taken at this moment."""
    if not asked:
        return
    free = select(people.c.id).where(people.c.id.in_(asked), people.c.session_id.is_(None)).with_for_update(skip_locked=True)
    by_screen: dict[tuple[str, str], list[Any]] = {}
    for person in db.scalars(free):
        by_screen.setdefault(asked[person], []).append(person)
    for (screen, code), ids in by_screen.items():
        db.execute(update(people).where(people.c.id.in_(ids)).values(asking=screen, asking_about=code))
