"""Dates of events and seats of groups in transcripts: made as staff make them, beside the conversation."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot import config_file
from bot.arrivals import TELEGRAM
from bot.clock import Clock
from bot.foundation import Foundation, foundation
from storage import people
from storage.broadcasting import groups
from storage.events import events, occasions
from storage.events.events import Event
from storage.events.occasions import Plan
from storage.groups import minutes, papers, points, quorum, seats
from storage.groups.quorum import Meeting

if TYPE_CHECKING:
    from tests.road.transcripts import Player

LONDON = "Europe/London"
TUESDAY = 1


def _work(player: Player, work: Callable[[Connection, Foundation], Any]) -> Any:
    async def whole() -> Any:
        house = player.house
        async with (
            foundation(config_file.read(house.settings, {}), Clock(house.moved_by)) as base,
            base.engine.begin() as connection,
        ):
            return await connection.run_sync(work, base)

    return asyncio.run(whole())


def _event(player: Player, db: Connection, base: Foundation, engagement: str) -> Event:
    found = events.find(db, base.house.organisation_id, player.engagements[engagement])
    assert found
    return found if found.id else events.settle(db, found)


def make_date(player: Player, engagement: str, days: str, at: str, minutes: str, *more: str | None) -> None:
    """A date so many days from now; `more` is how many places, where, and whether online too."""
    capacity, place, online = more

    def work(db: Connection, base: Foundation) -> None:
        now = base.clock.now()
        local = f"{(now + dt.timedelta(days=int(days))).date()}T{at}"
        plan = Plan(local, LONDON, int(minutes), place or "", bool(online), capacity=int(capacity) if capacity else None)
        occasions.make(db, base.house.keys, _event(player, db, base, engagement), plan, now)

    _work(player, work)


def cancel_date(player: Player, number: str, engagement: str, why: str) -> None:
    def work(db: Connection, base: Foundation) -> None:
        dates = occasions.load(db, [_event(player, db, base, engagement).id or 0])
        occasions.cancel(db, dates[int(number) - 1], why, base.clock.now())

    _work(player, work)


def seat(player: Player, engagement: str, name: str, deputy: str | None) -> None:
    """Somebody has a seat in the group whose meetings these are, and maybe a deputy; the group is made with the first."""

    def code(db: Connection, base: Foundation, who: str) -> str:
        lookup = base.house.keys.lookup(base.house.bot_id, TELEGRAM, str(player.people[who].id))
        return people.find(db, base.house.bot_id, TELEGRAM, [lookup])[lookup].code

    def work(db: Connection, base: Foundation) -> None:
        event, today = _event(player, db, base, engagement), base.clock.now().date()
        here = base.house.organisation_id
        if event.group_id is None:
            groups.make(db, here, player.engagements[engagement])
            made = next(one for one in groups.load(db, here) if one.name == player.engagements[engagement])
            event = events.settle(db, event, group_id=made.id)
        group = next(one for one in groups.load(db, here) if one.id == event.group_id)
        seats.make(db, group, {"kind": "patient", "name": f"Seat of {name}", "lived": "yes"}, today)
        mine = next(one for one in seats.load(db, [group.id]) if one.name == f"Seat of {name}")
        seats.fill(db, group, mine, {"holder": code(db, base, name)}, today)
        if deputy:
            seats.deputise(db, group, mine, code(db, base, deputy), base.clock.now())

    _work(player, work)


def _meeting(player: Player, db: Connection, base: Foundation, engagement: str) -> Meeting:
    """The soonest that is not over, else the last."""
    here, now = [_event(player, db, base, engagement).group_id or 0], base.clock.now()
    return next(iter(quorum.coming(db, here, now) or quorum.past(db, here, now)))


def send_paper(player: Player, engagement: str, title: str, summary: str) -> None:
    """A paper with a file, sent to everybody who comes."""

    def work(db: Connection, base: Foundation) -> None:
        meeting, now = _meeting(player, db, base, engagement), base.clock.now()
        file = (f"{title}.pdf", b"%PDF-1.4 nothing much")
        papers.add(db, meeting, (title, summary), file, "staff", now, now.date())
        papers.send(db, meeting, now)

    _work(player, work)


def move_point(player: Player, engagement: str, state: str, owner: str, words: str) -> None:
    """The newest point of the group becomes something, with words for whoever raised it."""

    def work(db: Connection, base: Foundation) -> None:
        meeting = _meeting(player, db, base, engagement)
        point = points.load(db, base.house.keys, meeting.group_id)[0]
        typed = {"state": state, "words": words, "owner": owner, "version": str(point.version)}
        points.change(db, point, typed, meeting.id, "staff", base.clock.now())

    _work(player, work)


def share_minutes(player: Player, engagement: str, words: str) -> None:
    def work(db: Connection, base: Foundation) -> None:
        meeting, here, now = _meeting(player, db, base, engagement), base.house.organisation_id, base.clock.now()
        minutes.write(db, here, meeting, words, 0, "staff", now)
        minutes.share(db, meeting, now)

    _work(player, work)


def answer_correction(player: Player, engagement: str, state: str, words: str) -> None:
    """The first correction of the notes is answered."""

    def work(db: Connection, base: Foundation) -> None:
        meeting = _meeting(player, db, base, engagement)
        first = minutes.load_corrections(db, base.house.keys, meeting.id)[0]
        minutes.answer(db, meeting, first.code, (state, words), base.clock.now())

    _work(player, work)


def wait_for_tuesday(player: Player, at: str) -> None:
    """Move the clock to that time of the next Tuesday: no quiet hours, no Sunday."""

    def work(_db: Connection, base: Foundation) -> dt.datetime:
        return base.clock.now()

    now: dt.datetime = _work(player, work)
    here = now.astimezone(ZoneInfo(LONDON))
    days = (TUESDAY - here.weekday() - 1) % 7 + 1
    then = dt.datetime.combine(here.date() + dt.timedelta(days=days), dt.time.fromisoformat(at), ZoneInfo(LONDON))
    player.house.move_clock((then - now).total_seconds())


_NAME = r"([A-Z]\w*)"

ACTS: dict[str, Callable[..., None]] = {
    r"date: ([\w-]+) in (\d+) days at ([\d:]+), (\d+) minutes(?:, (\d+) places?)?(?:, at ([^,]+))?(, online)?": make_date,
    r"cancel date (\d+) of ([\w-]+): (.+)": cancel_date,
    rf"seat of ([\w-]+): {_NAME}(?:, deputy {_NAME})?": seat,
    r"paper for ([\w-]+): ([^|]+) \| (.+)": send_paper,
    r"newest point of ([\w-]+) is ([\w-]+), by ([^:]+): (.+)": move_point,
    r"minutes of ([\w-]+): (.+)": share_minutes,
    r"first correction of ([\w-]+) is ([\w-]+): (.+)": answer_correction,
    r"clock: to Tuesday ([\d:]+)": wait_for_tuesday,
}
"""How a line reads -> what is done."""
