"""The pace of a bot outlives it."""

from __future__ import annotations

import datetime as dt

from storage.letters import paces
from storage.letters.paces import Pace
from tests.storage.world import NOON, World


def test_the_last_pace_of_each_bot_is_kept(world: World) -> None:
    assert world.do(lambda db: paces.find(db, 7)) is None
    world.do(lambda db: paces.keep(db, 7, Pace(25.0, None, NOON)))
    last = Pace(12.5, NOON + dt.timedelta(seconds=30), NOON + dt.timedelta(seconds=1))
    world.do(lambda db: paces.keep(db, 7, last))
    world.do(lambda db: paces.keep(db, 8, Pace(3.0, None, NOON)))
    assert world.do(lambda db: paces.find(db, 7)) == last
