"""P9: the bot dies at commits and sends while it tells twelve people of a moved date: nobody hears it twice, nobody is lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, insert, select

from conversations import flow
from emulator.server import running
from storage import codes, engagements
from storage.events import events, occasions
from storage.events.occasions import Plan
from storage.followups import planning
from storage.letters.outbox import PENDING, SENDING, SENT, UNKNOWN
from storage.schema import followups, places
from tests.crashes.conftest import Ground
from tests.crashes.loop import DIED, for_every_point
from tests.crashes.points import COMMIT, SEND
from tests.crashes.test_started import MANY, THREE, MakeStage, Stage
from tests.events.stage import WORKSHOP
from tests.road.house import House, until
from tests.road.nursery import Nursery
from tests.sending.desk import Desk, at_desk, meet
from tests.sending.mailing import enrol, keep_hours
from tests.sending.variants import AT_ONCE

TOLD = "A change to your plans"


class Moved(Stage):
    """Where the same date is moved again and again."""

    def _play(self, house: House, variant: str) -> int:
        keep_hours(house)
        people = meet(house, MANY)
        house.telegram.bot("deleteWebhook", drop_pending_updates=True)  # their beginnings are another test's matter
        with at_desk(house) as desk:
            chats = [person.id for person in people]
            desk.do(lambda db: _move(db, desk, chats))
            deaths = 0
            for way in (self.variant + variant, self.variant):
                house.variant = way
                house.begin()
                if not _await_end(desk):
                    break
                house.pid, deaths = 0, deaths + 1
            states = list(desk.states().values())
        seen = [sum(TOLD in message.get("text", "") for message in person.chat()["messages"]) for person in people]
        assert max(seen) <= 1, f"somebody was told twice, {seen}"
        assert len(states) == MANY, f"{len(states)} letters for {MANY} people"
        assert set(states) <= {SENT, UNKNOWN}, states
        assert states.count(UNKNOWN) <= AT_ONCE * deaths, f"{states.count(UNKNOWN)} are unknown"
        assert seen.count(0) <= states.count(UNKNOWN), "somebody heard nothing, and nobody knows"
        return DIED if deaths else 0


def _move(db: Connection, desk: Desk, chats: list[int]) -> None:
    """A workshop in three weeks, of whose move these people are to hear now."""
    house, now = desk.base.house, desk.base.clock.now()
    slug = flow.read(WORKSHOP).id
    engagements.adopt(db, house.organisation_id, {slug: WORKSHOP}, now)
    found = engagements.find(db, house.organisation_id, slug)
    assert found
    starts = (now + dt.timedelta(days=21)).strftime("%Y-%m-%dT18:00")
    one = occasions.make(db, house.keys, events.settle(db, found), Plan(starts, "Europe/London", 90, "Town Hall"), now)
    ids = enrol(db, house.keys, (house.organisation_id, house.bot_id), chats, now.date())
    row = {"occasion_id": one.id, "state": "confirmed", "changed_at": now}
    db.execute(insert(places), [row | {"code": codes.make(), "person_id": person} for person in ids])
    planning.tell(db, "moved", ids, one.id, one.code, now)


def _await_end(desk: Desk) -> bool:
    """Wait until everything was told, or the bot has died; whether it died."""
    house, died = desk.house, False

    def over() -> bool:
        nonlocal died
        died = house.nursery.ended(house.pid)
        waiting = select(func.count()).select_from(followups).where(followups.c.state == planning.WAITING)
        return died or not (desk.do(lambda db: db.scalar(waiting)) or {PENDING, SENDING} & set(desk.states().values()))

    until(over, house.said)
    return died


@pytest.fixture
def make_stage(ground: Ground, nursery: Nursery, tmp_path: Path) -> Iterator[MakeStage]:
    with running(retry_scale=0.05) as telegram:
        yield lambda *more: Moved(ground, nursery, tmp_path, telegram, *more)


@pytest.mark.long
@pytest.mark.promise("P9")
@pytest.mark.timeout(900)
def test_wherever_the_bot_dies_nobody_is_told_twice_or_not_at_all(make_stage: MakeStage) -> None:
    account = for_every_point(make_stage(THREE).play, first=4, every=5, kinds=(COMMIT, SEND))
    assert len(account.deaths) >= 5, account
