"""What time brings by itself: figures released, part-answers forgotten, keys destroyed."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable

import structlog
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import broadcasting, digests, editing, followups, heart, quorums, vitals
from bot.broadcasting import Broadcasting
from bot.followups import Followups
from bot.house import House
from storage import engagements, erasure, failures, people, seen, sessions, unlinking
from storage.database import READING, recover, take_stock
from storage.engagements import OPEN, Engagement
from storage.events import needs, occasions, offers
from storage.figures import cells, releases
from storage.followups import due
from storage.keys import DAY_KEY_LIFE
from storage.letters import outbox
from storage.troubles import explain, is_trouble

log = structlog.get_logger()

RELEASES_EVERY = 2  # seconds
STAY_EVERY = 1  # seconds; whether our place is still ours is asked beside all else
LOOK_EVERY = 5  # seconds; whether an hour has passed is asked of the house's own clock
BREATH = 0.02  # seconds between two pieces of work in which others may write
HOUR = dt.timedelta(hours=1)

Piece = Callable[[Connection, House, dt.datetime], int]


class Upkeep:
    """The house's regular work, each piece in a transaction of its own."""

    def __init__(
        self,
        engine: AsyncEngine,
        house: House,
        clock: Callable[[], dt.datetime],
        stay: Callable[[], Awaitable[None]],
        take_over: Callable[[], Awaitable[None]],
        edit: Callable[[], Awaitable[None]],
        measure: Callable[[], Awaitable[None]],
        beat: Callable[[], Awaitable[None]],
    ) -> None:
        self._troubles: dict[str, str] = {}
        self._engine = engine
        self._house = house
        self._clock = clock
        self._stay = stay
        self._take_over = take_over
        self._edit = edit
        self._measure = measure
        self._beat = beat
        self._broadcasting = Broadcasting(engine, house, clock)
        self._followups = Followups(engine, house, clock)
        self._last: dt.datetime | None = None
        self._sealed_on: dt.date | None = None
        self._sealing = False
        self._looking: list[asyncio.Task[None]] = []
        self._working: set[asyncio.Task[object]] = set()
        self._ending = False

    def start(self) -> None:
        """Begin to look."""
        looks = (
            (self._stay, STAY_EVERY),
            (self.renew_figures, RELEASES_EVERY),
            (self.look, LOOK_EVERY),
            (self.change_keys, LOOK_EVERY),
            (self._take_over, LOOK_EVERY),
            (self._edit, editing.LOOK_EVERY),
            (self._measure, vitals.LOOK_EVERY),
            (self._beat, heart.LOOK_EVERY),
            (self._broadcasting.look, broadcasting.LOOK_EVERY),
            (self._followups.look, followups.LOOK_EVERY),
            (self.send_digests, LOOK_EVERY),
            (self.warn_secretaries, quorums.LOOK_EVERY),
        )
        self._looking = [asyncio.create_task(self._repeat(*look)) for look in looks]

    async def _repeat(self, work: Callable[[], Awaitable[None]], seconds: float) -> None:
        """Do a piece of work again and again. It sleeps by the steady clock, for the one on the wall may jump."""
        while not self._ending:
            await asyncio.sleep(seconds)
            if not self._ending:
                await self._guard(work)

    def stop(self) -> None:
        """Look no more; what is being done is cut off."""
        for task in self._looking:
            task.cancel()
        self._looking = []

    async def close(self, patience: float) -> None:
        """Look no more, once what is being done is done: at most `patience` seconds. A query cut off can hold up the end."""
        self._ending = True
        if self._working:
            await asyncio.wait(self._working, timeout=patience)
        self.stop()

    @property
    def is_looking(self) -> bool:
        """Whether it has begun, and not been told to stop."""
        return bool(self._looking)

    @property
    def trouble(self) -> str:
        """What keeps the regular work from being done, and what to do; empty when nothing does."""
        return next(iter(self._troubles.values()), "")

    async def _guard(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do a piece of work; if it fails, say so once and try again when it is next looked at."""
        task = asyncio.current_task()
        self._working |= {task} if task else set()
        try:
            await work()
        except Exception as error:
            why = explain(error) if is_trouble(error) else ""
            if not why or self._troubles.get(work.__qualname__) != why:
                log.exception("upkeep failed", work=work.__qualname__, why=why)
            if why:
                self._troubles[work.__qualname__] = why
            await recover(self._engine, error)
        else:
            self._troubles.pop(work.__qualname__, None)
        finally:
            self._working -= {task} if task else set()

    async def renew_figures(self) -> None:
        """Release what may be released of every open engagement; nothing is locked while nothing is due."""
        if not self._house.is_certain():
            return
        async with self._engine.connect() as connection:
            await connection.execution_options(**READING)
            due = await connection.run_sync(_due, self._house.organisation_id)
        for one in due:
            while await self._release(one):  # noqa: ASYNC110 - others write meanwhile
                await asyncio.sleep(BREATH)

    async def _release(self, one: Engagement) -> bool:
        async with self._engine.begin() as connection:
            return await connection.run_sync(release, self._house, one, self._clock())

    async def send_digests(self) -> None:
        """What colleagues asked to hear every day, at the time they chose."""
        if not self._house.is_certain():
            return
        async with self._engine.connect() as connection:
            await connection.execution_options(**READING)
            due = await connection.run_sync(digests.are_due, self._house, self._clock())
        if due:
            async with self._engine.begin() as connection:
                await connection.run_sync(digests.send, self._house, self._clock())

    async def warn_secretaries(self) -> None:
        """Of meetings that may not be quorate."""
        if self._house.is_certain():
            async with self._engine.begin() as connection:
                await connection.run_sync(quorums.warn, self._house, self._clock())

    async def look(self) -> None:
        """Once an hour, by the house's clock, tidy up a little at a time; not while that cannot be trusted."""
        if not self._house.is_certain():
            return
        now = self._clock()
        if self._last is None or abs(now - self._last) >= HOUR:
            for forget in PIECES:
                while await self._do(forget, now):  # noqa: ASYNC110 - others write meanwhile
                    await asyncio.sleep(BREATH)
            await take_stock(self._engine)
            self._last = now

    async def _do(self, forget: Piece, now: dt.datetime) -> int:
        async with self._engine.begin() as connection:
            return await connection.run_sync(forget, self._house, now)

    async def change_keys(self) -> None:
        """Once a day seal afresh what must outlive its key, a little at a time so that nobody waits; then destroy old keys."""
        now = self._clock()
        if not self._house.is_certain() or self._sealing or self._sealed_on == now.date():
            return
        self._sealing = True
        try:
            after: int | None = 0
            while after is not None:
                async with self._engine.begin() as connection:
                    _, after = await connection.run_sync(sessions.reseal, self._house.keys, now.date(), after)
                await asyncio.sleep(BREATH)
            async with self._engine.connect() as connection:
                await connection.execution_options(**READING)
                await connection.run_sync(destroy_old_keys, self._house, now)
            self._sealed_on = now.date()
        finally:
            self._sealing = False


def _due(db: Connection, organisation_id: int) -> list[Engagement]:
    shelf = engagements.load(db, organisation_id)
    return releases.due(db, [one for one in shelf.values() if one.state == OPEN])


def release(db: Connection, house: House, engagement: Engagement, now: dt.datetime, *, closing: bool = False) -> bool:
    """Free anonymous answers, at least ten at a time, and renew the figures; returns whether more can be counted at once."""
    freed = unlinking.free(db, house.keys, engagement, now, closing=closing)
    if freed.lost:
        log.error("answers could not be opened any more", engagement=engagement.slug, lost=freed.lost)
    number = releases.make(db, engagement, now, closing=closing)
    if number:
        log.info("figures released", engagement=engagement.slug, release=number)
    return number is not None and releases.is_due(db, engagement.id)


def _expire(db: Connection, house: House, now: dt.datetime) -> int:
    return erasure.expire(db, house.keys, engagements.load(db, house.organisation_id), now)


def destroy_old_keys(db: Connection, house: House, now: dt.datetime) -> None:
    """Destroy the keys of days gone by: only once what is still needed lies, committed, under a newer one."""
    wanted = (now - DAY_KEY_LIFE).date()
    needed = sessions.oldest_day(db, house.keys)
    if needed and needed < wanted:
        log.error("a daily key is kept longer: finished answers still lie under it", day=needed.isoformat())
    house.keys.destroy_days_before(min(wanted, needed) if needed else wanted)


PIECES: tuple[Piece, ...] = (
    _expire,
    lambda db, house, _now: cells.build(db, engagements.load(db, house.organisation_id)),
    lambda db, _house, now: seen.prune(db, now.date()),
    lambda db, _house, now: failures.prune(db, now),
    lambda db, _house, now: people.prune_turned_away(db, now),
    lambda db, _house, now: outbox.prune(db, now),
    lambda db, _house, now: due.prune(db, now),
    lambda db, _house, now: needs.forget(db, now),
    lambda db, _house, now: len(occasions.realign(db, now)),
    lambda db, _house, now: offers.tend(db, now),
)
"""What has had its time is forgotten by these: each forgets some of it and returns how much, 0 when nothing is left."""
